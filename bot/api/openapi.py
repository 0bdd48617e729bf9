"""The API's description, made from the same codes the handlers check."""

from collections.abc import Sequence
from typing import Any

from bot.api.acting import ORDER_ACTS, TICKET_ACTS
from conversations.codes import Flag, Intent, Outcome, TicketStatus, Urgency, Verification


def _enum(codes: Any) -> dict[str, Any]:
    return {"type": "string", "enum": [str(code) for code in codes]}


def _parameter(name: str, schema: dict[str, Any], words: str, where: str = "query") -> dict[str, Any]:
    return {"name": name, "in": where, "required": where == "path", "description": words, "schema": schema}


def _answer(schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_ERRORS = {
    status: _answer({"$ref": "#/components/schemas/Error"}, words)
    for status, words in {
        "400": "malformed",
        "401": "no good token",
        "403": "a token that only reads",
        "404": "no such thing",
        "409": "not possible now",
        "429": "too often; wait as long as Retry-After says",
        "503": "the record does not answer; try again",
    }.items()
}
_ORDER_NUMBER = _parameter("number", {"type": "string", "pattern": r"^B\d{5}-\d{4,}-\d+$"}, "order number", "path")
_LINK = _parameter("link", _TEXT, "a file's `link`", "path")
_LIMIT = _parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200}, "page size, default 50")
_CURSOR = _parameter("cursor", _TEXT, "`next` of the page before")
_NUMBER = _parameter("number", {"type": "string", "pattern": r"^B\d{5}-\d{4,}$"}, "ticket number", "path")
_TICKET_REF = {"$ref": "#/components/schemas/Ticket"}


