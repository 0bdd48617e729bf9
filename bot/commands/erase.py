"""`bangnong erase --contact ID`: destroy a contact's key and words; codes and counts stay for the tally."""

import argparse
import sys
from typing import Any
from uuid import UUID

from bot.commands.record import with_record
from bot.settings import Settings
from bot.store.contacts import erase_contact
from bot.store.database import Database
from bot.vault import Vault


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("erase", help="erase one contact")
    parser.add_argument("--contact", required=True, help="contact id, or the number of one of their tickets")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        if options.contact.startswith("B"):
            contact = await database.value("select conversation from tickets where number = $1", options.contact)
        else:
            try:
                contact = UUID(options.contact)
            except ValueError:
                print("--contact is a contact's id or a ticket number like B20405-0831", file=sys.stderr)
                return 2
        if contact is None or not await erase_contact(database, contact):
            print("没有这个人，或已经删除", file=sys.stderr)
            return 1
        await database.execute("insert into audit (actor, action, subject) values ('cli', 'erase', $1)", str(contact))
        print(f"已删除 {contact}")
        return 0

    return with_record(work)
