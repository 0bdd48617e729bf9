"""A need told in one breath with thanks, an end or a wish: it is taken down, whatever else the message does. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from conversations.codes import Act, Flag, Intent, Urgency
from conversations.cues import Cues
from conversations.reading import Reading, Reason

RULED: Mapping[str, Intent] = {
    "O01": Intent.DIALYSIS, "O02": Intent.ONCOLOGY, "O03": Intent.TRANSFUSION, "O04": Intent.MEDICINE,
    "O05": Intent.MEDICINE, "O06": Intent.MATERNITY, "O08": Intent.OTHER_MEDICAL, "O09": Intent.MEDICINE,
    "O10": Intent.SUPPLIES, "O11": Intent.MATERNITY, "O12": Intent.DISTRESS, "O17": Intent.CARE,
}  # fmt: skip
"""What the rules that name one need call it: of a polite message the model reads the politeness."""

_SURE = 0.6
_ENDS = "，,。；;！!？?\n"


def told_beside(text: str, reading: Reading, cues: Cues) -> bool:
    """Whether a need is told beside the act: a rule saw one that is not over, or the model is sure and something lacks."""
    if any(_stands(text, reason, cues) for reason in reading.reasons if reason.code.startswith("O")):
        return True
    sure = reading.intent.opens_case and reading.intent is not Intent.CONSULT and reading.confidence >= _SURE
    if Act.NOT_SOLVED in reading.acts and not cues.also.search(text):
        return False  # 还是没人来: what is wanting is what is not solved
    return sure and any(_lacks(clause, cues) for clause in clauses(text))


def farewell(text: str, reading: Reading, cues: Cues) -> bool:
    """Thanks in which danger was felt, and nothing says that it is over (别救我了谢谢): no courtesy is the answer to that."""
    felt = Flag.CHECK in reading.flags or reading.urgency is Urgency.CRITICAL
    return felt and cues.settled.search(text) is None and Act.SOLVED not in reading.acts


def with_need_named(text: str, reading: Reading, cues: Cues) -> Reading:
    """A need told beside an act is read as what the rule calls it, where the model only heard the act."""
    if reading.intent.opens_case or _BESIDE.isdisjoint(reading.acts) or not told_beside(text, reading, cues):
        return reading
    codes = (reason.code for reason in reading.reasons if reason.code.startswith("O") and _stands(text, reason, cues))
    named = next((RULED[code] for code in codes if code in RULED), None)
    return replace(reading, intent=named, confidence=_SURE) if named else reading


_BESIDE = frozenset({Act.THANKS, Act.SOLVED, Act.NOT_SOLVED, Act.ERASE_ME})


def _lacks(clause: str, cues: Cues) -> bool:
    return cues.lacks.search(clause) is not None and cues.settled.search(clause) is None


def _stands(text: str, reason: Reason, cues: Cues) -> bool:
    """Not where its own clause says that it is over (断药的事解决了)."""
    said = next((clause for clause in clauses(text) if reason.span and reason.span in clause), "")
    return cues.settled.search(said) is None


def clauses(text: str) -> list[str]:
    for mark in _ENDS:
        text = text.replace(mark, "\n")
    return text.split("\n")
