"""What is owed and cannot be done now stays owed: of an account that is not configured, of a conversation that fails."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.arrivals import Outcome, TurnFailed
from bot.outbox import LEASE
from bot.sending import TRIES
from bot.turns import Turns
from conversations.events import DeliveryFailed, TimerFired
from tests.inside import DYING, Inside, Open
from tests.platforms.wechat import WeChatPlatform

BOTH = "app:main,wechat:main"
WHO = "oKept000000000000000000001"
SLOW = "家里断药了，高血压药吃完了三天"


async def _put_off(here: Inside, kind: str) -> bool:
    """Looked at, and not for now."""
    return bool(await here.database.value("select due_at > $2 from outbox where kind = $1", kind, here.clock()))


async def test_a_timer_waits_for_its_account(inside: Open) -> None:
    async with inside(BOTH, outbox=False) as here:
        await here.turn(WHO, SLOW, "wechat", slot=True)
        await here.database.execute("delete from outbox where kind = 'send'")
    async with inside("app:main") as here:
        for _ in range(2):
            here.clock.by += timedelta(hours=1)
            await here.until(lambda: _put_off(here, "timer"))
        assert await here.database.value("select attempts from outbox") == 0
    async with inside(BOTH) as here:
        here.clock.by = timedelta(days=1)
        await here.until(lambda: here.database.value("select 1 from tickets"))  # fell silent


@pytest.mark.parametrize("cut", [False, True], ids=["never tried", "cut off in a try"])
async def test_a_text_waits_for_its_account(inside: Open, cut: bool) -> None:
    async with WeChatPlatform().serve() as platform:
        base = {"BANGNONG_WECHAT_MAIN_API_BASE": platform.base}
        platform.wrote(WHO)
        async with inside(BOTH, outbox=False) as here:
            await here.turn(WHO, DYING, "wechat")
            if cut:
                await here.database.execute("update outbox set status = 'sending', attempts = 2, purpose = 'info'")
        async with inside("app:main", **base) as here:
            await here.until(lambda: _put_off(here, "send"))
            assert await here.database.value("select delivery from messages where direction = 'o'") == "pending"
        async with inside(BOTH, **base) as here:
            here.clock.by = timedelta(minutes=2)
            await here.gone("select 1 from outbox where kind = 'send'")
            found = await here.database.value("select delivery from messages where direction = 'o'")
            assert (found, len(platform.sent)) == (("unsure", 0) if cut else ("delivered", 1))


async def test_a_refusal_that_could_not_be_told_is_told_later(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    act, failed = Turns.act, []

    async def fails(turns: Turns, conversation: Any, event: Any) -> Outcome:
        if isinstance(event, DeliveryFailed) and not failed:
            failed.append(event)
            raise TurnFailed("a fault of ours")
        return await act(turns, conversation, event)

    monkeypatch.setattr(Turns, "act", fails)
    async with WeChatPlatform().serve() as platform:
        platform.wrote(WHO)
        platform.refusals += [45015, 45015]
        async with inside(BOTH, BANGNONG_WECHAT_MAIN_API_BASE=platform.base) as here:
            await here.turn(WHO, DYING, "wechat")
            await here.until(lambda: _put_off(here, "send"))
            assert failed
            here.clock.by = timedelta(minutes=6)
            await here.gone("select 1 from outbox where kind = 'send'")
            assert await here.database.value("select delivery from messages where direction = 'o'") == "failed"
            assert await here.database.value("select count(*) from ticket_events where change = 'undelivered'") == 1


async def test_a_timer_whose_turn_fails_is_never_given_up(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    act, failed = Turns.act, []

    async def fails(turns: Turns, conversation: Any, event: Any) -> Outcome:
        if isinstance(event, TimerFired) and len(failed) < TRIES + 1:
            failed.append(event)
            raise TurnFailed("another program's state")
        return await act(turns, conversation, event)

    monkeypatch.setattr(Turns, "act", fails)
    async with inside() as here:
        await here.hear("u", SLOW)
        here.clock.by = timedelta(hours=1)
        for tried in range(1, TRIES + 2):

            async def once(tried: int = tried) -> bool:
                return len(failed) >= tried

            await here.until(once)
            here.clock.by += max(LEASE, timedelta(minutes=31))
            here.services.outbox.tell()
        await here.until(lambda: here.database.value("select 1 from tickets"))


async def test_what_is_given_up_after_many_tries_promises_nothing(inside: Open) -> None:
    async with WeChatPlatform().serve() as platform:
        platform.wrote(WHO)
        platform.refusals += [-1] * TRIES
        async with inside(BOTH, BANGNONG_WECHAT_MAIN_API_BASE=platform.base) as here:
            await here.turn(WHO, DYING, "wechat")
            for _ in range(TRIES):
                await here.until(lambda: _put_off_or_gone(here))
                here.clock.by += timedelta(minutes=2)
                here.services.outbox.tell()
            await here.gone("select 1 from outbox where kind = 'send'")
            note = await here.database.value("select note from messages where delivery = 'failed'")
            assert note == "微信系统繁忙。试了几次都没有成功，不再自动重发：请打电话，或稍后再发一次。"


async def _put_off_or_gone(here: Inside) -> bool:
    return await _put_off(here, "send") or not await here.database.value("select 1 from outbox where kind = 'send'")


async def test_a_refused_token_stops_the_account_and_burns_no_tries(inside: Open) -> None:
    """A wrong secret is put right in minutes, and what was owed meanwhile is still owed."""
    people = [f"{WHO[:-1]}{nth}" for nth in range(4)]
    async with WeChatPlatform().serve() as platform:
        for who in people:
            platform.wrote(who)
        platform.refusals += [40001] * 200
        async with inside(BOTH, outbox=False) as here:
            for who in people:
                await here.turn(who, DYING, "wechat")
        async with inside(BOTH, BANGNONG_WECHAT_MAIN_API_BASE=platform.base) as here:
            await here.until(lambda: _put_off(here, "send"))
            for _ in range(8):
                here.clock.by += timedelta(seconds=20)
                here.services.outbox.tell()
                await asyncio.sleep(0.1)
            assert await here.database.value("select count(*) from outbox where kind = 'send'") == len(people)
            platform.refusals.clear()
            await here.until(lambda: _sent(here, platform, len(people)))


async def _sent(here: Inside, platform: WeChatPlatform, count: int) -> bool:
    here.clock.by += timedelta(seconds=30)
    here.services.outbox.tell()
    return len(platform.sent) == count
