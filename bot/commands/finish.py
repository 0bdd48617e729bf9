"""`bangnong finish`: the end of the crisis: figures exported without names, then everything private erased for ever."""

import argparse
import sys
from pathlib import Path
from typing import Any

from bot.commands.record import with_record
from bot.settings import Settings
from bot.store.database import Database
from bot.vault import Vault

SURE = "全部删除"


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser(
        "finish", help="end of the crisis: export figures without names, then erase everything private"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be exported and erased")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the figures, a CSV; must not exist yet")
    parser.add_argument("--confirm", default="", metavar="WORDS", help=f"write {SURE}: it cannot be undone")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if not options.dry_run:
        if options.out is None:
            print("先导出再删：bangnong finish --out 统计.csv --confirm 全部删除", file=sys.stderr)
            return 2
        if options.out.exists():
            print(f"{options.out} 已经有了：换个名字，不会覆盖", file=sys.stderr)
            return 2
        if options.confirm != SURE:
            print(f"这一步不能撤回。想好了，加上 --confirm {SURE}；先看看用 --dry-run", file=sys.stderr)
            return 2

    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        from bot.commands.progress import Progress
        from bot.commands.report import present
        from bot.store.finishing import finish_plan, finish_record, write_figures
        from data.retention import load_retention

        rows = load_retention()
        found = await finish_plan(database, rows.least_group)
        print(
            f"{found.tickets} 张单导出成统计（{found.grouped} 张的区写成“其他”）；"
            f"{found.contacts} 位居民的资料、对话和 {found.media} 个文件会删掉，{found.letters} 封读不懂的来信、"
            f"{found.comments} 条头条评论也会删掉。"
        )
        if found.grave:
            print(f"还有 {found.grave} 张危急、紧急单没办完：先办完。", file=sys.stderr)
            return 1
        if options.dry_run:
            print("只是看看，什么都没有导出，也没有删。")
            return 0
        await write_figures(database, rows.least_group, options.out)
        print(f"统计写在 {options.out}")
        progress, total = Progress("删除"), max(1, found.contacts)
        now = await present(database, settings)
        done = await finish_record(database, now, "cli", lambda so_far: progress("居民", min(1.0, so_far / total)))
        print(f"删了 {done['contacts']} 位居民的资料。留下的只有代码、时间和数目；服务器上的备份请另外销毁。")
        return 0

    return with_record(work)
