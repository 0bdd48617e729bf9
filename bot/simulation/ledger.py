"""How many requests are in, on their way, or may still follow from what was said: so that a campaign ends with its number.

Whoever has a ticket and goes on talking opens another one now and then, for their words name another need, or the first
was over. That is a request like any other and is counted; towards the end it is only said while there is room for it.
"""

from collections import deque
from datetime import datetime, timedelta

_SILENCE = timedelta(minutes=20)
"""So long after their last word somebody has the ticket that comes of it, or gets none: the silence timer is shorter."""
_PROMPT = timedelta(minutes=3)
"""The same for whoever says everything at once."""


class Ledger:
    """`requests` are in; `wanted` were to have come by now, `cases` in the end."""

    def __init__(self, cases: int) -> None:
        self.cases = cases
        self.wanted = 0
        self.requests = 0
        self._coming: dict[str, datetime] = {}
        self._loose: deque[datetime] = deque()

    def comes(self, sender: str, at: datetime, *, prompt: bool = False) -> None:
        """A resident with a need, of whom a request is expected. `prompt`: they say everything at once."""
        self._coming[sender] = at + (_PROMPT if prompt else _SILENCE)

    def opened(self, sender: str) -> None:
        """A request of theirs is in, the expected one or another."""
        self._coming.pop(sender, None)
        self.requests += 1

    def lost(self, at: datetime) -> int:
        """How many of those who were expected turn out to have no ticket; nobody waits for them any more."""
        gone = [sender for sender, until in self._coming.items() if at > until]
        for sender in gone:
            del self._coming[sender]
        return len(gone)

    def lacking(self, at: datetime) -> int:
        """How many residents should come now, so that there are as many requests as were wanted and never one too many."""
        missing = self.wanted - self.requests - len(self._coming)
        return max(0, min(missing, self._room(at)))

    def said(self, sender: str, at: datetime) -> bool:
        """Whether somebody of whom a request is expected spoke: it comes the later for it."""
        until = self._coming.get(sender)
        if until is not None:
            self._coming[sender] = max(until, at + _SILENCE)
        return until is not None

    def may_say(self, at: datetime) -> bool:
        """Whether there is room for what more words of anybody else may become; noted if there is."""
        if self._room(at) <= 0:
            return False
        self._loose.append(at + _SILENCE)
        return True

    def _room(self, at: datetime) -> int:
        while self._loose and at > self._loose[0]:
            self._loose.popleft()
        return self.cases - self.requests - len(self._coming) - len(self._loose)
