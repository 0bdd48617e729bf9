"""`bangnong tickets export`: tickets as a sheet or a map, always masked: the desk reveals, one at a time."""

import argparse
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from bot.commands.record import with_record
from bot.commands.report import present, write_out
from bot.settings import Settings
from bot.store.cursors import cursor_before
from bot.store.database import Database
from bot.store.tickets import Filter, Ticket, list_tickets
from bot.tally.period import BadPeriod, Period, check_written, read_period
from bot.vault import Vault

_AT_ONCE = 500


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("tickets", help="tickets as a sheet or a map, masked")
    acts = parser.add_subparsers(dest="act", required=True)
    out = acts.add_parser("export", help="csv or xlsx, a line a ticket; geojson: districts only, nothing identifying")
    out.add_argument("--format", choices=("csv", "xlsx", "geojson"), required=True)
    out.add_argument("--from", dest="start", default="", metavar="DATE", help="opened since, Shanghai time")
    out.add_argument("--to", dest="end", default="", metavar="DATE", help="opened until; a date counts whole")
    out.add_argument("--status", choices=("open", "closed"), default="", help="of these only")
    out.add_argument("--out", type=Path, metavar="FILE", help="write here instead of the terminal")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if options.format == "xlsx" and options.out is None:
        print("xlsx 要写进文件：bangnong tickets export --format xlsx --out 求助单.xlsx", file=sys.stderr)
        return 2
    try:
        check_written(options.start, options.end)
    except BadPeriod as error:
        print(error, file=sys.stderr)
        return 2

    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        from bot.audit import audit
        from bot.commands.progress import Progress
        from bot.rows.serving import ServingRows
        from bot.tally.exports import as_csv, as_geojson, as_sheet
        from bot.tally.making import ROWS, opening

        rows = ServingRows(database, settings.home / "rows")
        await rows.look()
        now = await present(database, settings)
        try:
            period = read_period(options.start, options.end, earliest=min(now, await opening(database, now)), now=now)
        except BadPeriod as error:
            print(error, file=sys.stderr)
            return 2
        known = await database.value(
            "select count(*) from tickets where created_at >= $1 and created_at <= $2", period.start, period.end
        )
        progress = Progress("导出") if sys.stderr.isatty() else None
        found: list[Ticket] = []
        async for ticket in _tickets(database, vault, period, options.status):
            found.append(ticket)
            if progress is not None and len(found) % _AT_ONCE == 0:
                progress(f"{len(found)} 张", min(0.99, len(found) / max(1, known)))
        if progress is not None:
            progress(f"{len(found)} 张", 1.0)
        await audit(database, "cli", "tickets.export", "", tickets=len(found), format=options.format)
        match options.format:
            case "geojson":
                return write_out(as_geojson(found, rows.playbook, ROWS), options.out)
            case "xlsx":
                return write_out(as_sheet(found, rows.playbook), options.out)
        return write_out(as_csv(found, rows.playbook), options.out)

    return with_record(work)


async def _tickets(database: Database, vault: Vault, period: Period, status: str) -> AsyncIterator[Ticket]:
    """Those opened in the period, the latest first, read in portions."""
    cursor = cursor_before(period.end)
    while cursor:
        found, cursor = await list_tickets(
            database, vault, Filter(status=status), newest=True, limit=_AT_ONCE, cursor=cursor
        )
        for ticket in found:
            if ticket.created_at < period.start:
                return
            yield ticket
