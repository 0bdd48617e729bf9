"""Who writes what and when in a rehearsal: drawn from the rows and a seed, the same every time. Pure."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from conversations.codes import Intent, Urgency
from conversations.playbook import SHANGHAI
from data.simulation import Channels, Simulation

Share = TypeVar("Share")

_HOUR = timedelta(hours=1)
_BURST = timedelta(minutes=15)
"""All that is asked for is said within it; what comes later is waiting."""


@dataclass(frozen=True, slots=True)
class Plea:
    """A sentence of our own corpus that stands for one need."""

    text: str
    intent: Intent
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Say:
    """`after`: since the resident came. `twice`: delivered again by the platform. `more`: said when all that is asked for
    is said, so that it may become another request."""

    after: timedelta
    text: str
    twice: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who writes; `channel` is the one they come by now and later. `comes`: later than the one they belong to."""

    sender: str
    says: tuple[Say, ...]
    comes: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Matter:
    """One need, and who beside its resident writes about it or about nothing."""

    resident: Resident
    relative: Resident | None = None
    chatter: Resident | None = None


class Matters:
    """One after the other, for ever; the same seed gives the same."""

    def __init__(self, rows: Simulation, pleas: Sequence[Plea], roads: Sequence[tuple[str, str]], seed: int) -> None:
        """`roads`: (district, road) that addresses are made of. Raises ValueError where no plea fits the rows."""
        self.rows = rows
        self.roads = roads
        self.seed = seed
        self.chance = random.Random(seed)
        self._pleas = _Pleas(rows, pleas, self.chance)
        self._count = 0

    def next(self, *, prompt: bool = False) -> Matter:
        """`prompt`: somebody who says all that is asked for in one message."""
        rows, chance = self.rows, self.chance
        plea, facts = self._pleas.next(), _facts(rows, self.roads, self._count, chance)
        says = (Say(timedelta(0), f"{plea.text}\n{facts}"),) if prompt else _case(rows, plea, facts, chance)
        own = Resident(self._sender(), says)
        relative = chatter = None
        if chance.random() < rows.campaign.relative:
            says = Say(timedelta(0), plea.text), Say(timedelta(seconds=chance.uniform(5, 40)), facts)
            relative = Resident(self._sender(), says, timedelta(minutes=chance.uniform(1, 6)))
        if chance.random() < rows.campaign.chatter:
            chatter = Resident(self._sender(), (Say(timedelta(0), chance.choice(rows.words.chatter), more=True),))
        return Matter(own, relative, chatter)

    def channel(self, at: datetime) -> str:
        """What somebody who comes then comes by."""
        return _pick(self.chance, _channels(self.rows, at).shares)

    def _sender(self) -> str:
        self._count += 1
        return f"oSim{self.seed % 1000:03d}{self._count:021d}"


class _Pleas:
    """Sentences in the proportions of the rows: the urgency first, then the intent among those that have it."""

    def __init__(self, rows: Simulation, pleas: Sequence[Plea], chance: random.Random) -> None:
        self.chance = chance
        self.levels: dict[Urgency, tuple[list[Plea], list[float]]] = {}
        for level in rows.urgency:
            fit = [one for one in pleas if one.urgency == level and rows.intents.get(one.intent)]
            count = Counter(one.intent for one in fit)
            self.levels[level] = fit, [rows.intents[one.intent] / count[one.intent] for one in fit]
            if not fit and rows.urgency[level]:
                raise ValueError(f"no sentence of the corpus is {level} and of an intent of simulation.toml")
        self.shares = {level: share for level, share in rows.urgency.items() if share}

    def next(self) -> Plea:
        texts, weights = self.levels[_pick(self.chance, self.shares)]
        return self.chance.choices(texts, weights)[0]


def arrivals(rows: Simulation, *, hours: int, cases: int, seed: int) -> Iterator[datetime]:
    """`cases` moments in order; each hour has its share to the nearest whole, so that a campaign of any size keeps its
    shape. The last hour's come in its first half: what they say must become a ticket before the end.
    """
    chance, start = random.Random(seed), rows.campaign.start
    weights = _weights(rows, [start + n * _HOUR for n in range(hours)])
    total = sum(weights)
    exact = [cases * weight / total for weight in weights]
    counts = [int(one) for one in exact]
    for n in sorted(range(hours), key=lambda n: counts[n] - exact[n])[: cases - sum(counts)]:
        counts[n] += 1
    for n, count in enumerate(counts):
        for second in sorted(chance.uniform(0, 3540 if n < hours - 1 else 1800) for _ in range(count)):
            yield start + n * _HOUR + timedelta(seconds=second)


def _weights(rows: Simulation, hours: Sequence[datetime]) -> list[float]:
    """How many each hour gets: its day's number, shared out over the day's hours in the campaign. Days beyond the rows
    are like the last one."""
    last = rows.days[max(rows.days)]
    shapes = [rows.hours.share[one.astimezone(SHANGHAI).hour] * _surge(rows, one) for one in hours]
    days = [one.astimezone(SHANGHAI).date() for one in hours]
    whole: dict[date, float] = {}
    for day, shape in zip(days, shapes, strict=True):
        whole[day] = whole.get(day, 0.0) + shape
    return [rows.days.get(day, last) * shape / (whole[day] or 1) for day, shape in zip(days, shapes, strict=True)]


def _surge(rows: Simulation, hour: datetime) -> float:
    factor = 1.0
    for wave in rows.surge:
        factor *= wave.factor(hour)
    return factor


def _case(rows: Simulation, plea: Plea, facts: str, chance: random.Random) -> tuple[Say, ...]:
    """The need, then phone and address, then waiting for an answer; thanks at the end of some."""
    spans = [(one.first, one.last) for one in rows.messages]
    first, last = chance.choices(spans, [one.share for one in rows.messages])[0]
    count = chance.randint(first, last)
    texts = [plea.text, facts] + [chance.choice(rows.words.wait) for _ in range(max(0, count - 2))]
    if count == 1:
        texts = [f"{plea.text}\n{facts}" if chance.random() < 0.5 else plea.text]
    elif count > 3:
        texts[-1] = chance.choice(rows.words.thanks)
    says, moment = [], timedelta(0)
    for nth, text in enumerate(texts):
        if nth:
            moment += min(timedelta(seconds=chance.lognormvariate(2.2, 0.9)), _BURST) if nth == 1 else _pause(chance)
        says.append(Say(moment, text, chance.random() < rows.campaign.redelivered, more=nth > 1))
    if chance.random() < rows.campaign.again:
        says.append(Say(moment + timedelta(minutes=chance.uniform(0.5, 3)), plea.text, more=True))
    return tuple(says)


def _pause(chance: random.Random) -> timedelta:
    return timedelta(minutes=min(30.0, chance.lognormvariate(1.0, 0.9)))


def _facts(rows: Simulation, roads: Sequence[tuple[str, str]], nth: int, chance: random.Random) -> str:
    district, road = chance.choice(roads)
    address = (
        f"{district}{road}{chance.randint(1, 1999)}弄{chance.randint(1, 60)}号"
        f"{chance.randint(1, 18)}{chance.randint(1, 8):02d}室"
    )
    phone = f"139{(12345678 + nth * 7919) % 10**8:08d}"
    return chance.choice(rows.words.facts).format(phone=phone, address=address)


def _channels(rows: Simulation, at: datetime) -> Channels:
    return max((one for one in rows.channels if one.since <= at), key=lambda one: one.since, default=rows.channels[0])


def _pick(chance: random.Random, shares: Mapping[Share, float]) -> Share:
    return chance.choices(list(shares), list(shares.values()))[0]
