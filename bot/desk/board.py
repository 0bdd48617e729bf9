"""/desk/board: how the desk stands at this moment, drawn on the server; every drawing has its numbers in a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aiohttp import web

from bot.desk import words
from bot.desk.board_kept import as_lately
from bot.desk.pages import fragment, json_answer, page
from bot.desk.record import names_of_staff
from bot.desk.session import Staff
from bot.keys import SERVICES
from bot.services import Services
from bot.store.board import BoardCounts, board_counts
from bot.tally.charts import GAP, LEVELS, SQUARE, buckets_of, squares, stacked
from bot.tally.figures import CLOCKS, STATES
from bot.tally.making import HUMAN, ROWS, opening
from bot.tally.period import Period, day_of, midnight
from bot.tally.telling import CLOCK_TITLES, END_TITLES, NOWHERE, STATE_TITLES

BOARD = frozenset({"editor", "admin", "auditor"})
"""Who sees how everybody works; a reporter sees the queue."""
FILLERS = frozenset({"editor", "admin"})

_LONG = ("7d", "all")
RANGES = {"today": "今天", "24h": "24小时", "7d": "7天", "all": "全部"}
_HOURS_FIT = timedelta(days=7, hours=1)


@dataclass(frozen=True, slots=True)
class BarLine:
    """A number with its bar: `width` of a hundred."""

    title: str
    n: int
    width: float
    kind: str = ""


async def period_of(services: Services, name: str) -> Period:
    """A range of the page up to now. Raises StoreAway."""
    now = services.clock()
    first = await opening(services.database, now)
    match name:
        case "24h":
            start = now - timedelta(hours=24)
        case "7d":
            start = now - timedelta(days=7)
        case "all":
            start = first
        case _:
            start = midnight(day_of(now))
    return Period(min(start, now), now)


async def _values(app: web.Application, name: str) -> dict[str, Any]:
    """Everything the drawings need; of a long range perhaps as it was a little while ago, which the page says."""
    if name not in _LONG:
        return await _counted(app[SERVICES], name)
    found: dict[str, Any] = await as_lately(app, name, partial(_counted, app[SERVICES], name))
    return found


async def _counted(services: Services, name: str) -> dict[str, Any]:
    period, now = await period_of(services, name), services.clock()
    unit = "hour" if period.end - period.start <= _HOURS_FIT else "day"
    counts = await board_counts(services.database, period, unit, now, HUMAN)
    names = await names_of_staff(services.database)
    buckets = buckets_of(counts.series, period, unit)
    elsewhere = {name: levels for name, levels in counts.standing.items() if name not in ROWS.districts}
    map_squares = squares(ROWS.districts, counts.standing)
    return {
        "range": name, "now": now, "period": period, "unit": unit, "buckets": buckets, "levels": LEVELS,
        "wide": stacked(buckets, unit, 960, 240, 12), "narrow": stacked(buckets, unit, 360, 210, 6),
        "total": sum(one.total for one in buckets), "busiest": max(buckets, key=lambda one: one.total, default=None),
        "channels": _bars(_most_first(counts.cuts.get("channel", {})), words.CHANNELS),
        "standing": _standing(counts), "squares": map_squares, "square": SQUARE,
        "map_width": _extent(max(one.x for one in map_squares)), "map_height": _extent(max(one.y for one in map_squares)),
        "elsewhere": [(name or NOWHERE, sum(levels.values())) for name, levels in sorted(elsewhere.items())],
        "clocks": _clocks(counts), "ends": _bars(_ends(counts), END_TITLES),
        "reporters": [(words.person(one.login, names), one) for one in counts.reporters],
    }  # fmt: skip


def _extent(last: float) -> float:
    return last + SQUARE + GAP / 2


def _most_first(found: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def _bars(found: Sequence[tuple[str, int]], titles: Mapping[str, str]) -> list[BarLine]:
    most = max((n for _, n in found), default=0)
    return [BarLine(titles.get(code, code), n, _share(n, most), code) for code, n in found]


def _share(n: int, of: int) -> float:
    return round(100 * n / of, 1) if of else 0.0


def _standing(counts: BoardCounts) -> list[BarLine]:
    """Open now, by level."""
    return _bars(
        [(level, sum(one.get(level, 0) for one in counts.standing.values())) for level in LEVELS], words.URGENCY
    )


def _ends(counts: BoardCounts) -> list[tuple[str, int]]:
    """Solved, partly and open first, told even when there are none."""
    found = {**dict.fromkeys(("solved", "partly", "open"), 0), **counts.cuts.get("end", {})}
    return [(code, found[code]) for code in ("solved", "partly", "open")] + [
        (code, n) for code, n in _most_first(found) if code not in ("solved", "partly", "open")
    ]


def _clocks(counts: BoardCounts) -> list[dict[str, Any]]:
    """Each clock with its numbers, and the shares of a bar of a hundred."""
    out = []
    for name in CLOCKS:
        found = {state: counts.clocks.get(name, {}).get(state, 0) for state in STATES}
        judged = found["kept"] + found["late"]
        kept = _share(found["kept"], judged)
        out.append(
            {
                "title": CLOCK_TITLES[name], "found": found, "judged": judged, "kept": kept,
                "late": round(100 - kept, 1) if judged else 0.0,
            }
        )  # fmt: skip
    return out


async def get_board(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/board?range=today|24h|7d|all"""
    values = await _values(request.app, _range(request))
    return page("board.html", staff, section="board", ranges=RANGES, states=STATE_TITLES, **values)


async def get_parts(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/board/parts?range=: `{"html", "at"}` for a page that keeps itself fresh."""
    values = await _values(request.app, _range(request))
    at: datetime = values["now"]
    return json_answer({"html": fragment("_board.html", ranges=RANGES, states=STATE_TITLES, **values), "at": at})


def _range(request: web.Request) -> str:
    """An unknown one counts as today."""
    name = request.query.get("range", "today")
    return name if name in RANGES else "today"
