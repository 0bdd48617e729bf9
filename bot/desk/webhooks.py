"""/admin/webhooks: which programs are told of what, how it goes, and what they have not been told."""

from aiohttp import web

from bot.audit import audit
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.numbers import whole
from bot.outside.door import open_door
from bot.outside.sender import EVENTS
from bot.store.outside import (
    add_target,
    dead_of,
    drop_target,
    ping_target,
    renew_secret,
    revive,
    switch_target,
    targets_of,
)

TITLES = {
    "ticket.opened": "求助单：新立",
    "ticket.changed": "求助单：有变化",
    "ticket.closed": "求助单：结束",
    "order.moved": "12345工单：有进展",
    "report.sent": "速报、内参：已送出",
    "ping": "试发",
}
_MOST = 20
_GONE = "没有这个接收方，请刷新。"
_OFF = "已经停用，先启用再试。"


async def get_webhooks(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/webhooks"""
    return await _page(request, staff)


async def _page(
    request: web.Request, staff: Staff, *, status: int = 200, error: str = "", secret: tuple[str, str] | None = None
) -> web.StreamResponse:
    database = request.app[SERVICES].database
    form = await read_form(request) if status != 200 else {}
    return page(
        "admin_webhooks.html", staff, status=status, section="admin", tab="webhooks", error=error, secret=secret,
        targets=await targets_of(database), dead=await dead_of(database), titles=TITLES, events=EVENTS,
        given={name: str(form.get(name, "")) for name in ("name", "url")},
    )  # fmt: skip


async def post_webhook(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/webhooks: name, url, event (several). The signing secret is shown once."""
    services = request.app[SERVICES]
    form = await read_form(request)
    name, url = str(form.get("name", "")).strip()[:40], str(form.get("url", "")).strip()
    events = [one for one in EVENTS if one in form.getall("event", [])]
    if not name or not events:
        return await _page(request, staff, status=400, error="请写清给谁用，并至少选一种消息。")
    if not open_door().takes(url):
        sentence = "地址要写成 https://主机/路径，不带用户名、密码；内网地址要由运维先登记。"
        return await _page(request, staff, status=400, error=sentence)
    if len(await targets_of(services.database)) >= _MOST:
        return await _page(request, staff, status=409, error=f"最多 {_MOST} 个接收方：先删掉不用的。")
    made, secret = await add_target(services.database, services.vault, name, url, events, staff.login)
    await audit(services.database, staff.login, "admin.webhook_made", name, target=made)
    return await _page(request, staff, secret=(f"“{name}”的签名密钥", secret))


async def post_act(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/webhooks/{id}/{on,off,drop,secret,ping,again}: `delivery` with again: that one, else all."""
    services = request.app[SERVICES]
    database, target, act = services.database, whole(request.match_info["id"]) or 0, request.match_info["act"]
    if not any(one.id == target for one in await targets_of(database)):
        return await _page(request, staff, status=404, error=_GONE)
    secret, took = None, True
    match act:
        case "on" | "off":
            took = await switch_target(database, target, act == "on")
        case "drop":
            took = await drop_target(database, target)
        case "secret":
            fresh = await renew_secret(database, services.vault, target)
            secret, took = ("新的签名密钥", fresh or ""), fresh is not None
        case "ping":
            if not await ping_target(database, target):
                return await _page(request, staff, status=409, error=_OFF)
        case "again":
            one = whole(str((await read_form(request)).get("delivery", "")))
            if not await revive(database, target, one):
                return await _page(request, staff, status=409, error="没有要再发的，可能同事刚点过。")
    if not took:
        return await _page(request, staff, status=404, error=_GONE)
    await audit(database, staff.login, f"admin.webhook_{act}", str(target))
    if secret is not None:
        return await _page(request, staff, secret=secret)
    raise web.HTTPSeeOther("/admin/webhooks")
