"""Who is on duty when: the list of shifts, coming on by oneself, the night watch's telephone."""

import re
from datetime import datetime, timedelta

from aiohttp import web

from bot.assignment.giving import ROWS
from bot.audit import audit
from bot.desk.pages import page
from bot.desk.people import PLANNERS
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.mask import mask_phone
from bot.store.assignment import people_now, profiles
from bot.store.shifts import (
    cancel_shift,
    get_shift,
    handed_lately,
    make_shift,
    shifts_between,
    shifts_of,
)
from conversations.playbook import SHANGHAI

_PHONE = re.compile(r"\+?[\d-]{5,20}", re.ASCII)
_LONGEST = timedelta(hours=16)
_AHEAD = timedelta(days=14)


async def get_shifts(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/shifts: on duty now, the coming week, hand-overs nobody has written, the last notes."""
    return await shifts_page(request, staff)


async def shifts_page(
    request: web.Request, staff: Staff, *, status: int = 200, error: str = "", phone: tuple[int, str] = (0, "")
) -> web.Response:
    services = request.app[SERVICES]
    now = services.clock()
    found = await shifts_between(services.database, services.vault, now - timedelta(days=3), now + _AHEAD)
    mine = await shifts_of(services.database, services.vault, staff.login, now) if staff.acts else []
    there = {one.login: one for one in await people_now(services.database, ROWS, now)}
    form = {name: str(value) for name, value in (await read_form(request)).items()} if request.method == "POST" else {}
    here = now.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
    return page(
        "shifts.html", staff, status=status, section="shifts", error=error, now=now, rows=ROWS, there=there, form=form,
        on=[one for one in found if one.on(now)], owed=[one for one in found if one.owed(now)],
        coming=[one for one in found if not one.over and one.starts_at > now], mine=mine, phone=phone, mask=mask_phone,
        notes=await handed_lately(services.database, services.vault), planner=staff.role in PLANNERS,
        people=[one for one in await profiles(services.database) if one.role != "auditor"],
        start=f"{here + timedelta(hours=1):%Y-%m-%dT%H:%M}", end=f"{here + timedelta(hours=1 + ROWS.shift_hours):%Y-%m-%dT%H:%M}",
        names={one.login: one.name for one in await profiles(services.database)},
    )  # fmt: skip


async def post_shift(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/shifts: login, kind, starts, ends (local), phone. One's own, or, by an editor, anybody's."""
    services = request.app[SERVICES]
    form = await read_form(request)
    now = services.clock()
    login, kind = str(form.get("login", "")) or staff.login, ROWS.shift(str(form.get("kind", "")))
    starts, ends = _moment(str(form.get("starts", ""))), _moment(str(form.get("ends", "")))
    phone = str(form.get("phone", "")).strip()
    if login != staff.login and staff.role not in PLANNERS:
        return await shifts_page(request, staff, status=403, error="只有编辑能给别人排班。")
    wrong = (
        "请选一种班。" if kind is None
        else "请填从几点到几点。" if starts is None or ends is None
        else "下班要在上班之后。" if ends <= starts
        else f"一班最长 {_LONGEST.seconds // 3600} 小时。" if ends - starts > _LONGEST
        else "这一班已经过去了。" if ends <= now
        else "只能排两个星期以内的。" if starts > now + _AHEAD
        else f"{kind.title}要留一个打得通的电话。" if kind.phone and not phone
        else "电话只写数字。" if phone and not _PHONE.fullmatch(phone)
        else ""
    )  # fmt: skip
    if wrong or kind is None or starts is None or ends is None:
        return await shifts_page(request, staff, status=400, error=wrong)
    made = await make_shift(services.database, services.vault, login, kind.code, starts, ends, phone, staff.login, now)
    if made is None:
        return await shifts_page(request, staff, status=409, error="没有这个人，或这段时间已经排了班。")
    await audit(services.database, staff.login, "shifts.made", login, kind=kind.title)
    raise web.HTTPSeeOther("/desk/shifts")


async def post_start(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/shifts/start: on duty from now, for as long as the rows say."""
    services = request.app[SERVICES]
    now = services.clock()
    if any(one.owed(now) for one in await shifts_of(services.database, services.vault, staff.login, now)):
        return await shifts_page(request, staff, status=409, error="上一班还没有交班：先写交班，再上班。")
    kind = next(one for one in ROWS.shifts if one.gives and not one.phone)
    ends = now + timedelta(hours=ROWS.shift_hours)
    coming = await shifts_between(services.database, services.vault, now, ends)
    ends = min([ends, *(one.starts_at for one in coming if one.login == staff.login and one.starts_at > now)])
    made = await make_shift(services.database, services.vault, staff.login, kind.code, now, ends, "", staff.login, now)
    if made is None:
        return await shifts_page(request, staff, status=409, error="您已经在班。")
    await audit(services.database, staff.login, "shifts.began", staff.login)
    raise web.HTTPSeeOther("/desk/shifts")


async def post_cancel(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/shifts/{id}/cancel: one that has not begun; one's own, or an editor anybody's."""
    services = request.app[SERVICES]
    shift = await get_shift(services.database, services.vault, _id(request))
    if shift is None or (shift.login != staff.login and staff.role not in PLANNERS):
        return await shifts_page(request, staff, status=404, error="没有这一班，或不是您的。")
    if shift.starts_at <= services.clock():
        return await shifts_page(request, staff, status=409, error="已经开始的班不能取消：到点写交班。")
    if not await cancel_shift(services.database, shift.id, staff.login):
        return await shifts_page(request, staff, status=409, error="这一班已经取消了。")
    await audit(services.database, staff.login, "shifts.cancelled", shift.login)
    raise web.HTTPSeeOther("/desk/shifts")


async def post_phone(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/shifts/{id}/phone: the watch's number in full; a line in the audit."""
    services = request.app[SERVICES]
    shift = await get_shift(services.database, services.vault, _id(request))
    if shift is None or not shift.phone:
        return await shifts_page(request, staff, status=404, error="这一班没有留电话。")
    await audit(services.database, staff.login, "shifts.phone", shift.login)
    return await shifts_page(request, staff, phone=(shift.id, shift.phone))


def _id(request: web.Request) -> int:
    return int(request.match_info["id"][:9])


def _moment(text: str) -> datetime | None:
    """What a field of day and time holds, in Shanghai."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=SHANGHAI) if found.tzinfo is None and 2000 < found.year < 2200 else None
