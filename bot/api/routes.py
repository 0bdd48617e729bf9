"""API v1: tickets as JSON for other programs of the newsroom. Every reading of personal data leaves an audit line."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.api.auth import WRITERS, Refused, caller
from bot.api.bodies import body_of, form_of
from bot.api.lists import event_json, message_json
from bot.arrivals import TurnFailed
from bot.audit import audit
from bot.desk.deeds import DEEDS, Unfit, deed
from bot.desk.wholes import parts_would_wait, tell_parts
from bot.forms import UNASKABLE
from bot.keys import SERVICES
from bot.mask import mask_slots, mask_text
from bot.numbers import whole
from bot.store.database import StoreAway
from bot.store.said import messages_of
from bot.store.similar import duplicate_of, similar_to
from bot.store.tickets import Filter, Ticket, events_of, get_ticket, list_tickets
from conversations.codes import Intent, TicketStatus, Urgency
from conversations.events import ReporterClosed, ReporterReopened

_MOST = 200

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

REFUSALS = {
    "unknown": (404, "没有这张单"),
    "erased": (404, "居民的资料已删除，这张单不能再办"),
    "linked": (409, "这张单并在别的单里：请先把它拆开"),
    "closed": (409, "这张单已经结束"),
    "claimed": (409, "别的记者已经接手"),
    "open": (409, "这张单没有结束，不用重新打开"),
    "quiet": (409, "家里刚有人走了，或本人情绪危险：不在对话里问，请打电话"),
    "not_yours": (409, "这张单不在您手上"),
    "window": (409, "现在不能再发：回复窗口已关或条数用完"),
    "empty": (400, "没有内容"),
    "pictures": (409, "这个渠道发不了照片，或照片太大，请用文字说"),
    "value": (400, "值不对"),
    "reason": (400, "降级要写理由"),
    "heard": (409, "居民刚写了新的话，请看过再办"),
    "more_urgent": (409, "这一单刚变急了，请看过再办"),
    "parts": (409, "并进来的单，居民还等着：这样结束以前，请先把它们拆开"),
}
"""Why an act on a ticket was not taken: status and the sentence people read."""


@web.middleware
async def api_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals and outages in one JSON form."""
    try:
        return await handler(request)
    except Refused as refused:
        return refused.answer
    except UNASKABLE:
        return error_json(400, "malformed", "the request holds a character the record does not take", "")
    except StoreAway:
        return error_json(503, "store_away", "the record does not answer; try again", "")
    except TurnFailed:
        return error_json(500, "turn_failed", "this could not be done; it has been logged", "")


