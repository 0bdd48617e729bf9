"""A need told in one breath with thanks, an end or a wish: it is taken down, whatever else the message does. Pure."""

import re
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
_ENDS = re.compile(r"[，,。；;！!？?\n]")
_BLANK = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_BOUND = re.compile("(?:没有?|还没有?|还缺|还差|就差|[缺差断和跟与同、及把的]|还有)$")
"""Right before a thing: what belongs to it (没奶粉), or joins it to the one before (米和药)."""
_JOINS = re.compile("[和跟与同、及]|还有")


def told_beside(text: str, reading: Reading, cues: Cues) -> bool:
    """Whether a need is told beside the act: a rule saw one that is not over, or the model is sure and something lacks."""
    if any(_stands(text, reason, cues) for reason in reading.reasons if reason.code.startswith("O")):
        return True
    sure = reading.intent.opens_case and reading.intent is not Intent.CONSULT and reading.confidence >= _SURE
    if Act.NOT_SOLVED in reading.acts and not cues.also.search(text):
        return False  # 还是没人来: what is wanting is what is not solved
    return sure and any(_lacks(clause, cues) for clause in clauses(text, cues))


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
    said = next((clause for clause in clauses(text, cues) if reason.span and reason.span in clause), "")
    return cues.settled.search(said) is None


def clauses(text: str, cues: Cues) -> list[str]:
    """What is said of one thing after another, parted by a mark, a blank or nothing (菜到了 药还没有; 药到了菜没到). What
    is said of a thing stays with it, blank or no blank (断药的事 解决了)."""
    found: list[str] = []
    for marked in _ENDS.split(text):
        pieces = _BLANK.split(marked)
        for at, piece in enumerate(pieces):
            if at and cues.of_before.match(piece):
                found[-1] += f" {piece}"
            else:
                found.append(piece)
    return [part for one in found for part in _by_things(one, cues)]


def _by_things(clause: str, cues: Cues) -> list[str]:
    """Cut before a thing of which something else is said than of the one before."""
    parts, start, before = [], 0, False
    for thing in cues.thing.finditer(clause):
        bound = _BOUND.search(clause[start : thing.start()])
        cut = start + bound.start() if bound else thing.start()
        joined = bound is not None and _JOINS.fullmatch(bound[0]) is not None
        told = clause[start:cut]
        if before and not joined and (cues.settled.search(told) or cues.not_come.search(told)):
            parts.append(told)
            start = cut
        before = True
    return [*parts, clause[start:]]
