"""“用单位账号登录”: to the house's sign-on and back. Off unless it is set; passwords go on working."""

import base64
import hmac
import secrets as chance
import time
from typing import Any

from aiohttp import web

from bot.audit import audit
from bot.codec import decode, encode
from bot.desk.guarded import AWAY, local_path
from bot.desk.login import come_in
from bot.desk.pages import page
from bot.desk.session import is_https, set_cookie
from bot.keys import SERVICES
from bot.log import get_logger
from bot.oidc import Provider, Refused, Visitor
from bot.people import BadUser, add_user
from bot.services import Services
from bot.store.database import StoreAway
from bot.vault import Unsealable

log = get_logger("oidc")

PROVIDER = web.AppKey("oidc_provider", Provider)
_COOKIE = "bangnong_sso"
_CONTEXT = b"oidc_state"
_SECONDS = 600
_NO = "没有登录成功。请再试一次，或用密码登录；还不行，请找管理员。"


def _back(request: web.Request) -> str:
    return f"{'https' if is_https(request) else 'http'}://{request.host}/login/oidc/back"


def _refuse(code: str, status: int = 403, sentence: str = _NO) -> web.Response:
    log.warning("oidc_refused", reason=code)
    response = page("message.html", None, status=status, title="没有登录", sentence=sentence, back="/login")
    response.del_cookie(_COOKIE, path="/")
    return response


async def get_start(request: web.Request) -> web.StreamResponse:
    """GET /login/oidc?next="""
    services = request.app[SERVICES]
    state, nonce, verifier = (chance.token_urlsafe(32) for _ in range(3))
    try:
        address = await request.app[PROVIDER].start(_back(request), state, nonce, verifier)
    except Refused as error:
        return _refuse(str(error), 502, "单位的登录服务没有应答，请先用密码登录。")
    kept = {
        "state": state, "nonce": nonce, "verifier": verifier, "until": time.time() + _SECONDS,
        "next": local_path(request.query.get("next", "/desk")),
    }  # fmt: skip
    response = web.HTTPSeeOther(address)
    sealed = base64.urlsafe_b64encode(services.vault.seal(encode(kept), _CONTEXT)).decode()
    set_cookie(request, response, _COOKIE, sealed, max_age=_SECONDS)
    raise response


def _kept(request: web.Request, services: Services) -> dict[str, Any]:
    """What this browser began with. Raises Refused."""
    try:
        blob = base64.urlsafe_b64decode(request.cookies.get(_COOKIE, "").encode())
        kept: dict[str, Any] = decode(services.vault.open(blob, _CONTEXT))
    except (Unsealable, ValueError) as error:
        raise Refused("cookie") from error
    if kept["until"] < time.time():
        raise Refused("late")
    if not hmac.compare_digest(request.query.get("state", "").encode("utf-8", "replace"), str(kept["state"]).encode()):
        raise Refused("state")
    return kept


async def get_back(request: web.Request) -> web.StreamResponse:
    """GET /login/oidc/back?code=&state="""
    services, provider = request.app[SERVICES], request.app[PROVIDER]
    try:
        kept = _kept(request, services)
        if request.query.get("iss", provider.settings.issuer) != provider.settings.issuer:
            raise Refused("issuer")
        if "error" in request.query or not request.query.get("code"):
            raise Refused("denied")
        visitor = await provider.finish(
            _back(request), request.query["code"], kept["nonce"], kept["verifier"], time.time()
        )
        await _known(services, visitor)
    except Refused as error:
        return _refuse(str(error))
    except StoreAway:
        return _refuse("store_away", 503, AWAY)
    response = await come_in(request, services, visitor.login, str(kept["next"]), second=visitor.strong, kind="sso")
    response.del_cookie(_COOKIE, path="/")
    raise response


async def _known(services: Services, visitor: Visitor) -> None:
    """An account for who comes the first time; the role follows their groups. Raises Refused for whoever was switched off."""
    row = await services.database.row("select active, role from users where login = $1", visitor.login)
    if row is None:
        role = visitor.role or "reporter"
        try:
            await add_user(
                services.database, visitor.login, visitor.name, role, chance.token_urlsafe(32), must_change=False
            )
        except BadUser as error:  # somebody's second browser was quicker
            raise Refused("twice") from error
        await audit(services.database, "sso", "admin.user_added", visitor.login, role=role)
    elif not row["active"]:
        raise Refused("off")
    elif visitor.role and visitor.role != row["role"]:
        await services.database.execute("update users set role = $2 where login = $1", visitor.login, visitor.role)
        await audit(services.database, "sso", "admin.user_role", visitor.login, role=visitor.role)


def add_oidc(app: web.Application) -> None:
    """Its routes, where it is set."""
    services = app[SERVICES]
    if services.settings.oidc is None:
        return
    app[PROVIDER] = Provider(services.settings.oidc, services.http)
    app.router.add_get("/login/oidc", get_start)
    app.router.add_get("/login/oidc/back", get_back)
