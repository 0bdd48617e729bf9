"""What a reporter does at the desk, done by a program: the desk's own functions and rules, JSON in and JSON out.

A token is nobody's login: its acts stand in every history as `api:NAME`, and it owns what it claims like anybody else.
"""

import html
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from multidict import CIMultiDict, MultiDict, MultiDictProxy

from bot.api.auth import WRITERS, Refused, caller
from bot.api.bodies import body_of
from bot.codec import decode
from bot.desk import acts, calls, media, merging, notes, orders_acts, picture_taking, reports_acts, revisits
from bot.desk.session import Staff

Act = Callable[[web.Request, Staff], Awaitable[web.StreamResponse]]

TICKET_ACTS: dict[str, tuple[Act, tuple[str, ...], str]] = {
    "acknowledge": (acts.post_acknowledge, (), "a person has seen the alert"),
    "note": (notes.post_note, ("text", "form"), "a note for colleagues"),
    "written": (picture_taking.post_take, ("picture", "slot"), "take a slot over from what was read on a picture"),
    "merge": (merging.post_merge, ("other",), "close it as part of `other`"),
    "apart": (merging.post_apart, ("other",), "`other` is another matter"),
    "split": (merging.post_split, (), "let it stand for itself again"),
    "calls": (
        calls.post_call, ("result", "unit", "number", "promise", "due", "note", "move", "form"),
        "a call was made; `unit` empty: to the resident; `due`: place in the list of the desk's times; `form`: an id under "
        "which the same is kept once, as with notes and revisits",
    ),
    "promise": (calls.post_promise, ("call", "state"), "a promise was kept or missed"),
    "order": (orders_acts.post_make, (), "begin a work order, or the one that is open"),
    "order-tell": (orders_acts.post_tell, ("order", "mark", "text"), "tell the resident how the order stands"),
    "obstacle": (reports_acts.post_obstacle, ("code", "on"), "where it is stuck; `on`: yes or no"),
    "revisit": (
        revisits.post_revisit, ("contacted", "solved", "satisfied", "again", "on", "note", "form"),
        "what a revisit heard",
    ),
    "revisit-ask": (revisits.post_ask, (), "ask in the conversation how it went"),
}  # fmt: skip
"""Act → the desk's function, its fields (the first is needed), what it does."""

ORDER_ACTS: dict[str, tuple[tuple[str, ...], str]] = {
    "save": ((), "keep the draft: `level`, `kind`, `called`, its fields as `field-CODE`"),
    "send": ((), "send it to the gateway"),
    "file": (("hotline_number", "agreed"), "it was handed in by hand"),
    "news": (("status", "unit", "text"), "what 12345 said"),
    "number": (("hotline_number",), "the hotline's own number"),
    "close": (("note",), "it is done with"),
}

_WHY = re.compile(r'role="alert"[^>]*>(.*?)</p>', re.DOTALL)


async def staff_of_token(request: web.Request, *, writes: bool = True) -> Staff:
    """Whoever holds the token, as the desk's functions know people. Raises Refused."""
    name, role = await caller(request)
    if writes and role not in WRITERS:
        raise Refused(403, "role", f"a token of role {role} only reads")
    return Staff(f"api:{name}", name, role, "", False, b"")


async def as_form(request: web.Request) -> web.Request:
    """The request as a page's script would have sent it: the same address, the body's values as a form's. Raises Refused."""
    headers = CIMultiDict(request.headers)
    headers["X-Requested-With"], headers["X-Parts"] = "bangnong", "no"
    asked = request.clone(headers=headers)  # before the body is read, as aiohttp wants it
    asked._post = MultiDictProxy(MultiDict(await fields_of(request)))  # where a form that was read already is kept
    return asked


async def fields_of(request: web.Request) -> dict[str, str]:
    """A JSON object of texts, numbers and yes or no. Raises Refused."""
    body = await body_of(request)
    if not all(isinstance(value, str | int | bool) for value in body.values()):
        raise Refused(400, "malformed", "body: an object of texts, numbers or booleans is wanted")
    return {
        str(name): ("yes" if value else "no") if isinstance(value, bool) else str(value) for name, value in body.items()
    }


async def done_by_desk(request: web.Request, act: Act, staff: Staff) -> None:
    """Do it. Raises Refused with the desk's own sentence."""
    try:
        answer = await act(await as_form(request), staff)
    except web.HTTPSeeOther:
        return  # a form goes to the next page: it was taken
    except web.HTTPNotFound as error:
        raise Refused(404, "unknown", "there is no such thing") from error
    if answer.status < 400:
        return
    body = answer.body if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b""
    if answer.content_type == "application/json":
        told = _json(body)
        raise Refused(answer.status, str(told.get("code", "refused")), str(told.get("message", "")))
    said = next((text for one in _WHY.finditer(body.decode()) if (text := html.unescape(one[1]).strip())), "")
    raise Refused(answer.status, "refused", said or "现在不能这样做。")


def _json(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = decode(body).get("error", {})
    return found


async def file(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/media/{link}: the whole file; a reveal like any other, written down before it is given."""
    staff = await staff_of_token(request)
    headers = CIMultiDict(request.headers)
    headers["X-Requested-With"] = "bangnong"
    answer = await media.get_media(request.clone(headers=headers), staff)
    if answer.status >= 400 and isinstance(answer, web.Response) and isinstance(answer.body, bytes):
        told = _json(answer.body) if answer.content_type == "application/json" else {}
        raise Refused(answer.status, str(told.get("code", "refused")), str(told.get("message", "")))
    return answer
