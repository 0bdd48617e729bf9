"""A prescription is photographed: its words are read apart, sealed, found, asked about, taken after a yes, and erased with it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.arrivals import Outcome, TurnFailed
from bot.ocr.program import Program
from bot.ocr.reader import PictureReader
from bot.settings import Account
from bot.store.contacts import erase_contact
from bot.store.indexing import index_some
from bot.store.picture_words import words_of_pictures
from bot.store.search import query_terms
from bot.store.turns import TurnStore
from bot.turns import Turns
from bot.understanding import open_reader
from classifiers.reader import Reader
from conversations.events import Event, TimerFired
from data.playbook import load_playbook
from tests.desk.conftest import Person
from tests.media.conftest import Fetching, Phone, all_settled, number_of, rows_of
from tests.media.samples import picture
from tests.service import Record

FAKE = str(Path(__file__).parents[1] / "ocr" / "fake.py")
WORDS = "我妈的药只剩两天了，配不到"
BOX = "上海市第六人民医院|处方笺|碳酸钙片 0.5g 每日3次|电话 13512340455|证号310101198001011234"


@pytest.fixture(scope="module")
def rules() -> Reader:
    return open_reader(None)


@dataclass
class Reading:
    """A worker's reader of pictures, with a fake program that follows `script`, and turns of its own on the same record."""

    reader: PictureReader
    turns: Turns
    folder: Path
    fetch: Fetching
    record: Record
    ahead: timedelta = timedelta()

    def script(self, *words: str) -> None:
        (self.folder / "script").write_text("\n".join(words) + "\n")

    async def until(self, status: str, row: Any, limit: float = 20) -> Any:
        """Read until that picture's words have come to this, and whoever must hear of them has."""
        running = asyncio.create_task(self.reader.run())
        try:
            async with asyncio.timeout(limit):
                while not (found := await self._settled(status, row)):
                    assert not running.done()
                    await asyncio.sleep(0.03)
            return found
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _settled(self, status: str, row: Any) -> Any:
        rows = await self.record.rows(
            "select * from picture_words where media = $1 and status = $2 "
            "and lease_until is null and (told or status = 'unread')",
            row["id"],
            status,
        )
        return rows[0] if rows else None

    async def timer(self, conversation: Any, name: str = "picture") -> Outcome:
        """The conversation's timer comes due."""
        payload = await self.record.value(
            "select payload from outbox where effect_id = $1", f"{conversation}/timer/{name}/1"
        )
        due = msgspec.json.decode(payload)
        return await self.turns.act(conversation, TimerFired(name, 1, due["set_on"]))


@pytest.fixture
async def reading(fetch: Fetching, record: Record, rules: Reader, tmp_path: Path) -> AsyncIterator[Reading]:
    await record.rows("delete from picture_words")  # other tests' pictures owe theirs too
    accounts: dict[tuple[str, str], Account] = dict(fetch.fetcher.accounts)
    playbook = load_playbook()
    turns = Turns(
        TurnStore(fetch.database), record.vault, lambda: rules, lambda: playbook, accounts.get,
        lambda: datetime.now(UTC), fetch.told.extend,
    )  # fmt: skip
    program = Program((sys.executable, FAKE, str(tmp_path)), picture=1.0)
    reader = PictureReader(
        fetch.database, record.vault, fetch.files, program, turns.act,
        lambda: datetime.now(UTC) + made.ahead, fetch.told.extend,
    )  # fmt: skip
    made = Reading(reader, turns, tmp_path, fetch, record)
    working = asyncio.create_task(turns.run())
    yield made
    await turns.stop()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def sent(phone: Phone, reading: Reading, *, size: tuple[int, int] = (640, 480)) -> Any:
    """The row of a photo once it is kept."""
    await phone.upload(picture(size=size))
    look = rows_of(reading.record, phone.sender, "app")
    rows = await reading.fetch.until(all_settled(look, len(await look())))
    return rows[-1]


