"""What the platform tells of what was said: refused, late, or unknown. Pure."""

from datetime import datetime

from conversations.events import DeliveredLate, DeliveryFailed
from conversations.turn import Draft, Turn
from conversations.values import evolve


def delivery_failed(draft: Draft, event: DeliveryFailed) -> Turn:
    """The platform refused, or nobody knows: the desk learns it; a window the platform calls shut is shut here."""
    if event.closes_window:
        draft.state = evolve(draft.state, window=draft.state.window.spend(1_000))
    if event.unsure and event.said_at:
        _reached(draft, event.said_at, event.parts)
    if event.unreachable:
        draft.state = evolve(draft.state, following=False)
    case = draft.state.case(event.case) or next((one for one in reversed(draft.state.cases) if one.ticket), None)
    if case is not None and case.ticket:
        draft.filed = case.key
        draft.note(case, "unsure" if event.unsure else "undelivered", detail=event.note)
        draft.alert(case, "undelivered")
    return draft.finish()


def delivered_late(draft: Draft, event: DeliveredLate) -> Turn:
    _reached(draft, event.said_at, event.parts)
    return draft.finish()


def _reached(draft: Draft, said_at: datetime, parts: int) -> None:
    draft.state = evolve(draft.state, window=draft.state.window.reached(said_at, draft.now, parts))
