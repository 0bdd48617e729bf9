"""Everything that is open while the program runs, in one frozen value; opened and closed here and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import aiohttp
from redis.asyncio import Redis

from adapters.base import World
from bot import lasting, stopping
from bot.assignment.giving import Giver
from bot.assignment.watching import watch as watch_assignment
from bot.embedded import Engines
from bot.grants import GrantStore, watch_grants
from bot.hotline.sender import OrderSender
from bot.intake import Intake
from bot.learning.picking import run_picker
from bot.learning.shadow import Shadow
from bot.live import Live, News
from bot.log import get_logger
from bot.media.room import MediaRoom, open_media
from bot.memory import give_back
from bot.ocr.opening import open_reader_of_pictures
from bot.outbox import OutboxWorker
from bot.outside.working import outside_work
from bot.rehearsal.clock import Clock, RehearsalClock, open_clock
from bot.reload import ReaderHolder
from bot.retaining import watch_nights
from bot.rows.serving import ServingRows
from bot.sending import BREATH, Sender
from bot.settings import Account, Settings
from bot.spool import Spool
from bot.store.database import Database, migrate
from bot.store.indexing import run_indexer
from bot.store.outbox import OutboxStore
from bot.store.turns import TurnStore
from bot.supervision.watching import watch as watch_ladder
from bot.surge import Surge
from bot.tips import Tips
from bot.tokens import RedisTokenCache
from bot.turns import Turns
from bot.vault import Vault
from conversations.playbook import Playbook
from conversations.reading import Address
from data.directory import load_directory
from data.hotline import load_hotline

log = get_logger("services")

_KEEP_EVERY = 3.0
"""Seconds between looks whether the engines are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    settings: Settings
    clock: Clock
    database: Database
    redis: Any
    vault: Vault
    reader: ReaderHolder
    rows: ServingRows
    turns: Turns
    intake: Intake
    spool: Spool
    outbox: OutboxWorker
    world: World
    live: Live
    http: aiohttp.ClientSession
    media: MediaRoom
    engines: Engines | None

    @property
    def playbook(self) -> Playbook:
        """The rows in use at this moment."""
        return self.rows.playbook

    @property
    def accounts(self) -> Mapping[tuple[str, str], Account]:
        return self.settings.accounts


def open_engines(settings: Settings) -> Engines | None:
    """Start or join the embedded engines (from the main thread); None when both servers are elsewhere."""
    if not settings.embedded_database and not settings.embedded_redis:
        return None
    engines = Engines(settings.home, postgres=settings.embedded_database, valkey=settings.embedded_redis)
    engines.acquire()
    return engines


def addresses(settings: Settings, engines: Engines | None) -> tuple[str, str]:
    """(PostgreSQL DSN, Redis URL), ours or theirs."""
    dsn = settings.database_url or (engines.postgres.dsn if engines and engines.postgres else "")
    url = settings.redis_url or (engines.valkey.url if engines and engines.valkey else "")
    return dsn, url


def _addresses(reader: ReaderHolder, text: str, now: datetime) -> Sequence[Address]:
    """What the indexer asks of the reader: where a correction by hand points to."""
    return reader.current().read([text], [now])[0].entities.addresses


def order_sender(
    settings: Settings, database: Database, vault: Vault, http: aiohttp.ClientSession, clock: Clock, live: Live
) -> OrderSender | None:
    """None where orders are filed by hand."""
    if not settings.hotline_url or settings.hotline_secret is None:
        return None
    stuck = load_hotline().stuck
    return OrderSender(
        database, vault, http, settings.hotline_url, settings.hotline_secret, clock, live.publish, stuck
    )  # fmt: skip


def _follow(settings: Settings, clock: Clock) -> None:
    """Channels that look at a clock of their own look at the rehearsal's."""
    for account in settings.accounts.values():
        if hasattr(account.channel, "clock"):
            account.channel.clock = lambda: clock().timestamp()


async def open_index_key(database: Database, vault: Vault) -> None:
    """The installation's index key: made once, kept sealed; the first to write it wins."""
    await database.execute(
        "insert into installation (name, value) values ('index_key', $1) on conflict do nothing",
        vault.seal(vault.new_index_key(), b"index_key"),
    )
    sealed = await database.value("select value from installation where name = 'index_key'")
    vault.use_index_key(vault.open(sealed, b"index_key"))


