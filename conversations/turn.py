"""A turn under construction: the state as it becomes, the effects wished so far, the numbers still to be given."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from conversations.codes import Flag, TicketStatus, Urgency
from conversations.effects import AlertDesk, Effect, OpenTicket, Purpose, SendText, SetTimer, UpdateTicket
from conversations.knowledge import Tip
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.state import Case, Conversation, Piece
from conversations.values import evolve
from conversations.window import Limits

_WEIGHT: dict[Purpose, int] = {"danger": 0, "question": 1, "receipt": 2, "reply": 3, "info": 4}


def _mark(words: str) -> int:
    return zlib.crc32(words.encode())


class OutOfNumbers(Exception):
    """More tickets were opened in one turn than numbers were handed in; the caller hands in more and steps again."""


@dataclass(frozen=True)
class Turn:
    """What one event made of a conversation. `refused` says why a reporter's act was not taken ("" when it was)."""

    state: Conversation
    effects: tuple[Effect, ...] = ()
    refused: str = ""
    filed: int = 0
    """The case the event belongs to; 0 for none yet."""
    numbers_used: int = 0


@dataclass(slots=True)
class Draft:
    """Local to one call of `step`; nothing outside sees it change."""

    state: Conversation
    playbook: Playbook
    limits: Limits
    now: datetime
    numbers: Sequence[str]
    effects: list[Effect] = field(default_factory=list)
    said: list[tuple[Purpose, str]] = field(default_factory=list)
    used: int = 0
    heard: str = ""
    """The words of the message this turn answers."""
    message: Inbound | None = None
    surge: bool = False
    queue: int = 0
    """Tickets nobody has taken yet."""
    tips: tuple[Tip, ...] = ()
    asked_last: tuple[str, ...] = ()
    """What the turn before this one asked for."""
    pieces: tuple[Piece, ...] = ()
    """What was kept back before the message and is answered with it."""
    filed: int = 0
    before_finish: "Callable[[Draft], None] | None" = None
    """What is to be looked at whatever the turn was about."""
    pushed: bool = False
    """Nobody waits for an answer: what is said costs a message of the window."""

    @property
    def asks_us(self) -> bool:
        """Whether they ask us something, whatever it is about."""
        return self.playbook.cues.asks_us.search(self.heard.strip()) is not None

    def put(self, case: Case) -> Case:
        self.state = self.state.with_case(case)
        return case

    def say(self, purpose: Purpose, text: str) -> None:
        if text:
            self.said.append((purpose, text))

    def tell(self, text: str, case: Case) -> None:
        """A line nobody waits for, if the window has room."""
        if self.state.following and self.state.window.remaining(self.limits, self.now) > 0:
            self.state = evolve(self.state, window=self.state.window.spend(at=self.now))
            self.effects.append(SendText(text, "info", case.key))

    def open_ticket(self, case: Case) -> Case:
        """Give the case its number, once."""
        if case.ticket:
            return case
        if self.used >= len(self.numbers):
            raise OutOfNumbers
        number = self.numbers[self.used]
        self.used += 1
        self.effects.append(OpenTicket(number, case.key))
        case = self.put(evolve(case, ticket=number, status=TicketStatus.TRIAGED))
        if Flag.CHECK in case.flags:  # whatever else they ask for in the same breath
            self.alert(case, "check")
        return case

    def note(self, case: Case, change: str, *, by: str = "bot", detail: str = "") -> None:
        if case.ticket:
            self.effects.append(UpdateTicket(case.ticket, case.key, change, by, detail))

    def alert(self, case: Case, reason: str) -> None:
        alert = AlertDesk(case.ticket, reason)
        if case.ticket and alert not in self.effects:
            self.effects.append(alert)

    def timer(self, name: str, case: Case, wait: timedelta) -> Case:
        self.effects.append(SetTimer(name, case.key, self.now + wait))
        return self.put(evolve(case, timers={**case.timers, name: self.state.turn}))

    def may_push(self, purpose: Purpose) -> bool:
        """Whether something may be said that nobody waits for: the last messages of a window are a reporter's."""
        room = self.state.window.remaining(self.limits, self.now)
        least = 0 if purpose == "danger" else self.playbook.manners.reserve
        return self.limits.pull or (self.state.following and room > least)

    def revisit(self, case: Case) -> Case:
        """Ask later how it went: after the minutes its urgency is promised."""
        return self.timer("revisit", case, timedelta(minutes=self.playbook.clocks[case.urgency].revisit))

    def _once(self) -> None:
        """Not the same words twice within a minute; danger has its own, shorter ones, and a question is asked on purpose."""
        before = self.state.said_at
        if before is not None and self.now - before < self.playbook.manners.said_again:
            marks = self.state.said_marks
            fresh = [pair for pair in self.said if pair[0] in ("danger", "question") or _mark(pair[1]) not in marks]
            self.said = fresh or [("info", self._heard_again(all(purpose == "receipt" for purpose, _ in self.said)))]

    def _heard_again(self, told_more: bool) -> str:
        """`told_more`: what would have been said a second time is that their words were taken down."""
        if self.state.foreign:
            return self.playbook.say("foreign_again")
        if not told_more:
            return self.playbook.say("again")
        pressing = [
            case for case in self.state.cases if case.open and case.urgency is Urgency.CRITICAL and not case.helped
        ]
        if not pressing or any(case.quiet or Flag.MUTE in case.flags for case in pressing):
            return self.playbook.say("again")
        kind = self.playbook.danger(pressing[-1].codes)
        return self.playbook.say("again") if kind.watched else self.playbook.say("again_critical", call=kind.call)

    def _remember(self, text: str) -> None:
        """Whoever has read a number need not be told it again."""
        for case in self.state.cases:
            if case.ticket and not case.told and case.ticket in text:
                self.put(evolve(case, told=True))
        marks = tuple(_mark(words) for _, words in self.said)
        self.state = evolve(self.state, said_marks=marks, said_at=self.now)

    def finish(self, refused: str = "") -> Turn:
        """Merge what was said into one message (a passive reply is one), danger first; settle the phase."""
        if self.before_finish is not None and not refused:
            self.before_finish(self)
        if self.state.hushed(self.now):
            self.said = [pair for pair in self.said if pair[0] == "danger"]
        if self.said:
            self._once()
            self.said.sort(key=lambda pair: _WEIGHT[pair[0]] if pair[0] == "danger" else 1)
            text = "\n".join(dict.fromkeys(text for _, text in self.said))
            purpose = min((purpose for purpose, _ in self.said), key=lambda purpose: _WEIGHT[purpose])
            if self.pushed:
                if self.may_push(purpose):
                    self.state = evolve(self.state, window=self.state.window.spend(at=self.now))
                else:
                    text = ""
            if text:
                self._remember(text)
                self.effects.insert(0, SendText(text, purpose, self.filed))
        state = evolve(self.state, phase=self.state.settled_phase)
        return Turn(state, tuple(self.effects), refused, self.filed, self.used)
