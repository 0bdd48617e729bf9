"""Going up the ladder from a ticket: somebody told, a decision not to, what came of it. Nothing leaves the house from here."""

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web

from bot.arrivals import TurnFailed
from bot.audit import audit
from bot.desk.acts import done, refused
from bot.desk.directory import ROWS as DIRECTORY
from bot.desk.once import form_id
from bot.desk.orders_acts import NOT_YOURS
from bot.desk.orders_panel import consent_of, may_act
from bot.desk.pages import error_answer, json_answer
from bot.desk.record import lately
from bot.desk.session import Staff
from bot.desk.supervision_panel import EDITORS_ONLY, next_level
from bot.desk.ticket import find
from bot.forms import read_form
from bot.keys import SERVICES
from bot.log import get_logger
from bot.numbers import whole
from bot.services import Services
from bot.store.database import StoreAway
from bot.store.supervision import NewStep, get_step, keep_step, keep_waiver, settle_step, steps_of
from bot.store.tickets import Ticket, get_ticket
from bot.store.units import get_unit
from bot.supervision.ladder import may_send, moment
from bot.supervision.saying import full_words
from bot.supervision.watching import ROWS, due_steps
from conversations.codes import TicketStatus
from conversations.events import ReporterCorrected

log = get_logger("supervision")

_LONGEST = 300
_REVEALS = 120
"""As many in ten minutes as of a ticket's facts, counted together."""
_GONE = "没有这张单，或资料已删除。"
_UP = frozenset({TicketStatus.ESCALATED, TicketStatus.REPORTED_UP, TicketStatus.CLAIMED_DONE, TicketStatus.REVISITED})
"""Where a ticket stays when one more is told."""


class Unfit(Exception):
    """What was filled in cannot be taken; the sentence says what to do."""


