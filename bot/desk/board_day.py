"""/desk/board/day: the tally of a day or of all days, the paper's sentence, what an editor fills in, the public digest."""

from datetime import date, datetime
from functools import partial
from urllib.parse import quote

from aiohttp import web

from bot.audit import audit
from bot.desk.board import FILLERS
from bot.desk.board_kept import as_lately
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.services import Services
from bot.store.tally import keep_manual, manual_of
from bot.tally.digest import digest_of
from bot.tally.figures import Tally, number_of
from bot.tally.making import ROWS, make_tally, opening
from bot.tally.period import Period, day_of, one_day
from bot.tally.sheets import as_xlsx
from bot.tally.telling import sections_of, sentence_of

_LONGEST = 120
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Unfit(Exception):
    """What was asked for or filled in cannot be taken; the sentence says what to do."""


def _day(request: web.Request, now: datetime) -> date | None:
    """The day of the address; None for all days. Raises Unfit."""
    text = request.query.get("date", "").strip()
    if text == "all":
        return None
    if not text:
        return day_of(now)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unfit("日期看不懂：写成 2022-04-05 这样。") from None
    if day > day_of(now):
        raise Unfit("这一天还没有到。")
    if day.year < 2000:
        raise Unfit("日期太早了。")
    return day


async def _tally(app: web.Application, day: date | None) -> Tally:
    """Of a day as it is now; of all days perhaps as it was a little while ago: its period says until when."""
    services = app[SERVICES]
    now = services.clock()
    if day is not None:
        return await make_tally(services.database, services.playbook, one_day(day), now)
    found: Tally = await as_lately(app, "tally", partial(_of_all_days, services))
    return found


async def _of_all_days(services: Services) -> Tally:
    now = services.clock()
    period = Period(min(now, await opening(services.database, now)), now)
    return await make_tally(services.database, services.playbook, period, now)


def _unfit(staff: Staff, sentence: str) -> web.Response:
    return page(
        "message.html", staff, status=400, section="board", title="看不了这一天", sentence=sentence, back="/desk/board/day"
    )  # fmt: skip


async def get_day(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/board/day?date=2022-04-05; without a date today, with `all` everything since the desk opened."""
    return await _page(request, staff)


async def _page(request: web.Request, staff: Staff, *, status: int = 200, error: str = "") -> web.Response:
    services = request.app[SERVICES]
    now = services.clock()
    try:
        day = _day(request, now)
    except Unfit as fault:
        return _unfit(staff, str(fault))
    tally = await _tally(request.app, day)
    given = await manual_of(services.database, day) if day else {}
    given |= {f"was-{row.code}": given.get(row.code, "") for row in ROWS.manual}
    if request.method == "POST":
        given |= {name: str(value) for name, value in (await read_form(request)).items()}
    first = day_of(await opening(services.database, now))
    return page(
        "board_day.html", staff, status=status, section="board", day=day, tally=tally, error=error, given=given,
        manual=ROWS.manual, fills=staff.role in FILLERS and day is not None, longest=_LONGEST, now=now,
        sections=sections_of(tally, services.playbook), sentence=sentence_of(tally),
        before=_beside(day, -1, first, day_of(now)), after=_beside(day, 1, first, day_of(now)), today=day_of(now),
        digest=f"/desk/board/digest?date={day or 'all'}",
    )  # fmt: skip


def _beside(day: date | None, step: int, first: date, last: date) -> date | None:
    """The day before or after, while the desk was open."""
    if day is None:
        return None
    other = date.fromordinal(day.toordinal() + step)
    return other if first <= other <= last else None


async def post_day(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/board/day?date=: what the rows want filled in by hand; an empty field removes what was there."""
    services = request.app[SERVICES]
    try:
        day = _day(request, services.clock())
        if day is None:
            raise Unfit("手填的数是一天一天的，请先选一天。")
    except Unfit as fault:
        return _unfit(staff, str(fault))
    form = await read_form(request)
    typed = {row.code: " ".join(str(form[row.code]).split()) for row in ROWS.manual if row.code in form}
    # Only what they changed: a colleague may have filled in the other fields since this page was opened.
    values = {code: value for code, value in typed.items() if value != form.get(f"was-{code}")}
    for row in ROWS.manual:
        value = values.get(row.code, "")
        if len(value) > _LONGEST:
            return await _page(request, staff, status=400, error=f"“{row.title}”太长：最多 {_LONGEST} 个字。")
        if value and row.how != "join" and number_of(value) is None:
            return await _page(request, staff, status=400, error=f"“{row.title}”要填数，写成 8,590.18 这样。")
    await audit(services.database, staff.login, "board.filled", f"{day}", fields=sorted(values))
    await keep_manual(services.database, day, values, staff.login, services.clock())
    raise web.HTTPSeeOther(f"/desk/board/day?date={day}")


async def get_digest(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/board/digest?date=: plain text for everybody, nothing identifying."""
    services = request.app[SERVICES]
    try:
        day = _day(request, services.clock())
    except Unfit as fault:
        return _unfit(staff, str(fault))
    text = digest_of(await _tally(request.app, day), services.playbook)
    return web.Response(text=text, content_type="text/plain", charset="utf-8", headers={"Cache-Control": "no-store"})


async def get_sheet(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/board/day.xlsx?date="""
    services = request.app[SERVICES]
    try:
        day = _day(request, services.clock())
    except Unfit as fault:
        return _unfit(staff, str(fault))
    blob = as_xlsx([await _tally(request.app, day)], services.playbook)
    await audit(services.database, staff.login, "board.exported", f"{day or 'all'}")
    name = quote(f"帮侬忙日报-{day or '全部'}.xlsx")
    return web.Response(
        body=blob, content_type=_XLSX,
        headers={"Cache-Control": "no-store", "Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )  # fmt: skip
