"""POST /hook/hotline: what 12345 says of our orders. Signed; written down before it is answered; repeats are harmless."""

from typing import Any

from aiohttp import web

from adapters.app import SIGNATURE_HEADER, TIMESTAMP_HEADER
from bot.codec import encode
from bot.hotline.wire import Unread, read_news, verified
from bot.keys import SERVICES
from bot.log import get_logger
from bot.metrics import REJECTED
from bot.store.database import StoreAway
from bot.store.orders import get_order
from bot.store.orders_changes import take_news
from bot.webhooks import read_body

log = get_logger("hotline")


async def hook(request: web.Request) -> web.StreamResponse:
    """`{"id","number","status","at","hotline_number"?,"unit"?,"text"?}` → 200 `{"accepted": true, "status"}`.

    403 without a good signature, 413 over 256 KB, 400 with the field, 404 for an order never sent, 503 to try again.
    """
    services = request.app[SERVICES]
    secret = services.settings.hotline_secret
    if secret is None:
        return web.Response(status=404)
    body = await read_body(request)
    if body is None:
        return web.Response(status=413)
    timestamp, given = request.headers.get(TIMESTAMP_HEADER, ""), request.headers.get(SIGNATURE_HEADER, "")
    if not verified(secret, timestamp, given, body, services.clock()):
        REJECTED.labels("hotline").inc()
        return web.Response(status=403)
    try:
        number, news = read_news(body)
    except Unread as error:
        return _answer({"error": {"code": "malformed", "message": str(error), "field": error.field}}, 400)
    now = services.clock()
    try:
        verdict = await take_news(services.database, services.vault, number, news, "hotline", now)
        order = await get_order(services.database, services.vault, number)
    except StoreAway:
        return _answer({"error": {"code": "store_away", "message": "暂时记不下，请稍后再送", "field": ""}}, 503)
    if verdict == "unknown" or order is None:
        return _answer({"error": {"code": "unknown", "message": "没有送出过这张工单", "field": "number"}}, 404)
    log.info("order_news", order=number, status=news.status, verdict=verdict)
    if verdict in ("moves", "again"):
        services.live.publish(
            [{"what": "ticket", "number": order.ticket, "change": f"order_{news.status}", "alert": ""}]
        )
    return _answer({"accepted": True, "status": order.status})


def _answer(value: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(body=encode(value), status=status, content_type="application/json")
