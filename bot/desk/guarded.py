"""The door of every desk route: a session, a role, a CSRF token for whatever changes something, sentences for faults."""

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web

from bot.arrivals import TurnFailed
from bot.desk.pages import error_answer, page
from bot.desk.session import Staff, staff_of
from bot.forms import read_form
from bot.keys import SERVICES
from bot.store.database import StoreAway

Handler = Callable[[web.Request, Staff], Awaitable[web.StreamResponse]]
Plain = Callable[[web.Request], Awaitable[web.StreamResponse]]

AWAY = "系统正在恢复，请过几秒再试。您写的内容还在。"
FAILED = "这一步没有办成，已记录。请刷新后再试。"
NOT_ALLOWED = "您的角色不能做这件事。"
STALE = "页面已过期，请刷新后再试。"
LOGGED_OUT = "登录已过期，请重新登录。您写的内容留在这台电脑上。"


def guarded(handler: Handler, roles: frozenset[str], *, must_change_too: bool = False) -> Plain:
    """Wrap a handler. A GET without a session goes to the login page; a fetch is told in JSON."""

    async def door(request: web.Request) -> web.StreamResponse:
        fetched = request.headers.get("X-Requested-With") == "bangnong"
        try:
            staff = await staff_of(request, request.app[SERVICES].database)
            if staff is None:
                if fetched or "text/event-stream" in request.headers.get("Accept", ""):
                    return error_answer(401, "logged_out", LOGGED_OUT)
                here = quote(request.path_qs if request.method == "GET" else "/desk", safe="")
                raise web.HTTPSeeOther(f"/login?next={here}")
            if staff.must_change and not must_change_too:
                if fetched:
                    return error_answer(403, "must_change", "请先换一个密码。")
                raise web.HTTPSeeOther("/password")
            if (
                not must_change_too
                and not staff.second
                and staff.role in request.app[SERVICES].settings.second_factor_roles
            ):
                if fetched:
                    return error_answer(403, "second", "请先设好第二步验证。")
                raise web.HTTPSeeOther("/account/second")
            if staff.role not in roles:
                return _refuse(staff, 403, "role", NOT_ALLOWED, fetched)
            if request.method not in ("GET", "HEAD") and not await _meant(request, staff):
                return _refuse(staff, 403, "csrf", STALE, fetched)
            return await handler(request, staff)
        except StoreAway:
            return _refuse(None, 503, "store_away", AWAY, fetched)
        except TurnFailed:
            return _refuse(None, 500, "turn_failed", FAILED, fetched)

    return door


async def _meant(request: web.Request, staff: Staff) -> bool:
    """Whether the person's own page sent this: the session's token in a header, or in a form's hidden field."""
    given = request.headers.get("X-CSRF-Token", "")
    if not given:
        given = str((await read_form(request)).get("csrf", ""))
    return hmac.compare_digest(given.encode("utf-8", "replace"), staff.csrf.encode())


def _refuse(staff: Staff | None, status: int, code: str, sentence: str, fetched: bool) -> web.Response:
    if fetched:
        return error_answer(status, code, sentence)
    return page("message.html", staff, status=status, title="没有办成", sentence=sentence)


def local_path(value: str) -> str:
    """Where to go after the login: a path of ours, never another site's."""
    if value.startswith("/") and not value.startswith(("//", "/\\")) and not any(c < " " or c == "\\" for c in value):
        return value
    return "/desk"
