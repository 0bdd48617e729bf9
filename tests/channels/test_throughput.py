"""How many texts a second leave the outbox, and that a platform that hangs holds up nobody else's.

Seconds are printed and not asserted: `pytest -s tests/channels/test_throughput.py`.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest

from adapters.base import Secret, World
from adapters.wechat import CHANNEL
from bot.codec import encode
from bot.embedded import Engines
from bot.media.files import MediaFiles
from bot.outbox import OutboxWorker
from bot.sending import Sender
from bot.settings import Account
from bot.store.database import Database, migrate
from bot.store.outbox import OutboxStore
from bot.tokens import RedisTokenCache
from bot.vault import Vault
from conversations.events import DeliveredLate, DeliveryFailed, Event
from tests.platforms.wechat import WeChatPlatform
from tests.service import ROOT, free_port


@dataclass
class Told:
    """In the place of turns: what the conversations were told."""

    events: list[tuple[UUID, Event]] = field(default_factory=list)

    async def act(self, conversation: UUID, event: Event) -> None:
        self.events.append((conversation, event))

    @property
    def failed(self) -> list[DeliveryFailed]:
        return [event for _, event in self.events if isinstance(event, DeliveryFailed)]


@dataclass
class Room:
    """A record of its own and a worker on it."""

    database: Database
    vault: Vault
    http: aiohttp.ClientSession
    folder: Path

    def __post_init__(self) -> None:
        self.world = World(self.http, RedisTokenCache(None))

    def worker(self, accounts: dict[tuple[str, str], Account], told: Told) -> OutboxWorker:
        turns: Any = told
        sender = Sender(
            OutboxStore(self.database), turns, self.vault, accounts, self.world, lambda: datetime.now(UTC),
            MediaFiles(Path("unused")),
        )  # fmt: skip
        return OutboxWorker(sender)

    async def owe(self, account: str, contacts: int, each: int) -> None:
        """`each` texts to each of `contacts` people, all due."""
        now = datetime.now(UTC)
        people, messages, rows = [], [], []
        for nth in range(contacts):
            contact = uuid4()
            key, sealed = self.vault.new_data_key(contact)
            openid = f"{account}-{nth}"
            people.append((contact, self.vault.hash(openid), "wechat", account, key.seal(openid.encode()), sealed))
            for turn in range(1, each + 1):
                body = key.seal(encode({"text": f"第{turn}句"}))
                messages.append((contact, turn, 1, "o", 1, "bot", "info", body, now, "pending"))
                rows.append((f"{contact}/{turn}/1", "send", contact, 1, "info", now, "pending", b"", now))
        async with self.database.connection() as connection:
            await connection.executemany(
                "insert into contacts (id, openid_hash, channel, account, openid, data_key) values ($1,$2,$3,$4,$5,$6)",
                people,
                timeout=60,
            )
            await connection.executemany(
                "insert into messages (conversation, turn, position, direction, case_key, author, kind, body, at, delivery) "
                'values ($1,$2,$3,$4::text::"char",$5,$6,$7,$8,$9,$10)',
                messages,
                timeout=60,
            )
            await connection.executemany(
                "insert into outbox (effect_id, kind, conversation, case_key, purpose, due_at, status, payload, created_at) "
                "values ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
                rows,
                timeout=60,
            )

    async def left(self, account: str) -> int:
        return int(
            await self.database.value(
                "select count(*) from outbox o join contacts c on c.id = o.conversation where c.account = $1", account
            )
        )


async def open_room(folder: Path) -> AsyncIterator[Room]:
    """For `tests.bench.outbox` too. `folder`: a home whose PostgreSQL is ours to start and stop."""
    engines = Engines(folder, postgres=True, valkey=False)
    engines.acquire()
    assert engines.postgres is not None
    await migrate(engines.postgres.dsn)
    database = Database(engines.postgres.dsn, limit=30)
    await database.open()
    vault = Vault(Secret("outbox-test-key-0123456789"))
    vault.use_index_key(vault.new_index_key())
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        yield Room(database, vault, http, folder)
    await database.close()
    engines.release()


@pytest.fixture
async def room(home: Path) -> AsyncIterator[Room]:
    async for opened in open_room(home):
        yield opened


def account(name: str, base: str) -> Account:
    secrets = WeChatPlatform(base=base).secrets(appid=Secret(f"wx-{name}"))
    return Account(CHANNEL, name, secrets, CHANNEL.limits(secrets))


async def until(true: Callable[[], Awaitable[bool]], within: float = 120) -> None:
    deadline = time.monotonic() + within
    while not await true():
        assert time.monotonic() < deadline, "it did not end"
        await asyncio.sleep(0.05)


def in_order(ledger: Path) -> dict[str, list[str]]:
    heard: dict[str, list[str]] = defaultdict(list)
    for line in ledger.read_text("utf-8").splitlines():
        who, text = json.loads(line)
        heard[who].append(text)
    return heard


async def far(folder: Path) -> AsyncIterator[tuple[str, Path]]:
    port, ledger = free_port(), folder / "ledger"
    command = [sys.executable, "-m", "tests.channels.far_platform", str(port), str(ledger)]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ))
    base = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession() as http:

            async def up() -> bool:
                try:
                    async with http.post(base + "/cgi-bin/stable_token"):
                        return True
                except aiohttp.ClientError:
                    return False

            await until(up, 30)
        yield base, ledger
    finally:
        process.terminate()
        process.wait()


def whole(each: int) -> Sequence[str]:
    return [f"第{turn}句" for turn in range(1, each + 1)]


@pytest.mark.slow(18)
async def test_texts_a_second(room: Room) -> None:
    """3,000 people are owed two texts each by a platform 100 ms away: each arrives once, in order."""
    people, each = 3000, 2
    await room.owe("far", people, each)
    async for base, ledger in far(room.folder):
        worker = room.worker({("wechat", "far"): account("far", base)}, Told())
        began = time.monotonic()
        running = asyncio.create_task(worker.run())
        await until(lambda: _nothing_left(room, "far"))
        took = time.monotonic() - began
        await worker.stop()
        await running
        heard = in_order(ledger)
    print(f"\n{people * each} texts in {took:.1f} s: {people * each / took:.0f} a second, {os.cpu_count()} cores")
    assert len(heard) == people
    assert all(texts == whole(each) for texts in heard.values())
    assert worker.counts["sent"] == people * each


async def test_a_platform_that_hangs_delays_nobody_else(room: Room) -> None:
    """Hundreds of texts are owed, and first, by a platform that takes connections and never answers."""
    held: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda reader, writer: held.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    await room.owe("silent", 400, 1)
    await room.owe("far", 100, 3)
    told = Told()
    async for base, ledger in far(room.folder):
        accounts = {
            ("wechat", "silent"): account("silent", f"http://127.0.0.1:{port}"),
            ("wechat", "far"): account("far", base),
        }
        worker = room.worker(accounts, told)
        running = asyncio.create_task(worker.run())
        await until(lambda: _nothing_left(room, "far"))
        left, failed = await room.left("silent"), worker.counts["retried"]
        worker._stopping = True
        running.cancel()
        heard = in_order(ledger)
    silent.close()
    for writer in held:
        writer.close()
    assert len(heard) == 100
    assert all(texts == whole(3) for texts in heard.values())
    assert (left, failed) == (400, 0), "the others only arrived after the silent platform's time had run out"
    assert not told.failed


async def test_a_platform_that_is_away_is_probed_by_one_text_at_a_time(room: Room) -> None:
    """Nothing listens: the tries of what waits are not used up, and when it comes back everything arrives."""
    port = free_port()
    await room.owe("away", 300, 1)
    told = Told()
    worker = room.worker({("wechat", "away"): account("away", f"http://127.0.0.1:{port}")}, told)
    running = asyncio.create_task(worker.run())

    async def tried() -> bool:
        return worker.counts["retried"] >= 1

    await until(tried)
    await asyncio.sleep(2)
    touched = await room.database.value("select count(*) from outbox where attempts > 0")
    await worker.stop()
    await running
    assert touched <= 10, "what waited was tried at a platform that is away"
    assert await room.left("away") == 300
    assert not told.failed


async def test_a_line_that_is_cut_leaves_few_unsure(room: Room) -> None:
    """The platform hangs up on everything, as in an outage: of what was under way nobody knows, the rest waits and arrives."""
    async with WeChatPlatform(windows={"message": (timedelta(hours=48), 9)}).serve() as platform:
        await room.owe("cut", 300, 1)
        for nth in range(300):
            platform.wrote(f"cut-{nth}")
        told = Told()
        secrets = platform.secrets()
        worker = room.worker({("wechat", "cut"): Account(CHANNEL, "cut", secrets, CHANNEL.limits(secrets))}, told)
        await CHANNEL.answers(room.world, secrets)  # there is a token: it is the texts that are cut off
        platform.away = True
        running = asyncio.create_task(worker.run())

        async def cut() -> bool:
            return worker.counts["unsure"] > 0

        await until(cut)
        await asyncio.sleep(1.5)
        platform.away = False
        await until(lambda: _nothing_left(room, "cut"))
        await worker.stop()
        await running
    unsure = worker.counts["unsure"]
    assert unsure == len(told.failed) <= 10, "a whole crowd was sent into a broken line"
    assert any(isinstance(event, DeliveredLate) for _, event in told.events), (
        "what waited for the line was on its way for long, and no conversation was told"
    )
    assert len({who for who, _ in platform.sent}) == len(platform.sent) == 300 - unsure


async def test_a_reply_overtaken_by_its_resident_is_not_sent_but_said(room: Room) -> None:
    """It waited for a broken line, they wrote anew: the reporter looks again before anything goes out."""
    async with WeChatPlatform().serve() as platform:
        await room.owe("late", 2, 1)
        for nth in range(2):
            platform.wrote(f"late-{nth}")
        first = await room.database.value("select conversation from outbox order by effect_id limit 1")
        await room.database.execute("update outbox set purpose = 'reply', created_at = now() - interval '20 seconds'")
        await room.database.execute(
            "insert into messages (conversation, turn, position, direction, case_key, author, kind, body, at, delivery) "
            "select conversation, 2, 0, 'i', 1, 'contact', 'text', body, now(), 'received' from messages where conversation = $1",
            first,
        )
        told, secrets = Told(), platform.secrets()
        worker = room.worker({("wechat", "late"): Account(CHANNEL, "late", secrets, CHANNEL.limits(secrets))}, told)
        running = asyncio.create_task(worker.run())
        await until(lambda: _nothing_left(room, "late"))
        await worker.stop()
        await running
    by_kind = {type(event): (conversation, event) for conversation, event in told.events}
    assert set(by_kind) == {DeliveryFailed, DeliveredLate}
    conversation, event = by_kind[DeliveryFailed]
    assert conversation == first
    assert isinstance(event, DeliveryFailed)
    assert (event.code, event.unsure) == ("overtaken", False)
    assert by_kind[DeliveredLate][0] != first, "it went out 20 seconds after it was said, and the window's count knows"
    assert len(platform.sent) == 1, "the other resident has not written anew: theirs goes out"


async def _nothing_left(room: Room, name: str) -> bool:
    return await room.left(name) == 0
