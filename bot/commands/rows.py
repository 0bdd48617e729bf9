"""`bangnong rows list/show/rollback`: the sets of rows released at the desk, for whoever has the machine."""

import argparse
import asyncio
import sys
from typing import Any

from bot.commands.options import number
from bot.commands.record import with_record
from bot.settings import Settings
from bot.store.database import Database


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("rows", help="released rows: list, show, roll back")
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("list", help="released sets, newest first")
    show = acts.add_parser("show", help="what a set changed")
    show.add_argument("set", type=number(0, 2**31 - 1))
    back = acts.add_parser("rollback", help="go back to an earlier set at once (0: the program's own)")
    back.add_argument("set", type=number(0, 2**31 - 1))
    back.add_argument("--reason", required=True, help="why; staff read it until one of them has looked")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    acts = {"list": _list, "show": _show, "rollback": _rollback}
    return with_record(lambda database, vault, settings: acts[options.act](database, settings, options))


async def _list(database: Database, settings: Settings, options: argparse.Namespace) -> int:
    from bot.store.rows import list_sets, newest_id

    current, _ = await newest_id(database)
    for one in await list_sets(database, 1000):
        urgent = "" if not one.urgent else "  紧急，还没人看过" if one.unseen else f"  紧急，{one.seen_by} 看过"
        back = "" if one.kind != "rollback" else f"退回到 {one.target}：" if one.target else "退回到程序自带的："
        mark = "*" if one.id == current else " "
        print(f"{mark} {one.id:>4}  {one.at:%Y-%m-%d %H:%M}  {one.author} → {one.approver}  {back}{one.reason}{urgent}")
    print(f"{' ' if current else '*'}    0  程序自带的")
    return 0


async def _show(database: Database, settings: Settings, options: argparse.Namespace) -> int:
    from bot.rows.changes import changes
    from bot.rows.release import overlay_of
    from bot.store.rows import get_set

    found = await get_set(database, options.set)
    if found is None:
        print("没有这一套：bangnong rows list", file=sys.stderr)
        return 1
    print(f"第 {found.id} 套  {found.reason}  {found.author} → {found.approver}")
    before = await overlay_of(database, found.previous) or {}
    signs = {"gone": "-", "new": "+", "same": " "}
    for change in changes(before, found.texts):
        print(f"\n{change.name}")
        print("\n".join("  ……" if line.kind == "gap" else f"{signs[line.kind]} {line.text}" for line in change.lines))
    return 0


async def _rollback(database: Database, settings: Settings, options: argparse.Namespace) -> int:
    from bot.rows.checking import check_rows
    from bot.rows.files import digest_of
    from bot.rows.guards import dangers
    from bot.rows.release import LEAST_REASON, in_force, overlay_of, shipped_digests
    from bot.store.rows import NewSet, Overtaken, release

    overlay = await overlay_of(database, options.set)
    if overlay is None:
        print("没有这一套：bangnong rows list", file=sys.stderr)
        return 1
    if len(options.reason.strip()) < LEAST_REASON:
        print("--reason 要写明为什么", file=sys.stderr)
        return 2
    number, before = await in_force(database)
    if overlay == before:
        print("现在用的就是这些")
        return 0
    for fault in (faults := await asyncio.to_thread(check_rows, overlay, settings.home / "rows")):
        print(fault, file=sys.stderr)
    if faults:
        print("这一套这一版程序装不上，没有退回", file=sys.stderr)
        return 1
    new = NewSet(
        previous=number, kind="rollback", target=options.set, author="cli", approver="cli", urgent=True,
        reason=options.reason.strip()[:200], urgency_reason="在命令行退回", digest=digest_of(overlay), texts=overlay,
        shipped=shipped_digests(overlay), dangers=dangers(before, overlay),
        audited={"target": options.set, "urgent": True},
    )  # fmt: skip
    try:
        done = await release(database, new, None)
    except Overtaken:
        print("刚有人发布了新的一套，没有退回：先看 bangnong rows list", file=sys.stderr)
        return 1
    print(f"已退回，成为第 {done} 套（正在运行的服务几秒内换上；请一位同事在 /admin/rows 看过）")
    return 0