@asynccontextmanager
async def open_services(
    settings: Settings,
    engines: Engines | None,
    *,
    clock: Clock | None = None,
    outbox: bool = True,
    intake: bool = True,
) -> AsyncIterator[Services]:
    """Open all, run the background tasks, and on leaving finish what was taken before closing in reverse order."""
    dsn, redis_url = addresses(settings, engines)
    applied = await migrate(dsn)
    if applied:
        log.info("migrated", count=applied)
    database = Database(dsn)
    await database.open()
    clock = clock or await open_clock(settings, database)
    rehearsing = isinstance(clock, RehearsalClock)
    if rehearsing:
        _follow(settings, clock)
    vault = Vault(settings.secret_key, settings.secret_key_previous)
    await open_index_key(database, vault)
    redis: Any = Redis.from_url(redis_url, socket_timeout=3, socket_connect_timeout=1, decode_responses=True)
    live = Live(redis)
    rows = ServingRows(database, settings.home / "rows")
    await rows.look()
    reader = ReaderHolder(settings.home, rows)
    # No common limit on connections: a platform that hangs must not hold those another one needs. The outbox's lanes and
    # the callers' time limits bound what is open.
    http = aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=10, connect=4), connector=aiohttp.TCPConnector(limit=0)
    )
    tokens = RedisTokenCache(redis)
    world = World(http, tokens, GrantStore(database, vault))
    media = open_media(settings, database, vault, tokens, GrantStore(database, vault), clock, live.publish)
    store = TurnStore(database)
    kick: list[OutboxWorker] = []

    def publish(news: list[News]) -> None:
        if kick and any(one["what"] == "outbox" for one in news):
            kick[0].tell()
        live.publish([one for one in news if one["what"] != "outbox"])

    surge = Surge(database, lambda: rows.playbook)
    tips = Tips(database, load_directory(), clock)
    turns = Turns(
        store, vault, reader.current, lambda: rows.playbook, settings.accounts.get, clock, publish, surge.on, tips.near,
        surge.waiting,
    )  # fmt: skip
    sender = Sender(
        OutboxStore(database), turns, vault, settings.accounts, world, clock, media.files, 0.0 if rehearsing else BREATH
    )
    worker = OutboxWorker(sender)
    if outbox:
        kick.append(worker)
    spool = Spool(settings.home / "spool", vault)
    door = Intake(turns, spool, database, reader.current, lambda: rows.playbook, clock, patient=not rehearsing)
    tasks = [
        lasting.begin("turns", turns.run),
        lasting.begin("live", live.run),
        lasting.begin("reader", reader.watch),
        lasting.begin("rows", rows.watch),
        lasting.begin("surge", surge.watch),
        lasting.begin("tips", tips.watch),
        lasting.begin("memory", give_back),
    ]
    working = lasting.begin("outbox", worker.run) if outbox else None
    if outbox:
        index = partial(
            run_indexer, database, vault, lambda text: _addresses(reader, text, clock()), lambda: turns.busy
        )
        tasks.append(lasting.begin("search", index))
        tasks.append(lasting.begin("picker", partial(run_picker, database, vault, reader.current, lambda: turns.busy)))
        tasks.append(lasting.begin("shadow", Shadow(database, vault, reader, lambda: turns.busy).watch))
        tasks.append(lasting.begin("grants", partial(watch_grants, settings, world, clock)))
        giving = partial(watch_assignment, Giver(database, vault, turns), clock, live.publish)
        tasks.append(lasting.begin("assignment", giving))
        tasks.append(lasting.begin("retention", partial(watch_nights, database, clock)))
        tasks.append(lasting.begin("supervision", partial(watch_ladder, database, clock, live.publish)))
        tasks += [lasting.begin(name, work) for name, work in outside_work(settings, database, vault).items()]
    if outbox and (reading := open_reader_of_pictures(settings, database, vault, media, turns, clock, live)):
        tasks.append(lasting.begin("ocr", reading.run))
    orders = order_sender(settings, database, vault, http, clock, live) if outbox else None
    ordering = lasting.begin("orders", orders.run) if orders else None
    fetching = lasting.begin("media", media.fetcher.run) if outbox else None
    if intake:
        await door.begin()
        tasks.append(lasting.begin("spool", door.watch))
    if engines is not None:
        tasks.append(lasting.begin("engines", partial(_keep_engines, engines, database, redis)))
    try:
        yield Services(
            settings=settings, clock=clock, database=database, redis=redis, vault=vault, reader=reader, rows=rows,
            turns=turns, intake=door, spool=spool, outbox=worker, world=world, live=live, http=http, media=media,
            engines=engines,
        )  # fmt: skip
    finally:
        if working is not None:
            await worker.stop()
            working.cancel()
            tasks.append(working)
        if orders is not None and ordering is not None:
            orders.stop()  # what is on the line is waited for: its outcome is worth knowing
            await asyncio.wait([ordering], timeout=12)
            tasks.append(ordering)
        await media.close(fetching)
        await turns.stop()
        await stopping.end(tasks)
        spool.close()
        await http.close()
        await tokens.close()
        await live.close()
        await redis.aclose()
        await database.close()


async def _keep_engines(engines: Engines, database: Database, redis: Any) -> None:
    """Valkey dies with the process that started it, and PostgreSQL may crash: whoever is left starts them again.

    PostgreSQL in a thread, since a start that fails takes its time and people must be answered meanwhile; Valkey here in
    the main thread, because Linux ties a child to the thread that made it.
    """
    while True:
        await asyncio.sleep(_KEEP_EVERY)
        for engine in (engines.postgres, engines.valkey):
            try:
                if engine is engines.postgres and database.answered_within(_KEEP_EVERY):
                    continue  # a knock costs the server a process
                if engine is None or await asyncio.to_thread(engine.running):
                    continue
                if engine is engines.postgres:
                    await asyncio.to_thread(engines.ensure, engine)
                else:
                    engines.ensure(engine)
                log.warning("engine_restarted", engine=type(engine).__name__)
            except Exception:
                log.exception("engine_restart_failed", engine=type(engine).__name__)
