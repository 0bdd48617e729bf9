"""What people do to a report: write, sign, approve, send, note the answer, take the answer back to the residents."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from bot.arrivals import TurnFailed
from bot.audit import audit
from bot.desk.acts import done, refused
from bot.desk.directory import ROWS as DIRECTORY
from bot.desk.orders_acts import NOT_YOURS
from bot.desk.orders_panel import may_act
from bot.desk.reports import UNKNOWN, find_report, report_page
from bot.desk.reports_telling import LONGEST, Unfit, nothing_slips, tell
from bot.desk.reports_view import ROWS, counted_of, tickets_of_report
from bot.desk.session import Staff
from bot.desk.ticket import find
from bot.forms import read_form
from bot.keys import SERVICES
from bot.log import get_logger
from bot.numbers import whole
from bot.reports.paper import history_name, sections_of
from bot.services import Services
from bot.store.database import StoreAway
from bot.store.report_tickets import (
    choose_cases,
    keep_report_steps,
    mark_obstacle,
    note_reported,
    settle_report_steps,
)
from bot.store.reports import (
    Report,
    answer_report,
    approve_report,
    drop_report,
    hand_back_report,
    save_report,
    send_report,
    sign_report,
)
from bot.store.tickets import Ticket, get_ticket
from bot.supervision.watching import ROWS as LADDER
from conversations.codes import TicketStatus
from conversations.events import ReporterCorrected

log = get_logger("reports")

MOVED = "同事刚改过这份报告，请看过再来。您写的还在下面。"
EDITORS = frozenset({"editor", "admin"})
_EDITORS_ACTS = frozenset({"approve", "send", "answer", "tell"})
_UP = frozenset({TicketStatus.REPORTED_UP, TicketStatus.CLAIMED_DONE, TicketStatus.REVISITED})


async def post_obstacle(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/obstacle: code, on ("yes" or "no"). The parts of the page as they are now."""
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return refused(request, staff, "", 404, "unknown", "没有这张单，或资料已删除。")
    if not may_act(ticket, staff):
        return refused(request, staff, ticket.number, 409, "claimed", NOT_YOURS)
    form = await read_form(request)
    row, on = ROWS.obstacle(str(form.get("code", ""))), str(form.get("on", "")) == "yes"
    if row is None:
        return refused(request, staff, ticket.number, 400, "unfit", "请选卡在哪里。")
    now = services.clock()
    if not await mark_obstacle(services.database, services.vault, ticket, row.code, row.title, on, staff.login, now):
        return refused(request, staff, "", 404, "unknown", "没有这张单，或资料已删除。")
    await audit(services.database, staff.login, "desk.obstacle", ticket.number, obstacle=row.code, on=on)
    services.live.publish([{"what": "ticket", "number": ticket.number, "change": "obstacle", "alert": ""}])
    return await done(request, staff, await get_ticket(services.database, services.vault, ticket.number) or ticket)


