"""Two tickets beside each other: the same matter or not, and why; and how fast one is found among thousands."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from adapters.base import Secret
from bot.codec import TicketBody
from bot.similar import (
    NEIGHBOURS,
    SAME_BUILDING,
    SAME_HOUSEHOLD,
    SAME_PHONE,
    SAME_TEXT,
    Marked,
    compare,
    marks_of,
    sketches_of,
)
from bot.store.database import Database, migrate
from bot.store.similar import similar_to
from bot.vault import Vault
from classifiers.address import AddressReader
from data.corpus import load_corpus
from data.faults import rows_folder
from data.places import load_places
from tests.service import Record

ADDRESSES = AddressReader(load_places(rows_folder(), []))
VAULT = Vault(Secret("a key of the tests, long enough"))
VAULT.use_index_key(b"i" * 32)
PLEA = (
    "求助！我父亲72岁，尿毒症透析八年，原来一三五在仁济南院做血透，因为小区封控已经五天没有做了，"
    "现在两条腿肿到膝盖，晚上躺不平，居委说车子排不到，请好心人帮忙想想办法。"
)


def told(phone: str = "", address: str = "", intent: str = "dialysis", text: str = "", number: str = "B1") -> Marked:
    """A ticket as the index knows it."""
    slots: dict[str, dict[str, Any]] = {}
    district = ""
    if phone:
        slots["phone"] = {"value": phone}
    if address:
        read = ADDRESSES.read(address)
        parts = [(name, value) for name, value in asdict(read[0]).items() if isinstance(value, str)] if read else []
        slots["address"] = {"value": address, "parts": parts}
        district = read[0].district if read else ""
    body = TicketBody("", slots, [], [])
    at = datetime(2022, 4, 5, 8, tzinfo=UTC)
    return Marked(
        number, intent, district, at, marks_of(body, VAULT, ADDRESSES.read), sketches_of(body, [text], VAULT)[0]
    )


HOUSE, PHONE = "牡丹路60弄5号502室", "13811112222"


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (told(PHONE), told("138 1111 2222（女儿）"), [SAME_PHONE]),
        (told(PHONE), told("13811112223"), []),
        (told(PHONE, HOUSE), told(PHONE, "浦东新区牡丹路60弄5号楼502"), [SAME_PHONE, SAME_HOUSEHOLD]),
        (told(address=HOUSE), told(address="浦东新区三林镇牡丹路60弄5号楼502"), [SAME_HOUSEHOLD]),
        (told(address=HOUSE), told(address=HOUSE, intent="medicine"), [SAME_HOUSEHOLD]),
        (told(address=HOUSE), told(address="牡丹路60弄5号503室"), []),  # next door, the same illness: another person
        (told(address=HOUSE), told(address="牡丹路60弄6号502室"), []),
        (told(address=HOUSE), told(address="牡丹路60弄5号"), [SAME_BUILDING]),
        (told(address=HOUSE), told(address="牡丹路60弄5号", intent="supplies"), []),
        (told(address=HOUSE, intent="supplies"), told(address="牡丹路60弄5号503室", intent="supplies"), [NEIGHBOURS]),
        (told(address="徐汇区阳光花园5号楼502"), told(address="嘉定区阳光花园5号楼502"), []),  # one name, two estates
        (told("021-58881234（居委）"), told("021-58881234（居委）"), []),  # the committee's number is everybody's
        (told(text=PLEA), told(text="帮转！！" + PLEA[:60] + " 求扩散"), [SAME_TEXT]),
        (told(text="我爸要透析"), told(text="我爸要透析"), []),  # too short to say whose
        (told(address=HOUSE, text=f"谢谢你们，我们住在{HOUSE}，麻烦快一点，急的，真的谢谢，我的电话是{PHONE}"),
         told(address="牡丹路60弄5号503室", text="谢谢你们，我们住在牡丹路60弄5号503室，麻烦快一点，急的"), []),
        (told(), told(), []),
    ],
)  # fmt: skip
def test_pairs(one: Marked, other: Marked, reasons: list[str]) -> None:
    for left, right in ((one, other), (other, one)):
        found = compare(left, right)
        assert list(found.reasons if found else ()) == reasons


def test_the_surest_comes_first() -> None:
    mine = told(PHONE, HOUSE, text=PLEA)
    others = [
        told(address="牡丹路60弄5号", number="B4"), told(text=PLEA, number="B3"), told(address=HOUSE, number="B2"),
        told(PHONE, intent="medicine", number="B1"), told(PHONE, HOUSE, number="B0"), told("13900000000", number="B9"),
    ]  # fmt: skip
    found = sorted((one for other in others if (one := compare(mine, other))), key=lambda one: one.rank)
    assert [one.number for one in found] == ["B0", "B1", "B2", "B3", "B4"]
    assert found[0].reason == "同一个电话；同一户"


def test_what_a_reporter_typed_is_read_again() -> None:
    typed = TicketBody("", {"address": {"value": "牡丹路60弄5号楼502", "parts": [], "by": "lina"}}, [], [])
    assert marks_of(typed, VAULT, ADDRESSES.read) == told(address=HOUSE).marks


async def test_five_thousand_tickets(record: Record) -> None:
    """In a database of its own: texts of the corpus, a telephone and a door each, now and then one of another ticket."""
    dsn = record.dsn.replace("/bangnong?", "/similar_speed?")
    assert dsn != record.dsn
    await record.rows("create database similar_speed")
    await migrate(dsn)
    database = Database(dsn, limit=30)
    await database.open()
    texts = [row.text for row in load_corpus()]
    at = datetime.now(UTC)
    numbers, marks, sketches = [], [], []
    for turn in range(5000):
        number = f"B61127-{turn:04d}"
        one = turn - 40 if turn % 50 == 49 else turn
        text = texts[one % len(texts)]
        door = f"牡丹路{one % 90 + 1}弄{one // 90 % 40 + 1}号{one // 3600 + 1}01室"
        made = told(f"138{one:08d}", door, text=f"帮转：{text}" if one != turn else text)
        numbers.append((number, uuid4(), at, "dialysis"))
        marks += [(number, kind, mark) for kind, mark in made.marks]
        sketches.append((number, *map(list, sketches_of(TicketBody("", {}, [], []), [text], VAULT))))
    async with database.connection() as connection:
        await connection.executemany(
            "insert into contacts (id, channel, account, data_key) values ($1, 'app', 'main', '')",
            [(contact,) for _, contact, _, _ in numbers],
        )
        await connection.executemany(
            "insert into tickets (number, conversation, case_key, channel, account, intent, urgency, urgency_rank, status, "
            "verification, flags, desk, district, reporter, wants_human, confidence, model, missing, body, created_at, "
            "updated_at, acknowledge_due, call_due, contact_due, revisit_due, changed) "
            "values ($1, $2, 1, 'app', 'main', $4, 'soon', 2, 'triaged', 'unverified', '{}', 'care', '', '', "
            "false, 0, '', '{}', '', $3, $3, $3, $3, $3, $3, 1)",
            numbers,
        )
        await connection.executemany("insert into ticket_marks values ($1, $2, $3)", marks)
        await connection.executemany("insert into ticket_sketches values ($1, $2, $3)", sketches)
        await connection.execute("analyze")
    spent, found = [], 0
    for number, *_ in numbers[49::50]:
        began = time.perf_counter()
        proposals = await similar_to(database, number, at)
        spent.append((time.perf_counter() - began) * 1000)
        found += any(one.reasons[0] == SAME_PHONE for one in proposals)
    await database.close()
    spent.sort()
    print(
        f"similar among 5,000: median {spent[50]:.1f} ms, 95 of 100 below {spent[94]:.1f} ms, worst {spent[-1]:.1f} ms"
    )
    assert found == len(spent)
    assert spent[50] < 500
