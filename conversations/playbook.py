"""The rows the engine works by, once loaded. No file access: `data` reads the files and hands these values over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Literal

from conversations.codes import Intent, Urgency
from conversations.cues import Cues
from conversations.knowledge import Entry

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Shanghai keeps no summer time, so a fixed offset is exact."""

Need = Literal["open", "soon", "desk"]
"""`open`: wanted before the ticket opens; `soon`: asked afterwards, within the budget; `desk`: for people."""


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A fact a case needs: how it is named for people, which parser reads it, how it is asked for."""

    name: str
    title: str
    kind: str
    need: Need
    ask: str = ""
    words: tuple[str, ...] = ()
    """Words that fill it when they occur, for slots that list them."""
    unless: tuple[str, ...] = ()
    """Words in how the case began that make it pointless to ask (but for whoever is said to be pregnant)."""


UNNAMED = ("danger_any", "danger_if_any")


@dataclass(frozen=True, slots=True)
class IntentRow:
    """One intent. `family` decides whether a new message belongs to the open case (same family) or starts another."""

    code: Intent
    title: str
    family: str
    slots: tuple[SlotRow, ...]
    next_step: str = ""
    examples: tuple[str, ...] = ()
    instead: tuple[tuple[tuple[str, ...], str], ...] = ()
    """Words in how the case began, and what happens next then: a mother without milk powder is not told of waters breaking."""
    patient: bool = True
    """Whether it is about somebody ill, as far as anybody knows: if not, a danger without a name may be of any kind."""
    unnamed: tuple[str, str] = UNNAMED
    """Of whom is not ill: what is said of a danger without a name, and of one that is only felt."""

    def next_for(self, began: str) -> str:
        """What happens next with a case that began with these words."""
        return next((step for words, step in self.instead if any(word in began for word in words)), self.next_step)


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """First match wins; "*" matches anything."""

    intent: str
    urgency: str
    district: str
    desk: str


@dataclass(frozen=True, slots=True)
class Clock:
    """Promises by urgency, minutes: a person acknowledges, calls, reaches the unit in charge, asks how it went."""

    acknowledge: int
    call: int
    contact_unit: int
    revisit: int


@dataclass(frozen=True, slots=True)
class Hours:
    """When reporters work (Shanghai time) and whether somebody watches at night."""

    opens: time = time(6, 0)
    closes: time = time(0, 0)
    night_watch: bool = False

    def night(self, now: datetime) -> bool:
        """Whether nobody is at the desk at this moment."""
        here = now.astimezone(SHANGHAI).time()
        closes = self.closes if self.closes > self.opens else time.max
        return not self.night_watch and not self.opens <= here <= closes


@dataclass(frozen=True, slots=True)
class Manners:
    """How much we ask and how long we wait: numbers an editor may change."""

    floor: float = 0.35
    """Below this confidence the intent is not believed."""
    rounds: Mapping[Urgency, int] = field(
        default_factory=lambda: {Urgency.CRITICAL: 1, Urgency.URGENT: 3, Urgency.SOON: 4, Urgency.NORMAL: 2}
    )
    silence: timedelta = timedelta(minutes=15)
    silence_urgent: timedelta = timedelta(minutes=5)
    claim: timedelta = timedelta(minutes=15)
    danger_again: timedelta = timedelta(seconds=60)
    nudge: timedelta = timedelta(minutes=3)
    """A critical case without a number to call is asked for it again after this long."""
    said_again: timedelta = timedelta(seconds=60)
    """The same words are not said to somebody twice within this time; danger has its own, shorter wording."""
    surge_tickets: int = 40
    """Open tickets per reporter at the desk from which what can wait is told that it will."""
    surge_rounds: int = 1
    """Questions asked then of what is neither critical nor urgent."""
    quiet: timedelta = timedelta(seconds=8)
    """How long a scrap waits for more before it is answered by itself; `quiet_slow` from the second scrap on."""
    quiet_slow: timedelta = timedelta(seconds=20)
    quiet_slot: timedelta = timedelta(seconds=2)
    """The same where the answer goes into a response that a platform waits for."""
    reserve: int = 2
    """Messages of a counted window kept for people."""
    circumstances: frozenset[Intent] = frozenset({Intent.CONSULT})
    """Named beside another need they are how it came about ("the gate lets nobody out"), not a need of their own."""

    unshared: frozenset[Intent] = frozenset({Intent.DISTRESS, Intent.OFFER, Intent.CONSULT})
    """Nobody is asked whether this may be passed on."""

    def surging(self, open_tickets: int, reporters: int) -> bool:
        """Whether more is open than the people at the desk can see to. For the shell, which knows both numbers."""
        return open_tickets > self.surge_tickets * max(1, reporters)

    def budget(self, urgency: Urgency, *, surge: bool) -> int:
        """Questions a case of this urgency may be asked."""
        rounds = self.rounds[urgency]
        return min(rounds, self.surge_rounds) if surge and not urgency.at_least(Urgency.URGENT) else rounds


@dataclass(frozen=True, slots=True)
class Choice:
    """A numbered answer offered to whoever could not be understood: what it stands for, and what is asked then."""

    intent: Intent
    ask: str


@dataclass(frozen=True, slots=True)
class Tap:
    """What a key of the menu, or a chip of the chat page, stands for: a need, or (without one) how one's matters stand."""

    name: str
    need: Choice | None = None


