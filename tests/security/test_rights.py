"""Every route × every role, as `rights.txt` says; a route without a line, or without its CSRF token, is a fault."""

import asyncio
import re
import secrets as chance
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.app import build_app
from bot.oidc import OidcSettings
from bot.rehearsal.clock import RehearsalClock
from bot.services import Services
from bot.vault import token_hash
from tests.desk.conftest import RED, Desk, Person, Resident, number_of
from tests.security.conftest import ROLES
from tests.service import Record, Service

_KINDS = {"n": "nobody", **dict(zip("relau", ROLES, strict=True)), **dict(zip("RELAU", ROLES, strict=True))}
SCRIPT = {"X-Requested-With": "bangnong"}


@dataclass(frozen=True)
class Row:
    method: str
    path: str
    marks: dict[str, str]

    @property
    def written(self) -> bool:
        """A desk's route that changes something: what its CSRF token is for."""
        return self.method == "POST" and self.marks["n"] == "."


def read_rows() -> list[Row]:
    text = (Path(__file__).parent / "rights.txt").read_text("utf-8")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [Row(method, path, dict(zip(_KINDS, marks, strict=True))) for method, path, *marks in lines]


ROWS = read_rows()


def every_door() -> web.Application:
    """The application with everything that can be switched on; nobody asks it anything."""
    sign_on = cast(OidcSettings, SimpleNamespace(issuer="https://example.org"))
    services = SimpleNamespace(
        clock=RehearsalClock(), rows=None, http=None, settings=SimpleNamespace(oidc=sign_on)
    )  # fmt: skip
    return build_app(cast(Services, services))


def spellings(resource: web.AbstractResource) -> list[str]:
    """The named choices of a route's address, `{act:claim|reply}`: each is a decision of its own."""
    pattern = resource.get_info().get("pattern")
    return re.findall(r"\((?:\?P<\w+>)?([\w-]+(?:\|[\w-]+)+)\)", pattern.pattern) if pattern else []


async def test_every_route_has_a_line() -> None:
    app = every_door()
    wanted = {
        (route.method, route.resource.canonical, choice)
        for route in app.router.routes()
        if route.method != "HEAD" and route.resource is not None
        for choices in spellings(route.resource) or [""]
        for choice in choices.split("|")
    }
    decided = set()
    for row in ROWS:
        path = row.path.replace("{ticket}", "B20405-0001").replace("{unit}", "1")
        found = await app.router.resolve(make_mocked_request(row.method, path))
        resource = found.route.resource
        assert resource is not None, f"no route answers {row.method} {row.path}"
        choices = [one for group in spellings(resource) for one in group.split("|") if one in found.values()]
        decided |= {(found.route.method, resource.canonical, choice) for choice in choices or [""]}
    assert not wanted - decided, "rights.txt does not say who may do this"
    assert len({(row.method, row.path) for row in ROWS}) == len(ROWS)


