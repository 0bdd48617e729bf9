"""Who works here: accounts added, given a new password, another role, switched off and on. And how the machine fares."""

from typing import Any

from aiohttp import web

from bot.audit import audit
from bot.desk import words
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.ocr.setting import standing_words
from bot.people import ROLES, BadUser, add_user, set_password
from bot.services import Services

_USERS = """
select u.login, u.name, u.role, u.active, u.must_change, max(s.seen_at) as seen_at,
       (select count(*) from tickets t where t.reporter = u.login and t.outcome is null) as held
from users u left join sessions s on s.login = u.login and s.expires_at > now()
group by u.login order by u.active desc, u.login
"""


async def health_of(services: Services) -> dict[str, int]:
    """What an admin should look at when it is not nought: requests nobody could read, sendings given up, work waiting."""
    row = await services.database.row(
        "select (select count(*) from dead_letters) as letters, "
        "(select count(*) from outbox where status = 'dead') as dead, "
        "(select count(*) from outbox where status <> 'dead' and kind = 'send' and due_at < now()) as waiting"
    )
    return {"letters": row["letters"], "dead": row["dead"], "waiting": row["waiting"], "spool": services.spool.waiting}


async def get_users(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin"""
    return await _users_page(request, staff)


async def _users_page(
    request: web.Request, staff: Staff, *, status: int = 200, error: str = "", secret: tuple[str, str] | None = None
) -> web.StreamResponse:
    services = request.app[SERVICES]
    rows = await services.database.fetch(_USERS)
    return page(
        "admin_users.html", staff, status=status, section="admin", tab="users", users=[dict(row) for row in rows],
        roles={role: words.ROLES[role] for role in ROLES}, error=error, secret=secret, health=await health_of(services),
        ocr=standing_words(services.settings.ocr),
    )  # fmt: skip


async def post_user(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/users: login, name, role. The first password is shown once."""
    services = request.app[SERVICES]
    form = await read_form(request)
    login, role = str(form.get("login", "")).strip().lower(), str(form.get("role", ""))
    try:
        password = await add_user(services.database, login, str(form.get("name", "")).strip()[:40], role)
    except BadUser as error:
        taken = "already" in str(error)
        sentence = (
            f"已经有 {login} 这个用户名。" if taken else "用户名要 2 到 32 个小写字母、数字或 . _ -，以字母或数字开头。"
        )
        return await _users_page(request, staff, status=400, error=sentence)
    await audit(services.database, staff.login, "admin.user_added", login, role=role)
    return await _users_page(request, staff, secret=(login, password))


async def post_user_act(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/users/{login}/{reset,off,on,role}"""
    services = request.app[SERVICES]
    login, act = request.match_info["login"], request.match_info["act"]
    if not await services.database.value("select 1 from users where login = $1", login):
        return await _users_page(request, staff, status=404, error=f"没有 {login} 这个用户。")
    if login == staff.login and act in ("off", "role"):
        return await _users_page(
            request, staff, status=400, error="不能停用自己，也不能改自己的角色：请另一位管理员来做。"
        )
    detail: dict[str, Any] = {}
    secret = None
    if act == "reset":
        secret = (login, await set_password(services.database, login))
    elif act == "role":
        role = str((await read_form(request)).get("role", ""))
        if role not in ROLES:
            return await _users_page(request, staff, status=400, error="没有这个角色。")
        await services.database.execute("update users set role = $2 where login = $1", login, role)
        detail["role"] = role
    else:
        await services.database.execute("update users set active = $2 where login = $1", login, act == "on")
        if act == "off":
            await services.database.execute("delete from sessions where login = $1", login)
    await audit(services.database, staff.login, f"admin.user_{act}", login, **detail)
    return await _users_page(request, staff, secret=secret)
