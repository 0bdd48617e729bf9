"""Bearer tokens of the API: made here or on the command line, shown once, kept as hashes."""

import secrets as chance

from aiohttp import web

from bot.audit import audit
from bot.desk import words
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.people import ROLES
from bot.tokens_made import make_token

_DAYS = (30, 90, 365)


async def get_tokens(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/tokens"""
    return await _tokens_page(request, staff)


async def _tokens_page(
    request: web.Request, staff: Staff, *, status: int = 200, error: str = "", secret: tuple[str, str] | None = None
) -> web.StreamResponse:
    rows = await request.app[SERVICES].database.fetch(
        "select encode(token_hash, 'hex') as id, name, role, created_by, created_at, expires_at, revoked_at, "
        "coalesce(expires_at < now(), false) as over from tokens order by revoked_at is not null, created_at desc limit 200"
    )
    return page(
        "admin_tokens.html", staff, status=status, section="admin", tab="tokens", tokens=[dict(row) for row in rows],
        roles={role: words.ROLES[role] for role in ROLES}, days=_DAYS, error=error, secret=secret,
    )  # fmt: skip


async def post_token(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/tokens: name, role, days ("" for no end)."""
    services = request.app[SERVICES]
    form = await read_form(request)
    name, role, days = str(form.get("name", "")).strip()[:40], str(form.get("role", "")), str(form.get("days", ""))
    if not name or role not in ROLES or days not in ("", *map(str, _DAYS)):
        return await _tokens_page(request, staff, status=400, error="请写清用途，选好角色和期限。")
    token = f"bn_{chance.token_urlsafe(32)}"
    made = await make_token(services.database, token, name, role, staff.login, int(days) if days else None)
    if not made:
        return await _tokens_page(
            request, staff, status=409, error="这个用途已经有令牌在用：换一个写法，或先撤销那一个。"
        )
    await audit(services.database, staff.login, "admin.token_made", name, role=role)
    return await _tokens_page(request, staff, secret=(name, token))


async def post_revoke(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/tokens/revoke: id."""
    services = request.app[SERVICES]
    name = await services.database.value(
        "update tokens set revoked_at = now() where encode(token_hash, 'hex') = $1 and revoked_at is null returning name",
        str((await read_form(request)).get("id", "")),
    )
    if name is None:
        return await _tokens_page(request, staff, status=404, error="没有这个令牌，或已经撤销。")
    await audit(services.database, staff.login, "admin.token_revoked", name)
    raise web.HTTPSeeOther("/admin/tokens")
