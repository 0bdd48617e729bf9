"""`bangnong tokens create/list/revoke`: bearer tokens of the API, shown once, kept as hashes."""

import argparse
import secrets
import sys
from typing import Any

from bot.commands.options import MOST_DAYS, number, short
from bot.commands.record import with_record
from bot.people import ROLES
from bot.settings import Settings
from bot.store.database import Database
from bot.tokens_made import make_token
from bot.vault import Vault


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("tokens", help="API tokens")
    acts = parser.add_subparsers(dest="act", required=True)
    new = acts.add_parser("create")
    new.add_argument("--role", default="reporter", choices=ROLES)
    new.add_argument("--name", type=short(), help="who does it in every history (default: api, api-2, …)")
    new.add_argument("--days", type=number(1, MOST_DAYS), help="valid for so many days (default: until revoked)")
    acts.add_parser("list")
    acts.add_parser("revoke").add_argument("name")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        if options.act == "create":
            token = f"bn_{secrets.token_urlsafe(32)}"
            names = [options.name] if options.name else ["api", *(f"api-{n}" for n in range(2, 1000))]
            for name in names:
                if await make_token(database, token, name, options.role, "cli", options.days):
                    print(token)
                    return 0
            print(f"已经有叫 {names[0]} 的令牌在用：换一个 --name，或先撤销那一个", file=sys.stderr)
            return 2
        if options.act == "list":
            for row in await database.fetch("select * from tokens order by created_at"):
                ended = (
                    "已撤销"
                    if row["revoked_at"]
                    else f"到 {row['expires_at']:%Y-%m-%d}"
                    if row["expires_at"]
                    else "长期"
                )
                print(f"{row['name']:<20} {row['role']:<10} {row['created_at']:%Y-%m-%d}  {ended}")
        else:
            done = await database.execute(
                "update tokens set revoked_at = now() where name = $1 and revoked_at is null", options.name
            )
            count = int(done.split()[-1])
            if not count:
                print(f"没有叫 {options.name} 的令牌在用：bangnong tokens list 看有哪些", file=sys.stderr)
                return 2
            print(f"撤销了 {count} 个")
        return 0

    return with_record(work)
