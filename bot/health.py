"""Liveness, readiness with each dependency, metrics."""

import asyncio

from aiohttp import web
from redis.exceptions import RedisError

from bot import watching
from bot.grants import show_days, standings
from bot.keys import SERVICES
from bot.metrics import render
from bot.spooled import standing_of


async def healthz(request: web.Request) -> web.Response:
    """The process runs and its loop turns."""
    return web.json_response({"ok": True})


async def readyz(request: web.Request) -> web.Response:
    """Ready to take messages. Without the record we still take them (spool), without a model the rules read alone."""
    services = request.app[SERVICES]
    database = await services.database.answers()
    try:
        redis = bool(await services.redis.ping())
    except (RedisError, OSError, TimeoutError):
        redis = False
    spooled = await asyncio.to_thread(standing_of, services.spool.folder)
    left = services.intake.drain.left(spooled.waiting)
    checks = {
        "database": "ok" if database else "away: messages go to the spool",
        "redis": "ok" if redis else "away: live news only within one process",
        "rows": services.rows.words,
        "model": services.reader.current().model_id or "none: rules only, run `bangnong train`",
        "spool": f"draining, {left} left" if left else "draining" if services.intake.away else "empty",
        "set_aside": spooled.words,
    }
    accounts = await standings(services.settings, services.world, services.clock()) if database else {}
    checks |= {name: standing.words for name, standing in accounts.items()}
    return web.json_response({"ready": database, "checks": checks}, status=200 if database else 503)


async def metrics(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    show_days(await standings(services.settings, services.world, services.clock()), services.clock())
    lines = [render().decode(), *await watching.lines(request)]
    lines += [f"bangnong_outbox_{name}_total {count}\n" for name, count in services.outbox.counts.items()]
    lines += [f"bangnong_turns_total {services.turns.count}\n", f"bangnong_batches_total {services.turns.batches}\n"]
    lines += [
        f'bangnong_turns_seconds_total{{part="{part}"}} {spent:.6f}\n' for part, spent in services.turns.spent.items()
    ]
    lines += [
        f'bangnong_detector_failures_total{{detector="{name}"}} {count}\n'
        for name, count in services.reader.current().failures.items()
    ]
    return web.Response(text="".join(lines), content_type="text/plain", charset="utf-8")
