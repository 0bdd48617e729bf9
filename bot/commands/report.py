"""`bangnong report daily/tally`: the figures of a day or of a whole campaign, as text, JSON or a workbook."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.commands.record import with_record
from bot.settings import Settings
from bot.store.database import Database
from bot.tally.period import BadPeriod, Period, check_written, midnight, one_day, read_period
from bot.vault import Vault

_MOST_DAYS = 60


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("report", help="the daily tally, or the whole campaign's")
    acts = parser.add_subparsers(dest="act", required=True)
    for name, about in (("daily", "one tally a day (default: today)"), ("tally", "one tally of it all")):
        act = acts.add_parser(name, help=about)
        act.add_argument(
            "--from", dest="start", default="", metavar="DATE", help="2022-04-05 or 2022-04-05T22:00, Shanghai"
        )
        act.add_argument("--to", dest="end", default="", metavar="DATE", help="a date counts whole")
        act.add_argument("--format", choices=("text", "json", "xlsx"), default="text")
        act.add_argument("--out", type=Path, metavar="FILE", help="write here instead of the terminal")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if options.format == "xlsx" and options.out is None:
        print(f"xlsx 要写进文件：bangnong report {options.act} --format xlsx --out 日报.xlsx", file=sys.stderr)
        return 2
    try:
        check_written(options.start, options.end)
    except BadPeriod as error:
        print(error, file=sys.stderr)
        return 2

    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        from bot.commands.progress import Progress
        from bot.rows.serving import ServingRows
        from bot.tally.making import make_tally, opening

        rows = ServingRows(database, settings.home / "rows")
        await rows.look()
        playbook = rows.playbook
        now = await present(database, settings)
        try:
            periods = _periods(options, await opening(database, now), now)
        except BadPeriod as error:
            print(error, file=sys.stderr)
            return 2
        progress = Progress("统计") if sys.stderr.isatty() else None
        tallies = []
        for nth, period in enumerate(periods, 1):
            tallies.append(await make_tally(database, playbook, period, now))
            if progress is not None:
                progress(period.span, nth / len(periods))
        return write_out(_rendered(options.format, tallies, playbook), options.out)

    return with_record(work)


async def present(database: Database, settings: Settings) -> datetime:
    """Now; in a rehearsal the moment its clock has come to, since its days are not ours."""
    from bot.rehearsal.clock import stands, system_clock

    return await stands(database) or system_clock() if settings.clock == "rehearsal" else system_clock()


def _periods(options: argparse.Namespace, opened: datetime, now: datetime) -> list[Period]:
    """Raises BadPeriod."""
    if options.act == "tally":
        return [read_period(options.start, options.end, earliest=min(opened, now), now=now)]
    if not options.start and not options.end:
        return [read_period("", "", earliest=midnight(now.astimezone(opened.tzinfo).date()), now=now)]
    whole = read_period(options.start or options.end, options.end or options.start, earliest=opened, now=now)
    if len(whole.days) > _MOST_DAYS:
        raise BadPeriod(f"daily 一次最多 {_MOST_DAYS} 天；看整段请用 bangnong report tally")
    return [one_day(day).within(whole.start, whole.end) for day in whole.days]


def _rendered(form: str, tallies: list[Any], playbook: Any) -> bytes:
    from bot.tally.sheets import as_json, as_text, as_xlsx

    if form == "xlsx":
        return as_xlsx(tallies, playbook)
    if form == "text":
        return "\n".join(as_text(one, playbook) for one in tallies).encode()
    if len(tallies) == 1:
        return as_json(tallies[0])
    return b"[" + b",\n".join(as_json(one).strip() for one in tallies) + b"]\n"


def write_out(blob: bytes, path: Path | None) -> int:
    """To the file, or the terminal; the exit code."""
    if path is None:
        sys.stdout.buffer.write(blob)
        sys.stdout.flush()
        return 0
    try:
        path.write_bytes(blob)
    except OSError:
        print(f"写不进 {path}：文件夹不在、没有权限，或这是个文件夹", file=sys.stderr)
        return 2
    print(f"已写入 {path}", file=sys.stderr)
    return 0
