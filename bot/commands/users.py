"""`bangnong users add/list/reset/second-reset`."""

import argparse
import sys
from typing import Any

from bot.audit import audit
from bot.commands.record import with_record
from bot.people import ROLES, BadUser, add_user, set_password
from bot.settings import Settings
from bot.store.database import Database
from bot.store.second_factor import drop_factor
from bot.vault import Vault


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("users", help="people at the desk")
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("list")
    new = acts.add_parser("add")
    new.add_argument("login")
    new.add_argument("--name", default="")
    new.add_argument("--role", default="reporter", choices=ROLES)
    acts.add_parser("reset").add_argument("login")
    acts.add_parser("second-reset", help="turn off somebody's second step: a lost telephone").add_argument("login")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        try:
            if options.act == "list":
                for row in await database.fetch(
                    "select u.login, name, role, active, f.confirmed_at is not null as second "
                    "from users u left join second_factors f using (login) order by u.login"
                ):
                    marks = ("" if row["active"] else "  （停用）") + ("  （两步）" if row["second"] else "")
                    print(f"{row['login']:<20} {row['role']:<10} {row['name']}{marks}")
            elif options.act == "second-reset":
                if not await drop_factor(database, options.login):
                    print(f"{options.login} 没有开第二步验证", file=sys.stderr)
                    return 1
                await database.execute("delete from sessions where login = $1", options.login)
                await audit(database, "cli", "admin.second_reset", options.login)
                print(f"{options.login} 的第二步验证已关，下次登录只要密码")
            elif options.act == "add":
                password = await add_user(database, options.login, options.name, options.role)
                print(f"{options.login} / {password}   （只显示这一次，首次登录后请改）")
            else:
                password = await set_password(database, options.login)
                print(f"{options.login} / {password}   （只显示这一次）")
        except BadUser as error:
            print(error, file=sys.stderr)
            return 2
        return 0

    return with_record(work)
