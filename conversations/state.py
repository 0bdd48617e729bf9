"""Where a conversation stands: one value, stored as versioned JSON, changed only by `engine.step`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from conversations.codes import Code, Flag, Intent, Outcome, TicketStatus, Urgency, Verification
from conversations.messages import ContactRef, Inbound
from conversations.reading import LOST, OVERLOOKED, Reading, Reason
from conversations.values import evolve
from conversations.window import ReplyWindow

HELPED = "helped"
"""Among what was asked of a case: help is there."""
CHECKED = "checked"
"""Counted once a doubt was denied: it stays for people and is not asked again."""
PLACED = "placed"
"""Each household of the list has told its own place: the list as a whole has none."""
_SAID_DONE = frozenset({TicketStatus.CLAIMED_DONE, TicketStatus.REVISITED})


class Phase(Code):
    """IDLE: nothing open. COLLECTING: we ask. WAITING: a ticket waits for a person. WITH_REPORTER: one has it."""

    IDLE = "idle"
    COLLECTING = "collecting"
    WAITING = "waiting"
    WITH_REPORTER = "with_reporter"


@dataclass(frozen=True)
class Filled:
    """A slot's value as people read it, its parts (an address), where it came from and when. `by` "" is the contact."""

    value: str
    parts: tuple[tuple[str, str], ...] = ()
    source: str = ""
    at: datetime | None = None
    by: str = ""
    sure: bool = True


@dataclass(frozen=True)
class Pictured:
    """What was read on one picture and whether anybody said it is so. `picture`: its name at the desk.

    `asked`: the slots the contact was asked about, at `asked_at`; `answer`: yes, no, corrected (they said it otherwise), or
    "". Nothing of it is in the case's slots before a yes, or before a person took it.
    """

    picture: str
    at: datetime
    slots: Mapping[str, Filled] = field(default_factory=dict)
    intent: Intent = Intent.CONSULT
    confidence: float = 0.0
    asked: tuple[str, ...] = ()
    asked_at: datetime | None = None
    answer: str = ""


@dataclass(frozen=True)
class Heard:
    """A text of the contact, kept for a few turns: fragments are understood together."""

    text: str
    at: datetime
    urgency: Urgency = Urgency.NORMAL


@dataclass(frozen=True)
class Piece:
    """A message kept back until the rest of its burst has come, and how it was read by itself."""

    message: Inbound
    reading: Reading


