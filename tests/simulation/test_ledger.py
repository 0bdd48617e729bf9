"""A campaign ends with the number that was asked for, whatever people's further words become."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from bot.simulation.ledger import Ledger

START = datetime(2022, 3, 25, 14, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_who_comes_is_counted_once_and_lost_when_nothing_comes_of_them() -> None:
    ledger = Ledger(2)
    ledger.wanted = 2
    assert ledger.lacking(at(0)) == 2
    ledger.comes("wang", at(0))
    ledger.comes("li", at(0))
    assert ledger.lacking(at(0)) == 0
    ledger.opened("wang")
    assert (ledger.requests, ledger.lacking(at(19)), ledger.lost(at(19))) == (1, 0, 0)
    assert ledger.said("li", at(10))  # the silence after it begins anew
    assert ledger.lost(at(25)) == 0
    assert (ledger.lost(at(31)), ledger.lacking(at(31))) == (1, 1)
    ledger.comes("zhao", at(31), prompt=True)
    assert (ledger.lost(at(33)), ledger.lost(at(35))) == (0, 1)


def test_a_word_more_is_only_said_while_there_is_room_for_what_it_may_become() -> None:
    ledger = Ledger(3)
    ledger.wanted = 2
    ledger.comes("wang", at(0))
    ledger.opened("wang")
    assert not ledger.said("wang", at(1))  # nothing more is expected of them
    assert [ledger.may_say(at(1)) for _ in range(3)] == [True, True, False]
    assert ledger.lacking(at(2)) == 0  # both words may still become requests
    ledger.opened("wang")
    assert ledger.lacking(at(22)) == 0
    ledger.wanted = 3
    assert ledger.lacking(at(22)) == 1


@pytest.mark.parametrize("seed", range(20))
def test_never_one_too_many(seed: int) -> None:
    """Residents come for two hours or so and go on talking; a fifth of their words become requests of their own."""
    chance, ledger, cases = random.Random(seed), Ledger(60), 60
    opens: list[tuple[datetime, str]] = []
    for minute in range(300):
        now = at(minute)
        for one in [one for one in opens if one[0] <= now]:
            opens.remove(one)
            ledger.opened(one[1])
        ledger.lost(now)
        ledger.wanted = min(cases, ledger.wanted + chance.choice((0, 1)))
        for nth in range(ledger.lacking(now)):
            sender = f"{minute} {nth}"
            ledger.comes(sender, now)
            if chance.random() < 0.9:
                opens.append((now + timedelta(minutes=chance.randint(0, 19)), sender))
        if minute < 120 and ledger.may_say(now) and chance.random() < 0.2:
            opens.append((now + timedelta(minutes=chance.randint(0, 19)), "again"))
        assert ledger.requests <= cases
    assert ledger.requests == cases
