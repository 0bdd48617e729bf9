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
            status = await self._deliver(resident, nth, say)
            self.counts["deliveries"] += 1
            self.counts["accepted" if status == 200 else f"refused {status}"] += 1
        self.counts["messages"] += 1

    async def _deliver(self, resident: Resident, nth: int, say: Say) -> int:
        account = self.accounts[self.channel_of(resident)]
        name = str(resident.nth * 1000 + nth + 1)
        payload = text_payload(account.channel.name, resident.sender, say.text, name, say.at)
        request = account.channel.sign(payload, account.secrets, now=say.at.timestamp())
        path = hook_path(account.channel.name, account.name)
        async with self.http.post(
            self.base + path, params=dict(request.query), headers=dict(request.headers), data=request.body
        ) as answer:
            await answer.read()
            return answer.status


def by_channel(accounts: Sequence[Account]) -> dict[str, Account]:
    """The first account of each channel."""
    out: dict[str, Account] = {}
    for account in accounts:
        out.setdefault(account.channel.name, account)
    return out
