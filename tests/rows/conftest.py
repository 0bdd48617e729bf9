"""Two processes of one installation, and the people who write, look over and release what the bot says."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from html import unescape
from pathlib import Path
from re import findall, search

import pytest

from bot.rows.release import TYPED
from data.faults import rows_folder
from tests.desk.conftest import Answer, Desk, Person
from tests.homes import Homes, serving
from tests.rows.loaders import Write
from tests.service import Record, Service


@pytest.fixture(scope="package")
async def service(homes: Homes) -> AsyncIterator[Service]:
    async with serving(homes.new("rows")) as running:
        yield running


@pytest.fixture(scope="package")
async def other(service: Service) -> AsyncIterator[Service]:
    """A second process on the same stores."""
    running = await Service(service.home, warm=True).start()
    yield running
    await running.stop()


@pytest.fixture
async def record(service: Service) -> AsyncIterator[Record]:
    async with Record(service.home) as opened:
        yield opened


@pytest.fixture(autouse=True)
async def nothing_begun(request: pytest.FixtureRequest) -> None:
    """Every test begins without anybody's draft."""
    if "service" in request.fixturenames or "wang" in request.fixturenames:
        async with Record(request.getfixturevalue("service").home) as opened:
            await opened.rows(
                "update row_drafts set status = 'dropped' where status in ('open', 'offered') returning id"
            )


@pytest.fixture(scope="package")
async def desk(service: Service) -> AsyncIterator[Desk]:
    opened = Desk(service)
    yield opened
    for person in opened.people:
        await person.http.close()


@pytest.fixture(scope="package")
async def wang(desk: Desk) -> Person:
    return await desk.hire("wang", "editor")


@pytest.fixture(scope="package")
async def shen(desk: Desk) -> Person:
    return await desk.hire("shen", "editor")


@pytest.fixture(scope="package")
async def admin(desk: Desk) -> Person:
    return await desk.hire("bao", "admin")


@pytest.fixture(scope="package")
async def boss(desk: Desk) -> Person:
    return await desk.hire("tang", "admin")


def hidden(page: Answer, name: str, place: int = 0) -> str:
    """The value of a page's hidden field."""
    found = findall(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name} in {page.words[:400]}"
    return unescape(found[place])


def typed_text(page: Answer) -> str:
    found = search(r'<textarea id="text"[^>]*>\n(.*?)</textarea>', page.text, 16)
    assert found
    return unescape(found[1])


async def save_reply(person: Person, key: str, words: str) -> Answer:
    """As the form of one sentence sends it."""
    path = f"/admin/rows/replies/{key}"
    page = await person.get(path)
    return await person.form(path, text=words, version=hidden(page, "version"), base=hidden(page, "base"))


async def save_file(person: Person, name: str, change: Callable[[str], str], **more: str) -> Answer:
    path = f"/admin/rows/files/{name}"
    page = await person.get(path)
    fields = {"act": "save", "version": hidden(page, "version"), "base": hidden(page, "base"), **more}
    return await person.form(path, text=change(typed_text(page)), **fields)


async def my_draft(person: Person) -> str:
    """The path of what this person is writing."""
    page = await person.get("/admin/rows")
    found = search(r'href="(/admin/rows/drafts/\d+)">我的草稿', page.text)
    assert found, page.words[:600]
    return found[1]


async def offer(person: Person, title: str = "改一句") -> str:
    path = await my_draft(person)
    page = await person.get(path)
    done = await person.form(f"{path}/offer", title=title, version=hidden(page, "version"))
    assert done.status == 303, done.words[:600]
    return path


async def release(person: Person, path: str, *, typed: bool = False, act: str = "release", **more: str) -> Answer:
    """As the page's button does it; `typed`: with the confirmation for danger sentences."""
    page = await person.get(path)
    digest = search(r'name="digest" value="([^"]*)"', page.text)
    fields = {"digest": digest[1] if digest else "", **({"typed": TYPED} if typed else {}), **more}
    return await person.form(f"{path}/{act}", **fields)


async def soon(look: Callable[[], Awaitable[bool]], within: float = 30) -> None:
    """Something that other processes do within seconds; longer only on a machine that is busy."""
    deadline = time.monotonic() + within
    while not await look():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rows") / "data"
    shutil.copytree(rows_folder(), folder, ignore=shutil.ignore_patterns("corpus", "*.py", "__pycache__"))
    return folder


@pytest.fixture
def rows(shared: Path) -> Iterator[Write]:
    """Writes one file of a copy of the rows; afterwards they are as they were."""
    before: dict[Path, bytes] = {}

    def write(name: str, text: str | bytes) -> Path:
        path = shared / name
        before.setdefault(path, path.read_bytes())
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        return shared

    yield write
    for path, raw in before.items():
        path.write_bytes(raw)
