"""Somebody says they will hurt others: neither a victim to be sent away, nor a matter of the compound. Pure."""

import re

from conversations.codes import Intent
from conversations.events import MessageReceived
from conversations.listening import fill, heard, new_case
from conversations.reading import Reading
from conversations.sharing import share
from conversations.state import Case
from conversations.turn import Draft, Turn
from conversations.values import evolve

_THREAT = re.compile(
    r"(?:我|老子|我们)(?:真的?|现在|马上|今天|明天|就|都|也)*(?:要|想|就|去|会|非要)(?:去|来)?"
    r"(?:拿刀|(?:炸|烧|砸)(?:了|掉|死|光|平)|(?:砍|杀|捅|弄|打)死?(?:了|掉|死)?(?:人|他|她|你|居委|保安|物业|大白|街道|那))"
)
_VIOLENCE = "R13"


def threatens(text: str, reading: Reading) -> bool:
    """Whether the writer threatens others; what else is dangerous in it is answered as that."""
    others = (one.code for one in reading.reasons if one.code.startswith("R"))
    return all(code == _VIOLENCE for code in others) and _THREAT.search(text) is not None


def calmed(draft: Draft, case: Case | None, event: MessageReceived) -> Turn:
    """One line of acknowledgement, the number where somebody is in danger, and a person at once."""
    row = draft.playbook.intents[case.intent if case else Intent.COMMUNITY]
    if case is None:
        case = new_case(draft.state, event.message, event.reading, row.code, draft.now)
    else:
        case = heard(case, event.message, event.reading, None, draft.playbook)
    case, _ = fill(case, row, event.message, event.reading, (), draft.now)
    case = share(draft, draft.open_ticket(evolve(case, wants_human=True)))
    draft.state = evolve(draft.state, focus=case.key, asked=(), asked_on=0)
    draft.filed = case.key
    draft.note(case, "asks_human", by="contact")
    draft.alert(case, "threat")
    draft.say("receipt", draft.playbook.say("threat", number=case.ticket))
    return draft.finish()
