"""Waking one's own telephone: a browser that may be told of red alarms, kept and taken back on the account page."""

from pathlib import Path

from aiohttp import web

from bot.audit import audit
from bot.desk.pages import STATIC, error_answer, json_answer
from bot.desk.session import Staff, device_of
from bot.forms import read_form
from bot.keys import SERVICES
from bot.numbers import whole
from bot.outside.door import push_door
from bot.outside.push import BadSubscription, read_subscription
from bot.store.push import MOST, drop_device, keep_device

_UNREAD = "这个浏览器给的提醒地址用不了，请换一个浏览器。"


async def post_device(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /account/push: endpoint, key, auth, as the browser gave them. `{"id"}`."""
    services, form = request.app[SERVICES], await read_form(request)
    endpoint = str(form.get("endpoint", ""))
    try:
        subscription = read_subscription(endpoint, str(form.get("key", "")), str(form.get("auth", "")))
    except BadSubscription:
        return error_answer(400, "unread", _UNREAD)
    if not push_door().takes(endpoint):
        return error_answer(400, "address", _UNREAD)
    agent = device_of(request.headers.get("User-Agent", ""))
    made = await keep_device(services.database, staff.login, subscription, agent)
    if made is None:
        return error_answer(409, "many", f"最多 {MOST} 台：先删掉不用的。")
    await audit(services.database, staff.login, "account.push_on", staff.login)
    return json_answer({"id": made})


async def post_off(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /account/push/off: endpoint of this browser."""
    database, endpoint = request.app[SERVICES].database, str((await read_form(request)).get("endpoint", ""))
    if endpoint and await drop_device(database, staff.login, endpoint=endpoint):
        await audit(database, staff.login, "account.push_off", staff.login)
    return json_answer({"off": True})


async def post_drop(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /account/push/{id}/drop: another of one's own devices. One that is gone is gone."""
    database = request.app[SERVICES].database
    if await drop_device(database, staff.login, whole(request.match_info["id"]) or 0):
        await audit(database, staff.login, "account.push_off", staff.login)
    raise web.HTTPSeeOther("/account")


async def get_worker(request: web.Request) -> web.StreamResponse:
    """GET /desk/alarm-worker.js: open, since browsers look for a newer one when nobody is logged in. It holds no secret."""
    return web.FileResponse(
        Path(str(STATIC)) / "alarm-worker.js",
        headers={"Cache-Control": "no-cache", "Content-Type": "text/javascript; charset=utf-8"},
    )
