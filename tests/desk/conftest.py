"""A real service for the desk's HTTP tests, staff with their own browsers' cookies, and residents on the app channel."""

import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import aiohttp
import pytest

from adapters.app import CHANNEL, AppSecrets
from adapters.base import Secret
from bot import people
from bot.embedded import EmbeddedPostgres
from bot.store.database import Database
from tests.homes import Homes, serving
from tests.platforms.wechat import WeChatPlatform
from tests.service import Record, Service
from tests.warm import told

RED = "我外婆尿毒症 三天没透析了 腿肿 喘不上气"
PHONE = "13800005678"
WHERE = f"电话{PHONE}，浦东新区三林镇牡丹路60弄5号楼502室"


@pytest.fixture(scope="package")
async def platform() -> AsyncIterator[WeChatPlatform]:
    async with WeChatPlatform().serve() as stand_in:
        yield stand_in


@pytest.fixture(scope="package")
async def service(homes: Homes, platform: WeChatPlatform) -> AsyncIterator[Service]:
    async with serving(homes.new("desk"), platform=platform.base) as running:
        yield running


@pytest.fixture
async def record(service: Service) -> AsyncIterator[Record]:
    async with Record(service.home) as opened:
        yield opened


@dataclass
class Answer:
    status: int
    text: str
    headers: Any

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def words(self) -> str:
        """What a page says, without its tags."""
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.text)))


class Person:
    """One browser of one member of staff (or of nobody)."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.csrf = ""

    @property
    def token(self) -> str:
        """What the cookie of the desk's session says."""
        return next((cookie.value for cookie in self.http.cookie_jar if cookie.key == "bangnong_desk"), "")

    async def ask(self, method: str, path: str, **more: Any) -> Answer:
        async with self.http.request(method, self.base + path, allow_redirects=False, **more) as response:
            text = await response.text()
            if found := re.search(r'name="csrf" (?:content|value)="([^"]+)"', text):
                self.csrf = found[1]
            return Answer(response.status, text, response.headers)

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def form(self, path: str, **fields: str) -> Answer:
        """As a page's form sends it."""
        return await self.ask("POST", path, data={"csrf": self.csrf, **fields})

    async def do(self, path: str, csrf: str | None = None, **fields: str) -> Answer:
        """As the page's script sends it."""
        headers = {"X-Requested-With": "bangnong", "X-CSRF-Token": self.csrf if csrf is None else csrf}
        return await self.ask("POST", path, data=fields, headers=headers)

    async def log_in(self, login: str, password: str) -> Answer:
        await self.get("/login")
        return await self.form("/login", login=login, password=password)


class Desk:
    """The service and whoever works at it; browsers are closed at the end."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.people: list[Person] = []

    def stranger(self) -> Person:
        person = Person(self.service.base)
        self.people.append(person)
        return person

    async def hire(self, login: str, role: str = "reporter") -> Person:
        """A new account, logged in. How one is made and its first password changed is tested by itself."""
        database = Database(EmbeddedPostgres(self.service.home).dsn, size=1, limit=20)
        await database.open()
        await people.add_user(database, login, f"{login}先生", role, f"{login}-longer-one", must_change=False)
        await database.close()
        person = self.stranger()
        assert (await person.log_in(login, f"{login}-longer-one")).headers["Location"] == "/desk"
        await person.get("/desk")
        return person


async def add_user(service: Service, login: str, role: str = "reporter") -> str:
    said = await told(["users", "add", login, "--name", f"{login}先生", "--role", role], service.env)
    return said.split("/")[1].split()[0]


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
async def zhou(desk: Desk) -> Person:
    return await desk.hire("zhou")


class Resident:
    """Somebody on the paper's app."""

    def __init__(self, service: Service, sender: str) -> None:
        self.base, self.sender = service.base, sender
        self.secrets = AppSecrets(Secret(service.app_key()))

    async def say(self, text: str, **more: Any) -> list[str]:
        """Answers. `more`: further fields of the message, as the app's makers may send them."""
        body = {"id": f"{self.sender}-{time.time_ns()}", "sender": self.sender, "text": text, **more}
        request = CHANNEL.sign(json.dumps(body, ensure_ascii=False).encode(), self.secrets, now=time.time())
        url = f"{self.base}/api/app/main/messages"
        async with (
            aiohttp.ClientSession() as http,
            http.post(url, data=request.body, headers=dict(request.headers)) as got,
        ):
            assert got.status == 200
            return [one["text"] for one in (await got.json())["replies"]]

    async def heard(self) -> list[str]:
        path = f"/api/app/main/messages?sender={self.sender}&after="
        headers = CHANNEL.sign_fetch(path, self.secrets, now=time.time())
        async with aiohttp.ClientSession() as http, http.get(self.base + path, headers=headers) as got:
            return [one["text"] for one in (await got.json())["messages"]]


async def number_of(record: Record, sender: str, place: int = 0, channel: str = "app") -> str:
    """The number of a resident's ticket, oldest first."""
    hashed = record.vault.hash("openid", channel, "main", sender)
    rows = await record.rows(
        "select number from tickets t join contacts c on c.id = t.conversation where c.openid_hash = $1 order by case_key",
        hashed,
    )
    return str(rows[place]["number"])
