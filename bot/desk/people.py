"""What people can do: specialities, districts, whence they came. An editor writes it down; giving tickets goes by it."""

from aiohttp import web

from bot.assignment.giving import ROWS
from bot.audit import audit
from bot.desk import words
from bot.desk.directory import DISTRICTS
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.store.assignment import keep_profile, people_now, profiles

PLANNERS = frozenset({"editor", "admin"})
_DEPARTMENT = 20


async def get_people(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/people"""
    return await _page(request, staff)


async def _page(request: web.Request, staff: Staff, *, status: int = 200, error: str = "") -> web.Response:
    services = request.app[SERVICES]
    now = services.clock()
    found = [one for one in await profiles(services.database) if one.role != "auditor"]
    there = {one.login: one for one in await people_now(services.database, ROWS, now)}
    return page(
        "people.html", staff, status=status, section="people", error=error, people=found, there=there, rows=ROWS,
        districts=list(dict.fromkeys(DISTRICTS.values())), roles=words.ROLES, kept=request.query.get("kept", "")[:32],
    )  # fmt: skip


async def post_person(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/people/{login}: speciality, district (several of each), department, helper."""
    services, login = request.app[SERVICES], request.match_info["login"]
    form = await read_form(request)
    specialities = [str(one) for one in form.getall("speciality", [])]
    districts = [str(one) for one in form.getall("district", [])]
    department = str(form.get("department", "")).strip()
    if set(specialities) - {one.code for one in ROWS.specialities} or set(districts) - set(DISTRICTS.values()):
        return await _page(request, staff, status=400, error="没有这种专长或这个区，请刷新后再选。")
    if len(department) > _DEPARTMENT:
        return await _page(request, staff, status=400, error=f"部门最多 {_DEPARTMENT} 个字。")
    helper = form.get("helper") == "yes"
    if not await keep_profile(services.database, login, specialities, districts, department, helper):
        return await _page(request, staff, status=404, error="没有这个人，或已停用。")
    await audit(services.database, staff.login, "people.profile", login, helper=helper)
    raise web.HTTPSeeOther(f"/desk/people?kept={login}#{login}")
