"""One ticket on one screen: the page, and its parts for pages that keep themselves fresh."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from aiohttp import web

from adapters.staff import STAFF
from bot.desk import words
from bot.desk.calls_view import CallsPanel, calls_panel
from bot.desk.canned import offers
from bot.desk.clocks import WATCHED, Promise, claim_ends, is_watched, next_step, promises
from bot.desk.linking_view import LinkedPanel, linked_panel
from bot.desk.orders_panel import OrderPanel, order_panel
from bot.desk.origins import origin_of
from bot.desk.pages import error_answer, fragment, json_answer, page
from bot.desk.picture_words import Proposed, Written, proposed_of, written_on
from bot.desk.record import NOT_ONLINE, ReplyRoom, labels_of, names_of_staff, reply_room, waiting_numbers
from bot.desk.reports_view import ReportsPanel, reports_panel
from bot.desk.rows import Row, is_red, row_of
from bot.desk.session import Staff
from bot.desk.similar import Panel, panel_of
from bot.desk.supervision_panel import SupervisionPanel, supervision_panel
from bot.desk.view import Happening, Line, Note, Slot, history_of, line_of, notes_of, reasons_of, slots_of
from bot.keys import SERVICES
from bot.services import Services
from bot.store.said import messages_of
from bot.store.tickets import Ticket, events_of, get_ticket, tickets_of
from conversations.codes import TicketStatus

READ_OUT = "登记时给同事看的，可以念给对方听"

PARTS = (
    "head", "holder", "contact", "promises", "talk", "room", "calls", "similar", "linked", "orders", "supervision", "obstacles",
    "facts", "others", "notes", "history",
)  # fmt: skip
"""Sections of the page that are replaced alone: `part-NAME` in the page, `_NAME.html` as template."""


@dataclass(frozen=True, slots=True)
class View:
    """Everything a ticket page shows. `told`: outcomes for which there is a sentence to the resident."""

    ticket: Ticket
    title: str
    summary: str
    urgency_word: str
    flags: tuple[str, ...]
    alert: str
    red: bool
    reasons: list[tuple[str, str]]
    clocks: tuple[Promise, ...]
    step: str
    lines: list[Line]
    slots: list[Slot]
    history: list[Happening]
    notes: list[Note]
    others: list[Row]
    calls: CallsPanel
    similar: Panel
    linked: LinkedPanel
    orders: OrderPanel
    supervision: SupervisionPanel
    reports: ReportsPanel
    room: ReplyRoom
    origin: str
    holder: str
    mine: bool
    claim_until: datetime | None
    waiting: bool
    further: tuple[tuple[str, str], ...]
    intents: dict[str, str]
    labels: dict[str, tuple[str, str]]
    hidden_words: bool
    written: Mapping[str, Written]
    proposed: list[Proposed]
    told: frozenset[str]
    now: datetime

    @property
    def offline(self) -> bool:
        """Nobody reads what is written here: the telephone is the only way."""
        return self.ticket.channel in NOT_ONLINE

    @property
    def watched(self) -> str:
        """The warning above what is written, where somebody they fear reads along."""
        return WATCHED if is_watched(self.ticket) else ""

    @property
    def open(self) -> bool:
        return self.ticket.outcome is None

    @property
    def statuses(self) -> dict[str, str]:
        """Where a person may put it; `closed` is reached by ending it alone."""
        return {code: word for code, word in words.STATUS.items() if code != TicketStatus.CLOSED}

    @property
    def desk_missing(self) -> tuple[str, ...]:
        return tuple(slot.title for slot in self.slots if not slot.value and slot.need != "desk")


async def view_of(services: Services, ticket: Ticket, staff: Staff) -> View:
    """Read everything of one ticket. Raises StoreAway."""
    database, vault, playbook = services.database, services.vault, services.playbook
    names, now = await names_of_staff(database), services.clock()
    lines = [] if ticket.erased else [
        line_of(one, ticket.case, names) for one in await messages_of(database, vault, ticket.conversation)
    ]  # fmt: skip
    if ticket.channel == STAFF:  # nobody received it: it was shown to whoever filed this, to be read out
        lines = [replace(one, delivery=READ_OUT) if one.side == "bot" else one for one in lines]
    family = await tickets_of(database, vault, ticket.conversation)
    waiting = await waiting_numbers(database, family)
    others = [
        row_of(one, playbook, names, login=staff.login, waiting=one.number in waiting, now=now, place="other")
        for one in family
        if one.number != ticket.number
    ]
    me = row_of(ticket, playbook, names, login=staff.login, waiting=ticket.number in waiting, now=now, place="")
    slots = slots_of(ticket, playbook, names)
    written = {} if ticket.erased else await written_on(services, ticket.conversation, lines)
    missing = tuple(slot.title for slot in slots if not slot.value and slot.need != "desk")
    labels = await labels_of(database, ticket.number)
    events = await events_of(database, vault, ticket.number)
    calls = await calls_panel(services, ticket, names, now)
    return View(
        ticket=ticket, title=me.title, summary=me.summary, urgency_word=me.urgency_word, flags=me.flags, alert=me.alert,
        red=is_red(ticket.urgency, ticket.alert), reasons=reasons_of(ticket), clocks=promises(ticket, now),
        step=next_step(ticket, staff.login, acts=staff.acts, waiting=me.waiting, missing=missing, now=now),
        lines=lines, slots=slots, history=history_of(ticket, events, playbook, names), notes=notes_of(events, names),
        others=others, room=await reply_room(services, ticket), holder=me.reporter, mine=me.mine,
        claim_until=claim_ends(ticket, playbook.manners.claim), waiting=me.waiting,
        further=tuple((code, words.intent_title(playbook, code)) for code in ticket.body.further if code != ticket.intent),
        intents=words.intents(playbook),
        calls=calls,
        origin=await origin_of(services.database, ticket, names),
        similar=await panel_of(services, ticket, names, staff, now),
        linked=await linked_panel(services, ticket, names),
        orders=await order_panel(services, ticket, names, staff, now),
        supervision=await supervision_panel(services, ticket, names, staff, calls, now),
        reports=await reports_panel(services, ticket, staff),
        labels=labels, now=now, written=written, proposed=proposed_of(ticket, playbook),
        hidden_words=any(line.hidden for line in lines) or any(one.hidden for one in written.values()),
        told=frozenset(code for code in words.OUTCOME if f"closed_{code}" in playbook.replies),
    )  # fmt: skip


async def find(request: web.Request) -> Ticket | None:
    services = request.app[SERVICES]
    return await get_ticket(services.database, services.vault, request.match_info["number"])


async def get_page(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/tickets/{number}"""
    ticket = await find(request)
    if ticket is None:
        return page(
            "message.html", staff, status=404, title="没有这张单", sentence="号码可能抄错了。可以在求助单里搜索。"
        )
    services = request.app[SERVICES]
    view = await view_of(services, ticket, staff)
    canned = offers(ticket, services.playbook, staff, services.rows.canned) if staff.acts else []
    return page("ticket.html", staff, view=view, canned=canned)


async def get_parts(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/tickets/{number}/parts: `{"parts": {"head": html, …}, "open", "mine", "left", "waiting"}`."""
    ticket = await find(request)
    if ticket is None:
        return error_answer(404, "unknown", "没有这张单。")
    return json_answer(await parts_of(request.app[SERVICES], ticket, staff))


async def parts_of(services: Services, ticket: Ticket, staff: Staff) -> dict[str, Any]:
    view = await view_of(services, ticket, staff)
    return {
        "parts": {name: fragment(f"_{name}.html", view=view, staff=staff) for name in PARTS},
        "open": view.open,
        "mine": view.mine,
        "free": not view.holder,
        "left": view.room.left,
        "alert": bool(view.alert),
        "heard": ticket.heard,
    }