async def post_step(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/supervise: level, unit ("" for `who`), way, promise, due (place in the list), note, form."""
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return refused(request, staff, "", 404, "unknown", _GONE)
    if ticket.outcome is not None:
        return refused(request, staff, ticket.number, 409, "closed", "这张单已经结束，不用再提级。")
    if not may_act(ticket, staff):
        return refused(request, staff, ticket.number, 409, "claimed", NOT_YOURS)
    form = {name: str(value).strip() for name, value in (await read_form(request)).items()}
    now = services.clock()
    try:
        step, whom = await _step(services, form, staff, now)
    except Unfit as error:
        return refused(request, staff, ticket.number, 400, "unfit", str(error))
    said = f"{ROWS.level_title(step.level)}，{whom}，{ROWS.way_title(step.way)}，{moment(step.due, now)}前"
    form_of = form_id(services.vault, form, staff.login, ticket.number, step.level, whom, step.promise, step.note)
    kept = await keep_step(services.database, services.vault, ticket, step, staff.login, now, said, form_of)
    if kept is None:
        return refused(request, staff, "", 404, "unknown", _GONE)
    if kept == 0:  # sent again: what followed from it has followed
        return await _done(request, staff, ticket)
    await audit(
        services.database, staff.login, "desk.supervised", ticket.number, level=step.level, trigger=step.trigger,
        unit=step.unit or 0,
    )  # fmt: skip
    await _ticket_moves(services, ticket, staff, step)
    return await _done(request, staff, ticket)


async def _step(services: Services, form: Mapping[str, str], staff: Staff, now: datetime) -> tuple[NewStep, str]:
    """(the step, whom in words). Raises Unfit."""
    level = ROWS.level(form.get("level", ""))
    if level is None:
        raise Unfit("请选提到哪一级。")
    if not may_send(level, staff.role):
        raise Unfit(EDITORS_ONLY)
    who, promise, note = form.get("who", ""), form.get("promise", ""), form.get("note", "")
    if max(len(who), len(promise), len(note)) > _LONGEST:
        raise Unfit(f"太长了：最多 {_LONGEST} 个字。")
    if not any(one.code == form.get("way") for one in ROWS.ways):
        raise Unfit("请选怎么告诉的。")
    unit_id = form.get("unit", "")
    unit_no = whole(unit_id)
    unit = await get_unit(services.database, DIRECTORY, unit_no) if unit_no is not None else None
    if unit_id and unit is None:
        raise Unfit("通讯录里没有这一家，请刷新。")
    if unit is None and not who:
        raise Unfit("写清告诉了谁：选一家，或写单位、职务。")
    place = whole(form.get("due", "0"), len(DIRECTORY.promises) - 1)
    if place is None:
        raise Unfit("请选到什么时候。")
    due = DIRECTORY.promises[place].due(now)
    if due <= now:
        raise Unfit("选的时间已经过了，请换一个。")
    trigger = form.get("trigger", "")
    known = trigger if any(one.code == trigger for one in ROWS.triggers) else ""
    whom = f"{unit.name} {who}".strip() if unit else who
    step = NewStep(level.code, level.rank, known, unit.id if unit else None, who, form["way"], due, promise, note)
    return step, whom


async def _ticket_moves(services: Services, ticket: Ticket, staff: Staff, step: NewStep) -> None:
    """The ticket says so from now. Whoever was told has been told: what fails here is written to the log only."""
    status = TicketStatus.ESCALATED if step.rank > 0 else TicketStatus.LOCAL_COORD
    if ticket.status == status or ticket.status in _UP:
        return
    try:
        await services.turns.act(ticket.conversation, ReporterCorrected(ticket.case, staff.login, "status", status))
    except (TurnFailed, StoreAway) as error:
        log.warning("ticket_not_moved", ticket=ticket.number, reason=type(error).__name__)


async def post_not(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/supervise-not: why. The proposal goes; something new proposes anew."""
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return refused(request, staff, "", 404, "unknown", _GONE)
    if not may_act(ticket, staff):
        return refused(request, staff, ticket.number, 409, "claimed", NOT_YOURS)
    form = await read_form(request)
    why, now = str(form.get("why", "")).strip(), services.clock()
    if not why or len(why) > _LONGEST:
        sentence = f"太长了：最多 {_LONGEST} 个字。" if why else "写一句为什么先不提级，同事好接着办。"
        return refused(request, staff, ticket.number, 400, "unfit", sentence)
    found = await due_steps(services.database, now, [ticket.number])
    if not found:
        return refused(request, staff, ticket.number, 409, "settled", "现在没有要提级的，请刷新。")
    trigger = found[0].proposal.trigger
    if not await keep_waiver(services.database, services.vault, ticket, trigger, why, staff.login, now):
        return refused(request, staff, "", 404, "unknown", _GONE)
    await audit(services.database, staff.login, "desk.supervision_waived", ticket.number, trigger=trigger)
    return await _done(request, staff, ticket)


async def post_result(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/supervise-result: step, state (a result of the rows), result; `back` "list"."""
    services = request.app[SERVICES]
    ticket = await find(request)
    form = {name: str(value).strip() for name, value in (await read_form(request)).items()}
    given = whole(form.get("step", ""))
    step = await get_step(services.database, services.vault, given) if given is not None else None
    if ticket is None or ticket.erased or step is None or step.number != ticket.number:
        return refused(request, staff, "", 404, "unknown", "没有这一步，或资料已删除。")
    row = ROWS.result(form.get("state", ""))
    if row is None:
        return refused(request, staff, ticket.number, 400, "unfit", "请选后来怎样。")
    if len(form.get("result", "")) > _LONGEST:
        return refused(request, staff, ticket.number, 400, "unfit", f"太长了：最多 {_LONGEST} 个字。")
    said = f"{ROWS.level_title(step.level)}，{step.whom or ''}，{row.title}".replace("，，", "，")
    now = services.clock()
    if not await settle_step(
        services.database, services.vault, step, row.code, form.get("result", ""), staff.login, now, said
    ):
        return refused(request, staff, ticket.number, 409, "settled", "已经有同事记过了，请刷新。")
    await audit(
        services.database, staff.login, "desk.supervision_settled", ticket.number, level=step.level, state=row.code
    )  # fmt: skip
    if form.get("back") == "list" and request.headers.get("X-Requested-With") != "bangnong":
        services.live.publish([{"what": "ticket", "number": ticket.number, "change": "supervised", "alert": ""}])
        raise web.HTTPSeeOther("/desk/supervision")
    return await _done(request, staff, ticket)


async def post_words(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/supervise-words → `{"text"}`, with address and telephone; written down before.

    Only where the resident agreed to be passed on.
    """
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return error_answer(404, "unknown", _GONE)
    if not may_act(ticket, staff):
        return error_answer(409, "claimed", NOT_YOURS)
    if await consent_of(services, ticket) != "yes":
        return error_answer(409, "consent", "居民还没有同意转给别人：先问一声，同意了再给地址和电话。")
    if await lately(services.database, staff.login, "desk.reveal") >= _REVEALS:
        return error_answer(429, "too_many", "十分钟内看得太多了，请稍后再看。")
    await audit(services.database, staff.login, "desk.reveal", ticket.number, field="supervision")
    now = services.clock()
    found = await due_steps(services.database, now, [ticket.number])
    proposal = found[0].proposal if found else None
    level = proposal.level if proposal else next_level(await steps_of(services.database, services.vault, ticket.number))
    text = full_words(ticket, level, proposal.reason if proposal else "", services.playbook, ROWS, now)
    return json_answer({"text": text})


async def _done(request: web.Request, staff: Staff, ticket: Ticket) -> web.StreamResponse:
    services = request.app[SERVICES]
    services.live.publish([{"what": "ticket", "number": ticket.number, "change": "supervised", "alert": ""}])
    return await done(request, staff, await get_ticket(services.database, services.vault, ticket.number) or ticket)