@dataclass(frozen=True, kw_only=True)
class Case:
    """One need of one contact; a ticket once it has a number. `key` counts from 1 within the conversation."""

    key: int
    intent: Intent
    urgency: Urgency
    started_at: datetime
    confidence: float = 0.0
    flags: tuple[Flag, ...] = ()
    reasons: tuple[Reason, ...] = ()
    further: tuple[Intent, ...] = ()
    slots: Mapping[str, Filled] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    rounds: int = 0
    summary: str = ""
    ticket: str = ""
    told: bool = False
    """Whether the contact has read the ticket's number."""
    status: TicketStatus = TicketStatus.INTAKE
    verification: Verification = Verification.UNVERIFIED
    reporter: str = ""
    acted_at: datetime | None = None
    wants_human: bool = False
    child: bool = False
    """A child wrote it themselves: a grown-up is looked for, nothing else is asked."""
    reminded: str = ""
    """The treatment (ISO time) the reminder was set for; "" for none."""
    parent: int = 0
    """The case of the list this one was an entry of; 0 for none."""
    consent: str = ""
    """Whether their facts may be passed on to 12345, a committee, a hospital: "yes", "no", "" while nobody asked."""
    outcome: Outcome | None = None
    lowered_by: str = ""
    model: str = ""
    whole: Outcome | None = None
    """How the matter ended that this one was merged into."""
    timers: Mapping[str, int] = field(default_factory=dict)
    """Timer name → turn that set it last; an older one is stale."""
    pictured: tuple[Pictured, ...] = ()
    """What was read on their pictures, the last few, proposed and not taken."""

    @property
    def open(self) -> bool:
        return self.outcome is None

    @property
    def quiet(self) -> bool:
        """Nothing is asked of someone bereaved, in despair or overlooked; a person speaks with them."""
        if Flag.DECEASED in self.flags or "R12" in self.codes or self.overlooked:
            return True
        return "R12V" in self.codes and CHECKED not in self.asked

    @property
    def overlooked(self) -> bool:
        """Whether somebody they fear reads along on their telephone."""
        return OVERLOOKED in self.codes

    @property
    def lost(self) -> bool:
        """Whether the writer, old or a child, does not know the way home."""
        return LOST in self.codes

    @property
    def helped(self) -> bool:
        """Whether help came, or they say that it is over: nobody is told to go on ringing."""
        return HELPED in self.asked or self.status in _SAID_DONE

    @property
    def codes(self) -> frozenset[str]:
        """Codes of the rules that saw something in it."""
        return frozenset(reason.code for reason in self.reasons)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Everything remembered of one contact on one channel."""

    id: str
    contact: ContactRef
    turn: int = 0
    phase: Phase = Phase.IDLE
    cases: tuple[Case, ...] = ()
    focus: int = 0
    known: Mapping[str, Filled] = field(default_factory=dict)
    """Facts of the contact that serve every case: phone, address."""
    asked: tuple[str, ...] = ()
    asked_on: int = 0
    window: ReplyWindow = field(default_factory=ReplyWindow)
    danger_at: datetime | None = None
    noticed: bool = False
    unreadable: int = 0
    greeted_at: datetime | None = None
    said_marks: tuple[int, ...] = ()
    said_at: datetime | None = None
    """Marks of the sentences said last and when: they are not said twice within a minute."""
    foreign: bool = False
    """They have written without Chinese, so that a bare number is answered in English as well."""
    warned_private: bool = False
    """They have been told that identity and bank numbers are not needed."""
    recent: tuple[Heard, ...] = ()
    burst: tuple[Piece, ...] = ()
    """What was heard and not answered yet, because more seemed to follow; `burst_on`: the turn of the last of it."""
    burst_on: int = 0
    seen: tuple[str, ...] = ()
    replied: tuple[str, ...] = ()
    following: bool = True
    hushed_until: datetime | None = None
    """Until then a colleague speaks with them on the platform itself: the bot says nothing but the danger line."""
    pictures_on: int = 0
    """The turn that asked about what was read on pictures, while that waits for its answer."""
    heard_on: int = 0
    """The turn in which the contact was heard last, in words, in scraps put together or in a picture."""
    playbook: str = ""

    def hushed(self, now: datetime) -> bool:
        """Whether a colleague speaks with them on the platform itself."""
        return self.hushed_until is not None and now < self.hushed_until

    def case(self, key: int) -> Case | None:
        for case in self.cases:  # a loop, since a dozen of these in every turn would make a dozen generators
            if case.key == key:
                return case
        return None

    @property
    def focused(self) -> Case | None:
        """The open case we are talking about."""
        case = self.case(self.focus)
        return case if case and case.open else None

    @property
    def calm(self) -> bool:
        """Something is open, and nothing of it critical."""
        open_ones = [case for case in self.cases if case.open]
        return bool(open_ones) and all(case.urgency is not Urgency.CRITICAL for case in open_ones)

    @property
    def mute(self) -> bool:
        """The writer said that they cannot make a call, beside whatever it was: it holds for all they ask for."""
        return any(case.open and Flag.MUTE in case.flags for case in self.cases)

    def with_case(self, case: Case) -> "Conversation":
        """The same conversation with `case` put in place of the one with its key, or added."""
        if self.case(case.key) is None:
            return evolve(self, cases=(*self.cases, case))
        return evolve(self, cases=tuple([case if one.key == case.key else one for one in self.cases]))

    @property
    def settled_phase(self) -> Phase:
        """The phase that follows from the cases: a reporter's case first, then questions, then waiting."""
        if any(case.open and case.reporter for case in self.cases):
            return Phase.WITH_REPORTER
        if self.asked and self.focused is not None:
            return Phase.COLLECTING
        if any(case.open and case.ticket for case in self.cases):
            return Phase.WAITING
        return Phase.COLLECTING if self.focused is not None else Phase.IDLE
