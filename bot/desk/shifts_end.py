"""The end of a shift: every open critical and urgent ticket is handed on with a word, or stays with a reason; never silently."""

from dataclasses import dataclass

from aiohttp import web

from bot.arrivals import TurnFailed
from bot.audit import audit
from bot.desk import words
from bot.desk.pages import page
from bot.desk.people_next import on_now
from bot.desk.rows import Row, row_of
from bot.desk.session import Staff
from bot.desk.shifts import shifts_page
from bot.forms import read_form
from bot.keys import SERVICES
from bot.services import Services
from bot.store.calls import tell_ticket
from bot.store.shifts import Shift, end_shift, get_shift
from bot.store.tickets import Filter, Ticket, list_tickets
from conversations.events import ReporterClaimed, ReporterHandedBack
from data.assignment import GRAVE

KEPT, BACK = "keep", "back"
HANDED = "handed_over"
"""What a ticket's history calls what was written of it at the end of a shift."""
_NOTE, _WORD = 2000, 300


@dataclass(frozen=True, slots=True)
class Held:
    """One grave ticket of who leaves. `to`, `word`: what was filled in."""

    row: Row
    ticket: Ticket
    to: str
    word: str


async def get_end(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/shifts/{id}/end"""
    return await _page(request, staff)


async def _held(services: Services, login: str) -> list[Ticket]:
    found, _ = await list_tickets(services.database, services.vault, Filter(status="open", reporter=login), limit=200)
    return [one for one in found if one.urgency in GRAVE and not one.erased]


async def _shift(request: web.Request, staff: Staff) -> Shift | None:
    services = request.app[SERVICES]
    shift = await get_shift(services.database, services.vault, int(request.match_info["id"][:9]))
    return shift if shift is not None and shift.login == staff.login else None


async def _page(request: web.Request, staff: Staff, *, status: int = 200, error: str = "") -> web.Response:
    services = request.app[SERVICES]
    shift = await _shift(request, staff)
    if shift is None or shift.over:
        return await shifts_page(request, staff, status=404, error="没有这一班，或已经交过班了。")
    now = services.clock()
    if now < shift.starts_at:
        return await shifts_page(request, staff, status=409, error="这一班还没有开始：不上就取消。")
    form = {name: str(value) for name, value in (await read_form(request)).items()} if request.method == "POST" else {}
    held = [
        Held(
            row_of(one, services.playbook, {}, login=staff.login, waiting=False, now=now, place=""), one,
            form.get(f"to-{one.number}", BACK), form.get(f"word-{one.number}", ""),
        )
        for one in await _held(services, staff.login)
    ]  # fmt: skip
    next_ones = {one.login: one.name for one in await on_now(services, now) if one.login != staff.login}
    return page(
        "shifts_end.html", staff, status=status, section="shifts", shift=shift, held=held, error=error, next_ones=next_ones,
        note=form.get("note", ""), longest=_NOTE, word_longest=_WORD,
    )  # fmt: skip


async def post_end(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/shifts/{id}/end: note, and for each grave ticket to-NUMBER (back, keep, a login) and word-NUMBER."""
    services = request.app[SERVICES]
    shift = await _shift(request, staff)
    if shift is None or shift.over or services.clock() < shift.starts_at:
        return await _page(request, staff)
    form = {name: str(value).strip() for name, value in (await read_form(request)).items()}
    held = await _held(services, staff.login)
    note = form.get("note", "")
    colleagues = {one.login for one in await on_now(services, services.clock())} - {staff.login}
    missing = [one.number for one in held if not form.get(f"word-{one.number}")]
    strange = [one.number for one in held if form.get(f"to-{one.number}", BACK) not in {KEPT, BACK, *colleagues}]
    wrong = (
        f"{missing[0]} 还没有写办到哪里。" if missing
        else f"{strange[0]} 交给的人不在班，请重选。" if strange
        else "请写一句这一班的情况；没有要交代的，写“没有”。" if not note
        else f"最多 {_NOTE} 个字。" if len(note) > _NOTE
        else f"每张最多写 {_WORD} 个字。" if any(len(form[f"word-{one.number}"]) > _WORD for one in held)
        else ""
    )  # fmt: skip
    if wrong:
        return await _page(request, staff, status=400, error=wrong)
    handed = {one.number: await _hand(services, staff, one, form) for one in held}
    if not await end_shift(services.database, services.vault, shift.id, handed, note, services.clock()):
        return await shifts_page(request, staff, status=409, error="已经交过班了。")
    await audit(services.database, staff.login, "shifts.ended", staff.login, tickets=len(handed))
    raise web.HTTPSeeOther("/desk/shifts")


async def _hand(services: Services, staff: Staff, ticket: Ticket, form: dict[str, str]) -> str:
    """What became of one ticket, in words for the list: its own words stay with it, sealed under its contact's key."""
    to, word, now = form.get(f"to-{ticket.number}", BACK), form[f"word-{ticket.number}"], services.clock()
    async with services.database.connection() as connection, connection.transaction():
        await tell_ticket(connection, services.vault, ticket.number, staff.login, now, HANDED, word)
    services.live.publish([{"what": "ticket", "number": ticket.number, "change": HANDED, "alert": ""}])
    if to == KEPT:
        return "自己接着办"
    try:
        back = await services.turns.act(ticket.conversation, ReporterHandedBack(ticket.case, staff.login, ""))
        if back.refused:
            return "没有交成，请看单子"
        if to == BACK:
            return "放回给大家"
        given = await services.turns.act(ticket.conversation, ReporterClaimed(ticket.case, to))
    except TurnFailed:
        return "没有交成，请看单子"
    if given.refused:
        return "放回给大家"
    rows = await services.database.value("select name from users where login = $1", to)
    await audit(services.database, staff.login, "shifts.handed", ticket.number, to=to)
    return f"交给{rows or words.person(to, {})}"
