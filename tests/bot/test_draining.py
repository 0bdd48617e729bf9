"""After an outage: danger comes first, nobody is heard out of their own order, and nobody waits for another's."""

import asyncio
from typing import Any

import pytest

from bot.spool import Held, Spool
from bot.spooled import standing_of
from bot.store.database import StoreAway
from conversations.messages import ContactRef, Inbound
from tests.inside import Inside, Open


def left_behind(here: Inside, *told: tuple[str, str, str]) -> None:
    """What a process that is dead kept: (who, what was said, how it was answered), in this order."""
    spool = Spool(here.services.spool.folder, here.services.vault)
    for nth, (who, text, answered) in enumerate(told):
        contact = ContactRef("app", "main", who)
        spool.append(Held(Inbound(contact, f"left{nth}", "text", text, here.services.clock()), answered, "收到"))
    spool.close()


class Watched:
    """The turns, watched: `heard` as they end. What waits for `free` is held up until it is set."""

    def __init__(self, here: Inside, monkeypatch: pytest.MonkeyPatch, *waits: str) -> None:
        self.heard: list[str] = []
        self.free = asyncio.Event()
        self.broken = False
        turns: Any = here.services.turns
        submit = turns.submit

        def watched(inbound: Inbound, **more: Any) -> Any:
            async def later() -> Any:
                if inbound.text in waits:
                    await self.free.wait()
                if self.broken:
                    raise StoreAway("test")
                outcome = await submit(inbound, **more)
                self.heard.append(inbound.text)
                return outcome

            return asyncio.ensure_future(later())

        monkeypatch.setattr(turns, "submit", watched)


def left(here: Inside) -> int:
    return standing_of(here.services.spool.folder).waiting


async def drained(here: Inside) -> None:
    async def empty() -> bool:
        return left(here) == 0 and here.services.intake.drain.idle

    await here.until(empty)


async def test_nobody_waits_for_anothers_and_everybodys_own_are_in_order(
    inside: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with inside(outbox=False) as here:
        turns = Watched(here, monkeypatch, "我妈没呼吸了")
        left_behind(here, ("calm", "家里没菜了", "held"), ("ill", "我妈没呼吸了", "danger"))
        await here.services.intake.begin()
        assert (await here.hear("somebody", "请问周末几点开门")).stored
        assert "请问周末几点开门" in turns.heard
        said = await here.hear("ill", "救护车来了 没事了")
        assert said.stored and "救护车来了 没事了" not in turns.heard, "hers is kept behind what she said before"
        assert left(here) == 3
        turns.free.set()
        await drained(here)
        assert turns.heard.index("我妈没呼吸了") < turns.heard.index("救护车来了 没事了")
        assert turns.heard.count("家里没菜了") == 1
        await here.hear("ill", "谢谢你们啊")
        assert turns.heard[-1] == "谢谢你们啊" and left(here) == 0


async def test_those_who_told_of_danger_are_heard_first_with_all_they_wrote(
    inside: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with inside(outbox=False) as here:
        turns = Watched(here, monkeypatch)
        calm = [(f"calm{nth}", f"家里没米了{nth}", "held") for nth in range(80)]
        left_behind(here, ("ill", "你好", "held"), *calm[:40])
        left_behind(here, *calm[40:], ("ill", "我爸没有呼吸了", "danger"), ("calm0", "还有油也没了", "held"))
        await here.services.intake.begin()
        await drained(here)
        assert turns.heard[:2] == ["你好", "我爸没有呼吸了"]
        assert len(turns.heard) == 83
        assert turns.heard.index("家里没米了0") < turns.heard.index("还有油也没了")


async def test_the_door_opens_with_the_first_turn_and_not_with_the_last(
    inside: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with inside(outbox=False) as here:
        turns = Watched(here, monkeypatch, "我家也没菜了")
        turns.broken = True
        door = here.services.intake
        door.away = True
        await here.hear("a", "家里没菜了")
        await here.hear("b", "我家也没菜了")
        await asyncio.sleep(1.2)
        assert door.away and left(here) == 2, "a record that answers but takes nothing is still away"
        turns.broken = False

        async def open_again() -> bool:
            return not door.away

        await here.until(open_again)
        assert turns.heard == ["家里没菜了"]
        assert left(here) == 2 and door.drain.left(2) == 1
        await here.hear("c", "请问几点开门呢")
        assert turns.heard == ["家里没菜了", "请问几点开门呢"]
        turns.free.set()
        await drained(here)
        assert "我家也没菜了" in turns.heard


async def test_what_is_late_keeps_nobody_waiting(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its turn is under way: what they write next comes after it anyway."""
    async with inside(outbox=False) as here:
        monkeypatch.setattr("bot.intake._LEAST", 0.05)
        monkeypatch.setattr("bot.intake._PATIENCE", 0.05)
        turns = Watched(here, monkeypatch, "家里没菜了")
        late = asyncio.create_task(here.hear("a", "家里没菜了"))
        await asyncio.sleep(0.3)
        assert not here.services.intake.drain.behind(ContactRef("app", "main", "a"))
        turns.free.set()
        assert (await late).stored
        await drained(here)
        assert set(turns.heard) == {"家里没菜了"}
