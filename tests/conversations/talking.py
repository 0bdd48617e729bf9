"""Playing a conversation in tests: readings written by hand, the state stored and read back between any two turns."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.codec import dump_event, dump_state, load_event, load_state
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.effects import Effect, OpenTicket, SendText
from conversations.engine import step
from conversations.events import Event, MessageReceived
from conversations.messages import ContactRef, Inbound, Kind
from conversations.playbook import Playbook
from conversations.reading import Address, Entities, Phone, Reading, Reason
from conversations.state import Case, Conversation
from conversations.turn import Turn
from conversations.window import Limits, Window
from data.playbook import load_playbook

NOW = datetime(2026, 4, 5, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai
WECHAT = Limits(windows={"message": Window(timedelta(hours=48), 5), "menu": Window(timedelta(minutes=1), 3)})
CONTACT = ContactRef("wechat", "main", "oTest")

_playbook: list[Playbook] = []


def playbook() -> Playbook:
    """The shipped rows, loaded once."""
    if not _playbook:
        _playbook.append(load_playbook())
    return _playbook[0]


def reading(
    intent: str = "consult", confidence: float = 0.9, urgency: str = "normal", *, flags: Any = (), acts: Any = (),
    reasons: Any = (), phones: Any = (), addresses: Any = (), intents: Any = (), drugs: Any = (), answer: str = "", **facts: Any,
) -> Reading:  # fmt: skip
    """A reading from codes; an address is its words, taken apart only so far as a test needs; the district is 虹口区."""
    places = tuple(
        Address("虹口区", road=one[:3], number=one[3:] or "1号", raw=one, confidence=0.9)
        if isinstance(one, str)
        else one
        for one in addresses
    )
    return Reading(
        Intent(intent), confidence, tuple((Intent(other), 0.5) for other in intents),
        tuple(Act(act) for act in acts), Urgency(urgency),
        tuple(Reason(code, f"因为{code}") for code in reasons), tuple(Flag(flag) for flag in flags),
        Entities(
            phones=tuple(Phone(number, number) for number in phones), addresses=places, drugs=tuple(drugs), **facts
        ),
        "test", answer,
    )  # fmt: skip


@dataclass
class Play:
    """One contact's conversation. `say` and `do` return the turn; every turn makes the journey through storage."""

    limits: Limits = WECHAT
    now: datetime = NOW
    state: Conversation = field(default_factory=lambda: Conversation(id="c", contact=CONTACT))
    given: int = 0
    numbers: int = 4
    turns: list[Turn] = field(default_factory=list)

    def say(
        self, text: str, read: Reading | None = None, *, kind: Kind = "text", answered: str = "", name: str = ""
    ) -> Turn:
        message = Inbound(CONTACT, name or f"m{len(self.turns)}", kind, text, self.now)
        return self.do(MessageReceived(message, read or reading(), answered))

    def do(self, event: Event) -> Turn:
        numbers = tuple(f"B60405-{self.given + n:04d}" for n in range(1, self.numbers + 1))
        stored, now, given = load_event(dump_event(event, self.now, numbers))
        assert (stored, now, given) == (event, self.now, numbers)
        turn = step(self.state, stored, playbook=playbook(), limits=self.limits, now=self.now, numbers=numbers)
        again = step(self.state, stored, playbook=playbook(), limits=self.limits, now=self.now, numbers=numbers)
        assert turn == again, "the same state, event and now must give the same turn"
        self.given += turn.numbers_used
        state = load_state(dump_state(turn.state))
        assert state == turn.state, "a field does not survive storage"
        self.state = state
        self.turns.append(turn)
        return turn

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    @property
    def case(self) -> Case:
        return self.state.cases[-1]


def said(turn: Turn) -> str:
    """Everything the turn says, in one text."""
    return "\n".join(effect.text for effect in turn.effects if isinstance(effect, SendText))


def opened(turn: Turn) -> list[str]:
    return [effect.number for effect in turn.effects if isinstance(effect, OpenTicket)]


def of(turn: Turn, kind: type[Effect]) -> list[Any]:  # type: ignore[valid-type]
    return [effect for effect in turn.effects if isinstance(effect, kind)]
