"""What reporters do with a case: claim, reply, correct, hand back, close. A refused act says why. Pure."""

from conversations.codes import Intent, TicketStatus, Urgency, Verification
from conversations.effects import KeepLabel, SendPicture, SendText
from conversations.elsewhere import of_their_own
from conversations.events import (
    ColleagueSpoke,
    ReporterClaimed,
    ReporterClosed,
    ReporterCorrected,
    ReporterHandedBack,
    ReporterReopened,
    ReporterReplied,
)
from conversations.speaking import closing
from conversations.state import Case, Filled
from conversations.turn import Draft, Turn
from conversations.values import evolve

_REPLIES_KEPT = 12


def claimed(draft: Draft, event: ReporterClaimed) -> Turn:
    """One reporter at a time; claiming one's own case again only renews it."""
    case = draft.state.case(event.case)
    if case is None or not case.ticket:
        return draft.finish("unknown")
    if not case.open:
        return draft.finish("closed")
    if case.reporter and case.reporter != event.reporter:
        return draft.finish("claimed")
    fresh = case.reporter != event.reporter
    case = _take(draft, case, event.reporter)
    draft.note(case, "claimed" if fresh else "renewed", by=event.reporter)
    draft.filed = case.key
    return draft.finish()


def _take(draft: Draft, case: Case, reporter: str) -> Case:
    """The case is theirs from now, and the bot falls silent on it; the claim runs out without action."""
    status = (
        TicketStatus.ASSIGNED
        if case.status in (TicketStatus.INTAKE, TicketStatus.TRIAGED, TicketStatus.REOPENED)
        else case.status
    )
    case = evolve(case, reporter=reporter, status=status, acted_at=draft.now)
    draft.state = evolve(draft.state, focus=case.key, asked=(), asked_on=0)
    return draft.timer("claim", case, draft.playbook.manners.claim)


def replied(draft: Draft, event: ReporterReplied) -> Turn:
    """A reporter's words to the contact, inside the channel's window and count; the same press twice sends once."""
    state = draft.state
    case = state.case(event.case)
    if case is None or not case.ticket:
        return draft.finish("unknown")
    if event.reply_id in state.replied:
        return draft.finish()
    if not case.open:
        return draft.finish("closed")
    if case.reporter and case.reporter != event.reporter:
        return draft.finish("claimed")
    text, picture = event.text.strip(), event.picture
    if not text and picture is None:
        return draft.finish("empty")
    if picture is not None and picture.size > draft.limits.picture_bytes:
        return draft.finish("pictures")
    parts = (parts_needed(text, draft.limits.text_bytes) if text else 0) + (picture is not None)
    if not state.following or state.window.remaining(draft.limits, draft.now) < parts:
        return draft.finish("window")
    fresh = not case.reporter
    case = _take(draft, case, event.reporter)
    draft.state = evolve(
        draft.state,
        window=draft.state.window.spend(parts, at=draft.now),
        replied=(*state.replied, event.reply_id)[-_REPLIES_KEPT:],
    )
    draft.filed = case.key
    if picture is not None:
        draft.effects.append(SendPicture(picture, case.key, event.reporter))
    if text:
        draft.effects.append(SendText(text, "reply", case.key, event.reporter))
    if fresh:
        draft.note(case, "claimed", by=event.reporter)
    draft.note(case, "replied", by=event.reporter, detail="" if picture is None else "image")
    return draft.finish()


