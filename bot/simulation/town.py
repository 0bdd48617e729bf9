"""The residents' side of a rehearsal: their messages signed and delivered as the platforms do, and what came back counted."""

from collections import Counter
from collections.abc import Sequence

import aiohttp

from bot.rehearsal.payloads import hook_path, text_payload
from bot.settings import Account
from bot.simulation.plan import Resident, Say


class Town:
    """`accounts` by channel; a channel that is not among them is spoken for by the app."""

    def __init__(self, http: aiohttp.ClientSession, base: str, accounts: dict[str, Account]) -> None:
        self.http = http
        self.base = base
        self.accounts = accounts
        self.counts: Counter[str] = Counter()

    def channel_of(self, resident: Resident) -> str:
        return resident.channel if resident.channel in self.accounts else "app"

    async def say(self, resident: Resident, nth: int, say: Say) -> None:
        """Deliver one message, some of them twice. What was not taken is counted, never left unsaid."""
        for _ in range(2 if say.twice else 1):
            refusal = await self._deliver(resident, nth, say)
            self.counts["deliveries"] += 1
            self.counts[f"refused {refusal}" if refusal else "accepted"] += 1
        self.counts["messages"] += 1

    async def _deliver(self, resident: Resident, nth: int, say: Say) -> str:
        """Why it was not taken; "" when it was."""
        account = self.accounts[self.channel_of(resident)]
        name = str(resident.nth * 1000 + nth + 1)
        payload = text_payload(account.channel.name, resident.sender, say.text, name, say.at)
        request = account.channel.sign(payload, account.secrets, now=say.at.timestamp())
        path = hook_path(account.channel.name, account.name)
        async with self.http.post(
            self.base + path, params=dict(request.query), headers=dict(request.headers), data=request.body
        ) as answer:
            body = await answer.read()
            return "" if answer.status == 200 else f"{answer.status} {body[:120].decode('utf-8', 'replace')}"


_SPOKEN = ("wechat", "douyin", "app")
"""Channels with a door for messages. Readers of Toutiao come to the chat page by a link."""


def by_channel(accounts: Sequence[Account]) -> dict[str, Account]:
    """The first account of each channel that is spoken on."""
    out: dict[str, Account] = {}
    for account in (one for one in accounts if one.channel.name in _SPOKEN):
        out.setdefault(account.channel.name, account)
    return out
