"""Which of several open matters somebody says is done, or is not: the one they name, never the one talked of last. Pure."""

import re
from collections.abc import Sequence
from datetime import timedelta

from conversations.codes import Flag, Intent, TicketStatus, Urgency
from conversations.cues import Cues
from conversations.needs import clauses
from conversations.playbook import Playbook
from conversations.state import Case, Conversation
from conversations.turn import Draft
from conversations.whom import named

_CALLED = {
    Intent.SUPPLIES: "food", Intent.MATERNITY: "baby", Intent.DIALYSIS: "dialysis", Intent.ONCOLOGY: "cancer",
    Intent.MEDICINE: "medicine", Intent.TESTING_CODE: "test", Intent.QUARANTINE: "stay",
}  # fmt: skip
"""The thing that a matter of this intent is about, whatever words began it."""
_SEVERAL, _NUMBER = 2, 4
SAID_DONE = frozenset({TicketStatus.CLAIMED_DONE, TicketStatus.REVISITED, TicketStatus.ANSWERED, TicketStatus.REFERRED})
"""Where somebody takes it to be finished."""
_FIGURES = re.compile(r"(?<!\d)\d{4}(?![\d弄号室])")
_JUST_CLOSED = timedelta(days=2)


def named_cases(cases: Sequence[Case], text: str, playbook: Playbook) -> list[Case]:
    """Those whose number, thing or title a text names."""
    said = set(_FIGURES.findall(text))
    by_number = [case for case in cases if case.ticket and case.ticket[-_NUMBER:] in said]
    if by_number:
        return by_number
    things = _things(text, playbook.cues)
    return [
        case for case in cases if things & _wanted(case, playbook.cues) or playbook.intents[case.intent].title in text
    ]


def said_done(draft: Draft, case: Case | None) -> tuple[list[Case], bool]:
    """The open matters they say are done, and whether nobody can tell which. `case`: what is being talked of."""
    cues, text, playbook = draft.playbook.cues, draft.heard, draft.playbook
    matters = [one for one in draft.state.cases if one.open and Flag.DECEASED not in one.flags]
    every = [one for one in matters if one.ticket]
    came, waits, theirs = told_of(text, cues)
    if but := _EXCEPT.search(text):
        kept = named_cases(every, but["what"], playbook)
        return [one for one in every if one not in kept], False
    # 药到了, of what was told and has no number yet, is of that, and of nothing else
    done = named_cases(matters, came, playbook) if came else []
    done += [one for one in named_cases(every, theirs, playbook) if "neighbour" in named(one.summary, cues)]
    if not (came or waits or theirs):
        done = named_cases(every, text, playbook)
    if not cues.all_of_it.search(text):  # 402的药送到了: of one household, and never of the whole list
        lists = {one.parent for one in draft.state.cases}
        done = [one for one in done if one.key not in lists or len(done) == 1]
    if done or case is None or not case.ticket:
        return done, False
    if case.urgency is Urgency.CRITICAL:
        return [case], False
    if cues.all_of_it.search(came or text) and not theirs:  # 药没到，其他都到了
        kept = named_cases(every, waits, playbook) if waits else []
        return [one for one in every if one not in kept], False
    if (waits or theirs) and (not came or _things(came, cues)):  # 隔壁的菜到了 我家没有
        return [], False
    waiting = [one for one in every if one.status not in SAID_DONE]
    alone = len(every) < _SEVERAL or [one.key for one in waiting] == [case.key]
    return ([case], False) if alone else ([], True)


def in_question(cases: Sequence[Case]) -> list[Case]:
    """Of which somebody may mean that it is done: the open ones, without those that are said to be, while two are left."""
    every = [one for one in cases if one.open and one.ticket]
    waiting = [one for one in every if one.status not in SAID_DONE]
    return waiting if len(waiting) >= _SEVERAL else every


