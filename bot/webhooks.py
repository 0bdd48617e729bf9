"""Platforms' webhooks: read once, verify, parse, hear, answer in the platform's own form. Never a 500 to a platform."""

import asyncio
import time
from collections.abc import AsyncIterator
from functools import cache
from typing import cast

from aiohttp import web

from adapters.base import Answer, Malformed, Opened, Pulling, Rejected, Request, Switched
from bot.asides import take_aside
from bot.durable import replacing
from bot.intake import Answer as Heard
from bot.keys import SERVICES
from bot.log import get_logger
from bot.metrics import REJECTED, counter, seconds
from bot.pulling import Pulls, pulling
from bot.pushed import heard_pushed
from bot.services import Services
from bot.settings import Account
from bot.store.database import StoreAway
from conversations.messages import Inbound

log = get_logger("webhooks")

LONGEST_BODY = 256 * 1024
PULLS: web.AppKey[Pulls] = web.AppKey("pulls", Pulls)


async def run_pulls(app: web.Application) -> AsyncIterator[None]:
    """For `app.cleanup_ctx`: channels that are fetched from."""
    services = app[SERVICES]
    app[PULLS] = Pulls(services)
    watch = asyncio.create_task(app[PULLS].watch(lambda: pulling(services)), name="pulls")
    yield
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    await app[PULLS].stop()


async def hook(request: web.Request) -> web.StreamResponse:
    """GET/POST /hook/{channel}/{account}: 403 without a good signature, otherwise always the platform's own 200."""
    services = request.app[SERVICES]
    account = services.accounts.get((request.match_info["channel"], request.match_info["account"]))
    if account is None or not _listens(account):
        return web.Response(status=404)
    body = await read_body(request)
    if body is None:
        return web.Response(status=413)
    seen = Request(
        request.method,
        request.path,
        dict(request.query),
        {name.lower(): value for name, value in request.headers.items()},
        body,
    )
    opened: Opened | None = None
    try:
        if (shaken := account.channel.handshake(seen, account.secrets)) is not None:
            return _response(shaken)
        opened = account.channel.open(seen, account.secrets)
        inbound = account.channel.parse(opened.payload, account.name)
    except Rejected:
        REJECTED.labels(account.channel.name).inc()
        return web.Response(status=403)
    except Malformed as error:
        await _bury(services, account, opened.payload if opened else body, str(error))
        return _response(account.channel.render("", None, opened, account.secrets))
    except Exception as error:
        log.exception("unreadable", channel=account.channel.name)
        await _bury(services, account, opened.payload if opened else body, type(error).__name__)
        return _response(account.channel.render("", None, opened, account.secrets))
    return await _hear(request, services, account, opened, inbound)


@cache
def _offers(channel: type, protocol: type) -> bool:
    """Whether a kind of channel has what the protocol asks for; told once, since asking costs more than a signature."""
    return issubclass(channel, protocol)


def _listens(account: Account) -> bool:
    channel = account.channel
    return not _offers(type(channel), Switched) or cast(Switched, channel).listens(account.secrets)


async def _hear(
    request: web.Request, services: Services, account: Account, opened: Opened, messages: tuple[Inbound, ...]
) -> web.StreamResponse:
    answers: list[Heard] = []
    began = time.perf_counter()
    for message in messages:
        counter(account.channel.name, message.kind).inc()
        if _offers(type(account.channel), Pulling):
            request.app[PULLS].knock(account, message)
            continue
        if await take_aside(services, account, message, opened):
            continue
        answers.append(await services.intake.hear(message, account))
    seconds(account.channel.name).observe(time.perf_counter() - began)
    if not account.limits.answer_within and not account.limits.pull:
        return _response(await heard_pushed(services, account, messages, answers, opened))
    said = [one for answer in answers for one in answer.said]
    text = "\n".join(one.text for one in said)
    first = messages[0] if messages else None
    response = _response(account.channel.render(text, first, opened, account.secrets))
    await response.prepare(request)
    await response.write_eof()
    for one in said:  # the bytes are with the kernel: only now is the answer taken off the outbox
        if one.effect_id:
            services.turns.delivered(one.effect_id)
    return response


async def read_body(request: web.Request) -> bytes | None:
    """The raw body, None when it is longer than LONGEST_BODY."""
    if request.content_length is not None and request.content_length > LONGEST_BODY:
        return None
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > LONGEST_BODY:
                return None
    except (ConnectionError, asyncio.IncompleteReadError):
        return bytes(body)
    return bytes(body)


async def _bury(services: Services, account: Account, body: bytes, reason: str) -> None:
    """Keep what we could not read for people to look at: a retry by the platform would not help."""
    log.warning("dead_letter", channel=account.channel.name, reason=reason[:80])
    try:
        await services.database.execute(
            "insert into dead_letters (channel, account, reason, body) values ($1, $2, $3, $4)",
            account.channel.name, account.name, reason[:200], services.vault.seal(body, b"dead_letter"),
        )  # fmt: skip
    except StoreAway:
        await asyncio.to_thread(_bury_on_disk, services, body)


def _bury_on_disk(services: Services, body: bytes) -> None:
    """The record is away: what we could not read is kept beside the spool, sealed, for people."""
    folder = services.settings.home / "spool" / "unread"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(folder / f"{time.time_ns()}.sealed") as out:
            out.write(services.vault.seal(body, b"dead_letter"))
    except OSError as error:
        log.error("dead_letter_lost", reason=error.strerror)


def _response(answer: Answer) -> web.Response:
    return web.Response(body=answer.body, status=answer.status, content_type=answer.content_type, charset="utf-8")
