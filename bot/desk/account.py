"""My account: on which devices I am logged in, ending one or all; an admin sees and ends those of others."""

from uuid import UUID

from aiohttp import web

from bot.audit import audit
from bot.desk.pages import page
from bot.desk.session import COOKIE, Staff, end, end_one, sessions_of
from bot.forms import read_form
from bot.keys import SERVICES
from bot.outside.push_sender import open_signer
from bot.store.push import devices_of, drop_devices
from bot.store.second_factor import drop_factor, factor_of


async def get_account(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /account"""
    return await _page(request, staff, staff.login)


async def _page(request: web.Request, staff: Staff, login: str, *, status: int = 200, error: str = "") -> web.Response:
    services, own = request.app[SERVICES], login == staff.login
    row = await services.database.row("select name, role from users where login = $1", login)
    if row is None:
        return page(
            "message.html",
            staff,
            status=404,
            title="没有这个人",
            sentence=f"没有 {login[:32]} 这个用户。",
            back="/admin",
        )
    return page(
        "account.html", staff, status=status, section="account", error=error, login=login, who=row["name"], role=row["role"],
        sessions=await sessions_of(services.database, login, staff), factor=await factor_of(services.database, login),
        own=own, required=row["role"] in services.settings.second_factor_roles,
        push_key=open_signer(services.settings).public if own and staff.acts else "",
        devices=await devices_of(services.database, login) if own else [],
    )  # fmt: skip


async def post_end(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /account/sessions/end: id of one of mine, or `everywhere=yes`."""
    services = request.app[SERVICES]
    form = await read_form(request)
    if form.get("everywhere") == "yes":
        await end(services.database, staff, everywhere=True)
        await drop_devices(services.database, staff.login)
        await audit(services.database, staff.login, "logout.everywhere", staff.login)
        response = web.HTTPSeeOther("/login")
        response.del_cookie(COOKIE, path="/")
        raise response
    if not await _end(request, staff.login, str(form.get("id", ""))):
        return await _page(request, staff, staff.login, status=404, error="这台设备已经退出了。")
    await audit(services.database, staff.login, "account.session_ended", staff.login)
    raise web.HTTPSeeOther("/account")


async def _end(request: web.Request, login: str, name: str) -> bool:
    try:
        return await end_one(request.app[SERVICES].database, login, UUID(name))
    except ValueError:
        return False


async def get_other(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/users/{login}"""
    return await _page(request, staff, request.match_info["login"])


async def post_other(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/users/{login}/{end,end-all,second}: one session, all, or the second step reset (a lost telephone)."""
    services, login, act = request.app[SERVICES], request.match_info["login"], request.match_info["act"]
    if act == "end":
        if not await _end(request, login, str((await read_form(request)).get("id", ""))):
            return await _page(request, staff, login, status=404, error="这台设备已经退出了。")
    elif act == "end-all":
        await services.database.execute("delete from sessions where login = $1", login)
        await drop_devices(services.database, login)
    else:
        if login == staff.login:
            return await _page(request, staff, login, status=400, error="自己的请另一位管理员来重设。")
        if not await drop_factor(services.database, login):
            return await _page(request, staff, login, status=404, error="没有开第二步验证。")
        await services.database.execute("delete from sessions where login = $1", login)
        await drop_devices(services.database, login)
    await audit(services.database, staff.login, {"end": "admin.session_ended", "end-all": "admin.sessions_ended",
                                                 "second": "admin.second_reset"}[act], login)  # fmt: skip
    raise web.HTTPSeeOther("/login" if login == staff.login and act == "end-all" else f"/admin/users/{login}")