def pointed_at(every: Sequence[Case], text: str, playbook: Playbook) -> list[Case]:
    """Asked which of them is done, the ones meant by their place in our list or by a bare word (第一个; 前两个; 菜)."""
    said = text.strip()
    if found := _NTH.fullmatch(said):
        places = {_FIGURE.get(figure, 0) for figure in re.findall("[1-9一二三四五六]", found["nth"])}
        return [one for place, one in enumerate(every, 1) if place in places]
    if _FIRST.fullmatch(said):
        return list(every[: _SEVERAL if "两" in said or "二" in said else 1])
    if _LAST.fullmatch(said):
        return list(every[-1:])
    if _BOTH.fullmatch(said):
        return list(every)
    bare = playbook.cues.thing.sub("", said)
    for one in every:
        bare = bare.replace(playbook.intents[one.intent].title, "").replace(one.ticket, "").replace(one.ticket[-4:], "")
    return named_cases(every, said, playbook) if _NAMED.fullmatch(bare) else []


_FIGURE = {figure: at for at, figure in enumerate("一二三四五六", 1)} | {str(at): at for at in range(1, 7)}
_TAIL = "(?:一?[个件条项张单])?的?(?:那[个件])?(?:事情?)?(?:已经|都)?(?:解决|办好|弄好|收到|好|到)?了?[。.!！~～]*"
_NTH = re.compile(
    f"(?:是|就是)?(?P<nth>第?[1-9一二三四五六](?:[个件条项]?(?:和|跟|、|，|,| )+第?[1-9一二三四五六]){{0,4}}){_TAIL}"
)
_FIRST = re.compile(f"(?:是|就是)?(?:头一|前一|前[两二]|前面|上面|先说)(?:[个件条项])?{_TAIL}")
_LAST = re.compile(f"(?:是|就是)?(?:最后|后面|下面|后一|后说|末)(?:[个件条项])?{_TAIL}")
_NAMED = re.compile(f"(?:是|就是|我说的是)?{_TAIL}")
_BOTH = re.compile(f"(?:[两几](?:[个件条项])|全部|全)都?{_TAIL}|都{_TAIL}")


def told_of(text: str, cues: Cues) -> tuple[str, str, str]:
    """What a text says came, what it says is wanting, and what came to others, each its clauses."""
    came: list[str] = []
    waits: list[str] = []
    theirs: list[str] = []
    for clause in clauses(text, cues):
        last = clause.rsplit(" ", 1)[-1]  # 没药了 今天收到了
        if cues.not_come.search(last) or cues.asks_when.search(last):
            waits.append(clause)
        elif cues.settled.search(last):
            (theirs if cues.of_theirs.search(clause) else came).append(clause)
        elif cues.not_come.search(clause):
            waits.append(clause)
    return "\n".join(came), "\n".join(waits), "\n".join(theirs)


def without_theirs(text: str, cues: Cues) -> str:
    """A text without what it says came to others."""
    for clause in filter(None, told_of(text, cues)[2].split("\n")):
        text = text.replace(clause, " ")
    return text.strip()


_EXCEPT = re.compile("除了?(?P<what>[^，,。]{1,12}?)(?:以外|之外|外)?[，, ]*(?:其[他它余]的?|别的|另外的?)?(?:都|全)")


def just_closed(state: Conversation) -> Case | None:
    """The ticket of which they were told last that it has ended, if they say something for the first time since, and have
    begun nothing else."""
    acted = [(one.acted_at, one) for one in state.cases if one.ticket and one.acted_at is not None]
    if not acted or not state.recent:
        return None
    at, last = max(acted, key=lambda pair: pair[0])
    before = state.recent[-_SEVERAL].at if len(state.recent) >= _SEVERAL else state.recent[-1].at - _JUST_CLOSED
    begun = any(one.open and one.started_at > at for one in state.cases)
    return last if not last.open and at > before and not begun else None


def _wanted(case: Case, cues: Cues) -> frozenset[str]:
    called = _CALLED.get(case.intent)
    return _things(case.summary, cues) | (frozenset({called}) if called else frozenset())


def _things(text: str, cues: Cues) -> frozenset[str]:
    return frozenset(found.lastgroup or "" for found in cues.thing.finditer(text))