async def said(reading: Reading, phone: Phone) -> list[str]:
    """What the bot has said to them, oldest first."""
    mine = [one for one in await reading.record.messages() if one["openid"] == phone.sender]
    return [str(one["text"]) for one in mine if one["direction"] == "o"]


async def found(reading: Reading, words: str) -> list[str]:
    while await index_some(reading.fetch.database, reading.record.vault, lambda text: ()):
        pass
    terms = query_terms(reading.record.vault, words)
    rows = await reading.record.rows("select number from ticket_terms where terms @> $1::integer[]", terms)
    return [row["number"] for row in rows]


async def test_from_the_photo_to_the_slot(phone: Phone, reading: Reading, record: Record, lina: Person) -> None:
    await phone.say(WORDS)
    row = await sent(phone, reading)
    reading.script(f"read {BOX}")
    kept = await reading.until("read", row)
    assert (kept["attempts"], kept["told"]) == (1, True)
    conversation = row["conversation"]
    opened = await words_of_pictures(reading.fetch.database, record.vault, conversation)
    assert opened[str(row["link"])].startswith("上海市第六人民医院\n处方笺\n碳酸钙片")
    assert "310101198001011234" not in opened[str(row["link"])], "an identity number is masked before it is kept"
    assert b"13512340455" not in kept["words"]

    # One short message, and nothing taken before its answer.
    assert not any("照片上读到" in text for text in await said(reading, phone))
    outcome = await reading.timer(conversation)
    assert outcome.state is not None and "phone" not in outcome.state.cases[0].slots
    assert (await said(reading, phone))[-1].startswith(
        "照片上读到：\n电话 13512340455\n药名 碳酸钙片\n医院 第六人民医院\n"
    )
    await phone.say("1")
    assert "已记下：电话 13512340455；药名 碳酸钙片；医院 第六人民医院。" in (await said(reading, phone))[-1]

    # The desk: the words masked below the picture, where each slot comes from, found by what stands on the picture alone.
    await reading.timer(conversation, "silence")
    number = await number_of(record, phone.sender)
    page = (await lina.get(f"/desk/tickets/{number}")).text
    assert "照片上的字" in page and "135****0455" in page and "13512340455" not in page
    assert page.count("照片上读到，居民说对") == 3
    shown = (await lina.do(f"/desk/tickets/{number}/reveal", field="words")).text
    assert "13512340455" in shown
    assert await found(reading, "处方笺") == [number]

    # Erased: the row goes with its picture, the words with the key.
    assert await erase_contact(reading.fetch.database, conversation)
    assert not await record.rows("select from picture_words where media = $1", row["id"])
    assert await found(reading, "处方笺") == []


async def test_under_a_reporter_the_desk_alone_sees_it(
    phone: Phone, reading: Reading, record: Record, lina: Person
) -> None:
    await phone.say(WORDS)
    row = await sent(phone, reading)
    await reading.timer(row["conversation"], "silence")
    number = await number_of(record, phone.sender)
    await lina.get(f"/desk/tickets/{number}")
    assert (await lina.do(f"/desk/tickets/{number}/claim")).status == 200
    before = await said(reading, phone)
    urgency = await record.value("select urgency from tickets where number = $1", number)
    reading.script("read 求助！外婆三天没透析了，喘不上气|碳酸钙片|13512340456")
    await reading.until("read", row)
    assert await said(reading, phone) == before, "the bot keeps still"
    ticket = (await record.rows("select alert, urgency, flags from tickets where number = $1", number))[0]
    assert (ticket["alert"], ticket["urgency"]) == ("check", urgency), "people look; a picture raises nothing by itself"
    assert "check" in ticket["flags"]
    page = (await lina.get(f"/desk/tickets/{number}")).text
    assert "照片上写着：" in page and "没有问过居民" in page and "三天没透析" in page

    answer = await lina.do(f"/desk/tickets/{number}/written", picture=str(row["link"]), slot="drug")
    assert answer.status == 200, answer.text
    page = (await lina.get(f"/desk/tickets/{number}")).text
    assert "从照片上采用" in page and "药名改为“碳酸钙片”" in page
    again = await lina.do(f"/desk/tickets/{number}/written", picture=str(row["link"]), slot="weeks")
    assert again.status == 409 and "照片上没有这一项了" in again.text
    nobody = await lina.do("/desk/tickets/B00000-0000/written", picture=str(row["link"]), slot="drug")
    assert nobody.status == 404


