"""Somebody we could not reach writes again: what was ended for that alone is open once more. Pure."""

from datetime import timedelta

from conversations.codes import Act, Outcome, TicketStatus, Urgency
from conversations.elsewhere import of_their_own
from conversations.reading import Reading
from conversations.state import Case
from conversations.turn import Draft
from conversations.values import evolve

_HAVE_A_LINE = frozenset({Act.NOT_SOLVED, Act.SOLVED, Act.WITHDRAW, Act.ERASE_ME, Act.HUMAN})
_STILL = timedelta(days=14)
"""Later they write of something else, and a person looks whether the old matter stands."""


def back_in_touch(draft: Draft, reading: Reading, *, danger: bool) -> None:
    """Any word of theirs opens it again under its number: that they could not be rung was the whole reason it ended."""
    ended = [case for case in draft.state.cases if case.ticket and case.outcome is Outcome.UNREACHABLE]
    ended = [case for case in ended if case.acted_at is not None and draft.now - case.acted_at <= _STILL]
    if not ended:
        return
    silent = draft.state.hushed(draft.now) or any(case.open and case.reporter for case in draft.state.cases)
    silent = silent or danger or not _HAVE_A_LINE.isdisjoint(reading.acts)
    for case in ended:
        again = draft.put(_again(draft, case))
        draft.note(again, "reopened", by="contact", detail="居民又写来了")
        draft.alert(again, "reopened")
    again = ended[-1]
    if draft.state.focused is None:
        draft.state = evolve(draft.state, focus=again.key)
    if not silent and not again.quiet:
        key = "not_solved_critical" if again.urgency is Urgency.CRITICAL else "not_solved"
        draft.say("info", draft.playbook.say(key, number=again.ticket))


def _again(draft: Draft, case: Case) -> Case:
    slots = {**of_their_own(case, draft.state.known), **case.slots}  # what was told since it ended
    return evolve(case, outcome=None, status=TicketStatus.REOPENED, slots=slots)
