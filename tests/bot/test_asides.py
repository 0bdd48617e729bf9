"""What a platform tells beside the residents' words, delivered more than once."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.base import Opened
from bot import asides
from bot.asides import take_aside
from bot.store.database import StoreAway
from conversations.messages import ContactRef, Inbound
from tests.inside import DYING, Inside, Open

NOTED = "select count(*) from history where kind = 'ColleagueSpoke'"
LINES = "select count(*) from messages where author = 'colleague'"


@pytest.fixture(autouse=True)
def by_wechat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same function as of the channels that tell it."""
    monkeypatch.setitem(asides.ASIDES, ("wechat", "colleague"), asides._colleague)


def note(here: Inside) -> Inbound:
    contact = ContactRef("wechat", "main", "oX")
    return Inbound(contact, "srv1", "notice", "已经联系医院了", here.clock(), opens="none", event="colleague")


async def told(here: Inside, message: Inbound) -> bool:
    return await take_aside(here.services, here.services.accounts["wechat", "main"], message, Opened(b""))


def away_once(here: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record, between the line and what follows from it."""
    turns: Any = here.services.turns
    act, left = turns.act, [StoreAway("restarting")]

    async def faulty(*given: Any) -> Any:
        if left:
            raise left.pop()
        return await act(*given)

    monkeypatch.setattr(turns, "act", faulty)


async def test_a_colleagues_words_silence_the_bot_at_the_next_delivery(
    inside: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with inside("wechat:main", outbox=False) as here:
        await here.turn("oX", DYING, "wechat")
        away_once(here, monkeypatch)
        message = note(here)
        for _ in range(4):
            assert await told(here, message)
        assert await here.database.value(LINES) == 1
        assert await here.database.value(NOTED) == 1, "and a third delivery does not prolong the silence"


async def test_a_delivery_of_long_ago_silences_nobody_now(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with inside("wechat:main", outbox=False) as here:
        await here.turn("oX", DYING, "wechat")
        away_once(here, monkeypatch)
        message = note(here)
        assert await told(here, message)
        here.clock.by = timedelta(days=1)
        assert await told(here, message)
        assert await here.database.value(NOTED) == 0


async def test_a_platform_that_is_fetched_from_brings_the_page_again(
    inside: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with inside("wechat:main", outbox=False) as here:
        await here.turn("oX", DYING, "wechat")
        away_once(here, monkeypatch)
        with pytest.raises(StoreAway):
            await take_aside(
                here.services, here.services.accounts["wechat", "main"], note(here), Opened(b""), again=True
            )
