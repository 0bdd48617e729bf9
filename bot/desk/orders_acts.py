"""What people do to a work order: begin, write, send, file by hand, note what 12345 says, tell the resident, close."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.arrivals import TurnFailed
from bot.audit import audit
from bot.desk.acts import done, refused, why_not
from bot.desk.orders_page import UNKNOWN, find_order, sheet_of
from bot.desk.orders_panel import ROWS, consent_of, mark_of, may_act
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.desk.ticket import find
from bot.forms import read_form
from bot.hotline.form import BLANK, first_form, payload, typed_form
from bot.hotline.gate import gate_of, objection
from bot.hotline.states import HOTLINE, stage
from bot.hotline.wire import their_number
from bot.keys import SERVICES
from bot.log import get_logger
from bot.services import Services
from bot.store.database import StoreAway
from bot.store.orders import Form, News, Order, Overwritten, Reply, get_order
from bot.store.orders_changes import (
    close_order,
    file_order,
    keep_number,
    keep_told,
    make_order,
    save_form,
    send_order,
    take_news,
)
from bot.store.said import messages_of
from bot.store.tickets import Ticket, get_ticket
from conversations.codes import TicketStatus
from conversations.events import ReporterCorrected, ReporterReplied

log = get_logger("orders")

NOT_YOURS = "同事在办这张单：请他来送，或由编辑、12345联络员送。"
ENDED = "这张单已经结束，不能再送工单。"
GONE = "没有这张单，或资料已删除。"
MOVED = "这张工单已经送出或了结，请刷新后再看。"
CHANGED = "同事刚改过这张草稿，您写的还没有存。请对照同事写的改好，再存一次就以这一页为准。"
NEWER = "工单有了新进展，请看过再发。"
_LONGEST = 1000
_NOTE = 500
_BEFORE = frozenset(
    {"intake", "triaged", "assigned", "verifying", "await_12345", "local_coord", "reopened", "referred", "deferred"}
)
"""Where a ticket stands before an order: further up it stays."""


async def post_make(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/order: a draft filled from the ticket, or the one that is open; then its page."""
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return refused(request, staff, "", 404, "unknown", GONE)
    if not may_act(ticket, staff):
        return refused(request, staff, ticket.number, 409, "claimed", NOT_YOURS)
    if ticket.outcome is not None:
        return refused(request, staff, ticket.number, 409, "closed", ENDED)
    said = await messages_of(services.database, services.vault, ticket.conversation)
    form = first_form(ticket, said, services.playbook, ROWS)
    number = await make_order(
        services.database, services.vault, ticket.number, ticket.conversation, form, staff.login, services.clock()
    )
    if not number:
        return refused(request, staff, ticket.number, 404, "unknown", GONE)
    await audit(services.database, staff.login, "desk.order_made", ticket.number, order=number)
    _news(services, ticket.number, "made")
    raise web.HTTPSeeOther(f"/desk/orders/{number}")


