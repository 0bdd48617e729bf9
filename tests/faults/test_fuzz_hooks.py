"""Mutated deliveries over every hook, in the process itself: no 500, no traceback, no memory that grows.

The platforms' hooks, the paper's app and the status of 12345's orders, as a request would go, up to the point where a
message would be heard or a status written down; `test_fuzz_hearing.py` goes on from there. Half of the deliveries are broken
after they were signed (headers, query, envelope), half before (the sender's own signature over nonsense).
"""

import asyncio
import json
import logging
import random
import resource
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict
from yarl import URL

from adapters import discover
from adapters.app import SIGNATURE_HEADER, TIMESTAMP_HEADER, App, AppSecrets
from adapters.base import Request, Secret
from adapters.toutiao import ToutiaoSecrets
from bot import app_channel, webhooks
from bot.hotline import hook as hotline
from bot.hotline.wire import proof
from bot.intake import Answer
from bot.keys import SERVICES
from bot.settings import Account
from bot.store.database import StoreAway
from tests.platforms.douyin import DouyinPlatform
from tests.platforms.wechat import WeChatPlatform
from tests.platforms.wecom import WeComPlatform

NOW = 1_650_000_000
HOTLINE = Secret("fuzz-hotline-secret")
STATUSES = tuple(
    json.dumps(
        {"id": f"n{place}", "number": "B20220405-0001-1", "status": status, "at": "2022-04-05T10:00:00+08:00", **more},
        ensure_ascii=False,
    ).encode()
    for place, (status, more) in enumerate(
        (
            ("accepted", {"hotline_number": "SH20220405-9", "unit": "三林镇"}),
            ("answered", {"text": "已联系居委，药已送到。"}),
            ("returned", {"text": "不属于本区，请核实地址。"}),
        )
    )
)
GROWTH = 50 * 1024
"""Kilobytes."""
NASTY = (
    b"", b"\x00", b"]]>", b"<![CDATA[", b"&#x1F;", b"\xff\xfe", b"9" * 400, b"-1", b"1e309", b"null", b"[]", b"{}", b"\xf0\x9f",
    b"<xml>" * 50, b"[" * 300, b'{"a":' * 60, b"%00", b"../..", "\u202e家".encode(), "💊\u200d".encode() * 30, b"<!DOCTYPE a>",
    b"<!ENTITY x 'y'>", b"0x7fffffffffffffff", b"99999999999999999999", b"\\ud800", b"true", b'"', b"'", b"\n" * 40,
)  # fmt: skip


class Away:
    """A record, or a Redis, that is away, whatever is asked of it."""

    def __init__(self, error: type[Exception] = StoreAway) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        async def away(*args: Any, **more: Any) -> Any:
            raise self.error("fuzz")

        return away


class Seal:
    def seal(self, data: bytes, context: bytes) -> bytes:
        return b"sealed"

    def hash(self, *parts: str) -> bytes:
        return "\x1f".join(parts).encode("utf-8", "surrogatepass")[:16]


class Buried:
    """Takes dead letters, and is away for everything else."""

    def __init__(self) -> None:
        self.count = 0

    async def execute(self, query: str, *args: Any) -> str:
        if "dead_letters" not in query:
            raise StoreAway("fuzz")
        self.count += 1
        return ""

    def __getattr__(self, name: str) -> Any:
        return getattr(Away(), name)


class Unread:
    """Public comments are read at once; that needs the record as well, so they go the way of a record that is away."""

    def current(self) -> Any:
        raise StoreAway("fuzz")


class Wire:
    """The other side of the answer: swallows it. (A mock would remember every call, and grow.)"""

    output_size = buffer_size = 0

    def enable_compression(self, *args: Any, **more: Any) -> None: ...

    def enable_chunking(self) -> None: ...

    def send_headers(self) -> None: ...

    def set_eof(self) -> None: ...

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return False

    async def write(self, *args: Any, **more: Any) -> None: ...

    async def write_eof(self, *args: Any) -> None: ...

    async def write_headers(self, *args: Any) -> None: ...

    async def drain(self) -> None: ...


class Ear:
    def __init__(self) -> None:
        self.heard: Counter[str] = Counter()

    async def hear(self, message: Any, account: Account) -> Answer:
        self.heard[account.channel.name] += 1
        return Answer()

    def knock(self, account: Account, message: Any) -> None:
        self.heard[account.channel.name] += 1


