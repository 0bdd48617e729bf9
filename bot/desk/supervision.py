"""/desk/supervision: what should go one level up now, who above is waited for, by level and unit; and the same as a file."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.audit import audit
from bot.desk import words
from bot.desk.board import BOARD
from bot.desk.pages import fragment, json_answer, page
from bot.desk.record import names_of_staff, newest_change
from bot.desk.session import Staff
from bot.desk.supervision_panel import StepLine, headline_of, step_line
from bot.directory.sheets import guarded
from bot.keys import SERVICES
from bot.services import Services
from bot.store.supervision import list_steps
from bot.supervision.watching import ROWS, due_steps
from bot.tally.sheets import Cell, write_book
from conversations.playbook import SHANGHAI

EXPORTERS = BOARD
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST = 100
"""Proposals on the page at once; the rest come up when these are done."""
COLUMNS = (
    "单号", "类别", "缓急", "区", "提到", "告诉了谁", "怎么告诉的", "什么时候", "谁提的", "答应什么", "到什么时候", "后来怎样",
    "说明", "记下时间",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DueRow:
    """A ticket that should go up, with the reason."""

    number: str
    urgency: str
    title: str
    district: str
    reporter: str
    headline: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """`due`: proposals; `more`: how many of them are not shown; `late`, `waiting`: steps somebody answers for."""

    due: list[DueRow]
    more: int
    late: list[StepLine]
    waiting: list[StepLine]
    units: list[tuple[str, int, int]]
    level: str
    mine: bool
    now: datetime


async def listing_of(services: Services, staff: Staff, query: Any) -> Listing:
    """Raises StoreAway."""
    level = query.get("level", "") if ROWS.level(query.get("level", "")) else ""
    mine = query.get("who") == "mine"
    names, now = await names_of_staff(services.database), services.clock()
    steps = await list_steps(services.database, services.vault, level=level)
    lines = [
        step_line(one, services.playbook, names, now) for one in steps if not mine or one.by == staff.login
    ]  # fmt: skip
    due = [
        DueRow(
            one.number, one.urgency, words.intent_title(services.playbook, one.intent), one.district or "区未知",
            words.person(one.reporter, names) if one.reporter else "", headline_of(one.proposal), one.proposal.at,
        )
        for one in await due_steps(services.database, now)
        if (not level or one.proposal.level.code == level) and (not mine or one.reporter == staff.login)
    ]  # fmt: skip
    late = [one for one in lines if one.state == "late"]
    return Listing(
        due[:_MOST], max(0, len(due) - _MOST), late, [one for one in lines if one.state == "waiting"], _by_unit(lines), level,
        mine, now,
    )  # fmt: skip


def _by_unit(lines: Sequence[StepLine]) -> list[tuple[str, int, int]]:
    """(unit, open steps, of these overdue), the most overdue first."""
    counted: dict[str, list[int]] = {}
    for one in lines:
        both = counted.setdefault(f"{one.level} {one.whom}", [0, 0])
        both[0] += 1
        both[1] += one.state == "late"
    return sorted(((name, n, late) for name, (n, late) in counted.items()), key=lambda one: (-one[2], -one[1], one[0]))


async def get_supervision(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/supervision?level=&who=mine"""
    services = request.app[SERVICES]
    mark = await newest_change(services.database)
    listing = await listing_of(services, staff, request.query)
    return page(
        "supervision.html", staff, section="supervision", listing=listing, mark=mark, levels=ROWS.levels,
        results=ROWS.results, exports=staff.role in EXPORTERS, now=listing.now,
    )  # fmt: skip


async def get_rows(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/supervision/rows, the same filters: `{"html"}` for a page that keeps itself fresh. All is masked."""
    listing = await listing_of(request.app[SERVICES], staff, request.query)
    html = fragment("supervision_rows.html", listing=listing, staff=staff, results=ROWS.results)
    return json_answer({"html": html})


def _cells(one: StepLine) -> tuple[str, ...]:
    def at(moment: datetime | None) -> str:
        return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment is not None else ""

    return (
        one.number, one.title, words.URGENCY.get(one.urgency, one.urgency), one.district, one.level, one.whom, one.way,
        at(one.at), one.who, one.promise, at(one.due), one.state_word, "；".join(filter(None, (one.note, one.result))),
        one.settled,
    )  # fmt: skip


def as_csv(lines: Sequence[StepLine]) -> bytes:
    """With the mark Excel needs to see that it is UTF-8; no cell is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([guarded(cell) for cell in _cells(one)] for one in lines)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_sheet(lines: Sequence[StepLine]) -> bytes:
    rows: list[Sequence[Cell]] = [COLUMNS, *map(_cells, lines)]
    return write_book({"提级督办": rows}, {"提级督办": (14, 14, 7, 10, 9, 20, 12, 17, 10, 30, 17, 12, 40, 14)})


async def get_file(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/supervision/export.{csv,xlsx}: every step there was, masked; written down."""
    services = request.app[SERVICES]
    names, now = await names_of_staff(services.database), services.clock()
    steps = await list_steps(services.database, services.vault, open_only=False, most=5_000)
    lines = [step_line(one, services.playbook, names, now) for one in steps]
    kind = request.match_info["kind"]
    await audit(services.database, staff.login, "supervision.exported", "", count=len(lines), format=kind)
    name = quote(f"提级督办-{now.astimezone(SHANGHAI):%Y-%m-%d}.{kind}")
    return web.Response(
        body=as_csv(lines) if kind == "csv" else as_sheet(lines), content_type="text/csv" if kind == "csv" else _XLSX,
        headers={"Cache-Control": "no-store", "Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )  # fmt: skip
