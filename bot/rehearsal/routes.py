"""Moving the rehearsal's clock from outside: only there when the service runs on one, and only with its key."""

import asyncio
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.keys import SERVICES
from bot.rehearsal.clock import BEGINS, RehearsalClock, keep_clock
from bot.services import Services
from bot.settings import KeyFile
from bot.store.database import StoreAway

_KEPT: web.AppKey[list[datetime]] = web.AppKey("rehearsal_kept", list)
_KEY: web.AppKey[list[bytes]] = web.AppKey("rehearsal_key", list)
_LAST_YEAR = 9000
"""Beyond it neither zones nor what falls due later can be reckoned with, and the clock never goes back."""
_KEEP_EVERY = timedelta(minutes=10)
_PATIENCE = 20.0
"""Seconds for what has fallen due to be done; after them the answer says that some of it is late."""

_FIRST = "select min(due_at) from outbox where status <> 'dead'"
_LATE = """
select count(*) filter (where due_at <= $1) as due, min(due_at) filter (where due_at > $1) as next
from outbox where status <> 'dead'
"""
"""Looks at every timer of every open ticket: only asked when something is late."""


def rehearsal_key(services: Services) -> str:
    """Who may move the clock shows this key; made with the home, like the app's."""
    return KeyFile(services.settings.home / "keys").get("rehearsal")


def add_rehearsal(app: web.Application) -> None:
    """GET and POST /rehearsal/clock, where there is such a clock."""
    if isinstance(app[SERVICES].clock, RehearsalClock):
        app[_KEPT] = []
        app[_KEY] = []
        app.router.add_get("/rehearsal/clock", get_clock)
        app.router.add_post("/rehearsal/clock", post_clock)


async def get_clock(request: web.Request) -> web.StreamResponse:
    """Where the clock stands."""
    return web.json_response({"now": request.app[SERVICES].clock().isoformat()})


async def post_clock(request: web.Request) -> web.StreamResponse:
    """`{"to": "2022-03-25T22:00:00+08:00"}` with `Authorization: Bearer KEY`.

    Answers when everything due by then is done: `{"now", "next": when something falls due next, "late": what is not done}`.
    """
    services = request.app[SERVICES]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    key = request.app[_KEY]
    if not key:  # read once: a rehearsal moves its clock fifteen thousand times
        key.append(rehearsal_key(services).encode())
    if not hmac.compare_digest(given.encode("utf-8", "replace"), key[0]):
        return web.json_response({"error": "the key is in keys/rehearsal under BANGNONG_HOME"}, status=403)
    try:
        to = datetime.fromisoformat(str(json.loads(await request.read())["to"]))
        if to.tzinfo is None:
            raise ValueError("to needs a time zone, as in 2022-03-25T22:00:00+08:00")
        if not BEGINS.year <= to.year <= _LAST_YEAR:
            raise ValueError(f"to is a moment of the years {BEGINS.year} to {_LAST_YEAR}")
    except (ValueError, KeyError, TypeError) as error:
        return web.json_response({"error": f"body: {error}"}, status=400)
    clock = services.clock
    assert isinstance(clock, RehearsalClock)
    try:
        await services.turns.settle()  # an answer that was given must be written down before it can seem overdue
        clock.set(to.astimezone(UTC))
        kept = request.app[_KEPT]
        if not kept or to - kept[0] >= _KEEP_EVERY or not to.minute:
            kept[:] = [to]
            await keep_clock(services.database, to)
        due, coming = await _until_done(services, to)
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=409)
    except StoreAway:
        return web.json_response({"error": "the record does not answer; try again"}, status=503)
    return web.json_response({"now": clock().isoformat(), "next": coming.isoformat() if coming else None, "late": due})


async def _until_done(services: Services, now: datetime) -> tuple[int, datetime | None]:
    """(how much is still due, when the next thing falls due)."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _PATIENCE
    pause, before = 0.002, None
    while True:
        first: datetime | None = await services.database.value(_FIRST)
        if first is None or first > now:
            return 0, first
        if loop.time() > until:
            row = await services.database.row(_LATE, now)
            return row["due"], row["next"]
        if first == before:  # nobody may take it yet: a lease, a lane that rests
            await asyncio.sleep(pause)
            pause = min(0.05, pause * 1.5)
        before = first
        with suppress(TimeoutError):
            await asyncio.wait_for(services.outbox.rest(), 1)
