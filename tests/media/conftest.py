"""A real service that leaves fetching to others, WeChat's stand-in behind it, and fetchers of the test's own beside it."""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from adapters.app import CHANNEL as APP
from adapters.app import AppSecrets
from adapters.base import Secret, World
from adapters.wechat import CHANNEL as WECHAT
from bot.media.door import Door
from bot.media.fetcher import MediaFetcher
from bot.media.files import MediaFiles
from bot.media.uploads import Uploads
from bot.settings import Account
from bot.store.database import Database
from bot.store.media import Place, find_media
from bot.tokens import RedisTokenCache
from data.media import load_media
from tests.desk.conftest import Desk, Person, number_of
from tests.homes import Homes, serving
from tests.platforms.wechat import WeChatPlatform
from tests.service import Record, Service

ROWS = load_media()


@pytest.fixture(scope="package")
async def platform() -> AsyncIterator[WeChatPlatform]:
    async with WeChatPlatform().serve() as stand_in:
        yield stand_in


@pytest.fixture(scope="package")
async def service(homes: Homes, platform: WeChatPlatform) -> AsyncIterator[Service]:
    async with serving(homes.new("media"), platform=platform.base, arguments=["--no-outbox"]) as running:
        yield running


@pytest.fixture
async def record(service: Service) -> AsyncIterator[Record]:
    async with Record(service.home) as opened:
        yield opened


@pytest.fixture(scope="package")
async def desk(service: Service) -> AsyncIterator[Desk]:
    opened = Desk(service)
    yield opened
    for person in opened.people:
        await person.http.close()


@pytest.fixture(scope="package")
async def lina(desk: Desk) -> Person:
    return await desk.hire("lina")


@pytest.fixture(scope="package")
async def shen(desk: Desk) -> Person:
    """Somebody whose role the tests change."""
    return await desk.hire("shen", "auditor")


async def become(record: Record, role: str) -> None:
    await record.rows("update users set role = $1 where login = 'shen'", role)


@dataclass
class Fetching:
    """One worker's fetcher on the service's own record and folder. `ahead`: how far its clock is beyond ours."""

    fetcher: MediaFetcher
    database: Database
    files: MediaFiles
    told: list[dict[str, Any]] = field(default_factory=list)
    ahead: timedelta = timedelta()

    async def until(self, true: Callable[[], Awaitable[Any]], limit: float = 20) -> Any:
        """Fetch until a query says something true."""
        running = asyncio.create_task(self.fetcher.run())
        try:
            async with asyncio.timeout(limit):
                while not (found := await true()):
                    assert not running.done()
                    await asyncio.sleep(0.03)
            return found
        finally:
            self.fetcher.stop()
            await running
            self.fetcher._stopping = False

    async def place(self, link: Any) -> Place:
        found = await find_media(self.database, str(link))
        assert found is not None
        return found

    def clear(self, record: Record, place: Place, suffix: str = "") -> bytes:
        """A kept file's bytes."""
        key = record.vault.data_key(place.conversation, place.sealed_key)
        return self.files.open(place.name + suffix, key.open).whole()


@asynccontextmanager
async def fetching(service: Service, platform: WeChatPlatform, record: Record) -> AsyncIterator[Fetching]:
    database = Database(record.dsn)
    await database.open()
    files = MediaFiles(service.home / "media")
    uploads = Uploads(files, record.vault, ROWS)
    told: list[dict[str, Any]] = []
    secrets = platform.secrets()
    accounts = {
        ("wechat", "main"): Account(WECHAT, "main", secrets, WECHAT.limits(secrets)),
        ("app", "main"): Account(APP, "main", AppSecrets(Secret("k")), APP.limits(AppSecrets(Secret("k")))),
    }
    tokens = RedisTokenCache(None)
    async with Door([platform.base], ROWS.hosts).session() as http:
        made = Fetching(None, database, files, told)  # type: ignore[arg-type]
        made.fetcher = MediaFetcher(
            database, record.vault, files, uploads, World(http, tokens), accounts, ROWS,
            lambda: datetime.now(UTC) + made.ahead, told.extend,
        )  # fmt: skip
        yield made
    await tokens.close()
    await database.close()