async def post_act(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/reports/{id}/{save,cases,sign,back,drop,approve,send,answer,tell}, as a form; back to the report's page.

    What was typed and not taken is shown again with the sentence that says why; nothing typed is lost.
    """
    services = request.app[SERVICES]
    report = await find_report(request)
    if report is None:
        return refused(request, staff, "", 404, "unknown", UNKNOWN)
    act, form = request.match_info["act"], await read_form(request)
    given = {name: str(value).strip().replace("\r\n", "\n") for name, value in form.items()}
    if act in _EDITORS_ACTS and staff.role not in EDITORS:
        return refused(request, staff, "", 403, "role", "签发、送出、记答复，由值班编辑或管理员来做。")
    fields = (
        {one.code: given.get(f"field-{one.code}", "") for one in ROWS.forms[report.kind]} if act == "save" else None
    )
    if given.get("version", "") != str(report.version):
        return await report_page(request, staff, report, status=409, fields=fields, said=MOVED)
    try:
        if act == "cases":
            marks = [str(one) for one in form.getall("typical", [])], [str(one) for one in form.getall("leave", [])]
            took = await choose_cases(services.database, report.id, report.version, *marks)
        elif act == "tell":
            numbers = [str(one) for one in form.getall("number", [])]
            took = await tell(services, report, given, numbers, staff)
        else:
            took = await _act(services, report, act, given, fields, staff)
    except Unfit as error:
        return await report_page(request, staff, report, status=400, fields=fields, said=str(error))
    if not took:
        fresh = await find_report(request) or report
        return await report_page(request, staff, fresh, status=409, fields=fields, said=MOVED)
    if act not in ("save", "cases"):
        await audit(services.database, staff.login, f"reports.{act}", f"{report.id}", kind=report.kind)
    raise web.HTTPSeeOther("/desk/reports" if act == "drop" else f"/desk/reports/{report.id}")


async def _act(
    services: Services, report: Report, act: str, given: Mapping[str, str], fields: dict[str, str] | None, staff: Staff
) -> bool:
    """False when the report has moved on. Raises Unfit."""
    now, base = services.clock(), (services.database, services.vault, report)
    _, tickets = await tickets_of_report(services, report)
    here = [one for one in tickets.values() if not one.erased]
    match act:
        case "save":
            for one in ROWS.forms[report.kind]:
                if len((fields or {})[one.code]) > one.longest:
                    raise Unfit(f"“{one.title}”太长：最多 {one.longest} 个字。")
            await nothing_slips(services, here, fields or {}, report)
            return await save_report(*base, fields or {}, staff.login, now)
        case "sign" | "approve":
            await nothing_slips(services, here, report.body.fields, report)
            missing = [
                one.title for one in sections_of(ROWS.forms[report.kind], report.body.fields, {}, []) if one.missing
            ]
            if missing:
                raise Unfit(f"还缺：{'、'.join(missing)}。")
            if act == "sign":
                return await sign_report(*base, staff.login, now)
            if staff.login in (report.signed_by, report.edited_by):
                raise Unfit("自己写的、署名的，要请另一位编辑签发。")
            counted = await counted_of(services, report, here, now)
            return await approve_report(*base, counted, staff.login, now) is not None
        case "back":
            if report.status == "approved" and staff.role not in EDITORS:
                raise Unfit("已经签发：要改请找值班编辑。")
            return await hand_back_report(*base, staff.login, now)
        case "drop":
            if report.serial is not None:
                raise Unfit("已经编了号，不能不写；改好再签发。")
            return await drop_report(*base, staff.login, now)
        case "send":
            return await _send(services, report, given, here, staff)
        case "answer":
            return await _answer(services, report, given, here, staff)
    raise web.HTTPNotFound


async def _send(
    services: Services, report: Report, given: Mapping[str, str], tickets: Sequence[Ticket], staff: Staff
) -> bool:
    """To whom, how, by when they answer; each open ticket says so from now. Raises Unfit."""
    to, note = given.get("to", ""), given.get("note", "")
    place = whole(given.get("due", "0"), len(DIRECTORY.promises) - 1)
    if not to:
        raise Unfit("写清送给谁：哪个单位、哪个人。")
    if max(len(to), len(note)) > 200:
        raise Unfit("太长了：最多 200 个字。")
    if not any(one.code == given.get("way") for one in LADDER.ways):
        raise Unfit("请选怎么送的。")
    if place is None:
        raise Unfit("请选什么时候要回音。")
    await nothing_slips(services, tickets, {"送给谁": to, "说明": note}, report)
    now = services.clock()
    if not await send_report(services.database, services.vault, report, to, given["way"], note, staff.login, now):
        return False
    live = [one for one in tickets if one.outcome is None]
    name = history_name(report.kind, report.serial)
    await note_reported(services.database, services.vault, [one.number for one in live], name, staff.login, now)
    level = next((one for one in LADDER.levels if one.report), None)
    if level is not None and report.kind == "flash":
        due = max(DIRECTORY.promises[place].due(now), now)
        await keep_report_steps(
            services.database, services.vault, live, report.id, (level.code, level.rank), f"{name}，{to}", given["way"], due,
            staff.login, now,
        )  # fmt: skip
    for one in live:
        if one.status not in _UP:
            await _moves(services, one, staff)
        services.live.publish([{"what": "ticket", "number": one.number, "change": "reported", "alert": ""}])
    return True


async def _moves(services: Services, ticket: Ticket, staff: Staff) -> None:
    """The report has left: what fails here is written to the log only."""
    event = ReporterCorrected(ticket.case, staff.login, "status", TicketStatus.REPORTED_UP)
    try:
        await services.turns.act(ticket.conversation, event)
    except (TurnFailed, StoreAway) as error:
        log.warning("ticket_not_moved", ticket=ticket.number, reason=type(error).__name__)


async def _answer(
    services: Services, report: Report, given: Mapping[str, str], tickets: Sequence[Ticket], staff: Staff
) -> bool:
    answer, result, now = given.get("answer", ""), LADDER.result(given.get("result", "")), services.clock()
    if not answer:
        raise Unfit("写下答复：谁说的，怎么办。")
    if len(answer) > LONGEST:
        raise Unfit(f"太长了：最多 {LONGEST} 个字。")
    if result is None:
        raise Unfit("请选这个答复算办到了没有。")
    await nothing_slips(services, tickets, {"答复": answer}, report)
    if not await answer_report(services.database, services.vault, report, answer, staff.login, now):
        return False
    await settle_report_steps(services.database, report.id, result.code, staff.login, now)
    return True
