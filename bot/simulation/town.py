"""The residents' side of a rehearsal: who comes when, what they say, and what became of it.

So many requests are to come in: a need that opened no ticket is followed by another one, a resident whose waiting words
opened a second ticket saves one (`ledger.py`). So a campaign of 8,116 requests has 8,116, however this version of the
program reads.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import aiohttp

from bot.rehearsal.payloads import hook_path, text_payload
from bot.settings import Account
from bot.simulation.crew import Schedule
from bot.simulation.desk import Seen
from bot.simulation.ledger import Ledger
from bot.simulation.plan import Matters, Resident, Say

_LAST = timedelta(hours=1)
"""Before the end nobody who has a ticket says any more: it might become one that is not seen in time."""
_LATE = timedelta(minutes=25)
"""Whoever comes later says everything at once, and nobody puts off by one more word what comes of their silence."""
_MERGED = timedelta(hours=9)
"""A night at most, until a reporter has seen that two tickets are one matter."""
_SPOKEN = ("wechat", "douyin", "app")
"""Channels with a door for messages. Readers of Toutiao come to the chat page by a link."""


class Town:
    """`accounts` by channel; a channel that is not among them is spoken for by the app."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base: str,
        accounts: Sequence[Account],
        matters: Matters,
        schedule: Schedule,
        cases: int,
        end: datetime,
    ) -> None:
        self.http = http
        self.base = base
        self.accounts = {one.channel.name: one for one in reversed(accounts) if one.channel.name in _SPOKEN}
        self.matters = matters
        self.schedule = schedule
        self.ledger = Ledger(cases)
        self.end = end
        self.counts: Counter[str] = Counter()
        self._relative_of: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._message = 0

    async def arrive(self, at: datetime) -> None:
        """It is time for one more request."""
        self.ledger.wanted += 1
        await self.bring(at)

    async def bring(self, at: datetime) -> None:
        """Let come who is lacking; asked again and again towards the end."""
        self.counts["no ticket"] += self.ledger.lost(at)
        late = self.end - at < _LATE
        for _ in range(self.ledger.lacking(at)):
            matter = self.matters.next(prompt=late)
            self.ledger.comes(matter.resident.sender, at, prompt=late)
            self._come(matter.resident, at)
            self.counts["residents"] += 1
            if matter.relative is not None and at + _MERGED < self.end:
                self._relative_of[matter.relative.sender] = matter.resident.sender
                self._come(matter.relative, at)
                self.counts["relatives"] += 1
            if matter.chatter is not None:
                self._come(matter.chatter, at)
                self.counts["chatter"] += 1

    def seen(self, ticket: Seen) -> str:
        """A ticket came up: the number of the one it repeats, "" for a request of its own."""
        other = self._relative_of.get(ticket.sender)
        if other is not None and other in self._numbers:
            return self._numbers[other]
        self._numbers.setdefault(ticket.sender, ticket.number)
        if ticket.request:
            self.ledger.opened(ticket.sender)
        return ""

    def apart(self, ticket: Seen) -> None:
        """What seemed to repeat another one stands by itself."""
        self.ledger.opened(ticket.sender)

    def _come(self, resident: Resident, at: datetime) -> None:
        channel = self.matters.channel(at)
        account = self.accounts.get(channel) or self.accounts["app"]
        for say in resident.says:
            moment = at + resident.comes + say.after
            self._message += 1
            name = str(self._message)
            self.schedule(
                moment,
                resident.sender,
                lambda say=say, moment=moment, name=name: self._say(account, resident.sender, say, moment, name),  # type: ignore[misc]
            )

    async def _say(self, account: Account, sender: str, say: Say, at: datetime, name: str) -> None:
        """Deliver one message, some of them twice. What was not taken is counted, never left unsaid."""
        left = self.end - at
        if say.more and left < _LATE:
            may = False
        else:
            may = self.ledger.said(sender, at) or not say.more or (left >= _LAST and self.ledger.may_say(at))
        if not may:
            self.counts["unsaid"] += 1
            return
        self.counts["messages"] += 1
        for _ in range(2 if say.twice else 1):
            refusal = await self._deliver(account, sender, say, at, name)
            self.counts["deliveries"] += 1
            self.counts[f"refused {refusal}" if refusal else "accepted"] += 1

    async def _deliver(self, account: Account, sender: str, say: Say, at: datetime, name: str) -> str:
        """Why it was not taken; "" when it was."""
        payload = text_payload(account.channel.name, sender, say.text, name, at)
        request = account.channel.sign(payload, account.secrets, now=at.timestamp())
        path = hook_path(account.channel.name, account.name)
        async with self.http.post(
            self.base + path, params=dict(request.query), headers=dict(request.headers), data=request.body
        ) as answer:
            body = await answer.read()
            return "" if answer.status == 200 else f"{answer.status} {body[:120].decode('utf-8', 'replace')}"