class Asker:
    """Whoever asks: a session's cookie, an API token, or nothing; what they are told becomes a mark."""

    def __init__(self, base: str, person: Person | None = None, token: str = "") -> None:
        self.base = base
        self.token = token
        self.cookie = f"bangnong_desk={person.token}" if person else ""
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())  # no cookie of the chat comes to stay

    async def ask(self, row: Row, path: str, **more: Any) -> tuple[int, str, str]:
        """(status, code of the fault, where it sends)."""
        headers = {**more.pop("headers", SCRIPT), **({"Cookie": self.cookie} if self.cookie else {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
            if path.startswith("/open311/") and row.method == "POST":
                more["data"] = {"api_key": self.token}
        async with self.http.request(
            row.method, self.base + path, headers=headers, allow_redirects=False, **more
        ) as answer:
            code = ""
            if answer.status >= 400 and answer.content_type == "application/json":
                told = await answer.json()
                code = told["error"]["code"] if isinstance(told, dict) and "error" in told else ""
            return answer.status, code, answer.headers.get("Location", "")

    async def mark(self, row: Row, path: str) -> str:
        status, code, _ = await self.ask(row, path, headers={**SCRIPT, "X-CSRF-Token": "another-token"})
        match status, code:
            case 401, "logged_out":
                return "."
            case 401, "no_token":
                return "k"
            case 403, "role":
                return "x"
            case 403, "csrf":
                return "+" if row.written else "s"
            case 403, _:
                return "s"
            case 404, _ if row.marks["n"] == "-":
                return "-"
            case ((200 | 303), _) if row.marks["n"] in "os":
                return "o"
            case ((200 | 400 | 404 | 409), _) if not row.written:
                return "+"
        return f"{status} {code}"


@pytest.fixture(scope="module")
async def there(service: Service, people: dict[str, Person]) -> dict[str, str]:
    """What `{ticket}` and `{unit}` stand for."""
    await Resident(service, "rights").say(RED)
    async with Record(service.home) as record:
        number = await number_of(record, "rights")
    made = await people["editor"].form(
        "/desk/directory/new", name="试验居委", kind="committee", district="浦东新区", numbers="021-50000000", source="手册"
    )  # fmt: skip
    assert made.status == 303, made.words
    return {"{ticket}": number, "{unit}": made.headers["Location"].rpartition("/")[2].partition("?")[0]}


@pytest.fixture(scope="module")
async def askers(service: Service, people: dict[str, Person]) -> Any:
    tokens = {role: f"bn_{chance.token_urlsafe(24)}" for role in ROLES}
    async with Record(service.home) as record:
        for role, token in tokens.items():
            await record.rows(
                "insert into tokens (token_hash, name, role, created_by) values ($1, $2, $3, 'cli')",
                token_hash(token), f"{role}s", role,
            )  # fmt: skip
    found = {
        kind: Asker(service.base) if who == "nobody"
        else Asker(service.base, people[who]) if kind.islower()
        else Asker(service.base, token=tokens[who])
        for kind, who in _KINDS.items()
    }  # fmt: skip
    yield found
    for one in found.values():
        await one.http.close()


def filled(path: str, there: dict[str, str]) -> str:
    for name, value in there.items():
        path = path.replace(name, value)
    return path


async def test_every_route_answers_every_role_as_written(askers: dict[str, Asker], there: dict[str, str]) -> None:
    slots = asyncio.Semaphore(12)

    async def judge(row: Row, kind: str) -> str:
        async with slots:
            found = await askers[kind].mark(row, filled(row.path, there))
        return "" if found == row.marks[kind] else f"{row.method} {row.path} as {kind}: {found}, not {row.marks[kind]}"

    wrong = await asyncio.gather(*(judge(row, kind) for row in ROWS for kind in _KINDS))
    assert not [one for one in wrong if one]


async def test_a_page_without_a_session_leads_to_the_login_and_back(
    askers: dict[str, Asker], there: dict[str, str]
) -> None:
    for row in ROWS:
        if row.method == "GET" and row.marks["n"] == ".":
            path = filled(row.path, there)
            assert await askers["n"].ask(row, path, headers={}) == (303, "", f"/login?next={path}"), path


async def test_no_desk_route_writes_without_its_own_pages_token(
    askers: dict[str, Asker], there: dict[str, str], people: dict[str, Person], record: Record
) -> None:
    """Without any, and with a colleague's: a form of another site knows neither."""
    before = await record.value("select max(id) from audit")
    for row in ROWS:
        if row.written:
            path = filled(row.path, there)
            assert (await askers["a"].ask(row, path, headers={}))[0] == 403, path
            told = await askers["a"].ask(row, path, data={"csrf": people["editor"].csrf})
            assert told[:2] == (403, "csrf"), path
    assert await record.value("select max(id) from audit") == before  # nothing was done, so nothing was written down


async def test_a_route_behind_the_first_password_is_shut_too(desk: Desk, service: Service, record: Record) -> None:
    person = await desk.hire("unsettled", "admin")
    await record.rows("update users set must_change = true where login = 'unsettled'")
    asker = Asker(service.base, person)
    for row in ROWS:
        if row.marks["n"] == "." and not row.path.startswith(("/logout", "/password", "/account/second")):
            path = row.path.replace("{ticket}", "B20405-0001").replace("{unit}", "1")
            status, code, _ = await asker.ask(row, path, headers={**SCRIPT, "X-CSRF-Token": person.csrf})
            assert (status, code) == (403, "must_change"), path
    await asker.http.close()