AMBULANCE = "120"


@dataclass(frozen=True, slots=True)
class Danger:
    """A kind of danger: the sentence that is said, the one said again soon after, and the number to ring.

    `watched`: whoever does them harm may see our messages and hear a call. `ask`: the question while it is in doubt, where
    the common one does not fit.
    `foreign`: what is said in English, where the number alone would mislead.
    """

    say: str = "danger"
    short: str = "danger_short"
    call: str = AMBULANCE
    watched: bool = False
    ask: str = ""
    foreign: str = ""


_ANY_DANGER = Danger()


@dataclass(frozen=True, slots=True)
class Playbook:
    """All rows. `version` is a digest of the files, recorded with every conversation."""

    version: str
    intents: Mapping[Intent, IntentRow]
    replies: Mapping[str, str]
    routing: tuple[RoutingRule, ...]
    desks: Mapping[str, str]
    clocks: Mapping[Urgency, Clock]
    cues: Cues
    hours: Hours = field(default_factory=Hours)
    manners: Manners = field(default_factory=Manners)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    knowledge: Mapping[str, Entry] = field(default_factory=dict)
    taps: Mapping[str, Tap] = field(default_factory=dict)
    """By key, in the menu's order."""
    dangers: Mapping[str, Danger] = field(default_factory=dict)
    """By the code of the reason, the weightiest first."""

    def danger(self, codes: Collection[str]) -> Danger:
        """The danger that these reasons name; the plain one where none is of a kind of its own."""
        return next((kind for code, kind in self.dangers.items() if code in codes), _ANY_DANGER)

    def doubt(self, codes: Collection[str]) -> str:
        """The question whether the danger that these reasons name is happening now."""
        kind = self.danger(codes)
        if kind.ask:
            return self.say(kind.ask)
        call = kind.call
        return self.say("danger_check") if call == AMBULANCE else self.say("danger_check_call", call=call)

    def say(self, key: str, **values: str) -> str:
        return self.replies[key].format(**values)

    def entry(self, code: str, now: datetime) -> Entry | None:
        """The approved answer of this code, while it holds."""
        found = self.knowledge.get(code)
        return found if found and found.holds(now.astimezone(SHANGHAI).date()) else None

    def desk_for(self, intent: Intent, urgency: Urgency, district: str) -> str:
        """The desk a ticket goes to."""
        for rule in self.routing:
            if rule.intent in ("*", intent) and rule.urgency in ("*", urgency) and rule.district in ("*", district):
                return rule.desk
        return next(iter(self.desks))


def start_of_day(now: datetime) -> datetime:
    """Midnight in Shanghai of the day `now` falls on, in UTC: ticket numbers start again there."""
    here = now.astimezone(SHANGHAI)
    return here.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
