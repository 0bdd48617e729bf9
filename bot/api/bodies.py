"""What a program sent: a JSON object of the kinds that are wanted, or a refusal that says which field is none."""

from collections.abc import Mapping
from hashlib import sha256
from json import dumps
from typing import Any

from aiohttp import web

from bot.api.auth import Refused

_NEEDED = {"reply": ("id", "text"), "close": ("outcome",), "correct": ("field", "value")}
_TEXTS = ("id", "text", "note", "outcome", "field", "value", "reason")


async def body_of(request: web.Request) -> dict[str, Any]:
    """The body's object, {} where there is no body. Raises Refused, also for half a character (a lone surrogate)."""
    try:
        body: Any = await request.json() if request.can_read_body else {}
        dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Refused(400, "malformed", "body: half a character") from None
    except RecursionError:
        raise Refused(400, "malformed", "body: nested too deep") from None
    except (ValueError, LookupError) as error:
        raise Refused(400, "malformed", f"body: {error}") from error
    if not isinstance(body, dict):
        raise Refused(400, "malformed", "body: an object is wanted")
    return body


def form_of(act: str, body: Mapping[str, Any]) -> dict[str, str]:
    """A reporter's act as the desk's form says it. Nothing that is no text becomes one: "None" would reach a resident.

    Raises Refused.
    """
    if missing := [name for name in _NEEDED.get(act, ()) if name not in body]:
        raise Refused(400, "malformed", f"body: {', '.join(missing)} is missing")
    for name in _TEXTS:
        if not isinstance(body.get(name, ""), str):
            raise Refused(400, "malformed", f"body: {name} is a text")
    tell = body.get("tell", True)
    if not isinstance(tell, bool):
        raise Refused(400, "malformed", "body: tell is true or false")
    form = {name: body[name] for name in _TEXTS if name in body} | {"tell": "yes" if tell else "no"}
    if act == "reply":
        if not body["id"]:
            raise Refused(400, "malformed", "body: id is empty")
        # However long and in whatever script programs like to count.
        form["reply_id"] = sha256(body["id"].encode("utf-8", "replace")).hexdigest()[:32]
    return form
