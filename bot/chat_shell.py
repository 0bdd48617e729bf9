"""The chat without a network: the empty page and the worker that keeps it, for whoever put it on their screen."""

from importlib.resources import files

from aiohttp import web

from bot.app_channel import app_account
from bot.chat import render

_HEADERS = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/chat"}
"""A worker rules what lies below its own address; /chat itself lies beside it."""


async def get_shell(request: web.Request) -> web.StreamResponse:
    """GET /chat/shell: the page as nobody's, without a word of anybody's and without a cookie."""
    services, account, _ = app_account(request)
    return web.Response(text=render(services, account, shell=True), content_type="text/html", charset="utf-8")


async def get_worker(request: web.Request) -> web.StreamResponse:
    """GET /chat/worker.js"""
    text = files("bot.desk").joinpath("chat/worker.js").read_text("utf-8")
    return web.Response(text=text, content_type="text/javascript", charset="utf-8", headers=_HEADERS)


def add_shell(app: web.Application) -> None:
    app.router.add_get("/chat/shell", get_shell)
    app.router.add_get("/chat/worker.js", get_worker)
