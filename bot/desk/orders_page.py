"""One order: to be written, read, printed. It shows what is hidden elsewhere, so opening it is written down first."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.audit import audit
from bot.desk.acts import refused
from bot.desk.orders_panel import (
    ROWS,
    Card,
    Step,
    boxes_of,
    card_of,
    consent_of,
    mark_of,
    may_act,
    may_tell,
    steps_of,
)
from bot.desk.pages import page
from bot.desk.record import lately, names_of_staff
from bot.desk.session import Staff
from bot.hotline.form import missing, plain_text, tell_text
from bot.hotline.gate import Gate, gate_of
from bot.keys import SERVICES
from bot.services import Services
from bot.store.orders import Form, Order, get_order, order_events
from bot.store.tickets import Ticket, get_ticket
from data.hotline import Hotline

_MOST = 120
"""Looks of one person in ten minutes, counted together with the fields shown on tickets."""
UNKNOWN = "没有这张工单。号码可能抄错了。"
TOO_MANY = "十分钟内看得太多了，请稍后再看。"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything an order's page shows. `writes`: it is a draft and theirs to write; `said`: why an act was not taken;
    `seen`: the mark of the draft they write over; `clash`: somebody else changed it meanwhile."""

    order: Order
    form: Form
    ticket: Ticket
    card: Card
    rows: Hotline
    gate: Gate
    consent: str
    missing: list[str]
    boxes: list[tuple[str, str]]
    steps: list[Step]
    text: str
    tell: str
    mark: str
    acts: bool
    writes: bool
    gateway: bool
    masked: bool
    said: str
    seen: str
    clash: bool
    now: datetime


async def find_order(request: web.Request) -> tuple[Order | None, Ticket | None]:
    """The order of the path and its ticket."""
    services = request.app[SERVICES]
    order = await get_order(services.database, services.vault, request.match_info["number"].upper())
    ticket = await get_ticket(services.database, services.vault, order.ticket) if order else None
    return order, ticket


async def sheet_of(
    services: Services, order: Order, ticket: Ticket, staff: Staff, *, form: Form | None = None, said: str = "",
    seen: str = "", clash: bool = False,
) -> Sheet:  # fmt: skip
    """`form`: what was typed and not taken. Raises StoreAway."""
    names, now = await names_of_staff(services.database), services.clock()
    masked = not staff.acts
    card = card_of(order, names, now)
    acts = may_act(ticket, staff) and not order.erased
    consent = await consent_of(services, ticket)
    shown = form or order.form
    telling = card.stage and acts and may_tell(ticket, staff)
    return Sheet(
        order=order, form=shown, ticket=ticket, card=card, rows=ROWS, gate=gate_of(ticket, shown.called, consent, ROWS),
        consent=consent, missing=missing(shown, ROWS), boxes=boxes_of(order, masked=masked),
        steps=steps_of(await order_events(services.database, services.vault, order.number), names, masked=masked),
        text="" if masked or order.erased else plain_text(order, ROWS),
        tell=tell_text(order, card.stage, ROWS) if telling else "", mark=mark_of(order),
        acts=acts, writes=acts and order.status == "draft" and ticket.outcome is None,
        gateway=bool(services.settings.hotline_url), masked=masked, said=said,
        seen=seen or order.form.mark, clash=clash, now=now,
    )  # fmt: skip


async def show(request: web.Request, staff: Staff, name: str) -> web.StreamResponse:
    services = request.app[SERVICES]
    order, ticket = await find_order(request)
    if order is None or ticket is None:
        return refused(request, staff, "", 404, "unknown", UNKNOWN)
    if staff.acts and not order.erased:
        if await lately(services.database, staff.login, "desk.reveal") >= _MOST:
            return refused(request, staff, order.ticket, 429, "too_many", TOO_MANY)
        await audit(services.database, staff.login, "desk.reveal", order.ticket, field="order")
    return page(name, staff, section="orders", sheet=await sheet_of(services, order, ticket, staff))


async def get_page(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/orders/{number}: in full for people who act, after a line of the audit; masked for the others."""
    return await show(request, staff, "order.html")


async def get_sheet(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/orders/{number}/sheet: one A4 page to be printed, and the same as text."""
    return await show(request, staff, "order_sheet.html")
