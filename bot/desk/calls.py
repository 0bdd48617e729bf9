"""Calls from a ticket: logged with two taps, promises kept or missed, and one list of what is due. Nothing is dialled here."""

import re

from aiohttp import web

from bot.audit import audit
from bot.desk.acts import done, refused
from bot.desk.calls_view import call_line, found_callees, moves_on
from bot.desk.directory import ROWS
from bot.desk.once import form_id
from bot.desk.pages import error_answer, fragment, json_answer, page
from bot.desk.record import lately, names_of_staff
from bot.desk.session import Staff
from bot.desk.ticket import find
from bot.forms import read_form
from bot.keys import SERVICES
from bot.numbers import whole
from bot.services import Services
from bot.store.calls import CALLED, NewCall, calls_of, get_call, keep_call, open_promises, recent_calls, settle_promise
from bot.store.tickets import Ticket, get_ticket
from bot.store.units import find_units, get_unit
from conversations.codes import TicketStatus, Verification
from conversations.events import ReporterClaimed, ReporterCorrected, ReporterEvent

_LONGEST = 300
_REVEALS = 120
"""As many in ten minutes as of a ticket's facts, counted together."""
_FOUND = 8
_NUMBER = re.compile(r"\+?[0-9][0-9 ()-]{2,20}(?:[,，转#*]+ ?[0-9]{1,6})?")
_GONE = "没有这张单，或资料已删除。"


class Unfit(Exception):
    """What was filled in cannot be taken; the sentence says what to do."""


