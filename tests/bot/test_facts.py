"""What a message becomes before it is stepped: a day by itself is the day we asked for, numbered needs are each read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.facts import fact_of, fact_of_timer
from conversations.bursts import TIMER
from conversations.codes import Intent, Urgency
from conversations.events import BurstEnded, MessageReceived, TimerFired
from conversations.messages import Inbound
from conversations.reading import Reading
from conversations.state import Case, Conversation, Piece
from conversations.values import evolve
from tests.conversations.talking import CONTACT, playbook, reading

WEDNESDAY, SUNDAY = datetime(2026, 4, 8, 4, tzinfo=UTC), datetime(2026, 4, 5, 4, tzinfo=UTC)


class Known:
    """A reader that knows some texts, and of any other nothing."""

    def __init__(self, **known: str) -> None:
        self.known = known

    def read_meaning(self, texts: Any, by_rules: Any = ()) -> list[Reading]:
        return self.read(texts, None)

    def read(self, texts: Any, at: Any) -> list[Reading]:
        return [reading(self.known.get(text, "chitchat"), 0.9 if text in self.known else 0.1) for text in texts]


def _fact(
    text: str, asked: tuple[str, ...] = (), at: datetime = WEDNESDAY, focus: Case | None = None, **known: str
) -> MessageReceived:
    state = Conversation(id="c", contact=CONTACT, asked=asked)
    state = evolve(state.with_case(focus), focus=focus.key) if focus else state
    reader = Known(**known)
    event = fact_of(reader, state, Inbound(CONTACT, "m", "text", text, at), reader.read([text], [at])[0], playbook())  # type: ignore[arg-type]
    assert isinstance(event, MessageReceived)
    return event


@pytest.mark.parametrize(
    ("answer", "at", "day"),
    [
        ("3月28号", WEDNESDAY, "03-28"),
        ("周五做的", WEDNESDAY, "04-03"),
        ("上周五做的，人还好", WEDNESDAY, "04-03"),
        ("上周五", SUNDAY, "04-03"),  # the week is ending: the nearer day
        ("昨天刚做", WEDNESDAY, "04-07"),
        ("一周前", WEDNESDAY, "04-01"),
    ],
)
def test_a_day_by_itself_is_the_last_treatment_we_asked_for(answer: str, at: datetime, day: str) -> None:
    last = _fact(answer, ("last_done",), at).reading.entities.last_done_at
    assert last is not None
    assert f"{last:%m-%d}" == day


def test_the_last_time_is_heard_unasked_in_the_middle_of_a_talk() -> None:
    focus = Case(key=1, intent=Intent.DIALYSIS, urgency=Urgency.URGENT, started_at=WEDNESDAY)
    last = _fact("周一三五做 上次周五", (), WEDNESDAY, focus=focus).reading.entities.last_done_at
    assert last is not None
    assert f"{last:%m-%d}" == "04-03"


def test_a_day_ahead_is_the_next_one_we_asked_for() -> None:
    due = _fact("周五", ("next_due",)).reading.entities.next_due_at
    assert due is not None
    assert f"{due:%m-%d}" == "04-10"


@pytest.mark.parametrize(
    ("text", "asked"), [("3月28号", ()), ("下周再说吧", ("last_done",)), ("不记得了", ("last_done",))]
)
def test_what_was_not_asked_or_is_no_such_day_fills_nothing(text: str, asked: tuple[str, ...]) -> None:
    assert _fact(text, asked).reading.entities.last_done_at is None


def test_needs_that_are_numbered_are_each_read() -> None:
    event = _fact(
        "三件事：1.老人氧气瓶快用完了 2.孩子奶粉没了 3、家里没菜了",
        老人氧气瓶快用完了="medicine", 孩子奶粉没了="maternity", 家里没菜了="supplies",
    )  # fmt: skip
    assert {intent for intent, _ in event.reading.intents} == {Intent.MEDICINE, Intent.MATERNITY, Intent.SUPPLIES}


@pytest.mark.parametrize("text", ["家里2个人没菜了，浦东2.5公里外有超市", "12345打了2遍", "2号楼3号楼都没菜"])
def test_a_figure_is_no_numbered_need(text: str) -> None:
    assert _fact(text).reading.intents == ()


def test_a_burst_that_ends_tells_its_needs_as_one_message_would() -> None:
    needs = {"我爸透析停了": "dialysis", "我妈化疗也停了": "oncology"}
    said = tuple(Piece(Inbound(CONTACT, text, "text", text, WEDNESDAY), Reading()) for text in needs)
    state = Conversation(id="c", contact=CONTACT, burst=said, burst_on=2)
    ended = fact_of_timer(Known(**needs), state, TimerFired(TIMER, 0, 2), playbook())  # type: ignore[arg-type]
    assert isinstance(ended, BurstEnded)
    assert {ended.reading.intent, *(intent for intent, _ in ended.reading.intents)} == {
        Intent.DIALYSIS,
        Intent.ONCOLOGY,
    }
