"""Somebody we could not reach writes again: what was ended for that alone is open once more. Pure."""

from datetime import timedelta

from conversations.codes import Act, Outcome, TicketStatus, Urgency
from conversations.elsewhere import of_their_own
from conversations.endings import ERASED, KEPT
from conversations.reading import Reading
from conversations.state import Case
from conversations.turn import Draft
from conversations.values import evolve

_HAVE_A_LINE = frozenset({Act.NOT_SOLVED, Act.SOLVED, Act.WITHDRAW, Act.ERASE_ME, Act.HUMAN})
_A_WISH = 30
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


def keeps_after_all(draft: Draft, reading: Reading) -> bool:
    """They take back the wish to be forgotten before it is done: what it ended goes on under its number."""
    going = [case for case in draft.state.cases if ERASED in case.asked]
    if (
        not going
        or Act.ERASE_ME in reading.acts
        or len(draft.heard.strip()) > _A_WISH
        or not draft.playbook.cues.keep_me.search(draft.heard)
    ):
        return False
    again: list[Case] = []
    for case in going:
        asked = {name: count for name, count in case.asked.items() if name != ERASED} | {KEPT: 1}
        kept = draft.put(evolve(case, asked=asked))
        if case.asked[ERASED]:
            kept = draft.open_ticket(draft.put(evolve(kept, outcome=None, status=TicketStatus.REOPENED)))
            again.append(kept)
    for kept in again:
        draft.note(kept, "reopened", by="contact", detail="不删了")
        draft.alert(kept, "reopened")
        draft.state = evolve(draft.state, focus=kept.key, asked=(), asked_on=0)
    numbers = "、".join(kept.ticket for kept in again)
    draft.say("info", draft.playbook.say("erase_undone", number=numbers) if again else draft.playbook.say("erase_kept"))
    return True