async def test_a_picture_it_dies_over_is_tried_once_more_and_left(phone: Phone, reading: Reading) -> None:
    await phone.say(WORDS)
    row = await sent(phone, reading)
    before = await said(reading, phone)
    reading.script("die", "hang", "read 太晚了")
    reading.ahead = timedelta()
    first = asyncio.create_task(reading.until("unread", row, limit=30))
    await asyncio.sleep(1.5)
    reading.ahead = timedelta(seconds=10)  # the pause between the two
    kept = await first
    assert (kept["fault"], kept["attempts"], kept["words"]) == ("died", 2, None)
    assert await said(reading, phone) == before, "residents hear nothing of that"


async def test_killed_once_it_is_read_the_second_time(phone: Phone, reading: Reading) -> None:
    await phone.say(WORDS)
    row = await sent(phone, reading)
    reading.script("garbage", "read 处方")
    first = asyncio.create_task(reading.until("read", row))
    await asyncio.sleep(0.5)
    reading.ahead = timedelta(seconds=10)
    assert (await first)["attempts"] == 2


async def test_a_picture_without_words_is_nobodys_news(phone: Phone, reading: Reading) -> None:
    await phone.say(WORDS)
    row = await sent(phone, reading)
    before = len(reading.fetch.told)
    reading.script("read")
    assert (await reading.until("empty", row))["words"] is None
    assert not [news for news in reading.fetch.told[before:] if news["what"] == "ticket"]


async def test_the_conversation_hears_later_where_it_could_not_at_once(phone: Phone, reading: Reading) -> None:
    await phone.say(WORDS)
    row = await sent(phone, reading)
    reading.script("read 处方 碳酸钙片")
    act, tries = reading.reader.act, []

    async def not_at_once(conversation: Any, event: Event) -> Outcome:
        tries.append(event)
        if len(tries) == 1:
            raise TurnFailed("its account is elsewhere")
        return await act(conversation, event)

    reading.reader.act = not_at_once
    waiting = asyncio.create_task(reading.until("read", row))
    await asyncio.sleep(1.0)
    assert len(tries) == 1
    reading.ahead = timedelta(minutes=6)
    kept = await waiting
    assert len(tries) == 2
    assert tries[0].text == tries[1].text == "处方 碳酸钙片", "kept, not read a second time"
    assert kept["attempts"] == 1


async def test_a_fault_of_ours_holds_nobody_up(phone: Phone, reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    await phone.say(WORDS)
    row = await sent(phone, reading)

    async def broken(picture: bytes) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(reading.reader.program, "read", broken)
    first = asyncio.create_task(reading.until("unread", row))
    await asyncio.sleep(1.0)
    reading.ahead = timedelta(minutes=2)
    assert (await first)["fault"] == "ours"


async def test_without_a_recogniser_the_picture_waits(phone: Phone, reading: Reading) -> None:
    await phone.say(WORDS)
    row = await sent(phone, reading)
    reading.reader.program = Program((sys.executable, "-c", "raise SystemExit(3)"))
    running = asyncio.create_task(reading.reader.run())
    for _ in range(100):
        rows = await reading.record.rows("select * from picture_words where media = $1", row["id"])
        if rows[0]["fault"]:
            break
        await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (rows[0]["status"], rows[0]["fault"], rows[0]["attempts"]) == ("waiting", "no_recogniser", 0)
