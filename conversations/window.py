"""Whether we may still write to a contact, how often and until when. Limits come from the channel, never from here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from conversations.messages import Opener
from conversations.values import evolve


@dataclass(frozen=True, slots=True)
class Window:
    """A reply window a contact's act opens: how long it lasts and how many pushed messages it carries."""

    lasts: timedelta
    count: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel (and kind of account) allows.

    `text_bytes`: longest text in UTF-8 bytes. `answer_within`: seconds we may take to answer in the response; 0 means
    the channel has no answer slot. `windows` by what opened them; none at all means unlimited. `push`: we may write
    outside the answer slot. `pull`: the contact fetches what was said (our own app), so nothing needs pushing.
    `picture_bytes`: largest picture a reporter may send; 0 where the channel carries none.
    """

    text_bytes: int = 2047
    answer_within: float = 3.5
    windows: Mapping[Opener, Window] = field(default_factory=dict)
    push: bool = True
    pull: bool = False
    picture_bytes: int = 0


@dataclass(frozen=True)
class ReplyWindow:
    """The contact's last opening act and how many pushed messages were spent since; `spends`: when the last ones were.

    A message is heard a moment after it was sent, later still where a platform is only knocked at; and what we push is on
    its way for a while. The platform charges what reaches it after the message was sent, so whatever was pushed from
    `ON_ITS_WAY` before that counts again: rather one message too few on the desk than one the platform refuses. What was on
    its way for longer is told (`reached`).
    """

    opener: Opener = "none"
    opened_at: datetime | None = None
    spent: int = 0
    spends: tuple[datetime, ...] = ()

    def opened(self, opener: Opener, at: datetime, limits: Limits) -> "ReplyWindow":
        """A new act resets count and window, but never shortens what an earlier message still grants."""
        if opener == "none" or (limits.windows and opener not in limits.windows):
            return self
        since = tuple(one for one in self.spends if one > at - ON_ITS_WAY)
        fresh = ReplyWindow(opener, at, len(since), since)
        ends, had = fresh.ends_at(limits), self.ends_at(limits)
        if opener != "message" and ends and had and had > ends and self.remaining(limits, at) > 0:
            return self
        return fresh

    def ends_at(self, limits: Limits) -> datetime | None:
        """When the window shuts; None when there is no limit or it never opened."""
        window = limits.windows.get(self.opener)
        return self.opened_at + window.lasts if window and self.opened_at else None

    def remaining(self, limits: Limits, now: datetime) -> int:
        """Pushed messages that may still be sent; a large number when the channel sets no limit."""
        if not limits.push and not limits.pull:
            return 0
        if not limits.windows:
            return UNLIMITED
        window, ends = limits.windows.get(self.opener), self.ends_at(limits)
        if not window or not ends or now >= ends:
            return 0
        return max(0, window.count - self.spent)

    def spend(self, count: int = 1, *, at: datetime | None = None) -> "ReplyWindow":
        """`at`: when they were pushed; None for messages that only count as spent."""
        spends = (*self.spends, *((at,) * count))[-_REMEMBERED:] if at else self.spends
        return evolve(self, spent=self.spent + count, spends=spends)

    def reached(self, said_at: datetime, at: datetime, count: int = 1) -> "ReplyWindow":
        """What was said at `said_at` may have reached the platform as late as `at`: it counts from then."""
        spends = [*self.spends, *((at,) * count)]
        for _ in range(min(count, self.spends.count(said_at))):
            spends.remove(said_at)
        crossed = self.opened_at is not None and said_at <= self.opened_at - ON_ITS_WAY and at > self.opened_at
        return evolve(self, spent=self.spent + count * crossed, spends=tuple(sorted(spends)[-_REMEMBERED:]))


ON_ITS_WAY = timedelta(seconds=3)
"""Longer than a send takes that nobody has to hear about."""
_REMEMBERED = 12
UNLIMITED = 1_000_000
