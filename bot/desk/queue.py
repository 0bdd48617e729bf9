"""The queue: what nobody has seen yet on top, then everything by urgency and age, fifty at a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.desk import words
from bot.desk.pages import fragment, json_answer, page
from bot.desk.people_next import flags_for, panel_for
from bot.desk.record import names_of_staff, newest_change, waiting_numbers
from bot.desk.rows import Row, row_of
from bot.desk.session import Staff
from bot.keys import SERVICES
from bot.services import Services
from bot.store.cursors import read_cursor
from bot.store.tickets import Filter, Ticket, counts, list_tickets
from bot.store.views import views_of
from bot.supervision.watching import due_numbers
from conversations.codes import Intent, Urgency

PAGE = 50
PINNED = 30
_NUMBERS = re.compile(r"B\d{5}-\d{4,9}")
_OPEN = ("open", "closed", "all")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the address bar, checked: an unknown code counts as no filter."""

    who: str = ""
    urgency: str = ""
    intent: str = ""
    desk: str = ""
    status: str = "open"
    alert: str = ""
    q: str = ""
    cursor: str = ""

    def filter(self, login: str) -> Filter:
        """Without `alert=yes` the unacknowledged ones are left to the pinned part above."""
        return Filter(
            urgency=self.urgency, intent=self.intent, desk=self.desk, status="" if self.status == "all" else self.status,
            reporter=login if self.who == "mine" else "", unclaimed=self.who == "free",
            alert="yes" if self.alert else "no" if self.pins else "", q=self.q,
        )  # fmt: skip

    @property
    def pins(self) -> bool:
        """What nobody has seen stands above whatever is filtered; who searches is looking for one ticket."""
        return self.status == "open" and not self.alert and not self.q

    def query(self, **changes: str) -> str:
        """The address of the same view with something changed; the first page unless told otherwise."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__} | {"cursor": ""} | changes
        chosen = {name: value for name, value in values.items() if value and (name, value) != ("status", "open")}
        return "/desk" + (f"?{urlencode(chosen)}" if chosen else "")


def wanted_of(request: web.Request, desks: Sequence[str]) -> Wanted:
    query = request.query

    def one_of(name: str, known: Sequence[str], default: str = "") -> str:
        value = query.get(name, default)
        return value if value in known else default

    return Wanted(
        who=one_of("who", ("mine", "free")),
        urgency=one_of("urgency", [*Urgency]),
        intent=one_of("intent", [*Intent]),
        desk=one_of("desk", desks),
        status=one_of("status", _OPEN, "open"),
        alert=one_of("alert", ("yes",)),
        q=query.get("q", "").strip()[:80],
        cursor=_cursor(query.get("cursor", "")),
    )


def _cursor(text: str) -> str:
    """What is no cursor of ours is the first page."""
    try:
        read_cursor(text)
    except ValueError:
        return ""
    return text


async def rows_of(services: Services, tickets: Sequence[tuple[Ticket, str]], staff: Staff) -> list[Row]:
    """(ticket, place) → rows."""
    waiting = await waiting_numbers(services.database, [ticket for ticket, _ in tickets])
    names, now = await names_of_staff(services.database), services.clock()
    due = await due_numbers(services.database, now, [ticket.number for ticket, _ in tickets if ticket.outcome is None])
    rows = [
        row_of(
            ticket, services.playbook, names, login=staff.login, waiting=ticket.number in waiting, now=now, place=place
        )
        for ticket, place in tickets
    ]
    rows = [replace(row, flags=(*row.flags, "该提级了")) if row.number in due else row for row in rows]
    offered = await flags_for(services, staff, [ticket for ticket, _ in tickets])
    return [replace(row, flags=(offered[row.number], *row.flags)) if row.number in offered else row for row in rows]


async def pinned_tickets(services: Services) -> list[Ticket]:
    """What nobody has acknowledged, whatever is being filtered: red first."""
    found, _ = await list_tickets(services.database, services.vault, Filter(status="open", alert="yes"), limit=PINNED)
    return found


async def get_queue(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk?who=&urgency=&intent=&desk=&status=&alert=&q=&cursor="""
    services = request.app[SERVICES]
    wanted = wanted_of(request, tuple(services.playbook.desks))
    mark = await newest_change(services.database)
    first = not wanted.cursor
    pinned = await pinned_tickets(services) if wanted.pins and first else []
    found, after = await list_tickets(
        services.database, services.vault, wanted.filter(staff.login), newest=wanted.status == "closed", limit=PAGE,
        cursor=wanted.cursor,
    )  # fmt: skip
    rows = await rows_of(services, [(one, "pinned") for one in pinned] + [(one, "queue") for one in found], staff)
    tally = await counts(services.database)
    return page(
        "queue.html", staff, views=await views_of(services.database, staff.login),
        wanted=wanted, pinned=rows[: len(pinned)], rows=rows[len(pinned) :], tally=tally, mark=mark,
        next=wanted.query(cursor=after) if after else "", first=first, pins=wanted.pins and first,
        more_alerts=max(0, tally["alerts"] - len(pinned)) if wanted.pins and first else 0, now=services.clock(),
        intents=words.intents(services.playbook), desks=services.playbook.desks, filtered=wanted.query() != "/desk",
        given=await panel_for(services, staff, services.clock()),
    )  # fmt: skip


async def get_rows(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/rows?numbers=A,B&…filters: only these, as they are now and where they belong.

    `{"rows": [{"number", "place", "key", "html"}], "tally": {…}}`; a number that left the view has place "gone".
    """
    services = request.app[SERVICES]
    wanted = wanted_of(request, tuple(services.playbook.desks))
    numbers = tuple(_NUMBERS.findall(request.query.get("numbers", ""))[:80])
    places: list[tuple[Ticket, str]] = []
    if numbers:
        seen = replace(wanted.filter(staff.login), numbers=numbers)
        here, _ = await list_tickets(services.database, services.vault, seen, limit=len(numbers))
        if wanted.pins:
            above = Filter(status="open", alert="yes", numbers=numbers)
            pinned, _ = await list_tickets(services.database, services.vault, above, limit=len(numbers))
            places += [(one, "pinned") for one in pinned]
        places += [(one, "queue") for one in here]
    rows = await rows_of(services, places, staff)
    found = {row.number for row in rows}
    out: list[dict[str, Any]] = [
        {"number": row.number, "place": row.place, "key": row.key, "html": fragment("_row.html", row=row)}
        for row in rows
    ]
    out += [{"number": number, "place": "gone", "key": "", "html": ""} for number in numbers if number not in found]
    return json_answer({"rows": out, "tally": await counts(services.database)})


async def get_alarm(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/alarm: what every open page must know: how many are unseen, whether it rings, the first of them.

    `{"count", "red", "numbers", "first": {"number", "title", "urgency", "alert", "code"} | null}`
    """
    services = request.app[SERVICES]
    pinned = await pinned_tickets(services)
    rows = [
        row_of(one, services.playbook, {}, login="", waiting=False, now=services.clock(), place="pinned")
        for one in pinned
    ]
    reds = [row for row in rows if row.red]
    first = next(iter(reds or rows), None)
    tally = await counts(services.database)
    return json_answer(
        {
            "count": tally["alerts"],
            "red": len(reds),
            "numbers": [row.number for row in rows],
            "first": None if first is None else {
                "number": first.number, "title": first.title, "urgency": words.URGENCY[first.urgency], "alert": first.alert,
                "code": first.code,
            },
        }
    )  # fmt: skip
