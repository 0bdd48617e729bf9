"""`bangnong keys rotate`: seal every contact's key under the current service key, so that the previous can be forgotten."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from bot.commands.record import with_record
from bot.resealing import reseal_home
from bot.settings import Settings
from bot.store.database import Connection, Database
from bot.store.reports import rewrap_reports
from bot.store.rewrapping import PORTION, rewrap_column
from bot.store.second_factor import rewrap_factors
from bot.store.shifts import rewrap_shifts
from bot.store.toutiao import rewrap_comments
from bot.vault import Unsealable, Vault


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("keys", help="rotate the service key")
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("rotate")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        count = await rotate(database, vault, _told)
        sealed, left = await asyncio.to_thread(reseal_home, settings.home, vault, Vault(settings.secret_key))
        count += sealed
        if left:
            names = "、".join(path.relative_to(settings.home).as_posix() for path in left[:3])
            print(
                f"已重封 {count} 份，还有 {len(left)} 个文件只有旧密钥能开（{names}）：确认所有进程都已带着新密钥重启，"
                "等它们入库后再运行一次；在此之前不要去掉 BANGNONG_SECRET_KEY_PREVIOUS",
                file=sys.stderr,
            )
            return 1
        print(f"已用当前密钥重封 {count} 份；确认无误后可以去掉 BANGNONG_SECRET_KEY_PREVIOUS")
        return 0

    return with_record(work)


def _told(what: str, count: int) -> None:
    if count % 50_000 < PORTION:
        print(f"{what}：已重封 {count} 份 …", file=sys.stderr)


async def rotate(database: Database, vault: Vault, told: Callable[[str, int], None] = lambda what, count: None) -> int:
    """Rewrap everything in the record that is sealed under the service key; how many. Raises Unsealable.

    The index key, platform grants, second factors, shifts; then portion by portion what may be many: data keys, dead
    letters, reports, waiting comments. Cut off, it is begun again: until its end both keys are needed, and both open all.
    """
    async with database.connection(limit=60) as connection, connection.transaction():
        sealed = await connection.fetchval("select value from installation where name = 'index_key' for update")
        await connection.execute(
            "update installation set value = $1 where name = 'index_key'", vault.rewrap(sealed, b"index_key")
        )
        count = 1 + await _rewrap_grants(connection, vault)
        count += await rewrap_factors(connection, vault) + await rewrap_shifts(connection, vault)
    count += await rewrap_column(
        database, vault, "contacts", "uuid", "data_key", lambda contact: contact.bytes, partial(told, "联系人的密钥")
    )
    count += await rewrap_column(
        database, vault, "dead_letters", "bigint", "body", lambda _: b"dead_letter", partial(told, "没读懂的消息")
    )
    count += await rewrap_reports(database, vault, partial(told, "速报和内参"))
    return count + await rewrap_comments(database, vault, partial(told, "公开留言"))


async def _rewrap_grants(connection: Connection, vault: Vault) -> int:
    """What platforms gave us, each sealed under its own name. A row that is not sealed at all (a mark) stays as it is."""
    rows = await connection.fetch("select name, value from installation where name <> 'index_key' for update")
    count = 0
    for row in rows:
        try:
            fresh = vault.rewrap(row["value"], row["name"].encode())
        except (Unsealable, ValueError):  # too short to be sealed at all
            continue
        await connection.execute("update installation set value = $2 where name = $1", row["name"], fresh)
        count += 1
    return count
