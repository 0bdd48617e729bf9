"""Giving: the next ticket to somebody who asks, and one that waited too long to whom the rules name. Never over the cap.

A ticket becomes somebody's through the conversation's own event, so two people can never both have it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.arrivals import TurnFailed
from bot.assignment.rules import order_for, why_next
from bot.store.assignment import Unowned, givens, last_next, lease, note, people_now, unowned
from bot.store.database import Database
from bot.store.shifts import shifts_of
from bot.turns import Turns
from bot.vault import Vault
from conversations.events import ReporterClaimed
from data.assignment import AssignmentRows, load_assignment

ROWS: AssignmentRows = load_assignment()
_TWICE = timedelta(seconds=4)
"""Two presses within this are one wish."""
_TRIES = 12


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody got. `number` "": nothing, and the sentence says why."""

    number: str
    sentence: str


class Giver:
    """What giving needs."""

    def __init__(self, database: Database, vault: Vault, turns: Turns, rows: AssignmentRows = ROWS) -> None:
        self.database, self.vault, self.turns, self.rows = database, vault, turns, rows

    async def next_for(self, login: str, now: datetime) -> Taken:
        """The best ticket for somebody who asked for one. Raises StoreAway."""
        if before := await last_next(self.database, login, now - _TWICE):
            return Taken(before, "")
        if any(one.owed(now) for one in await shifts_of(self.database, self.vault, login, now)):
            return Taken("", "您上一班还没有交班：先到“值班”写好交班，再取新的单。")
        async with lease(self.database, login) as mine:
            if not mine:
                before = await last_next(self.database, login, now - _TWICE)
                return Taken(before, "" if before else "正在给您派一张，请等几秒看看列表。")
            found = await people_now(self.database, self.rows, now, login)
            if not found:
                return Taken("", "您的账号不能接单。")
            me = found[0]
            if me.grave >= self.rows.cap:
                return Taken(
                    "", f"您手上有 {me.grave} 张急件没办完：先办完或交回几张。危急的没人接，可以在列表里自己接手。"
                )
            everybody = await people_now(self.database, self.rows, now)
            fewest = min((one.shared for one in everybody if one.on_duty and one.present), default=me.shared)
            tickets = {one.waiting.number: one for one in await unowned(self.database, grave=False)}
            history = await givens(self.database, list(tickets))
            passed = {
                number
                for number, each in history.items()
                if any(a.login == login and a.state == "passed" for a in each)
            }
            others = {
                number for number, each in history.items() if any(a.login != login and a.state == "open" for a in each)
            }
            ordered = order_for(me, [one.waiting for one in tickets.values()], self.rows, fewest)
            # What they passed on, or what is proposed to a colleague this minute, comes after everything else.
            ordered.sort(key=lambda one: (one.rank, one.number in passed, one.number in others))
            for waiting in ordered[:_TRIES]:
                said = why_next(waiting, me, self.rows)
                if await self._claim(tickets[waiting.number], login):
                    await note(
                        self.database, self.vault, waiting.number, login, "next", f"取下一件：{said}", said, now,
                        actor=login, state="taken",
                    )  # fmt: skip
                    return Taken(waiting.number, said)
        return Taken("", "现在没有等着接手的单。")

    async def assign(self, ticket: Unowned, login: str, why: str, now: datetime) -> bool:
        """Give a ticket to whom it was proposed. False when somebody has it, or they are full by now."""
        async with lease(self.database, login) as mine:
            found = await people_now(self.database, self.rows, now, login) if mine else []
            if not found or found[0].grave >= self.rows.cap or not await self._claim(ticket, login):
                return False
            person = replace(found[0])
            return await note(
                self.database, self.vault, ticket.waiting.number, login, "assigned", f"自动派给{person.name}：{why}", why, now,
                state="taken",
            )  # fmt: skip

    async def _claim(self, ticket: Unowned, login: str) -> bool:
        try:
            return not (await self.turns.act(ticket.conversation, ReporterClaimed(ticket.case, login))).refused
        except TurnFailed:
            return False
