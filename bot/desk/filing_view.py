"""How a filing is understood, before it is filed: the same reader and the same engine, on a conversation nobody has."""

from dataclasses import dataclass
from datetime import datetime

from adapters.staff import ACCOUNT, STAFF
from bot.desk import words
from bot.services import Services
from conversations.codes import Urgency
from conversations.effects import SendText
from conversations.engine import step
from conversations.events import MessageReceived
from conversations.messages import ContactRef, Inbound
from conversations.reading import Reading, is_red
from conversations.state import Case, Conversation
from conversations.window import Limits

_LIMITS = Limits(4000, 3.5, push=False)
_NUMBERS = ("B00000-0000",) * 16
_ORDER = ("phone", "address")


@dataclass(frozen=True, slots=True)
class Understood:
    """`says`: what to read out to them next, "" for nothing. `only_phone`: the one number the words hold, "" if not one.

    `opens`: whether this becomes a case by itself.
    """

    intent: str
    urgency: Urgency
    urgency_word: str
    red: bool
    flags: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    says: str
    opens: bool
    only_phone: str


def understand(services: Services, text: str) -> Understood | None:
    """None for no text. Nothing is kept or sent."""
    if not text.strip():
        return None
    now, playbook = services.clock(), services.playbook
    reading = services.reader.current().read([text], [now])[0]
    contact = ContactRef(STAFF, ACCOUNT, "")
    state = Conversation(id="", contact=contact, noticed=True)
    message = Inbound(contact, "1", "text", text, now)
    turn = step(
        state, MessageReceived(message, reading), playbook=playbook, limits=_LIMITS, now=now, numbers=_NUMBERS
    )  # fmt: skip
    case = turn.state.case(turn.state.focus) or (turn.state.cases[0] if turn.state.cases else None)
    said = "\n".join(effect.text for effect in turn.effects if isinstance(effect, SendText))
    intent = case.intent if case else reading.intent
    urgency = case.urgency if case else reading.urgency
    phones = {phone.number for phone in reading.entities.phones}
    needs = playbook.intents[intent].slots if case else ()
    return Understood(
        intent=words.intent_title(playbook, intent), urgency=urgency, urgency_word=words.URGENCY[urgency],
        red=is_red(reading), flags=tuple(words.FLAGS[flag] for flag in (case.flags if case else reading.flags)),
        reasons=_reasons(reading), facts=_facts(services, case, reading, now),
        missing=tuple(
            slot.title for slot in needs if slot.need == "open" and case is not None and slot.name not in case.slots
        ),
        says=_asked(said), opens=case is not None, only_phone=phones.pop() if len(phones) == 1 else "",
    )  # fmt: skip


def _reasons(reading: Reading) -> tuple[tuple[str, str], ...]:
    return tuple((words.plain(one.text), one.span) for one in reading.reasons)


def _facts(services: Services, case: Case | None, reading: Reading, now: datetime) -> tuple[tuple[str, str], ...]:
    """(title, value): phone and place first. The words themselves, repeated as what is needed, are left out."""
    if case is None:
        found = [("phone", phone.number) for phone in reading.entities.phones]
        found += [("address", place.raw) for place in reading.entities.addresses[:1]]
        return tuple((words.slot_title(services.playbook, name), value) for name, value in found)
    named = [(name, one) for name, one in case.slots.items() if name != "need"]
    named.sort(key=lambda pair: (pair[0] not in _ORDER, _ORDER.index(pair[0]) if pair[0] in _ORDER else 0))
    return tuple((words.slot_title(services.playbook, name), one.value) for name, one in named)


def _asked(said: str) -> str:
    """Without what speaks of numbers and of ourselves: a person is reading it out."""
    lines = [
        line for line in said.splitlines() if "编号" not in line and not line.startswith(("（我是自动助手", "已记下"))
    ]
    return "\n".join(line.replace("（我是自动助手）", "") for line in lines).strip()
