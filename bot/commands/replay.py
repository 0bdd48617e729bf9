"""`bangnong replay --with DIR`: recorded conversations told again with other rows, before anybody meets them."""

import argparse
import sys
from pathlib import Path
from typing import Any

from bot.commands.options import number
from bot.commands.progress import Progress
from bot.commands.record import with_record
from bot.settings import Settings
from bot.store.database import Database
from bot.vault import Unsealable, Vault


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("replay", help="tell recorded conversations with other rows")
    parser.add_argument("--with", dest="folder", type=Path, required=True, help="the changed rows (a copy of data/)")
    parser.add_argument("--last", type=number(), default=1000, help="conversations to look at, newest first")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from data.faults import BadRows
    from data.playbook import load_playbook

    try:
        old, new = load_playbook(), load_playbook(options.folder)
    except BadRows as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return 2

    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        from bot.codec import load_event
        from bot.replay import Recorded, differences
        from conversations.messages import ContactRef

        told = changed = 0
        contacts = await database.fetch(
            "select c.id, c.channel, c.account, c.data_key from contacts c join conversations v on v.id = c.id "
            "where c.data_key is not null order by c.id desc limit $1",
            options.last,
        )
        progress = Progress("重放")
        for place, row in enumerate(contacts, 1):
            progress("对话", place / len(contacts))
            rows = await database.fetch("select event from history where conversation = $1 order by turn", row["id"])
            account = settings.accounts.get((row["channel"], row["account"]))
            if account is None:
                continue
            try:
                key = vault.data_key(row["id"], row["data_key"])
                recorded = [Recorded(*load_event(key.open(one["event"]))) for one in rows]
            except Unsealable:
                print(f"{row['id']}：打不开（密钥不对）", file=sys.stderr)
                continue
            told += len(recorded)
            contact = ContactRef(row["channel"], row["account"], "replay")
            for one in differences(contact, recorded, account.limits, old, new):
                changed += 1
                print(f"{row['id']} 第{one.turn}轮")
                print("".join(f"  - {line}\n" for line in one.was) + "".join(f"  + {line}\n" for line in one.now))
        print(f"{len(contacts)} 段对话，{told} 轮，{changed} 轮会不同（{old.version} → {new.version}）")
        return 1 if changed else 0

    return with_record(work)
