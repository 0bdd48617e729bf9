"""Coming in, going out, changing one's own password. Strangers learn nothing from time or words."""

import asyncio
import hmac
import secrets as chance
from urllib.parse import quote

from aiohttp import web

from bot.audit import audit
from bot.desk.guarded import AWAY, local_path
from bot.desk.pages import page
from bot.desk.session import COOKIE, HOURS, Staff, begin, end, set_cookie, staff_of
from bot.desk.throttle import Throttle, address_of, wait_words
from bot.forms import read_form
from bot.keys import SERVICES
from bot.people import LOGIN, SHORTEST, BadUser, check_password, set_password
from bot.services import Services
from bot.store.database import StoreAway
from bot.store.push import drop_devices
from bot.store.second_factor import begin_half, has_factor

_BEFORE = "bangnong_before"
HALF = "bangnong_half"
_WRONG = "用户名或密码不对。"
_MANY = "试得太多了，请等 {wait} 再试。忘了密码请找管理员重设。"

_checking = asyncio.Semaphore(2)
"""A flood of logins must not take the cores from residents' messages."""


def form_token(services: Services, before: str) -> str:
    """The hidden field of a form for whoever has no session yet, bound to a cookie of this browser."""
    key = services.settings.secret_key.reveal().encode()
    return hmac.new(key, b"login\x1f" + before.encode("utf-8", "replace"), "sha256").hexdigest()[:32]


def _login_page(request: web.Request, *, status: int = 200, error: str = "", login: str = "") -> web.Response:
    """The form, bound to a cookie of this browser so that no other site can log somebody in."""
    before = request.cookies.get(_BEFORE) or chance.token_urlsafe(18)
    token = form_token(request.app[SERVICES], before)
    next_path = local_path(request.query.get("next", "/desk"))
    response = page(
        "login.html",
        None,
        status=status,
        csrf=token,
        next=next_path,
        error=error,
        login=login,
        sso=request.app[SERVICES].settings.oidc is not None,
    )
    set_cookie(request, response, _BEFORE, before, max_age=3600)
    return response


async def get_login(request: web.Request) -> web.StreamResponse:
    """GET /login?next="""
    try:
        if await staff_of(request, request.app[SERVICES].database):
            raise web.HTTPSeeOther(local_path(request.query.get("next", "/desk")))
    except StoreAway:
        return _login_page(request, status=503, error=AWAY)
    return _login_page(request)


async def post_login(request: web.Request) -> web.StreamResponse:
    """POST /login: login, password, csrf. 303 inwards, 400/403/429 with a sentence otherwise."""
    services = request.app[SERVICES]
    form = await read_form(request)
    login, password = str(form.get("login", "")).strip().lower()[:64], str(form.get("password", ""))[:500]
    before = request.cookies.get(_BEFORE, "")
    if not before or not hmac.compare_digest(
        str(form.get("csrf", "")).encode("utf-8", "replace"), form_token(services, before).encode()
    ):
        return _login_page(request, status=403, error="页面已过期，请再登录一次。", login=login)
    try:
        return await _try(request, services, login, password)
    except StoreAway:
        return _login_page(request, status=503, error=AWAY, login=login)


async def _try(request: web.Request, services: Services, login: str, password: str) -> web.StreamResponse:
    throttle = Throttle(services.database, services.vault, login, address_of(request))
    if seconds := await throttle.wait():
        refused = _login_page(request, status=429, error=_MANY.format(wait=wait_words(seconds)), login=login)
        refused.headers["Retry-After"] = str(seconds)
        return refused
    row = await services.database.row("select password, active from users where login = $1", login)
    async with _checking:
        right = await check_password(row["password"] if row else None, password)
    if not right or not row["active"]:
        # A name that is no login may be a password typed into the wrong field: it does not go into the log.
        await audit(
            services.database, "stranger", "login.failed", login if LOGIN.fullmatch(login) and row else "unknown"
        )
        return _login_page(request, status=403, error=_WRONG, login=login)
    await throttle.right()
    response = await come_in(request, services, login, request.query.get("next", "/desk"))
    response.del_cookie(_BEFORE, path="/")
    raise response


async def come_in(
    request: web.Request, services: Services, login: str, next_path: str, *, second: bool = False, **told: str
) -> web.HTTPSeeOther:
    """In, for whoever proved who they are once; to the code first where they have one and it was not asked (`second`)."""
    if not second and await has_factor(services.database, login):  # the password alone opens nothing
        half = web.HTTPSeeOther(f"/login/second?next={quote(local_path(next_path), safe='')}")
        set_cookie(request, half, HALF, await begin_half(services.database, login), max_age=300)
        return half
    token = await begin(services.database, login, request, second=second)
    await audit(services.database, login, "login.ok", login, **told)
    response = web.HTTPSeeOther(local_path(next_path))
    set_cookie(request, response, COOKIE, token, max_age=HOURS * 3600)
    return response


async def post_logout(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /logout: here, or with `everywhere=yes` on every device."""
    services = request.app[SERVICES]
    everywhere = (await read_form(request)).get("everywhere") == "yes"
    await end(services.database, staff, everywhere=everywhere)
    if everywhere:  # a lost telephone is not woken any more either
        await drop_devices(services.database, staff.login)
    await audit(services.database, staff.login, "logout.everywhere" if everywhere else "logout", staff.login)
    response = web.HTTPSeeOther("/login")
    response.del_cookie(COOKIE, path="/")
    raise response


async def get_password(request: web.Request, staff: Staff) -> web.StreamResponse:
    return page("password.html", staff, error="", shortest=SHORTEST)


async def post_password(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /password: every session ends, this browser gets a new one."""
    services = request.app[SERVICES]
    form = await read_form(request)
    old, new, again = (str(form.get(name, ""))[:500] for name in ("old", "new", "again"))
    throttle = Throttle(services.database, services.vault, f"password:{staff.login}", address_of(request))
    if seconds := await throttle.wait():
        return page("password.html", staff, status=429, shortest=SHORTEST, error=_MANY.format(wait=wait_words(seconds)))
    hashed = await services.database.value("select password from users where login = $1", staff.login)
    async with _checking:
        right = await check_password(hashed, old)
    wrong = (
        "现在的密码不对。" if not right
        else "两次输入的新密码不一样。" if new != again
        else "新密码不能和现在的一样。" if new == old
        else f"新密码至少 {SHORTEST} 个字符。" if len(new) < SHORTEST
        else ""
    )  # fmt: skip
    if not wrong:
        try:
            await set_password(services.database, staff.login, new, must_change=False)
        except BadUser:
            wrong = f"新密码至少 {SHORTEST} 个字符。"
    if wrong:
        return page("password.html", staff, status=400, shortest=SHORTEST, error=wrong)
    await throttle.right()
    await audit(services.database, staff.login, "password.changed", staff.login)
    response = web.HTTPSeeOther("/desk")
    set_cookie(
        request,
        response,
        COOKIE,
        await begin(services.database, staff.login, request, second=staff.second),
        max_age=HOURS * 3600,
    )
    raise response
