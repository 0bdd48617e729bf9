"""Marks of answers that were delivered in the response: written down, whatever comes between, or the outbox says them twice."""

from typing import Any

import pytest

from bot import turns as module
from bot.arrivals import TurnFailed
from bot.store.database import StoreAway
from tests.inside import DYING, Inside, Open

OWED = "select 1 from outbox where kind = 'send'"


def failing(here: Inside, monkeypatch: pytest.MonkeyPatch, fault: Exception, times: int) -> None:
    """The next commits with marks fail."""
    store: Any = here.services.turns.store
    commit, left = store.commit, [fault] * times

    async def faulty(writes: Any) -> Any:
        if left and writes.done:
            raise left.pop()
        return await commit(writes)

    monkeypatch.setattr(store, "commit", faulty)


async def answered(here: Inside) -> list[str]:
    """The ids of what the platform took in its response; nobody writes after it."""
    answer = await here.hear("oResident", DYING, "wechat")
    assert await here.database.value(OWED)
    return [one.effect_id for one in answer.said]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MARKS_AGAIN", 0.05)


async def test_the_record_is_away_for_a_moment(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with inside("app:main,wechat:main", outbox=False) as here:
        said = await answered(here)
        failing(here, monkeypatch, StoreAway("restarting"), 2)
        for one in said:
            here.services.turns.delivered(one)
        await here.gone(OWED)


async def test_a_batch_that_fails_does_not_take_them_along(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with inside("app:main,wechat:main", outbox=False) as here:
        turns: Any = here.services.turns
        step = turns._stepper.step_all

        def faulty(fresh: list[Any], *rest: Any) -> Any:
            if fresh:
                turns._delivered.clear()  # with this batch, wherever they were
                rest[1].done = said
                raise ZeroDivisionError("ours")
            return step(fresh, *rest)

        said = await answered(here)
        monkeypatch.setattr(turns._stepper, "step_all", faulty)
        with pytest.raises(TurnFailed):
            await here.turn("oAnother", "家里断粮了", "wechat")
        await here.gone(OWED)


async def test_a_fault_of_ours_in_the_marks_alone(inside: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with inside("app:main,wechat:main", outbox=False) as here:
        said = await answered(here)
        failing(here, monkeypatch, ZeroDivisionError("ours"), 1)
        for one in said:
            here.services.turns.delivered(one)
        await here.gone(OWED)


async def test_marks_nobody_can_write_do_not_stop_others_for_ever(
    inside: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with inside("app:main,wechat:main", outbox=False) as here:
        turns: Any = here.services.turns
        commit = turns.store.commit

        async def faulty(writes: Any) -> Any:
            if "poison" in writes.done:
                raise ZeroDivisionError("ours")
            return await commit(writes)

        monkeypatch.setattr(turns.store, "commit", faulty)
        turns.delivered("poison")

        async def given_up() -> bool:
            return not turns._delivered and not turns._marking

        await here.until(given_up)
        await here.turn("oAnother", "家里断粮了", "wechat")
