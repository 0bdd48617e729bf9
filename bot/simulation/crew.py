"""The reporters of a rehearsal: who is on duty takes what is most urgent, works on it, writes, calls, closes."""

import random
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime, time, timedelta
from heapq import heappop, heappush
from typing import Any

from bot.simulation.desk import Browser, Seen
from conversations.playbook import SHANGHAI
from data.simulation import Simulation

Act = Callable[[], Coroutine[Any, Any, object]]
Schedule = Callable[[datetime, str, Act], None]
"""(when, whose turn it keeps, what)."""

_RENEW = timedelta(minutes=12)
"""A claim ends after a quarter of an hour without a sign of its reporter."""
_LEAST = timedelta(minutes=4)


class Crew:
    """`watch` is told of new tickets, `work` hands out what the free ones can take now."""

    def __init__(
        self,
        rows: Simulation,
        staff: Sequence[Browser],
        schedule: Schedule,
        seed: int,
        apart: Callable[[Seen], None] = lambda ticket: None,
    ) -> None:
        """`apart` is told of a ticket that was to be merged and is a request of its own after all."""
        self.apart = apart
        self.rows = rows.crew
        self.words = rows.words.reply
        self.opened = rows.campaign.start
        self.staff = staff
        self.schedule = schedule
        self.chance = random.Random(seed + 1)
        self._queue: list[tuple[int, int, Seen]] = []
        self._free: list[tuple[datetime, int]] = [(rows.campaign.start, n) for n in range(len(staff))]
        self._came = 0
        self._part_of: dict[str, str] = {}

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def watch(self, ticket: Seen, other: str = "") -> None:
        """`other`: the number of the ticket this one repeats."""
        self._came += 1
        if other:
            self._part_of[ticket.number] = other
        rank = 0 if other else ticket.rank  # seen at a glance, and one matter less to worry about
        heappush(self._queue, (rank, self._came, ticket))

    def work(self, now: datetime) -> None:
        """Whoever is on duty and free takes the first of the queue; the longest idle first."""
        local = now.astimezone(SHANGHAI)
        first_day = local.date() == self.opened.astimezone(SHANGHAI).date()
        if not first_day and local.hour < self.rows.opens:
            return
        on_duty = self.rows.first_day if first_day else self.rows.each_day
        ends = datetime.combine(local.date() + timedelta(days=1), time(0), SHANGHAI) - timedelta(minutes=2)
        away: list[tuple[datetime, int]] = []
        while self._queue and self._free and self._free[0][0] <= now and ends - now >= _LEAST:
            since, nth = heappop(self._free)
            if nth >= on_duty:
                away.append((since, nth))
                continue
            _, _, ticket = heappop(self._queue)
            until = min(ends, now + max(_LEAST, self._needs(ticket)))
            self._take(self.staff[nth], ticket, now, until)
            heappush(self._free, (until, nth))
        for one in away:
            heappush(self._free, one)

    def _needs(self, ticket: Seen) -> timedelta:
        """Log-normal around the rows' mean: most are quick, some take half a day."""
        mean = next(minutes for level, minutes in self.rows.minutes.items() if level == ticket.urgency)
        return timedelta(minutes=min(mean * 6, mean * self.chance.lognormvariate(-0.18, 0.6)))

    def _take(self, browser: Browser, ticket: Seen, now: datetime, until: datetime) -> None:
        number = ticket.number
        self.schedule(now, number, lambda: browser.act(number, "claim"))
        if number in self._part_of:
            merged = now + _LEAST / 2
            self.schedule(merged, number, lambda: self._merge(browser, ticket, merged, until))
        else:
            self._work_on(browser, ticket, now, until)

    async def _merge(self, browser: Browser, ticket: Seen, now: datetime, until: datetime) -> None:
        """Into the one it repeats, unless the desk says that it must not be (it may be the more urgent of the two)."""
        if not await browser.act(ticket.number, "merge", other=self._part_of[ticket.number]):
            self.apart(ticket)
            self._work_on(browser, ticket, now, max(until, now + _LEAST))

    def _work_on(self, browser: Browser, ticket: Seen, now: datetime, until: datetime) -> None:
        number, schedule, chance = ticket.number, self.schedule, self.chance
        pressing = ticket.rank <= 1
        step = (until - now) / 3
        if pressing:
            schedule(now + step / 3, number, lambda: browser.act(number, "calls", result="answered"))
        if pressing and chance.random() < self.rows.orders:
            schedule(now + step, number, lambda: browser.file_order(number))
        words = chance.choice(self.words)
        schedule(now + 2 * step, number, lambda: browser.reply(number, words))
        for moment in _renewals(now, now + 2 * step, until):
            schedule(moment, number, lambda: browser.act(number, "claim"))
        end = chance.choices(list(self.rows.ends), list(self.rows.ends.values()))[0]
        schedule(until, number, lambda: browser.act(number, "close", outcome=end.value, tell="yes"))


def _renewals(*signs: datetime) -> Iterator[datetime]:
    """When a claim is taken again so that it does not end before the next of these signs of its reporter."""
    last, *others = signs
    for sign in others:
        while sign - last > _RENEW:
            last += _RENEW
            yield last
        last = sign