@pytest.fixture
async def fetch(service: Service, platform: WeChatPlatform, record: Record) -> AsyncIterator[Fetching]:
    async with fetching(service, platform, record) as made:
        yield made


async def push(service: Service, platform: WeChatPlatform, openid: str, kind: str, media_id: str) -> None:
    """A picture, voice or video as WeChat delivers it."""
    number = time.time_ns() % 10**16
    more = "<Format><![CDATA[amr]]></Format>" if kind == "voice" else "<ThumbMediaId><![CDATA[T]]></ThumbMediaId>"
    payload = (
        f"<xml><ToUserName><![CDATA[gh_stub000001]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>"
        f"<MediaId><![CDATA[{media_id}]]></MediaId>{more if kind != 'image' else ''}<MsgId>{number}</MsgId></xml>"
    ).encode()
    platform.wrote(openid)
    signed = WECHAT.sign(payload, platform.secrets(), now=time.time())
    async with (
        aiohttp.ClientSession() as http,
        http.post(service.base + "/hook/wechat/main", params=dict(signed.query), data=signed.body) as answer,
    ):
        assert answer.status == 200


def rows_of(record: Record, sender: str, channel: str = "wechat") -> Callable[[], Awaitable[list[Any]]]:
    """A query: this person's files, oldest first."""
    hashed = record.vault.hash("openid", channel, "main", sender)

    async def look() -> list[Any]:
        return await record.rows(
            "select d.* from media d join contacts c on c.id = d.conversation where c.openid_hash = $1 order by d.id",
            hashed,
        )

    return look


def all_settled(look: Callable[[], Awaitable[list[Any]]], count: int = 1) -> Callable[[], Awaitable[list[Any]]]:
    """A query: those files, once so many are kept or lost."""

    async def settled() -> list[Any]:
        rows = await look()
        return rows if sum(row["status"] != "waiting" for row in rows) >= count else []

    return settled


class Phone:
    """A resident's browser on the chat page."""

    def __init__(self, service: Service, http: aiohttp.ClientSession) -> None:
        self.base, self.http, self.csrf, self.sender = service.base, http, "", ""

    async def open(self) -> "Phone":
        async with self.http.get(self.base + "/chat") as answer:
            text = await answer.text()
        self.csrf = text.split('name="csrf" value="')[1].split('"')[0]
        (cookie,) = [one for one in self.http.cookie_jar if one.key == "bangnong_chat"]
        self.sender = f"h5-{cookie.value.partition('.')[0]}"
        return self

    async def upload(
        self,
        data: bytes,
        *,
        scripted: bool = True,
        csrf: str | None = None,
        content_type: str = "image/jpeg",
        **fields: str,
    ) -> tuple[int, str]:
        form = aiohttp.FormData()
        if not scripted:
            form.add_field("csrf", self.csrf if csrf is None else csrf)
        for name, value in fields.items():
            form.add_field(name, value)
        form.add_field("file", io.BytesIO(data), filename="../../x.jpg", content_type=content_type)
        headers = {"X-Requested-With": "bangnong"} if scripted else {}
        async with self.http.post(
            self.base + "/chat/media", data=form, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text()

    async def say(self, text: str) -> None:
        async with self.http.post(
            self.base + "/chat/messages",
            data=json.dumps({"id": f"t{time.time_ns()}", "text": text}),
            headers={"X-Requested-With": "bangnong"},
        ) as answer:
            assert answer.status == 200

    async def get(self, path: str, **more: Any) -> tuple[int, bytes, Any]:
        async with self.http.get(self.base + path, **more) as answer:
            return answer.status, await answer.read(), answer.headers


@asynccontextmanager
async def new_phone(service: Service) -> AsyncIterator[Phone]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield await Phone(service, http).open()


@pytest.fixture
async def phone(service: Service) -> AsyncIterator[Phone]:
    async with new_phone(service) as opened:
        yield opened


__all__ = ["number_of"]
