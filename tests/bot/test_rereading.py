"""Fragments of many people are read with what came before in one go, and each as if it had come alone."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.base import Secret
from bot.arrivals import Arrival
from bot.stepping import NUMBERS, Stepper, Talk
from bot.store.turns import Loaded, Row
from bot.store.writes import Writes
from bot.vault import Vault
from conversations.codes import Urgency
from conversations.messages import ContactRef, Inbound
from conversations.reading import Reading
from tests.conversations.talking import NOW, WECHAT, playbook, reading

TALKS = {
    "a": ("小菜屋里", "呒没了呀", "我一个人"),
    "b": ("透析约不上 五天了", "腿肿得穿不了鞋", "求你们了"),
    "d": ("你好", "透析约不上 五天了", "腿肿得穿不了鞋"),
    "c": ("透析约不上 五天了", "好的谢谢", "再见"),
}


class Counting:
    """A reader that sees danger only in dialysis and swollen legs together, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def read(self, texts: Sequence[str], now: Any) -> list[Reading]:
        return [self._of(text) for text in texts]

    def read_meaning(self, texts: Sequence[str], by_rules: Any = ()) -> list[Reading]:
        self.asked.append(list(texts))
        return [self._of(text) for text in texts]

    @staticmethod
    def _of(text: str) -> Reading:
        if "透析" in text and "腿肿" in text:
            return reading("dialysis", 0.9, "critical", reasons=("R04",))
        if "透析" in text:
            return reading("dialysis", 0.9, "urgent", reasons=("O01",))
        if "小菜" in text and "呒没" in text:
            return reading("supplies", 0.9, "soon")
        return reading("chitchat", 0.1)


class Account:
    limits = WECHAT


class Record:
    """What the stepper tells its store of numbers."""

    def used(self, count: int) -> None: ...


class Desk:
    """A stepper over rows kept here, as the processor drives it."""

    def __init__(self) -> None:
        self.reader = Counting()
        self.vault = Vault(Secret("x" * 40))
        self.vault.use_index_key(b"k" * 32)
        self.rows: dict[bytes, Row] = {}
        self.stepper = Stepper(
            Record(), self.vault, lambda _: Account(), lambda: self.reader, lambda: False, lambda d, i: ()  # type: ignore[arg-type,return-value]
        )  # fmt: skip
        self.talks: dict[str, Talk] = {}

    def batch(self, *said: tuple[str, int]) -> None:
        """(whom, which of their texts) each; read, stepped and kept."""
        now = NOW + timedelta(seconds=20 * max(place for _, place in said))
        arrivals, loop = [], asyncio.get_running_loop()
        for whom, place in said:
            message = Inbound(ContactRef("wechat", "main", whom), f"{whom}{place}", "text", TALKS[whom][place], now)
            own = self.reader.read([message.text], [now])[0]
            arrivals.append(Arrival(loop.create_future(), message, hash=whom.encode(), reading=own))
        loaded = Loaded({one.hash: self.rows[one.hash] for one in arrivals if one.hash in self.rows}, {}, {})
        numbers = [f"B60405-{n:04d}" for n in range(NUMBERS + len(arrivals))]
        writes = Writes(playbook(), now)
        talks = self.stepper.step_all(arrivals, loaded, writes, numbers, playbook(), now)
        keys: dict[UUID, bytes] = {row[0]: row[5] for row in writes.contacts}
        for talk in talks:
            whom = talk.state.contact.openid
            old, state = self.rows.get(whom.encode()), writes.conversations
            sealed = next(row[4] for row in state if row[0] == talk.contact)
            data_key = keys.get(talk.contact) or (old and old.data_key)
            self.rows[whom.encode()] = Row(talk.contact, whom.encode(), talk.state.turn, sealed, data_key)
            self.talks[whom] = talk

    def seen(self, whom: str) -> list[tuple[str, Urgency]]:
        return [(case.intent.value, case.urgency) for case in self.talks[whom].state.cases]


async def _alone(whom: str) -> list[tuple[str, Urgency]]:
    desk = Desk()
    for place in range(3):
        desk.batch((whom, place))
    return desk.seen(whom)


async def test_one_batch_of_three_people_is_read_beside_in_one_go() -> None:
    desk = Desk()
    for place in range(3):
        before = len(desk.reader.asked)
        desk.batch(*((whom, place) for whom in TALKS))
        assert len(desk.reader.asked) - before == (place > 0)
    assert {whom: desk.seen(whom) for whom in TALKS} == {whom: await _alone(whom) for whom in TALKS}
    assert desk.seen("b") == [("dialysis", Urgency.CRITICAL)]  # neither text says so by itself
    assert desk.seen("c") == [("dialysis", Urgency.URGENT)]


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("whom", TALKS)
async def test_fragments_of_one_person_in_one_batch_are_heard_in_their_order(whom: str, first: int) -> None:
    """What was known when the batch began is not what the second of them is read with."""
    desk = Desk()
    for place in range(first):
        desk.batch((whom, place))
    desk.batch(*((whom, place) for place in range(first, 3)))
    assert desk.seen(whom) == await _alone(whom)
