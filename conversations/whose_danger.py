"""Of whom a danger is, put right: it is not the mother, it is the father, who lives somewhere else. Pure."""

import re
from dataclasses import replace

from conversations.codes import Act, Flag, Intent, Urgency
from conversations.cues import Cues
from conversations.messages import Inbound
from conversations.reading import Reading
from conversations.state import Conversation
from conversations.whom import named

_LONGEST = 24
_NOT_BUT = re.compile(
    r"(?:不是|勿是|弗是)(?P<wrong>[^，,。；;是]{1,6}?)[\s，,。]*(?:而|应该|就)?是(?P<right>[^，,。；;]{1,12})"
)
_IS = re.compile(r"(?:应该|就)?是(?P<right>[^，,。；;]{1,12})")
_THING = re.compile("的(?!$)|电话|手机|号码|地址|住|接|打的|写的|发的|在说|帮")


def whose_put_right(state: Conversation, message: Inbound, reading: Reading, cues: Cues) -> tuple[Inbound, Reading]:
    """The message without whom it is not about, and read as the danger that was told of them; else as it is. Of the first one
    people decide: nobody is taken out of danger by a sentence."""
    focus, text = state.focused, message.text.strip()
    if focus is None or focus.urgency is not Urgency.CRITICAL or len(text) > _LONGEST or "是" not in text:
        return message, reading
    if reading.entities.phones or reading.entities.addresses:
        return message, reading
    found = _NOT_BUT.search(text) or (_IS.search(text) if Act.CORRECT in reading.acts else None)
    right = found["right"].strip() if found else ""
    whom = named(right, cues)
    wrong = named(found["wrong"], cues) if found and "wrong" in found.groupdict() else named(focus.summary, cues)
    seen = tuple(one for one in focus.reasons if one.code.startswith("R"))
    if not whom or not wrong or whom & wrong or not seen or _THING.search(right):
        return message, reading
    if not any(case.open and case is not focus and whom & named(case.summary, cues) for case in state.cases):
        return message, reading  # of one home: it is on the ticket as they say it
    known = {one.code for one in reading.reasons}
    reasons = (*reading.reasons, *(one for one in seen if one.code not in known))
    acts = tuple(act for act in reading.acts if act is not Act.CORRECT)
    told = replace(
        reading, intent=Intent.EMERGENCY, urgency=Urgency.CRITICAL, reasons=reasons, acts=acts,
        flags=tuple(flag for flag in reading.flags if flag is not Flag.CHECK),
    )  # fmt: skip
    return replace(message, text=right), told
