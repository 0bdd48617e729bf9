"""`bangnong retain [--dry-run]`: erase what has been kept long enough, by the classes of data/retention.toml."""

import argparse
from typing import Any

from bot.commands.record import with_record
from bot.settings import Settings
from bot.store.database import Database
from bot.vault import Vault


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("retain", help="erase what has been kept long enough")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go, and what falls due in a week")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        from bot.commands.report import present
        from bot.store.retention import plan, retain
        from data.retention import load_retention

        rows, now = load_retention(), await present(database, settings)
        if options.dry_run:
            for due in await plan(database, rows, now):
                print(f"{due.keep.title}（留 {due.keep.days} 天）：现在该删 {due.now}，一周内再有 {due.week}")
            print("只是看看，什么都没有删。")
            return 0
        done = await retain(database, rows, now, "cli")
        for one in rows.keeps:
            print(f"{one.title}（留 {one.days} 天）：删了 {done[one.code]}")
        return 0

    return with_record(work)
