"""The web application: every route, the headers every page carries, what happens to an error nobody expected."""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path

from aiohttp import web

from bot import app_channel, chat, health, webhooks
from bot.api.building import build_api, schema
from bot.chat_shell import add_shell
from bot.desk.calendar import get_file as calendar_file
from bot.desk.routes import add_desk
from bot.forms import GONE, ODD, UNASKABLE
from bot.hotline.hook import hook as hotline_hook
from bot.keys import SERVICES
from bot.log import get_logger
from bot.media.routes import add_media
from bot.outside.open311_routes import add_open311
from bot.rehearsal.routes import add_rehearsal
from bot.services import Services
from bot.watching import watch

log = get_logger("web")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        "media-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Security headers on every page; an unexpected error becomes one plain sentence and a log line with ids only."""
    response: web.StreamResponse
    try:
        response = await handler(request)
    except web.HTTPException as error:
        for name, value in _HEADERS.items():
            error.headers.setdefault(name, value)
        raise
    except UNASKABLE:
        log.warning("not_askable", method=request.method, route=_route(request))
        response = web.Response(status=400, text=ODD, charset="utf-8")
    except Exception as error:
        if isinstance(error, OSError) and isinstance(request.match_info.route.resource, web.StaticResource):
            response = web.Response(status=404, text="没有这个文件。", charset="utf-8")  # a name no disk can hold
        elif isinstance(error, GONE) and _gone(request):
            response = web.Response(status=400)  # to nobody: a line that broke is no error of ours
        else:
            log.exception("request_failed", method=request.method, route=_route(request))
            response = web.Response(status=500, text="出了点问题，已记录。请稍后再试。", charset="utf-8")
    if not response.prepared:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
    return response


def _gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


def build_app(services: Services) -> web.Application:
    app = web.Application(middlewares=[guard], client_max_size=1024 * 1024)
    app[SERVICES] = services
    app.router.add_post("/hook/hotline", hotline_hook)
    app.router.add_route("*", "/hook/{channel}/{account}", webhooks.hook)
    app.cleanup_ctx.append(webhooks.run_pulls)
    app.cleanup_ctx.append(watch)
    app.router.add_post("/api/app/{account}/messages", app_channel.post_message)
    app.router.add_get("/api/app/{account}/messages", app_channel.get_messages)
    app.router.add_get("/api/app/{account}/ws", chat.socket)
    app[chat.OPEN] = set()
    app.on_shutdown.append(chat.close_sockets)
    app.router.add_get("/chat", chat.page)
    app.router.add_post("/chat/send", chat.send_form)
    app.router.add_post("/chat/messages", chat.post_message)
    app.router.add_get("/chat/messages", chat.get_messages)
    add_shell(app)
    add_media(app)
    add_rehearsal(app)
    app.router.add_get("/healthz", health.healthz)
    app.router.add_get("/readyz", health.readyz)
    app.router.add_get("/metrics", health.metrics)
    api = build_api()
    api[SERVICES] = services
    app.add_subapp("/api/v1", api)
    app.router.add_get("/api/openapi.json", schema)
    add_open311(app)
    app.router.add_get(r"/calendar/{token:[\w-]+}.ics", calendar_file)
    add_desk(app)
    app.router.add_static("/chat/static", Path(str(files("bot.desk"))) / "chat")
    return app
