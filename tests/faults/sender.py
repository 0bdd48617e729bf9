"""WeChat's sending side, with a ledger of its own: every delivery, every answer, and what was acknowledged.

It behaves as the platform does: no answer within 5 s, or a broken connection, and the same delivery comes again, three
times at most, 5 s apart. What it was promised is compared with the record by `judge`.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from adapters.base import Answer
from adapters.wechat import CHANNEL
from tests.platforms.wechat import WeChatPlatform
from tests.service import Record

PATIENCE = 5.0
DELIVERIES = 4


@dataclass
class Delivery:
    """One message as the sender remembers it."""

    openid: str
    number: int
    text: str
    acknowledged: bool = False
    attempts: int = 0
    answers: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)


@dataclass
class Sender:
    platform: WeChatPlatform
    bases: Callable[[], Sequence[str]]
    ledger: list[Delivery] = field(default_factory=list)
    turn: int = 0

    async def write(self, http: aiohttp.ClientSession, openid: str, text: str, number: int) -> Delivery:
        """A resident's message, delivered until it is acknowledged or the platform gives up."""
        self.platform.wrote(openid)
        entry = Delivery(openid, number, text)
        self.ledger.append(entry)
        loop = asyncio.get_running_loop()
        for _ in range(DELIVERIES):
            began = loop.time()
            entry.attempts += 1
            if await self._deliver(http, entry):
                return entry
            await asyncio.sleep(max(0.0, PATIENCE - (loop.time() - began)))
        return entry

    async def _deliver(self, http: aiohttp.ClientSession, entry: Delivery) -> bool:
        secrets = self.platform.secrets()
        request = CHANNEL.sign(
            self.platform.text_push(entry.openid, entry.text, entry.number), secrets, now=self.platform.clock()
        )
        bases = self.bases()
        self.turn += 1
        url = bases[self.turn % len(bases)] + "/hook/wechat/main"
        try:
            async with http.post(
                url, params=dict(request.query), data=request.body, timeout=aiohttp.ClientTimeout(total=PATIENCE)
            ) as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
        entry.statuses.append(response.status)
        if response.status != 200:
            return False
        said = CHANNEL.unwrap(Answer(body), secrets)
        if said:
            entry.answers.append(said)
        if "没能收下" in said:
            return False  # refused honestly: the resident was told, so this was never acknowledged
        entry.acknowledged = True
        return True


async def campaign(
    sender: Sender,
    residents: int,
    each: int,
    texts: Callable[[int, int], str],
    *,
    at_once: int = 20,
    lasting: float = 4.0,
    seed: int = 7,
) -> None:
    """`residents` people write `each` messages, one after another, many at the same time, over about `lasting` seconds."""
    gate = asyncio.Semaphore(at_once)
    chance = random.Random(seed)

    async def resident(http: aiohttp.ClientSession, person: int) -> None:
        for nth in range(each):
            async with gate:
                await sender.write(http, f"oResident{person:019d}", texts(person, nth), 10_000_000 + person * 100 + nth)
            await asyncio.sleep(chance.uniform(0.0, 2 * lasting / each))

    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as http:
        await asyncio.gather(*(resident(http, person) for person in range(residents)))


def plea(person: int, nth: int) -> str:
    """A critical case and what is told after it; every text names its own number."""
    first = f"我爸尿毒症三天没透析了，喘不上气。第{person}号"
    more = f"补充第{person}号第{nth}条：人还是很难受，喘不上气"
    return more if nth else first


async def judge(sender: Sender, record: Record, *, cases_each: int = 1) -> dict[str, int]:
    """Compare the ledger with the record; the counts, or AssertionErrors saying what was broken."""
    kept = await record.messages()
    incoming = Counter(row["text"] for row in kept if row["direction"] == "i")
    acknowledged = [entry for entry in sender.ledger if entry.acknowledged]
    lost = [entry.text for entry in acknowledged if incoming[entry.text] != 1]
    assert not lost, (
        f"{len(lost)} of {len(acknowledged)} acknowledged messages are not in the record exactly once: {lost[:3]}"
    )
    assert all(status == 200 for entry in sender.ledger for status in entry.statuses), (
        "a platform saw something else than 200"
    )

    tickets = await record.rows("select conversation, count(*) as n from tickets group by conversation")
    doubled = [row["conversation"] for row in tickets if row["n"] != cases_each]
    assert not doubled, f"{len(doubled)} residents have another number of tickets than {cases_each}"

    told: dict[tuple[str, str], int] = defaultdict(int)
    for entry in sender.ledger:
        for answer in set(entry.answers):
            told[entry.openid, answer] += 1
    pushed: Counter[tuple[str, str]] = Counter()
    for openid, text in sender.platform.sent:
        pushed[openid, text] += 1
    owed = [row for row in kept if row["direction"] == "o"]
    waiting = [row for row in owed if row["delivery"] not in ("delivered", "unsure", "told")]
    assert not waiting, f"{len(waiting)} owed replies are neither delivered nor marked unsure: {waiting[0]['delivery']}"
    texts: Counter[tuple[str, str]] = Counter((row["openid"], row["text"]) for row in owed)
    for row in owed:
        key = (row["openid"], row["text"])
        if row["delivery"] == "delivered":
            assert told[key] + pushed[key] > 0, f"a reply counts as delivered that nobody received: {row['text'][:40]}"
        assert told[key] + pushed[key] <= 2 * texts[key], f"said more than twice: {row['text'][:40]}"
    warned = {openid for openid, text in sender.platform.sent if "120" in text}
    unwarned = [
        e.text
        for e in acknowledged
        if "喘不上气" in e.text and e.openid not in warned and not any("120" in a for a in e.answers)
    ]
    assert not unwarned, f"{len(unwarned)} people in danger were acknowledged without the 120 line: {unwarned[:2]}"
    unsure = sum(row["delivery"] == "unsure" for row in owed)
    return {
        "sent": len(sender.ledger), "acknowledged": len(acknowledged), "redelivered": sum(e.attempts > 1 for e in sender.ledger),
        "tickets": len(tickets), "owed": len(owed), "pushed": len(sender.platform.sent), "unsure": unsure,
    }  # fmt: skip


async def settled(record_home: Any, *, within: float = 60) -> None:
    """Wait until the outbox has nothing left to send and the spool is empty."""
    deadline = asyncio.get_running_loop().time() + within
    while asyncio.get_running_loop().time() < deadline:
        try:
            async with Record(record_home) as record:
                left = await record.value("select count(*) from outbox where kind = 'send' and status <> 'dead'")
            if not left and not list((record_home / "spool").glob("*.spool")):
                return
        except OSError:
            pass
        await asyncio.sleep(0.3)
    raise AssertionError("the outbox or the spool did not empty")
