"""A ticket's parts, page by page: messages, events, calls, orders, files; and the open orders of all."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.api.auth import Refused, caller
from bot.audit import audit
from bot.keys import SERVICES
from bot.mask import mask_text
from bot.numbers import whole
from bot.store.calls import Call, calls_of
from bot.store.media import media_of
from bot.store.orders import Order, get_order, list_orders, order_events, orders_of
from bot.store.picture_words import words_of_pictures
from bot.store.said import Message, messages_of
from bot.store.tickets import Ticket, TicketEvent, events_of, get_ticket

MOST = 200
_ALL = 100_000
"""More than any ticket has: pages are cut from all of them."""


def paged(request: web.Request, items: Sequence[Any], key: Callable[[Any], str]) -> dict[str, Any]:
    """`{"items", "next"}` after the item whose key is the cursor. Raises Refused for a limit or a cursor that is none."""
    limit, cursor = whole(request.query.get("limit", "50"), MOST), request.query.get("cursor", "")
    if not limit:
        raise Refused(400, "bad_limit", f"limit is a number from 1 to {MOST}")
    first = 0
    if cursor:
        places = [place for place, one in enumerate(items) if key(one) == cursor]
        if not places:
            raise Refused(400, "bad_cursor", "cursor is not one of ours")
        first = places[0] + 1
    shown = list(items[first : first + limit])
    more = first + len(shown) < len(items)
    return {"items": shown, "next": key(shown[-1]) if more and shown else None}


async def part(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/tickets/{number}/{messages,events,calls,orders,media}?limit=&cursor="""
    services, kind = request.app[SERVICES], request.match_info["part"]
    name, role = await caller(request)
    ticket = await get_ticket(services.database, services.vault, request.match_info["number"])
    if ticket is None:
        raise Refused(404, "unknown", "there is no such ticket")
    masked = role == "auditor"
    base = (services.database, services.vault, ticket.number)
    match kind:
        case "messages":
            said = [] if ticket.erased else await messages_of(*base[:2], ticket.conversation)
            page = paged(
                request, [message_json(one, ticket, masked=masked) for one in said], lambda one: str(one["id"])
            )
        case "events":
            page = paged(request, [event_json(one, masked=masked) for one in await events_of(*base)], _id)
        case "calls":
            page = paged(request, [call_json(one, masked=masked) for one in await calls_of(*base, most=_ALL)], _id)
        case "orders":
            page = paged(request, [order_json(one, masked=masked) for one in await orders_of(*base)], _number)
        case _:
            files = await media_of(services.database, ticket.conversation)
            read = await words_of_pictures(*base[:2], ticket.conversation) if files else {}
            shown = [
                {
                    "link": one.link, "message": turn, "kind": one.kind, "status": one.status, "type": one.type, "size": one.size,
                    "words": mask_text(read.get(one.link, "")) if masked else read.get(one.link, ""),
                }
                for turn, many in sorted(files.items())
                for one in many
            ]  # fmt: skip
            page = paged(request, shown, lambda one: str(one["link"]))
    private = kind != "media" or any(one["words"] for one in page["items"])
    if page["items"] and not masked and private:
        await audit(services.database, f"token:{name}", "api.tickets.read", ticket.number, part=kind)
    return web.json_response(page)


async def orders(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/orders?status=open|closed&limit=&cursor="""
    services = request.app[SERVICES]
    name, role = await caller(request)
    status = request.query.get("status", "open")
    if status not in ("open", "closed"):
        raise Refused(400, "unknown_code", "status is one of closed, open")
    found = await list_orders(services.database, services.vault, closed=status == "closed")
    page = paged(request, [order_json(one, masked=role == "auditor") for one in found], _number)
    if page["items"] and role != "auditor":
        await audit(services.database, f"token:{name}", "api.orders.list", str(len(page["items"])))
    return web.json_response(page)


async def one_order(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/orders/{number}: with its events."""
    services = request.app[SERVICES]
    name, role = await caller(request)
    return web.json_response(await whole_order(services, request.match_info["number"], name, masked=role == "auditor"))


async def whole_order(services: Any, number: str, name: str, *, masked: bool) -> dict[str, Any]:
    """Raises Refused."""
    order = await get_order(services.database, services.vault, number)
    if order is None:
        raise Refused(404, "unknown", "there is no such order")
    if not masked:
        await audit(services.database, f"token:{name}", "api.orders.read", order.ticket, order=number)
    events = [
        {"at": _at(one.at), "actor": one.actor, "change": one.change, "late": one.late,
         "detail": "" if masked else one.detail}
        for one in await order_events(services.database, services.vault, number)
    ]  # fmt: skip
    return {**order_json(order, masked=masked), "events": events}


def _id(one: dict[str, Any]) -> str:
    return str(one["id"])


def _number(one: dict[str, Any]) -> str:
    return str(one["number"])


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def message_json(message: Message, ticket: Ticket, *, masked: bool) -> dict[str, Any]:
    return {
        "id": message.id, "at": message.at.isoformat(), "direction": "in" if message.direction == "i" else "out",
        "author": message.author, "kind": message.kind, "delivery": message.delivery,
        "text": mask_text(message.text) if masked else message.text, "ticket_case": message.case == ticket.case,
    }  # fmt: skip


def event_json(event: TicketEvent, *, masked: bool) -> dict[str, Any]:
    return {
        "id": event.id, "at": event.at.isoformat(), "actor": event.actor, "change": event.change,
        "detail": "" if masked else event.detail,
    }  # fmt: skip


def call_json(call: Call, *, masked: bool) -> dict[str, Any]:
    return {
        "id": call.id, "at": call.at.isoformat(), "by": call.by, "unit": call.unit, "whom": call.whom, "result": call.result,
        "number": "" if masked else call.dialled, "promise": "" if masked else call.promise,
        "promise_due": _at(call.promise_due), "promise_state": call.promise_state, "note": "" if masked else call.note,
    }  # fmt: skip


def order_json(order: Order, *, masked: bool) -> dict[str, Any]:
    return {
        "number": order.number, "ticket": order.ticket, "status": order.status, "way": order.way, "level": order.form.level,
        "kind": order.form.kind, "called": order.form.called, "delivery": order.delivery, "fault": order.fault,
        "made_by": order.made_by, "made_at": order.made_at.isoformat(), "sent_at": _at(order.sent_at),
        "answer_due": _at(order.answer_due), "hotline_number": order.reply.number, "unit": order.reply.unit,
        "fields": {} if masked else dict(order.form.fields), "answer": "" if masked else order.reply.text,
        "updated_at": order.updated_at.isoformat(),
    }  # fmt: skip
