"""Which of the open matters a death ends, and what beside a death is of somebody who lives. Pure."""

import re
from dataclasses import replace

from conversations.codes import Flag, Intent, Urgency
from conversations.cues import Cues
from conversations.messages import Inbound
from conversations.reading import DESPAIR, Reading
from conversations.state import Case, Conversation
from conversations.whom import named


def who_died(state: Conversation, message: Inbound, reading: Reading, cues: Cues) -> Case | None:
    """The open critical case of whoever has died now, unless somebody else is named (我爸胸口痛; 人没了); else a grieving one."""
    whom = named(_told_of(message.text, reading, cues), cues)
    for case in reversed(state.cases):
        known = named(case.summary, cues)
        if case.open and case.urgency is Urgency.CRITICAL and (not whom or not known or whom & known):
            return case
    return next((case for case in reversed(state.cases) if case.open and Flag.DECEASED in case.flags), None)


def with_bare_death(state: Conversation, text: str, reading: Reading, cues: Cues) -> Reading:
    """今天早上没了, of nobody, to one whose family is in danger of life: that one has died. What may run out, or whoever may
    have left, is not meant where a danger is of those."""
    if Flag.DECEASED in reading.flags or not cues.gone_alone.fullmatch(text.strip()):
        return reading
    dying = any(case.open and case.urgency is Urgency.CRITICAL and _of_a_body(case) for case in state.cases)
    return replace(reading, flags=(*reading.flags, Flag.DECEASED), urgency=Urgency.NORMAL) if dying else reading


def _of_a_body(case: Case) -> bool:
    return bool(case.codes) and case.intent in _ILL and not any(code.startswith(_RUNS_OUT) for code in case.codes)


_ILL = frozenset({Intent.EMERGENCY, Intent.DIALYSIS, Intent.ONCOLOGY, Intent.TRANSFUSION, Intent.OTHER_MEDICAL})
_RUNS_OUT = ("R10", "R14", "R13", "O04", "O05", "O09", "O10", "O11")


def of_ours(state: Conversation, text: str, reading: Reading, cues: Cues) -> Reading:
    """Without the flag where a neighbour, a colleague's father, somebody in the news died beside a matter of one who lives:
    what the writer fears for their own is not grief."""
    known = [case.summary for case in state.cases if case.open and case.summary and Flag.DECEASED not in case.flags]
    if Flag.DECEASED not in reading.flags or not known:
        return reading
    who = cues.strangers.search(_told_of(text, reading, cues))
    if who is None or any(who[0] in summary for summary in known):
        return reading
    return replace(reading, flags=tuple(flag for flag in reading.flags if flag is not Flag.DECEASED))


def _told_of(text: str, reading: Reading, cues: Cues) -> str:
    """The words in which somebody is said to have died; where they name nobody, the nearest before that do (隔壁王伯伯病了
    昨天走了 我好怕我爸也这样)."""
    spans = [reason.span for reason in reading.reasons if reason.code == "F01" and reason.span]
    at = next((text.find(span) + len(span) for span in spans if span in text), len(text))
    clauses = [found for found in _CLAUSE.finditer(text) if found.start() < at]
    if not clauses:
        return text
    for clause in reversed(clauses):
        if _ours(clause[0], cues):
            return cues.strangers.sub("", clause[0])
        if named(clause[0], cues) or cues.strangers.search(clause[0]):
            return clause[0]
        if _WHOEVER.search(clause[0]):  # 隔壁叫了车 人没了: the one who is talked of
            break
    return clauses[-1][0]


_CLAUSE = re.compile(r"[^\s,，。;；!！?？]+")
_WHOEVER = re.compile("人(?:就|已经|都)?(?:没|走|不在)")
_MINE = re.compile("(?:我|阿拉|俺|咱)们?家?的?$")


def _ours(clause: str, cues: Cues) -> bool:
    """One of the writer's own is named (我爸在隔壁房间走了), and not somebody of theirs (我爸的朋友)."""
    return any(
        found.lastgroup not in ("neighbour", "other")
        and _MINE.search(clause[: found.start()])
        and not clause[found.end() :].startswith("的")
        for found in cues.kin.finditer(clause)
    )


def of_the_living(grieving: Case, message: Inbound, reading: Reading, cues: Cues) -> bool:
    """Beside a death, what a rule or a doubt sees of another of the family, or of despair, is a matter of its own: condolence
    is no answer to it."""
    if Flag.DECEASED not in grieving.flags or Flag.DECEASED in reading.flags:
        return False
    ruled = [reason.code for reason in reading.reasons if reason.code != "model"]
    doubted = Flag.CHECK in reading.flags
    if doubted and any(code.startswith("R") or code in DESPAIR for code in ruled):
        return True
    presses = bool(ruled) or (doubted and (reading.intent.opens_case or reading.urgency is Urgency.URGENT))
    return presses and bool(named(message.text, cues) - named(grieving.summary, cues))
