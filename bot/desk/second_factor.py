"""The second step: a code from one's telephone after the password, and setting it up. Never remembered on a device."""

import hmac
from typing import Any

import pyotp
import segno
from aiohttp import web

from bot.audit import audit
from bot.desk.guarded import AWAY, STALE, local_path
from bot.desk.login import HALF, form_token
from bot.desk.pages import page
from bot.desk.session import COOKIE, HOURS, Staff, begin, set_cookie, upgrade
from bot.desk.throttle import Throttle, address_of, wait_words
from bot.forms import read_form
from bot.keys import SERVICES
from bot.services import Services
from bot.store.database import StoreAway
from bot.store.second_factor import (
    begin_factor,
    check_code,
    confirm_factor,
    drop_factor,
    end_half,
    factor_of,
    half_of,
    new_codes,
    pending_secret,
    use_recovery,
)

_MANY = "试得太多了，请等 {wait} 再试。"
_WRONG = "验证码不对，或已经用过。等手机上换一个再试。"


def _code(form: Any) -> str:
    return str(form.get("code", "")).strip().replace(" ", "")[:40]


async def _right(services: Services, login: str, code: str) -> str:
    """Which kind of code it was: "code", "recovery", or "" for neither."""
    if await check_code(services.database, services.vault, login, code):
        return "code"
    longer = len(code) > 6
    return "recovery" if longer and await use_recovery(services.database, services.vault, login, code) else ""


def _step_page(request: web.Request, half: str, *, status: int = 200, error: str = "") -> web.Response:
    return page(
        "second_factor_login.html", None, status=status, error=error, csrf=form_token(request.app[SERVICES], half),
        next=local_path(request.query.get("next", "/desk")),
    )  # fmt: skip


async def get_step(request: web.Request) -> web.StreamResponse:
    """GET /login/second?next="""
    half = request.cookies.get(HALF, "")
    try:
        if not await half_of(request.app[SERVICES].database, half):
            raise web.HTTPSeeOther("/login")
    except StoreAway:
        return _step_page(request, half, status=503, error=AWAY)
    return _step_page(request, half)


async def post_step(request: web.Request) -> web.StreamResponse:
    """POST /login/second: code. 303 inwards; 403/429 with a sentence."""
    services, half = request.app[SERVICES], request.cookies.get(HALF, "")
    form = await read_form(request)
    given = str(form.get("csrf", "")).encode("utf-8", "replace")
    if not half or not hmac.compare_digest(given, form_token(services, half).encode()):
        return _step_page(request, half, status=403, error=STALE)
    try:
        login = await half_of(services.database, half)
        if not login:
            raise web.HTTPSeeOther("/login")
        throttle = Throttle(services.database, services.vault, f"second:{login}", address_of(request))
        if seconds := await throttle.wait():
            refused = _step_page(request, half, status=429, error=_MANY.format(wait=wait_words(seconds)))
            refused.headers["Retry-After"] = str(seconds)
            return refused
        kind = await _right(services, login, _code(form))
        if not kind:
            await audit(services.database, "stranger", "login.failed", login, kind="second")
            return _step_page(request, half, status=403, error=_WRONG)
        if not await end_half(services.database, half):
            raise web.HTTPSeeOther("/login")
        await throttle.right()
        token = await begin(services.database, login, request, second=True)
        await audit(services.database, login, "login.ok", login, kind=kind)
    except StoreAway:
        return _step_page(request, half, status=503, error=AWAY)
    response = web.HTTPSeeOther(local_path(request.query.get("next", "/desk")))
    set_cookie(request, response, COOKIE, token, max_age=HOURS * 3600)
    response.del_cookie(HALF, path="/")
    raise response


async def get_setup(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /account/second: how it stands, or the square to scan."""
    return await _setup(request, staff)


async def _setup(
    request: web.Request, staff: Staff, *, status: int = 200, error: str = "", codes: tuple[str, ...] = ()
) -> web.Response:
    services = request.app[SERVICES]
    factor = await factor_of(services.database, staff.login)
    secret = await pending_secret(services.database, services.vault, staff.login)
    square = ""
    if secret:
        uri = pyotp.TOTP(secret).provisioning_uri(name=staff.login, issuer_name="帮侬忙")
        square = segno.make(uri, error="m").svg_data_uri(scale=5, dark="#000", light="#fff")
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return page(
        "second_factor.html", staff, status=status, section="account", factor=factor, square=square, secret=grouped,
        error=error, codes=codes, required=staff.role in services.settings.second_factor_roles,
    )  # fmt: skip


async def post_setup(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /account/second/{begin,confirm,codes,off}: code. Each but begin asks for a code, throttled."""
    services, act = request.app[SERVICES], request.match_info["act"]
    database, vault = services.database, services.vault
    if act == "begin":
        if not await begin_factor(database, vault, staff.login):
            return await _setup(request, staff, status=409, error="已经开着了：要换手机，先关掉再开。")
        raise web.HTTPSeeOther("/account/second")
    if act == "off" and staff.role in services.settings.second_factor_roles:
        return await _setup(request, staff, status=403, error="您的角色必须用第二步验证，不能关。换手机请找管理员。")
    throttle = Throttle(database, vault, f"second:{staff.login}", address_of(request))
    if seconds := await throttle.wait():
        return await _setup(request, staff, status=429, error=_MANY.format(wait=wait_words(seconds)))
    code = _code(await read_form(request))
    if act == "confirm":
        codes = await confirm_factor(database, vault, staff.login, code)
        if not codes:
            return await _setup(request, staff, status=400, error=_WRONG)
        await upgrade(database, staff)
    elif not await _right(services, staff.login, code):
        return await _setup(request, staff, status=400, error=_WRONG)
    else:
        codes = await new_codes(database, vault, staff.login) if act == "codes" else []
        if act == "off":
            await drop_factor(database, staff.login)
    await throttle.right()
    await audit(database, staff.login, f"second.{act}", staff.login)
    return await _setup(request, staff, codes=tuple(codes))