def _act(
    words: str, properties: dict[str, Any], required: Sequence[str], answer: dict[str, Any] = _TICKET_REF,
    number: dict[str, Any] = _NUMBER,
) -> dict[str, Any]:  # fmt: skip
    body: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        body["required"] = list(required)
    return {
        "post": {
            "summary": words,
            "parameters": [number],
            "requestBody": {"required": bool(required), "content": {"application/json": {"schema": body}}},
            "responses": {"200": _answer(answer, "as it is now"), **_ERRORS},
        }
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Every field is always there."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "nullable": True}


def _list(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _page(name: str) -> dict[str, Any]:
    return _object({"items": _list(_ref(name)), "next": _maybe(_TEXT)})


_YES = {"type": "boolean"}
_COUNT = {"type": "integer"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}


def _schemas() -> dict[str, Any]:
    ticket = {
        "number": _TEXT, "channel": _TEXT, "account": _TEXT, "sender": _TEXT, "intent": _enum(Intent),
        "intents": _list(_enum(Intent)), "confidence": {"type": "number"}, "urgency": _enum(Urgency),
        "status": _enum(TicketStatus), "outcome": _maybe({"type": "string", "enum": [*map(str, Outcome), None]}),
        "verification": _enum(Verification), "flags": _list(_enum(Flag)), "slots": _TEXTS, "missing": _list(_TEXT),
        "summary": _TEXT, "desk": _TEXT, "district": _TEXT, "reporter": _TEXT, "alert": _TEXT, "model": _TEXT,
        "created_at": _TIME, "updated_at": _TIME, "closed_at": _maybe(_TIME),
        "due": _object(dict.fromkeys(("acknowledge", "call", "contact_unit", "revisit"), _TIME)),
    }  # fmt: skip
    whole = {
        "slots_detail": {"type": "object"}, "reasons": _list({"type": "object"}), "messages": _list(_ref("Message")),
        "events": _list(_ref("Event")), "duplicate_of": _maybe(_TEXT),
        "similar": _list(_object({"number": _TEXT, "reason": _TEXT})),
    }  # fmt: skip
    order = {
        "number": _TEXT, "ticket": _TEXT, "status": _TEXT, "way": _TEXT, "level": _TEXT, "kind": _TEXT, "called": _TEXT,
        "delivery": _TEXT, "fault": _TEXT, "made_by": _TEXT, "made_at": _TIME, "sent_at": _maybe(_TIME),
        "answer_due": _maybe(_TIME), "hotline_number": _TEXT, "unit": _TEXT, "fields": _TEXTS, "answer": _TEXT,
        "updated_at": _TIME,
    }  # fmt: skip
    return {
        "Ticket": _object(ticket),
        "WholeTicket": _object(ticket | whole),
        "Message": _object(
            {
                "id": _TEXT, "at": _TIME, "direction": {"type": "string", "enum": ["in", "out"]}, "author": _TEXT,
                "kind": _TEXT, "delivery": _TEXT, "text": _TEXT, "ticket_case": _YES,
            }
        ),
        "Event": _object({"id": _COUNT, "at": _TIME, "actor": _TEXT, "change": _TEXT, "detail": _TEXT}),
        "Call": _object(
            {
                "id": _COUNT, "at": _TIME, "by": _TEXT, "unit": _maybe(_COUNT), "whom": _TEXT, "result": _TEXT,
                "number": _TEXT, "promise": _TEXT, "promise_due": _maybe(_TIME), "promise_state": _TEXT, "note": _TEXT,
            }
        ),
        "Order": _object(order),
        "WholeOrder": _object(
            order
            | {"events": _list(_object({"at": _TIME, "actor": _TEXT, "change": _TEXT, "late": _YES, "detail": _TEXT}))}
        ),
        "File": _object(
            {
                "link": _TEXT, "message": _COUNT, "kind": _TEXT, "status": _TEXT, "type": _TEXT, "size": _COUNT,
                "words": {**_TEXT, "description": "read on a picture by a machine; empty where nothing was"},
            }
        ),
        "Error": _object({"error": _object({"code": _TEXT, "message": _TEXT, "field": _TEXT})}),
    }  # fmt: skip


def _get(words: str, parameters: list[dict[str, Any]], schema: dict[str, Any]) -> dict[str, Any]:
    answers = {"200": _answer(schema, "as it is now"), "304": {"description": "as If-None-Match has it"}, **_ERRORS}
    return {"get": {"summary": words, "parameters": parameters, "responses": answers}}


def _paths() -> dict[str, Any]:
    filters = [
        _parameter("channel", _TEXT, "wechat, app, …"),
        _parameter("sender", _TEXT, "the platform's id of the contact"),
        _parameter("urgency", _enum(Urgency), "how soon"),
        _parameter("status", _enum([*TicketStatus, "open"]), "where it stands; `open`: not closed"),
        _parameter("intent", _enum(Intent), "what it is about"),
        _parameter("q", _TEXT, "words; two Chinese characters or more"),
        _parameter("numbers", _TEXT, "of these numbers alone, with commas between them; 200 at the most"),
        _parameter("order", _enum(["queue", "newest"]), "queue: urgency, then age (default)"),
        _parameter("mask", _YES, "hide personal data"),
        _LIMIT,
        _CURSOR,
    ]
    base = "/api/v1/tickets/{number}"
    file = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    paths = {
        "/api/v1/tickets": _get("list tickets", filters, _page("Ticket")),
        base: _get("one ticket with messages, events and what may be the same matter", [_NUMBER], _ref("WholeTicket")),
        f"{base}/claim": _act("take a ticket", {}, []),
        f"{base}/reply": _act("write to the contact; `id` makes it once", {"id": _TEXT, "text": _TEXT}, ["id", "text"]),
        f"{base}/hand-back": _act("give it back to the bot", {"note": _TEXT}, []),
        f"{base}/close": _act("end it", {"outcome": _enum(Outcome), "note": _TEXT, "tell": _YES}, ["outcome"]),
        f"{base}/reopen": _act("open an ended ticket again", {"note": _TEXT}, []),
        f"{base}/correct": _act(
            "correct intent, urgency, status, verification or slot:NAME",
            {"field": _TEXT, "value": _TEXT, "reason": _TEXT},
            ["field", "value"],
        ),
        "/api/v1/orders": _get(
            "work orders: open ones by their clock, closed ones newest first",
            [_parameter("status", _enum(["open", "closed"]), "default open"), _LIMIT, _CURSOR],
            _page("Order"),
        ),
        "/api/v1/orders/{number}": _get("one work order with its history", [_ORDER_NUMBER], _ref("WholeOrder")),
    }
    for part, name in (
        ("messages", "Message"), ("events", "Event"), ("calls", "Call"), ("orders", "Order"), ("media", "File"),
    ):  # fmt: skip
        paths[f"{base}/{part}"] = _get(f"its {part}, page by page", [_NUMBER, _LIMIT, _CURSOR], _page(name))
    for act, (_, fields, words) in TICKET_ACTS.items():
        path = paths.setdefault(f"{base}/{act}", {})
        path |= _act(words, dict.fromkeys(fields, _TEXT), fields[:1])
    for act, (fields, words) in ORDER_ACTS.items():
        paths[f"/api/v1/orders/{{number}}/{act}"] = _act(
            words, dict.fromkeys(fields, _TEXT), [], _ref("WholeOrder"), _ORDER_NUMBER
        )
    whole = {"description": "the file, whole or a Range of it", "content": file}
    paths["/api/v1/media/{link}"] = {
        "get": {
            "summary": "a file, written down before it is given", "parameters": [_LINK],
            "responses": {"200": whole, **_ERRORS},
        }
    }  # fmt: skip
    return paths


def openapi() -> dict[str, Any]:
    """OpenAPI 3.0 of /api/v1."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "帮侬忙 API", "version": "1", "description": "Tickets of a newspaper's citizens' help desk."},
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}, "schemas": _schemas()},
    }