async def post_call(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/calls: unit ("" the resident), number, result, promise, due (place in the list), note,
    move ("yes": the ticket is with the street now), form (its id). The parts of the page as they are now.
    """
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return refused(request, staff, "", 404, "unknown", _GONE)
    # A form sends the button's value beside an empty field for scripts: the last that says something counts.
    form = {name: str(value).strip() for name, value in (await read_form(request)).items() if str(value).strip()}
    try:
        call, whom = await _call(services, ticket, form)
    except Unfit as error:
        return refused(request, staff, ticket.number, 400, "unfit", str(error))
    said = f"{whom}，{ROWS.result_title(call.result)}"
    form_of = form_id(
        services.vault, form, staff.login, ticket.number, str(call.unit), call.result, call.promise, call.note
    )
    kept = await keep_call(
        services.database, services.vault, ticket, call, staff.login, services.clock(), said, form_of
    )
    if kept is None:
        return refused(request, staff, ticket.number, 404, "unknown", "资料已删除，记不下了。")
    if kept == 0:  # sent again: what followed from it has followed
        return await done(request, staff, ticket)
    await audit(services.database, staff.login, "desk.called", ticket.number, result=call.result, unit=call.unit or 0)
    await _move_on(services, ticket, call, staff, moves=form.get("move") == "yes")
    services.live.publish([{"what": "ticket", "number": ticket.number, "change": CALLED, "alert": ""}])
    fresh = await get_ticket(services.database, services.vault, ticket.number)
    return await done(request, staff, fresh or ticket)


async def _call(services: Services, ticket: Ticket, form: dict[str, str]) -> tuple[NewCall, str]:
    """(call, whom in words). Raises Unfit."""
    result = ROWS.results.get(form.get("result", ""))
    if result is None:
        raise Unfit("请选一个结果。")
    promise, note = form.get("promise", ""), form.get("note", "")
    if max(len(promise), len(note)) > _LONGEST:
        raise Unfit(f"太长了：最多 {_LONGEST} 个字。")
    unit_id = form.get("unit", "")
    if not unit_id:
        if not result.contact:
            raise Unfit("这个结果是打给单位用的。")
        if "phone" not in ticket.slots:
            raise Unfit("还没有居民的电话。")
        return NewCall(None, ticket.slots["phone"], result.code, note=note), "居民"
    known = whole(unit_id)
    unit = await get_unit(services.database, ROWS, known) if known is not None else None
    if unit is None:
        raise Unfit("通讯录里没有这一家，请刷新。")
    given = form.get("number", "")  # as it stood when it was dialled: a colleague may have written a new one since
    dialled = given if _NUMBER.fullmatch(given) else unit.numbers[0]
    due = None
    if result.promises or (promise and result.human):
        place = whole(form.get("due", "0"), len(ROWS.promises) - 1)
        if place is None:
            raise Unfit("请选一个到期时间。")
        due = ROWS.promises[place].due(services.clock())
        if due <= services.clock():
            raise Unfit("选的时间已经过了，请换一个。")
    elif promise:
        raise Unfit("没有人接，就没有人答应；请写在备注里。")
    return NewCall(unit.id, dialled, result.code, promise, due, note), unit.name


async def _move_on(services: Services, ticket: Ticket, call: NewCall, staff: Staff, *, moves: bool) -> None:
    """What a call means for the ticket goes through its conversation; a call is work, so the claim is kept."""
    human = ROWS.results[call.result].human
    event: ReporterEvent | None = None
    if human and call.unit is None and ticket.verification == Verification.UNVERIFIED:
        event = ReporterCorrected(ticket.case, staff.login, "verification", Verification.CALLED_BACK)
    elif human and call.unit is not None and moves and ticket.outcome is None:
        event = ReporterCorrected(ticket.case, staff.login, "status", TicketStatus.LOCAL_COORD)
    elif ticket.outcome is None and ticket.reporter == staff.login:
        event = ReporterClaimed(ticket.case, staff.login)
    if event is not None:
        await services.turns.act(ticket.conversation, event)


async def post_promise(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/promise: call, state (kept, missed); `back` "list" for the list of calls."""
    services = request.app[SERVICES]
    ticket = await find(request)
    form = await read_form(request)
    call_id, state = whole(str(form.get("call", ""))), str(form.get("state", ""))
    call = await get_call(services.database, services.vault, call_id) if call_id is not None else None
    if ticket is None or call is None or call.number != ticket.number:
        return refused(request, staff, "", 404, "unknown", "没有这个电话记录。")
    if state not in ("kept", "missed"):
        return refused(request, staff, ticket.number, 400, "unfit", "请选做到了，还是没做到。")
    whom = call.whom or "居民"
    if not await settle_promise(services.database, services.vault, call, state, staff.login, services.clock(), whom):
        return refused(request, staff, ticket.number, 409, "settled", "已经有同事记过了，请刷新。")
    await audit(services.database, staff.login, "desk.promise", ticket.number, state=state, unit=call.unit or 0)
    services.live.publish([{"what": "ticket", "number": ticket.number, "change": "promise", "alert": ""}])
    if str(form.get("back", "")) == "list" and request.headers.get("X-Requested-With") != "bangnong":
        raise web.HTTPSeeOther("/desk/calls")
    return await done(request, staff, await get_ticket(services.database, services.vault, ticket.number) or ticket)


async def post_words(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/call-words → `{"calls": {id: {"dialled", "promise", "note"}}}`, written down before."""
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return error_answer(404, "unknown", _GONE)
    if await lately(services.database, staff.login, "desk.reveal") >= _REVEALS:
        return error_answer(429, "too_many", "十分钟内看得太多了，请稍后再看。")
    await audit(services.database, staff.login, "desk.reveal", ticket.number, field="calls")
    calls = await calls_of(services.database, services.vault, ticket.number)
    shown = {str(one.id): {"dialled": one.dialled, "promise": one.promise, "note": one.note} for one in calls}
    return json_answer({"calls": shown})


async def get_callees(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/tickets/{number}/callees?q=: `{"html"}`, units looked for by hand, to be called for this ticket."""
    services = request.app[SERVICES]
    ticket = await find(request)
    q = request.query.get("q", "").strip()[:60]
    if ticket is None:
        return error_answer(404, "unknown", _GONE)
    units = await find_units(services.database, ROWS, q=q, most=_FOUND) if q else []
    names = await names_of_staff(services.database)
    callees = found_callees(units, services.playbook, names, services.clock())
    html = fragment(
        "_callees.html", callees=callees, ticket=ticket, staff=staff, q=q, moves=moves_on(ticket),
        results=list(ROWS.results.values()), times=ROWS.promises,
    )  # fmt: skip
    return json_answer({"html": html})


async def get_calls(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/calls?who=mine: promises, missed and due first, then the last calls."""
    services = request.app[SERVICES]
    mine = request.query.get("who") == "mine"
    names, now = await names_of_staff(services.database), services.clock()
    promises = [
        call_line(one, services.playbook, names, now)
        for one in await open_promises(services.database, services.vault)
        if not mine or one.by == staff.login
    ]
    calls = [
        call_line(one, services.playbook, names, now)
        for one in await recent_calls(services.database, services.vault, staff.login if mine else "")
    ]
    soon = now + ROWS.rules.promise_soon
    return page("calls.html", staff, section="calls", promises=promises, calls=calls, mine=mine, now=now, soon=soon)
