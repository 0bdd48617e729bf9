"""The API's application: what is read and done (`routes`, `lists`), what the desk's own functions do (`acting`)."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

from aiohttp import web

from bot.api.acting import ORDER_ACTS, TICKET_ACTS, done_by_desk, file, staff_of_token
from bot.api.limits import LIMITS, open_limits
from bot.api.lists import one_order, orders, part, whole_order
from bot.api.openapi import openapi
from bot.api.routes import act, api_errors, error_json, get_one, get_tickets, ticket_json
from bot.audit import audit
from bot.desk import orders_acts
from bot.keys import SERVICES
from bot.store.tickets import get_ticket

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def fresh_or_same(request: web.Request, handler: Handler) -> web.StreamResponse:
    """ETag of what was read; 304 to whoever has it already."""
    response = await handler(request)
    if request.method != "GET" or response.status != 200 or not isinstance(response, web.Response):
        return response
    if not isinstance(response.body, bytes):
        return response
    mark = sha256(response.body).hexdigest()[:24]
    response.etag = mark
    response.headers["Cache-Control"] = "private, no-cache"
    if any(one.value in (mark, "*") for one in request.if_none_match or ()):
        return web.Response(
            status=304, headers={"ETag": response.headers["ETag"], "Cache-Control": "private, no-cache"}
        )
    return response


async def schema(request: web.Request) -> web.StreamResponse:
    return web.json_response(openapi())


async def desk_act(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/tickets/{number}/{note,merge,…}: by the desk's own functions. The ticket as it is now."""
    services = request.app[SERVICES]
    staff = await staff_of_token(request)
    number, name = request.match_info["number"], request.match_info["act"]
    if await get_ticket(services.database, services.vault, number) is None:
        return error_json(404, "unknown", "there is no such ticket", "number")
    await done_by_desk(request, TICKET_ACTS[name][0], staff)
    # The answer shows what the desk masks, and not every act leaves a line of its own (nothing was left to be seen).
    await audit(services.database, f"token:{staff.name}", "api.tickets.read", number, act=name)
    fresh = await get_ticket(services.database, services.vault, number)
    assert fresh is not None
    return web.json_response(ticket_json(fresh, masked=False))


async def order_act(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/orders/{number}/{save,send,file,news,number,close}. The order as it is now."""
    services = request.app[SERVICES]
    staff = await staff_of_token(request)
    await done_by_desk(request, orders_acts.post_act, staff)
    return web.json_response(await whole_order(services, request.match_info["number"], staff.name, masked=False))


def build_api() -> web.Application:
    """The sub-application under /api/v1; the caller gives it the services."""
    api = web.Application(middlewares=[api_errors, fresh_or_same])
    api[LIMITS] = open_limits()
    api.router.add_get("/tickets", get_tickets)
    api.router.add_get("/tickets/{number}", get_one)
    api.router.add_get("/tickets/{number}/{part:messages|events|calls|orders|media}", part)
    api.router.add_get("/media/{link}", file)
    api.router.add_get("/orders", orders)
    api.router.add_get("/orders/{number}", one_order)
    api.router.add_post(f"/orders/{{number}}/{{act:{'|'.join(ORDER_ACTS)}}}", order_act)
    api.router.add_post(f"/tickets/{{number}}/{{act:{'|'.join(sorted(TICKET_ACTS, key=len, reverse=True))}}}", desk_act)
    api.router.add_post("/tickets/{number}/{act}", act)
    return api