async def get_tickets(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/tickets: queue order (urgency, age), or `order=newest`; `numbers=A,B`: these alone."""
    services = request.app[SERVICES]
    name, role = await caller(request)
    query = request.query
    known: dict[str, set[str]] = {"urgency": {*Urgency}, "intent": {*Intent}, "status": {*TicketStatus, "open"}}
    for field, values in known.items():
        if query.get(field) and query[field] not in values:
            return error_json(400, "unknown_code", f"{field} is one of {', '.join(sorted(values))}", field)
    limit = whole(query.get("limit", "50"), _MOST)
    if not limit:
        return error_json(400, "bad_limit", f"limit is a number from 1 to {_MOST}", "limit")
    numbers = tuple(query.get("numbers", "").upper().split(",")) if query.get("numbers") else ()
    if len(numbers) > _MOST:
        return error_json(400, "too_many", f"numbers: {_MOST} at the most", "numbers")
    wanted = Filter(
        numbers=numbers, channel=query.get("channel", ""), sender=query.get("sender", ""), urgency=query.get("urgency", ""),
        status=query.get("status", ""), intent=query.get("intent", ""), q=query.get("q", ""),
    )  # fmt: skip
    try:
        found, after = await list_tickets(
            services.database, services.vault, wanted, accounts=list(services.accounts), newest=query.get("order") == "newest",
            limit=limit, cursor=query.get("cursor", ""),
        )  # fmt: skip
    except ValueError:
        return error_json(400, "bad_cursor", "cursor is not one of ours", "cursor")
    masked = role == "auditor" or query.get("mask") == "true"
    if found and not masked:
        await audit(services.database, f"token:{name}", "api.tickets.list", str(len(found)))
    return web.json_response({"items": [ticket_json(one, masked=masked) for one in found], "next": after or None})


async def get_one(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/tickets/{number}: with `messages`, `events`, and what may be the same matter (`similar`)."""
    services = request.app[SERVICES]
    name, role = await caller(request)
    ticket = await get_ticket(services.database, services.vault, request.match_info["number"])
    if ticket is None:
        return error_json(404, "unknown", "there is no such ticket", "number")
    masked = role == "auditor"
    if not masked:
        await audit(services.database, f"token:{name}", "api.tickets.read", ticket.number)
    return web.json_response(await whole_ticket(services, ticket, masked=masked))


async def whole_ticket(services: Any, ticket: Ticket, *, masked: bool) -> dict[str, Any]:
    messages = [] if ticket.erased else await messages_of(services.database, services.vault, ticket.conversation)
    events = await events_of(services.database, services.vault, ticket.number)
    linked = await duplicate_of(services.database, ticket.number)
    alike = [] if linked else await similar_to(services.database, ticket.number, services.clock())
    return {
        **ticket_json(ticket, masked=masked),
        "slots_detail": {} if masked else ticket.body.slots,
        "reasons": [{**one, "span": mask_text(one.get("span", ""))} for one in ticket.body.reasons]
        if masked
        else ticket.body.reasons,
        "messages": [message_json(message, ticket, masked=masked) for message in messages],
        "events": [event_json(event, masked=masked) for event in events],
        "duplicate_of": linked.duplicate_of if linked else None,
        "similar": [{"number": one.number, "reason": one.reason} for one in alike],
    }


def ticket_json(ticket: Ticket, *, masked: bool) -> dict[str, Any]:
    slots = ticket.slots
    return {
        "number": ticket.number,
        "channel": ticket.channel,
        "account": ticket.account,
        "sender": ticket.sender if not masked else "",
        "intent": ticket.intent,
        "intents": ticket.body.further,
        "confidence": round(ticket.confidence, 4),
        "urgency": ticket.urgency,
        "status": ticket.status,
        "outcome": ticket.outcome,
        "verification": ticket.verification,
        "flags": list(ticket.flags),
        "slots": mask_slots(slots) if masked else slots,
        "missing": list(ticket.missing),
        "summary": mask_text(ticket.body.summary) if masked else ticket.body.summary,
        "desk": ticket.desk,
        "district": ticket.district,
        "reporter": ticket.reporter,
        "alert": ticket.alert,
        "model": ticket.model,
        "created_at": ticket.created_at.isoformat(),
        "updated_at": ticket.updated_at.isoformat(),
        "closed_at": ticket.closed_at.isoformat() if ticket.closed_at else None,
        "due": {
            "acknowledge": ticket.acknowledge_due.isoformat(),
            "call": ticket.call_due.isoformat(),
            "contact_unit": ticket.contact_due.isoformat(),
            "revisit": ticket.revisit_due.isoformat(),
        },
    }


async def act(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/tickets/{number}/{claim,reply,hand-back,close,correct}: what a reporter does at the desk."""
    services = request.app[SERVICES]
    name, role = await caller(request)
    if role not in WRITERS:
        return error_json(403, "role", f"a token of role {role} only reads", "")
    ticket = await get_ticket(services.database, services.vault, request.match_info["number"])
    if ticket is None:
        return error_json(404, "unknown", "there is no such ticket", "number")
    act_name = request.match_info["act"]
    if act_name not in DEEDS:
        return error_json(404, "unknown", "no such act", "")
    if ticket.erased:
        return error_json(404, "erased", REFUSALS["erased"][1], "")
    try:
        event = deed(act_name, ticket.case, f"api:{name}", form_of(act_name, await body_of(request)))
    except Unfit as unfit:
        return error_json(400, "malformed", str(unfit), "")
    if isinstance(event, ReporterReopened) and await duplicate_of(services.database, ticket.number):
        return error_json(409, "linked", REFUSALS["linked"][1], "")
    if isinstance(event, ReporterClosed) and await parts_would_wait(services, ticket, event):
        return error_json(409, "parts", REFUSALS["parts"][1], "")
    outcome = await services.turns.act(ticket.conversation, event)
    await audit(services.database, f"token:{name}", f"api.{act_name}", ticket.number)
    if outcome.refused:
        status, words = REFUSALS.get(outcome.refused, (409, outcome.refused))
        return error_json(status, outcome.refused, words, "")
    if isinstance(event, ReporterClosed):
        await tell_parts(services, ticket, event)
    fresh = await get_ticket(services.database, services.vault, ticket.number)
    return web.json_response(ticket_json(fresh or ticket, masked=False))


def error_json(status: int, code: str, message: str, field: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message, "field": field}}, status=status)
