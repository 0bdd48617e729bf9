"""`bangnong directory import/export`: the directory as a sheet. An import is tried first; with one fault nothing is written."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from bot.commands.record import with_record
from bot.settings import Settings
from bot.store.database import Database
from bot.vault import Vault

_SHOWN = 40


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("directory", help="units that can be called, as a sheet")
    acts = parser.add_subparsers(dest="act", required=True)
    into = acts.add_parser("import", help="add and change units from a .csv or .xlsx file")
    into.add_argument("file", type=Path)
    into.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    into.add_argument("--yes", action="store_true", help="do not ask before writing")
    out = acts.add_parser("export", help="write units to a .csv or .xlsx file, or CSV to the terminal")
    out.add_argument("file", type=Path, nargs="?")
    out.add_argument("--format", choices=("csv", "xlsx"), help="by the file's name unless given")
    out.add_argument("--retired", action="store_true", help="retired ones too")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    return _import(options) if options.act == "import" else _export(options)


def _import(options: argparse.Namespace) -> int:
    from bot.directory.sheets import BadSheet, read_sheet

    try:
        rows, faults = read_sheet(options.file)
    except BadSheet as error:
        print(error, file=sys.stderr)
        return 2
    except (FileNotFoundError, IsADirectoryError):
        print(f"没有这个文件：{options.file}", file=sys.stderr)
        return 2

    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        from datetime import UTC, datetime

        from bot.audit import audit
        from bot.desk.directory import DISTRICTS, ROWS
        from bot.directory.importing import Plan, plan_import
        from bot.directory.units import Words
        from bot.store.directory import Changed, Taken, import_units
        from bot.store.units import every_unit
        from data.playbook import load_playbook

        now = datetime.now(UTC)
        words = Words.of(ROWS, load_playbook(), DISTRICTS)
        plan = plan_import(rows, await every_unit(database, ROWS), words, now) if rows else Plan()
        plan.faults = sorted([*faults, *plan.faults])
        _print_plan(plan)
        if plan.faults:
            print(f"{len(plan.faults)} 处要改，什么都没有写入", file=sys.stderr)
            return 1
        if options.dry_run:
            print("这是预演，什么都没有写入")
            return 0
        if not plan.added and not plan.changed:
            return 0
        if not options.yes and sys.stdin.isatty():
            answer = await asyncio.to_thread(input, "写入吗？[y/N] ")
            if answer.strip().lower() not in ("y", "yes", "是"):
                print("没有写入")
                return 1
        changed = [(one.unit, one.draft) for one in plan.changed]
        try:
            await import_units(database, plan.added, changed, "cli", now)
        except (Taken, Changed):
            print("导入的时候有人改了通讯录，什么都没有写入：请再来一次", file=sys.stderr)
            return 1
        await audit(database, "cli", "directory.import", "", added=len(plan.added), changed=len(plan.changed))
        print("已写入")
        return 0

    return with_record(work)


def _print_plan(plan: Any) -> None:
    from bot.directory.units import COLUMNS

    for fault in plan.faults:
        print(fault)
    for draft in plan.added[:_SHOWN]:
        print(f"加 {draft.district}{draft.street} {draft.name}")
    for one in plan.changed[:_SHOWN]:
        columns = "、".join(COLUMNS[name] for name in one.columns)
        print(f"改 {one.unit.place} {one.unit.name}：{columns}")
    rest = max(0, len(plan.added) - _SHOWN) + max(0, len(plan.changed) - _SHOWN)
    if rest:
        print(f"……还有 {rest} 家没有列出来")
    print(f"加 {len(plan.added)} 家，改 {len(plan.changed)} 家，{plan.same} 家没有变化")


def _export(options: argparse.Namespace) -> int:
    form = options.format or ("xlsx" if options.file and options.file.suffix.lower() == ".xlsx" else "csv")
    if form == "xlsx" and options.file is None:
        print("xlsx 要写进文件：bangnong directory export 通讯录.xlsx", file=sys.stderr)
        return 2

    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        from bot.audit import audit
        from bot.desk.directory import ROWS
        from bot.directory.importing import row_of_unit
        from bot.directory.sheets import write_csv, write_xlsx
        from bot.store.units import every_unit
        from data.playbook import load_playbook

        playbook = load_playbook()
        units = [one for one in await every_unit(database, ROWS) if options.retired or one.retired_at is None]
        rows = [row_of_unit(one, ROWS, playbook) for one in units]
        blob = write_xlsx(rows) if form == "xlsx" else write_csv(rows)
        await audit(database, "cli", "directory.export", "", units=len(units))
        if options.file is None:
            sys.stdout.buffer.write(blob)
            sys.stdout.flush()
            return 0
        try:
            options.file.write_bytes(blob)
        except (FileNotFoundError, IsADirectoryError):
            print(f"写不进 {options.file}：文件夹不在，或这是个文件夹", file=sys.stderr)
            return 2
        print(f"写了 {len(units)} 家到 {options.file}")
        return 0

    return with_record(work)
