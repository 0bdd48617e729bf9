"""What a told conversation costs the resident: messages until people can act, and questions asked though answered."""

from collections.abc import Iterator
from dataclasses import dataclass

from conversations.codes import Urgency
from conversations.effects import SendText
from conversations.listening import complete
from conversations.state import Case
from tests.conversations.properties import asked_in
from tests.conversations.talking import playbook
from tests.conversations.telling import Told


@dataclass(frozen=True)
class Cost:
    """Of one need: `messages` until its minimal form was filled; None when it never was."""

    urgency: Urgency
    messages: int | None


def ready(case: Case) -> bool:
    """The minimal form: whom to call and where, and what the intent wants before its ticket opens."""
    if case.urgency is Urgency.CRITICAL:
        return {"phone", "address"} <= case.slots.keys()
    return complete(case, playbook().intents[case.intent])


def costs(told: Told) -> Iterator[Cost]:
    """Of every need the contact spoke of; entries of a list and who must not be asked anything are left out.

    What the platform delivers twice is one message, and so is what is sent in one breath (`orders = "both"`).
    """
    spoken = [False] * len(told.rows)
    for place, (row, turn) in enumerate(zip(told.rows, told.turns, strict=True)):
        again = place > 0 and turn.state.turn == told.turns[place - 1].state.turn
        breath = place > 0 and row.get("orders") == "both" == told.rows[place - 1].get("orders")
        spoken[place] = ("says" in row or "sends" in row) and not again and not breath
    for key in {case.key for turn in told.turns for case in turn.state.cases}:
        since, urgency, done = 0, Urgency.NORMAL, False
        for turn, says in zip(told.turns, spoken, strict=True):
            case = turn.state.case(key)
            if case is None:
                continue
            if case.quiet or case.parent:
                break
            since, urgency = since + says, case.urgency
            if done := ready(case):
                break
        else:
            yield Cost(urgency, None)
            continue
        if done:
            yield Cost(urgency, since)


def repeated(told: Told) -> list[str]:
    """Questions about what the case knew already."""
    found: list[str] = []
    for before, turn in zip(told.turns, told.turns[1:], strict=False):
        for effect in turn.effects:
            if isinstance(effect, SendText) and effect.author == "bot":
                case = before.state.case(effect.case)
                known = case.slots.keys() if case else ()
                found += [effect.text for names in asked_in(effect.text) if set(names) & set(known)]
    return found