class Errors(logging.Handler):
    """Every line with a traceback."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.seen.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


WIRE: Any = Wire()
LINE: Any = SimpleNamespace(
    transport=WIRE, writer=WIRE, peername=None, sockname=None, ssl_context=None, max_field_size=8190
)


def accounts() -> dict[tuple[str, str], Account]:
    secrets = {
        "wechat": WeChatPlatform().secrets(api_base="https://wechat.invalid"),
        "douyin": DouyinPlatform().secrets(api_base="https://douyin.invalid"),
        "wecom": WeComPlatform().secrets(api_base="https://wecom.invalid"),
        "toutiao": ToutiaoSecrets(Secret("fuzz-token"), "on"),
        "app": AppSecrets(Secret("fuzz-key-of-the-app")),
    }
    channels = {**discover(), "app": App(clock=lambda: NOW)}
    return {
        (name, "main"): Account(channels[name], "main", kept, channels[name].limits(kept))
        for name, kept in secrets.items()
    }


def mutate(chance: random.Random, data: bytes) -> bytes:
    """One to four changes: bytes flipped, pieces cut, doubled, moved or replaced by something nasty."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(out))
        to = min(len(out), at + chance.randint(0, 40))
        match chance.randrange(6):
            case 0 if out:
                out[chance.randrange(len(out))] = chance.randrange(256)
            case 1:
                del out[at:to]
            case 2:
                out[at:at] = out[at:to]
            case 3:
                out[at:to] = chance.choice(NASTY)
            case 4:
                out[at:at] = chance.choice(NASTY)
            case _:
                out = out[at:] + out[:at]
    return bytes(out)


def spoil(chance: random.Random, request: Request) -> Request:
    """After it was signed: the body, a part of the query or a header."""
    query, headers, body = dict(request.query), dict(request.headers), request.body
    what = chance.randrange(4)
    if what == 0 and query:
        name = chance.choice(list(query))
        query[name] = chance.choice(
            (query[name][:-1], query[name] * 2, "", chance.choice(NASTY).decode("utf-8", "replace"))
        )
    elif what == 1 and query:
        del query[chance.choice(list(query))]
    elif what == 2 and headers:
        name = chance.choice(list(headers))
        headers[name] = "".join(c for c in chance.choice(NASTY).decode("ascii", "ignore") if c.isprintable())
    else:
        body = mutate(chance, body)
    return Request(chance.choice(("POST", "POST", "POST", "GET", "PUT")), "", query, headers, body)


def signed(account: Account | None, payload: bytes, now: float = NOW) -> Request:
    """As the sender signs it; without an account it is 12345."""
    if account is not None:
        return account.channel.sign(payload, account.secrets, now=now)
    headers = {TIMESTAMP_HEADER: str(int(now)), SIGNATURE_HEADER: proof(HOTLINE, str(int(now)), payload)}
    return Request("POST", headers=headers, body=payload)


def address(name: str) -> str:
    return {"app": "/api/app/main/messages", "hotline": "/hook/hotline"}.get(name, f"/hook/{name}/main")


def one_of(chance: random.Random, account: Account | None, payload: bytes, now: float = NOW) -> Request:
    """A delivery with something wrong in it, before or after it was signed."""
    if chance.random() < 0.5:
        return signed(account, mutate(chance, payload), now)
    return spoil(chance, signed(account, payload, now))


def asked(app: Any, name: str, request: Request, protocol: BaseProtocol) -> web.Request:
    content = StreamReader(protocol, 2**16)
    content.feed_data(request.body)
    content.feed_eof()
    path = str(URL(address(name)).with_query(dict(request.query)))
    headers = CIMultiDict({**request.headers, "Content-Length": str(len(request.body))})
    return make_mocked_request(
        request.method, path, headers, app=app, payload=content, match_info={"channel": name, "account": "main"},
        writer=WIRE, transport=WIRE, protocol=LINE, sslcontext=None,
    )  # fmt: skip


class Written:
    """Where 12345's news would be written down."""

    def __init__(self, ear: Ear) -> None:
        self.ear = ear

    async def take_news(self, *args: Any) -> str:
        self.ear.heard["hotline"] += 1
        return "unknown"

    async def get_order(self, *args: Any) -> None:
        return None


