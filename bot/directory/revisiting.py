"""When somebody is asked how it went, and when again: one rule for what people did and what was said in the chat. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.directory import RevisitPlan

CONTACTED = ("yes", "no")
SOLVED = ("yes", "partly", "no")
SATISFIED = ("good", "fair", "bad", "none")
"""The three answers are kept apart and never averaged: helped and still not content is as common as the reverse."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One revisit, by telephone or in the chat, and what was answered; all empty is a question nobody has answered yet.

    `again_at`: a person said when to ask next.
    """

    at: datetime
    way: str
    by: str
    contacted: str = ""
    solved: str = ""
    satisfied: str = ""
    again_at: datetime | None = None

    @property
    def waits(self) -> bool:
        return not (self.contacted or self.solved)


@dataclass(frozen=True, slots=True)
class Said:
    """What the resident wrote, one answer at a time; "" for those it does not speak of. `contacted`: whether anybody had
    called them, which is another thing than our reaching them by telephone."""

    at: datetime
    solved: str = ""
    contacted: str = ""
    satisfied: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """`due`: when to ask, None when there is nothing left to ask; `state`: first, waiting (for an answer in the chat),
    retry, again, done."""

    due: datetime | None
    state: str


def timeline(asked: Sequence[Asked], said: Sequence[Said]) -> list[Asked]:
    """Revisits with the answers that came in the chat, oldest first. Who speaks unasked answers no question."""
    out: list[Asked] = []
    words = sorted(said, key=lambda one: one.at)
    for one in sorted(asked, key=lambda one: one.at):
        out = _answered(out, [word for word in words if word.at < one.at])
        words = [word for word in words if word.at >= one.at]
        out.append(one)
    return _answered(out, words)


def _answered(out: list[Asked], words: Sequence[Said]) -> list[Asked]:
    """The last question with the last word on each of the three."""
    if not out or not words or not out[-1].waits:
        return out
    last = replace(out[-1], at=words[-1].at, by="contact")
    for one in words:
        last = replace(
            last,
            solved=one.solved or last.solved,
            satisfied=one.satisfied or last.satisfied,
        )
    return [*out[:-1], last]


def next_revisit(
    begins: datetime, first: timedelta, asked: Sequence[Asked], plan: RevisitPlan, chat_wait: timedelta
) -> Next:
    """`begins`: when it was said to be done, or closed; `asked`: oldest first, those before `begins` are of an earlier try."""
    lately = [one for one in asked if one.at >= begins]
    if not lately:
        return Next(begins + first, "first")
    last = lately[-1]
    if last.again_at is not None:
        return Next(last.again_at, "again")
    if last.waits:
        return Next(last.at + chat_wait, "waiting")
    if last.contacted == "no" or last.solved != "yes":
        return Next(last.at + plan.retry, "retry")
    times = sum(one.solved == "yes" for one in lately)
    return Next(last.at + plan.then[times - 1], "again") if times <= len(plan.then) else Next(None, "done")
