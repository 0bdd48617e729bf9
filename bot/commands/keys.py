"""`bangnong keys rotate`: seal every contact's key under the current service key, so that the previous can be forgotten."""

import argparse
from typing import Any

from bot.commands.record import with_record
from bot.settings import Settings
from bot.store.database import Database
from bot.store.reports import rewrap_reports
from bot.store.toutiao import rewrap_comments
from bot.vault import Vault


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("keys", help="rotate the service key")
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("rotate")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        count = await rotate(database, vault)
        print(f"已用当前密钥重封 {count} 份；确认无误后可以去掉 BANGNONG_SECRET_KEY_PREVIOUS")
        return 0

    return with_record(work)


async def rotate(database: Database, vault: Vault) -> int:
    """Rewrap the index key, every data key, dead letter, report and waiting comment, in one transaction. Raises Unsealable."""
    async with database.connection(limit=60) as connection, connection.transaction():
        sealed = await connection.fetchval("select value from installation where name = 'index_key' for update")
        await connection.execute(
            "update installation set value = $1 where name = 'index_key'", vault.rewrap(sealed, b"index_key")
        )
        rows = await connection.fetch("select id, data_key from contacts where data_key is not null for update")
        await connection.executemany(
            "update contacts set data_key = $2 where id = $1",
            [(row["id"], vault.rewrap(row["data_key"], row["id"].bytes)) for row in rows],
        )
        letters = await connection.fetch("select id, body from dead_letters for update")
        await connection.executemany(
            "update dead_letters set body = $2 where id = $1",
            [(row["id"], vault.rewrap(row["body"], b"dead_letter")) for row in letters],
        )
        reports = await rewrap_reports(connection, vault)
        comments = await rewrap_comments(connection, vault)
    return len(rows) + len(letters) + reports + comments + 1
