"""Somebody says they will hurt others: neither a victim to be sent away, nor a matter of the compound. Pure."""

from conversations.codes import Intent
from conversations.cues import Cues
from conversations.events import MessageReceived
from conversations.listening import fill, heard, new_case
from conversations.reading import Reading
from conversations.sharing import share
from conversations.state import Case
from conversations.turn import Draft, Turn
from conversations.values import evolve

_VIOLENCE = "R13"


def threatens(text: str, reading: Reading, cues: Cues) -> bool:
    """Whether the writer threatens others; what else is dangerous in it is answered as that."""
    others = (one.code for one in reading.reasons if one.code.startswith("R"))
    return all(code == _VIOLENCE for code in others) and cues.threat.search(text) is not None


def calmed(draft: Draft, case: Case | None, event: MessageReceived) -> Turn:
    """One line of acknowledgement, the number where somebody is in danger, and a person at once."""
    if case is None:
        case = new_case(draft.state, event.message, event.reading, Intent.COMMUNITY, draft.now, draft.playbook)
    else:
        case = heard(case, event.message, event.reading, None, draft.playbook)
    case, _ = fill(case, event.message, event.reading, (), draft.now, draft.playbook)
    case = share(draft, draft.open_ticket(evolve(case, wants_human=True)))
    draft.state = evolve(draft.state, focus=case.key, asked=(), asked_on=0)
    draft.filed = case.key
    draft.note(case, "asks_human", by="contact")
    draft.alert(case, "threat")
    draft.say("receipt", draft.playbook.say("threat", number=case.ticket))
    return draft.finish()
