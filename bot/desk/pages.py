"""Templates and how a page, a fragment or an answer of the desk leaves: never cached, always escaped."""

from datetime import datetime
from importlib.resources import files
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from bot.codec import encode
from bot.desk import words
from bot.desk.session import Staff
from conversations.playbook import SHANGHAI

_NO_STORE = {"Cache-Control": "no-store"}


def _clock(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%H:%M")


def _moment(at: datetime) -> str:
    here = at.astimezone(SHANGHAI)
    return f"{here.month}月{here.day}日 {here:%H:%M}"


def _environment() -> Environment:
    pages = Environment(
        loader=PackageLoader("bot.desk", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"clock": _clock, "moment": _moment, "iso": datetime.isoformat}
    pages.globals["words"] = words
    return pages


PAGES = _environment()
STATIC = files("bot.desk").joinpath("static")


def page(name: str, staff: Staff | None, *, status: int = 200, **values: Any) -> web.Response:
    """A whole page."""
    text = PAGES.get_template(name).render(staff=staff, **values)
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=_NO_STORE)


def fragment(name: str, **values: Any) -> str:
    """A piece of a page, for those that keep themselves fresh."""
    return PAGES.get_template(name).render(**values)


def json_answer(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=encode(value), status=status, content_type="application/json", headers=_NO_STORE)


def error_answer(status: int, code: str, sentence: str) -> web.Response:
    """`{"error": {"code", "message"}}`: the message is what the person reads."""
    return json_answer({"error": {"code": code, "message": sentence}}, status)
