"""The API's description, made from the same codes the handlers check."""

from typing import Any

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
        "404": "no such ticket",
        "409": "not possible now",
    }.items()
}
_NUMBER = _parameter("number", {"type": "string", "pattern": r"^B\d{5}-\d{4,}$"}, "ticket number", "path")
_TICKET_REF = {"$ref": "#/components/schemas/Ticket"}


def _act(words: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    body = {"type": "object", "properties": properties, "required": required}
    return {
        "post": {
            "summary": words,
            "parameters": [_NUMBER],
            "requestBody": {"required": bool(required), "content": {"application/json": {"schema": body}}},
            "responses": {"200": _answer(_TICKET_REF, "the ticket as it is now"), **_ERRORS},
        }
    }


def _ticket() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "number": _TEXT, "channel": _TEXT, "account": _TEXT, "sender": _TEXT, "intent": _enum(Intent),
            "intents": {"type": "array", "items": _enum(Intent)}, "confidence": {"type": "number"}, "urgency": _enum(Urgency),
            "status": _enum(TicketStatus), "outcome": {"type": "string", "nullable": True, "enum": [*map(str, Outcome), None]},
            "verification": _enum(Verification), "flags": {"type": "array", "items": _enum(Flag)},
            "slots": {"type": "object", "additionalProperties": _TEXT}, "missing": {"type": "array", "items": _TEXT},
            "summary": _TEXT, "desk": _TEXT, "district": _TEXT, "reporter": _TEXT, "alert": _TEXT, "model": _TEXT,
            "created_at": _TIME, "updated_at": _TIME, "closed_at": {**_TIME, "nullable": True},
            "due": {"type": "object", "additionalProperties": _TIME},
            "duplicate_of": {"type": "string", "nullable": True},
            "similar": {"type": "array", "items": {"type": "object", "properties": {"number": _TEXT, "reason": _TEXT}}},
        },
    }  # fmt: skip


def openapi() -> dict[str, Any]:
    """OpenAPI 3.0 of /api/v1."""
    filters = [
        _parameter("channel", _TEXT, "wechat, app, …"),
        _parameter("sender", _TEXT, "the platform's id of the contact"),
        _parameter("urgency", _enum(Urgency), "how soon"),
        _parameter("status", _enum([*TicketStatus, "open"]), "where it stands; `open`: not closed"),
        _parameter("intent", _enum(Intent), "what it is about"),
        _parameter("q", _TEXT, "words; two Chinese characters or more"),
        _parameter("order", _enum(["queue", "newest"]), "queue: urgency, then age (default)"),
        _parameter("mask", {"type": "boolean"}, "hide personal data"),
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200}, "page size, default 50"),
        _parameter("cursor", _TEXT, "`next` of the page before"),
    ]
    page = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": _TICKET_REF}, "next": {"type": "string", "nullable": True}},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "帮侬忙 API", "version": "1", "description": "Tickets of a newspaper's citizens' help desk."},
        "security": [{"token": []}],
        "paths": {
            "/api/v1/tickets": {
                "get": {
                    "summary": "list tickets",
                    "parameters": filters,
                    "responses": {"200": _answer(page, "a page"), **_ERRORS},
                }
            },
            "/api/v1/tickets/{number}": {
                "get": {
                    "summary": "one ticket with messages, events and what may be the same matter",
                    "parameters": [_NUMBER],
                    "responses": {"200": _answer(_TICKET_REF, "the ticket"), **_ERRORS},
                }
            },
            "/api/v1/tickets/{number}/claim": _act("take a ticket", {}, []),
            "/api/v1/tickets/{number}/reply": _act(
                "write to the contact; `id` makes it once", {"id": _TEXT, "text": _TEXT}, ["id", "text"]
            ),
            "/api/v1/tickets/{number}/hand-back": _act("give it back to the bot", {"note": _TEXT}, []),
            "/api/v1/tickets/{number}/close": _act(
                "end it", {"outcome": _enum(Outcome), "note": _TEXT, "tell": {"type": "boolean"}}, ["outcome"]
            ),
            "/api/v1/tickets/{number}/reopen": _act("open an ended ticket again", {"note": _TEXT}, []),
            "/api/v1/tickets/{number}/correct": _act(
                "correct intent, urgency, status, verification or slot:NAME",
                {"field": _TEXT, "value": _TEXT, "reason": _TEXT},
                ["field", "value"],
            ),
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Ticket": _ticket(),
                "Error": {
                    "type": "object",
                    "properties": {
                        "error": {"type": "object", "properties": {"code": _TEXT, "message": _TEXT, "field": _TEXT}}
                    },
                },
            },
        },
    }
