"""The day before a treatment is due somebody asks whether it is arranged, and people at the desk are told. Pure."""

from datetime import datetime, time, timedelta

from conversations.effects import SetTimer
from conversations.playbook import SHANGHAI, Playbook
from conversations.slots import day_words
from conversations.state import Case
from conversations.turn import Draft
from conversations.values import evolve

TIMER = "treatment"
_AT = time(9, 0)
"""Shanghai time on the day before: early enough for a car and a hospital to be found."""


def remind(draft: Draft) -> None:
    """Set the timer of every open ticket whose next treatment became known, or became another day."""
    for case in draft.state.cases:
        due = _next_treatment(case)
        if due is None or case.reminded == due.isoformat() or not case.open or not case.ticket:
            continue
        case = evolve(case, reminded=due.isoformat())
        before = datetime.combine(due.astimezone(SHANGHAI).date() - timedelta(days=1), _AT, SHANGHAI)
        if before > draft.now:
            draft.effects.append(SetTimer(TIMER, case.key, before))
            case = evolve(case, timers={**case.timers, TIMER: draft.state.turn})
        draft.put(case)


def treatment_due(draft: Draft, case: Case) -> None:
    """Tomorrow it is due: asked where the window has room, and on the desk in any case. After an outage it may have been due
    meanwhile: then it is asked whether it took place."""
    due = _next_treatment(case)
    if due is None:
        return
    draft.note(case, "treatment_due", detail=day_words(due))
    draft.alert(case, "treatment_due")
    if case.reporter or case.quiet:
        return
    draft.pushed = True
    draft.say("question", _words(case, due, draft.playbook, late=due <= draft.now))
    draft.state = evolve(draft.state, focus=case.key, asked=("revisit",), asked_on=draft.state.turn)


def _words(case: Case, due: datetime, playbook: Playbook, *, late: bool) -> str:
    title = playbook.intents[case.intent].title
    return playbook.say(
        "missed_treatment" if late else "before_treatment", number=case.ticket, day=day_words(due), title=title
    )


def _next_treatment(case: Case) -> datetime | None:
    filled = case.slots.get("next_due")
    at = dict(filled.parts).get("at", "") if filled else ""
    return datetime.fromisoformat(at) if at else None