async def post_act(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/orders/{number}/{save,send,file,news,number,close}, as a form; back to the order's page.

    What was typed and not taken is shown again with the sentence that says why (400 or 409); nothing typed is lost.
    """
    services = request.app[SERVICES]
    order, ticket = await find_order(request)
    if order is None or ticket is None or order.erased:
        return refused(request, staff, "", 404, "unknown", UNKNOWN if order is None else GONE)
    if not may_act(ticket, staff):
        return refused(request, staff, ticket.number, 409, "claimed", NOT_YOURS)
    given = {name: str(value) for name, value in (await read_form(request)).items()}
    act, now = request.match_info["act"], services.clock()
    form, wrong = typed_form(given, order.form, ROWS)
    seen = given.get("seen", order.form.mark)
    if act in ("save", "send", "file"):
        if ticket.outcome is not None:
            return await _again(request, staff, order, ticket, form, 409, ENDED, seen=seen)
        wrong = wrong or ("" if act == "save" else await _why_not_yet(services, order, ticket, form, given))
        if wrong:
            return await _again(request, staff, order, ticket, form, 400, wrong, seen=seen)
    match act:
        case "save" | "send" | "file":
            try:
                took = await _write(services, order, ticket, form, seen, given, staff, act)
            except Overwritten:
                fresh = await get_order(services.database, services.vault, order.number) or order
                return await _again(request, staff, fresh, ticket, form, 409, CHANGED, clash=True)
        case "news":
            news = _heard(given, now)
            if isinstance(news, str):
                return await _again(request, staff, order, ticket, None, 400, news)
            took = await _note(services, order, news, staff, now)
        case "number":
            theirs = their_number(given.get("hotline_number", ""))
            if not theirs:
                return await _again(request, staff, order, ticket, None, 400, BAD_NUMBER)
            took = await keep_number(services.database, services.vault, order.number, theirs, staff.login, now)
        case _:
            note = given.get("note", "").strip()[:_NOTE]
            took = await close_order(services.database, services.vault, order.number, note, staff.login, now)
    if not took:
        fresh = await get_order(services.database, services.vault, order.number) or order
        return await _again(request, staff, fresh, ticket, None, 409, MOVED)
    if act != "save":
        detail: dict[str, Any] = {"order": order.number}
        if act in ("send", "file"):
            detail |= {"called": form.called, "waived": bool(form.reason), "agreed": given.get("agreed") == "yes"}
        await audit(services.database, staff.login, f"desk.order_{act}", ticket.number, **detail)
        if act in ("send", "file"):
            await _ticket_moves(services, ticket, staff)
    _news(services, ticket.number, act)
    if act == "save" and given.get("then") == "sheet":
        raise web.HTTPSeeOther(f"/desk/orders/{order.number}/sheet")
    raise web.HTTPSeeOther(f"/desk/orders/{order.number}{'?saved=yes' if act == 'save' else ''}")


BAD_NUMBER = "工单号只能是 3 到 40 个字母、数字、横线。还没有就空着，拿到再补。"


async def _why_not_yet(services: Services, order: Order, ticket: Ticket, form: Form, given: Mapping[str, str]) -> str:
    """Why it may not leave as it is; what has left already is not asked again."""
    if given.get("hotline_number", "").strip() and not their_number(given["hotline_number"]):
        return BAD_NUMBER
    if order.status != "draft":
        return ""
    if not form.fields.get("subject") and not form.fields.get("need"):
        return "标题和要办的事，至少写一样。"
    gate = gate_of(ticket, form.called, await consent_of(services, ticket), ROWS)
    return objection(gate, form, agreed=given.get("agreed") == "yes")


async def _write(
    services: Services, order: Order, ticket: Ticket, form: Form, seen: str, given: Mapping[str, str], staff: Staff, act: str
) -> bool:  # fmt: skip
    """Save, send or file a form over the one with the mark `seen`. Raises Overwritten."""
    base, now, level = (services.database, services.vault, order.number), services.clock(), ROWS.level(form.level)
    if act == "save":
        return await save_form(*base, form, seen, staff.login, now)
    if act == "file":
        theirs = their_number(given.get("hotline_number", ""))
        return await file_order(*base, form, seen, theirs, staff.login, now, (level.receive, level.answer))
    if not services.settings.hotline_url:
        return False
    body = payload(order, form, now, ticket.intent, ROWS)
    return await send_order(*base, form, seen, body, staff.login, now, (level.receive, level.answer))


def _heard(given: Mapping[str, str], now: datetime) -> News | str:
    """What was learnt by telephone, or what is missing of it."""
    status, text = given.get("status", ""), given.get("text", "").strip()
    if status not in HOTLINE or status == "closed":
        return "请选12345说的是哪一步。"
    if status in ("answered", "returned") and not text:
        return "请写下答复，或退单的理由。"
    if len(text) > _LONGEST:
        return f"太长了：最多 {_LONGEST} 个字。"
    return News(status, now, reply=Reply(unit=given.get("unit", "").strip()[:60], text=text))


async def _note(services: Services, order: Order, news: News, staff: Staff, now: datetime) -> bool:
    verdict = await take_news(services.database, services.vault, order.number, news, staff.login, now)
    return verdict in ("moves", "again")


async def _ticket_moves(services: Services, ticket: Ticket, staff: Staff) -> None:
    """The ticket says 已转12345 from now. The order has left: what fails here is written to the log, nothing is undone."""
    if ticket.status not in _BEFORE:
        return
    event = ReporterCorrected(ticket.case, staff.login, "status", TicketStatus.TICKET_12345)
    try:
        await services.turns.act(ticket.conversation, event)
    except (TurnFailed, StoreAway) as error:
        log.warning("ticket_not_moved", ticket=ticket.number, reason=type(error).__name__)


async def _again(
    request: web.Request, staff: Staff, order: Order, ticket: Ticket, form: Form | None, status: int, said: str,
    *, seen: str = "", clash: bool = False,
) -> web.StreamResponse:  # fmt: skip
    """The page as it was filled in, with what is wrong on top; what a colleague wrote meanwhile beside it (`clash`)."""
    sheet = await sheet_of(request.app[SERVICES], order, ticket, staff, form=form, said=said, seen=seen, clash=clash)
    return page("order.html", staff, status=status, section="orders", sheet=sheet)


async def post_tell(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/order-tell: order, mark, text. A reporter's reply as any other, and never twice.

    Fetched: the parts of the ticket page as they are now; a form goes back to the ticket.
    """
    services = request.app[SERVICES]
    ticket = await find(request)
    given = {name: str(value) for name, value in (await read_form(request)).items()}
    order = await get_order(services.database, services.vault, given.get("order", ""))
    if ticket is None or ticket.erased or order is None or order.ticket != ticket.number:
        return refused(request, staff, "", 404, "unknown", GONE)
    number, text = ticket.number, given.get("text", "").strip()
    told = stage(order.status, order.way, order.delivery, order.told, untold=order.untold)
    if not told or given.get("mark") != mark_of(order):
        return refused(request, staff, number, 409, "newer", NEWER)
    if not text or BLANK in text:
        return refused(request, staff, number, 400, "unfit", "还有空没填。" if text else "还没有写内容。")
    if len(text) > _LONGEST:
        return refused(request, staff, number, 400, "unfit", f"太长了：最多 {_LONGEST} 个字。")
    # One id whoever presses: two people who tell it at once tell it once.
    event = ReporterReplied(ticket.case, staff.login, text, f"order:{order.number}:{told}:{mark_of(order)}")
    outcome = await services.turns.act(ticket.conversation, event)
    fresh = await get_ticket(services.database, services.vault, number) or ticket
    if outcome.refused:
        status, sentence = await why_not(services, outcome.refused, fresh)
        return refused(request, staff, number, status, outcome.refused, sentence)
    await keep_told(services.database, services.vault, order.number, told, staff.login, services.clock())
    await audit(services.database, staff.login, "desk.order_told", number, order=order.number)
    _news(services, number, "told")
    return await done(request, staff, await get_ticket(services.database, services.vault, number) or fresh)


def _news(services: Services, number: str, change: str) -> None:
    services.live.publish([{"what": "ticket", "number": number, "change": f"order_{change}", "alert": ""}])