async def fuzzed(times: int, home: Path, seed: int = 1) -> tuple[Counter[int], Ear, list[str], int]:
    """(statuses, what was heard, lines with a traceback, growth in kilobytes)."""
    chance, ear, errors = random.Random(seed), Ear(), Errors()
    rows = accounts()
    moment = datetime.fromtimestamp(NOW, UTC)
    services: Any = SimpleNamespace(
        accounts=rows, intake=ear, vault=Seal(), database=Buried(), redis=Away(OSError), turns=SimpleNamespace(busy=False),
        settings=SimpleNamespace(home=home, hotline_secret=HOTLINE), clock=lambda: moment,
        live=SimpleNamespace(publish=lambda news: None),
        world=None, reader=Unread(),
    )  # fmt: skip
    app = web.Application()
    pulls: Any = ear
    app[SERVICES], app[webhooks.PULLS] = services, pulls
    protocol = BaseProtocol(asyncio.get_running_loop())
    logger = logging.getLogger("bangnong")
    was, kept = logger.level, logger.propagate
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    logger.addHandler(errors)
    seeds = seeds_of(rows)
    doors = {"app": app_channel.post_message, "hotline": hotline.hook}
    patched = pytest.MonkeyPatch()
    for function in ("take_news", "get_order"):
        patched.setattr(hotline, function, getattr(Written(ear), function))
    names, statuses, before = sorted(seeds), Counter[int](), 0
    try:
        for nth in range(times):
            if nth == times // 5:  # what is built once is built by now
                before = memory()
            name = names[nth % len(names)]
            request = one_of(chance, rows.get((name, "main")), chance.choice(seeds[name]))
            door = doors.get(name, webhooks.hook)
            response = await door(asked(app, name, request, protocol))
            statuses[response.status] += 1
    finally:
        patched.undo()
        logger.removeHandler(errors)
        logger.setLevel(was)
        logger.propagate = kept
    return statuses, ear, errors.seen, memory() - before


def seeds_of(rows: dict[tuple[str, str], Account]) -> dict[str, list[bytes]]:
    """Hook → deliveries in clear, as they come when nothing is wrong."""
    seeds = {name: [one.payload for one in account.channel.examples] for (name, _), account in rows.items()}
    return {**seeds, "hotline": list(STATUSES)}


def memory() -> int:
    """Kilobytes held now; where that cannot be read, the most there ever were."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return pages * resource.getpagesize() // 1024


def judged(found: tuple[Counter[int], Ear, list[str], int], *, few: bool = False) -> None:
    """`few`: too few to expect that each hook lets one of them through."""
    statuses, ear, errors, growth = found
    assert not errors, f"{len(errors)} tracebacks: {Counter(errors).most_common(3)}"
    assert not [status for status in statuses if status >= 500], statuses
    assert set(statuses) <= {200, 400, 403, 404, 413}, statuses
    assert few or len(ear.heard) == len(accounts()) + 1, f"some hook let nothing through: {ear.heard}"
    assert statuses[403], "what was broken after signing was taken"
    assert growth < GROWTH, f"grew by {growth} KB"


async def test_some_mutated_deliveries(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}")  # shown when it fails
    judged(await fuzzed(1_600, tmp_path, seed), few=True)


@pytest.mark.slow(33)
async def test_many_mutated_deliveries(tmp_path: Path) -> None:
    judged(await fuzzed(30_000, tmp_path, seed=2))


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(600)
async def test_two_hundred_thousand_mutated_deliveries(tmp_path: Path) -> None:
    found = await fuzzed(200_000, tmp_path)
    print(json.dumps({"statuses": found[0], "heard": found[1].heard, "kilobytes grown": found[3]}))
    judged(found)


async def test_a_crash_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fuzz itself can fail: a reader that raises what nobody expects leaves a traceback."""
    channel = discover()["wechat"]

    def broken(payload: bytes, account: str) -> Any:
        raise KeyError("MsgType")

    monkeypatch.setattr(channel, "parse", broken)
    with pytest.raises(AssertionError, match="tracebacks"):
        judged(await fuzzed(400, tmp_path))