def parts_needed(text: str, text_bytes: int) -> int:
    """Messages a text costs at most on a channel that cuts at `text_bytes`: cuts fall on sentence ends, and are numbered."""
    size = len(text.strip().encode())
    return 1 if size <= text_bytes else -(-size // max(1, text_bytes * 3 // 4))


def colleague_spoke(draft: Draft, event: ColleagueSpoke) -> Turn:
    """The bot is silent beside them for as long as a claim would last; the tickets stay free for the desk to take."""
    draft.state = evolve(draft.state, hushed_until=draft.now + draft.playbook.manners.claim, asked=(), asked_on=0)
    focus = draft.state.focused or next((case for case in reversed(draft.state.cases) if case.open), None)
    if focus is not None:
        draft.filed = focus.key
        draft.note(focus, "colleague_spoke")
    return draft.finish()


def put_back(case: Case) -> Case:
    """Nobody's again: in the queue it waits to be taken, unless it had got further than that."""
    status = TicketStatus.TRIAGED if case.status is TicketStatus.ASSIGNED else case.status
    return evolve(case, reporter="", status=status)


def handed_back(draft: Draft, event: ReporterHandedBack) -> Turn:
    """The bot listens again, with everything it knew."""
    case = draft.state.case(event.case)
    if case is None or case.reporter != event.reporter:
        return draft.finish("not_yours")
    case = draft.put(evolve(put_back(case), acted_at=draft.now))
    draft.filed = case.key
    draft.note(case, "handed_back", by=event.reporter, detail=event.note)
    return draft.finish()


def closed(draft: Draft, event: ReporterClosed) -> Turn:
    """A person ends the case; the contact reads one line if there is room for it."""
    case = draft.state.case(event.case)
    if case is None or not case.ticket:
        return draft.finish("unknown")
    if not case.open:
        return draft.finish("closed")
    if case.reporter and case.reporter != event.reporter:
        return draft.finish("claimed")
    if event.urgency is not None and case.urgency.rank < event.urgency.rank:
        return draft.finish("more_urgent")
    if _unheard(draft, event.heard):
        return draft.finish("heard")
    case = evolve(case, outcome=event.outcome, whole=None, status=TicketStatus.CLOSED, reporter="", acted_at=draft.now)
    draft.put(case)
    if draft.state.focus == case.key:
        draft.state = evolve(draft.state, focus=0, asked=(), asked_on=0)
    draft.filed = case.key
    draft.note(case, "closed", by=event.reporter, detail=event.note)
    if event.tell and (words := closing(case, draft.playbook)):
        draft.tell(words, case)
    return draft.finish()


def _unheard(draft: Draft, heard: int | None) -> bool:
    """Whether the contact said something that whoever decided had not seen: it may be that somebody is dying."""
    return heard is not None and draft.state.heard_on > heard


def reopened(draft: Draft, event: ReporterReopened) -> Turn:
    """An ended case is open again under its number, nobody's yet; the contact is not told, whoever takes it writes."""
    case = draft.state.case(event.case)
    if case is None or not case.ticket:
        return draft.finish("unknown")
    if case.open:
        return draft.finish("open")
    slots = {**of_their_own(case, draft.state.known), **case.slots}  # what was told since it was closed
    again = evolve(case, outcome=None, status=TicketStatus.REOPENED, reporter="", slots=slots, acted_at=draft.now)
    draft.put(again)
    draft.filed = again.key
    draft.note(again, "reopened", by=event.reporter, detail=event.note)
    draft.alert(again, "reopened")
    return draft.finish()


def corrected(draft: Draft, event: ReporterCorrected) -> Turn:
    """A person knows better: intent, urgency (lower only with a reason), a slot, status, verification."""
    case = draft.state.case(event.case)
    if case is None:
        return draft.finish("unknown")
    if event.field == "status" and not case.open:
        return draft.finish("closed")
    try:
        fixed = _fixed(draft, case, event)
    except ValueError:
        return draft.finish("value")
    if fixed is None:
        return draft.finish("reason")
    if fixed.urgency.rank > case.urgency.rank and _unheard(draft, event.heard):
        return draft.finish("heard")
    draft.put(fixed)
    if event.field == "status" and fixed.status is TicketStatus.CLAIMED_DONE:
        fixed = draft.revisit(fixed)
    draft.filed = case.key
    if event.field in ("intent", "urgency") and case.ticket:
        was = str(case.intent if event.field == "intent" else case.urgency)
        draft.effects.append(KeepLabel(case.ticket, event.field, was, event.value, event.reporter))
    draft.note(
        fixed,
        "corrected",
        by=event.reporter,
        detail=f"{event.field}={event.value}" + (f"（{event.reason}）" if event.reason else ""),
    )
    return draft.finish()


def _fixed(draft: Draft, case: Case, event: ReporterCorrected) -> Case | None:
    name, _, slot = event.field.partition(":")
    match name:
        case "intent":
            intent = Intent(event.value)
            if not intent.opens_case:
                raise ValueError(event.value)
            return evolve(case, intent=intent, confidence=1.0)
        case "urgency":
            urgency = Urgency(event.value)
            lowered = urgency.rank > case.urgency.rank
            if lowered and not event.reason.strip():
                return None
            return evolve(case, urgency=urgency, lowered_by=event.reporter if lowered else case.lowered_by)
        case "status":
            status = TicketStatus(event.value)
            if status is TicketStatus.CLOSED:
                raise ValueError(event.value)
            return evolve(case, status=status, acted_at=draft.now)
        case "verification":
            return evolve(case, verification=Verification(event.value), acted_at=draft.now)
        case "slot":
            if slot not in {row.name for row in draft.playbook.intents[case.intent].slots} | {"phone", "address"}:
                raise ValueError(slot)
            value = Filled(event.value.strip(), at=draft.now, by=event.reporter)
            return evolve(case, slots={**case.slots, slot: value})
        case _:
            raise ValueError(name)
