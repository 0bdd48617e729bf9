"""Where a life may be in danger, or somebody has died: a ticket and a person at once, the fewest words, no form. Pure."""

from collections.abc import Mapping
from datetime import timedelta

from conversations.asking import ask_contact, asked
from conversations.codes import Act, Flag, TicketStatus, Urgency
from conversations.listening import complete
from conversations.reading import Reading
from conversations.slots import SHARED
from conversations.speaking import added_critical, next_critical, noted, receipt, still_missing
from conversations.state import HELPED, Case, Filled
from conversations.telephones import odd_number
from conversations.turn import Draft, Turn
from conversations.values import evolve
from conversations.which_door import headless, without_door

_BESIDE = timedelta(minutes=10)
"""The numbers to call are not repeated with every line to somebody in despair."""


def critical(draft: Draft, case: Case, reading: Reading, news: Mapping[str, Filled], *, danger: bool) -> Turn:
    """A ticket from the first message on, phone and address as one ask, then a receipt; nothing else is asked."""
    first = not case.ticket
    case = draft.open_ticket(case)
    if first:
        draft.alert(case, "critical")
        open_siblings(draft, case)
    case = _unable_to_call(draft, case, reading, danger=danger)
    case = _with_help(draft, case, danger=danger)
    case = _without_help(draft, case, reading, danger=danger)
    words, names = ask_contact(case, draft.playbook)
    wanting = _place_wanting(draft, case)
    door = draft.playbook.say(wanting) if wanting else ""
    if door:
        case = draft.put(evolve(case, asked={**case.asked, wanting: 1}))
        words, names = words + door if names else door, (*names, "address")
    known = {name: value for name, value in case.slots.items() if name in SHARED}
    if names and (first or (danger and not case.asked.get(names[0]))):
        if first:
            draft.say("receipt", _read_back(draft, case, known))
        draft.say("question", words)
        case = draft.put(asked(case, names))
        draft.state = evolve(draft.state, asked=names, asked_on=draft.state.turn)
        if "phone" in names:
            draft.timer("nudge", case, draft.playbook.manners.nudge)
        return draft.finish()
    if first:  # told with the danger, or known from before: said back, so that a wrong number is seen
        draft.say("receipt", _read_back(draft, case, known))
        title = draft.playbook.intents[case.intent].title
        draft.say("receipt", draft.playbook.say("receipt", number=case.ticket, title=title))
        draft.put(case)
        return draft.finish()
    if not news and not danger and (odd := odd_number(draft.heard)) and "phone" not in case.slots:
        draft.say("question", draft.playbook.say("phone_odd", number=odd, count=str(len(odd))))
    said = noted(case, news, draft.playbook)
    draft.say("receipt", said)
    waits = "waits" not in case.asked and draft.playbook.cues.ambulance_waits.search(draft.heard) is not None
    if waits:
        case = evolve(case, asked={**case.asked, "waits": 1})
        draft.say("receipt", draft.playbook.say("danger_ambulance_waits"))
    if case.helped and not danger:
        draft.say("receipt", draft.playbook.say("added", number=case.ticket))
    elif not case.told and (said or not danger):
        draft.say("receipt", receipt(case, draft.playbook, draft.now))
    elif waits:
        draft.say("receipt", still_missing(case, draft.playbook))
    elif said:
        draft.say("receipt", still_missing(case, draft.playbook) + next_critical(case, draft.playbook, draft.now))
    elif not danger and draft.said in ([], [("info", draft.playbook.say("condolence_beside"))]):
        draft.say("receipt", added_critical(case, draft.playbook) + still_missing(case, draft.playbook))
    elif danger:
        draft.say("receipt", still_missing(case, draft.playbook))
    draft.say("question", door)
    draft.state = evolve(draft.state, asked=names, asked_on=draft.state.turn if door else draft.state.asked_on)
    draft.put(case)
    return draft.finish()


def _place_wanting(draft: Draft, case: Case) -> str:
    """What is asked once of somebody in danger of whom only the lane is known, or only the door; "" for nothing."""
    place = case.slots.get("address")
    listed = any(other.parent == case.key for other in draft.state.cases)
    if place is None or listed or draft.playbook.danger(case.codes).watched:
        return ""
    wanting = "ask_door" if without_door(place) else "ask_lane" if headless(place) else ""
    return wanting if wanting not in case.asked else ""


def _read_back(draft: Draft, case: Case, known: Mapping[str, Filled]) -> str:
    """What we send people by, so that a wrong number or place is seen while it can still be put right."""
    words = noted(case, known, draft.playbook)
    return words + draft.playbook.say("place_right") if words and "address" in known else words


def _with_help(draft: Draft, case: Case, *, danger: bool) -> Case:
    """Once help is there they are not told to go on ringing for it, until it is danger again."""
    if not danger and draft.playbook.cues.help_came.search(draft.heard):
        return draft.put(evolve(case, asked={**case.asked, HELPED: 1}))
    return case


def _without_help(draft: Draft, case: Case, reading: Reading, *, danger: bool) -> Case:
    """Help left without them, or it presses again after help came or they said that it is over: people hear of it once more,
    and so do they."""
    left, cues = help_left(draft), draft.playbook.cues
    calm = any(words.search(draft.heard) for words in (cues.help_came, cues.help_left, cues.taken_along))
    presses = reading.urgency.at_least(Urgency.URGENT) or Flag.CHECK in reading.flags
    if not (left or danger or (case.helped and presses and not calm)):
        return case
    case = evolve(case, asked={name: count for name, count in case.asked.items() if name != HELPED})
    case = draft.put(evolve(case, status=TicketStatus.REOPENED) if case.helped else case)  # said to be done, then
    if not danger:  # a danger that is named has its line and its alert
        draft.alert(case, "not_solved" if left else "danger")
        draft.say("danger", draft.playbook.say(draft.playbook.danger(case.codes).short))
    return case


_LATELY = 3
"""Of the last messages, among which it may be told that they were taken along."""


def help_left(draft: Draft) -> bool:
    """Whether help was there and did not take them along; not where it has just been told that it did."""
    cues = draft.playbook.cues
    if not cues.help_left.search(draft.heard):
        return False
    return cues.turned_away.search(draft.heard) is not None or not any(
        cues.taken_along.search(text) for text in (draft.heard, *(one.text for one in draft.state.recent[-_LATELY:]))
    )


def left_behind(draft: Draft) -> Case | None:
    """The case of whoever was left behind: that no hospital takes them is no other matter."""
    open_ones = [one for one in reversed(draft.state.cases) if one.open and one.urgency is Urgency.CRITICAL]
    return open_ones[0] if open_ones and help_left(draft) else None


def _unable_to_call(draft: Draft, case: Case, reading: Reading, *, danger: bool) -> Case:
    """Who cannot make a call is told another way each time they say so, and the desk that nobody may ring them."""
    if Flag.MUTE not in case.flags:
        return case
    if Flag.MUTE in reading.flags and not danger:
        draft.say("danger", draft.playbook.say("danger_mute", call=draft.playbook.danger(case.codes).call))
    if "mute" not in case.asked:
        case = draft.put(evolve(case, asked={**case.asked, "mute": 1}))
        draft.alert(case, "mute")
    return case


_CONDOLED = "condoled"


def stand_by(draft: Draft, case: Case, reading: Reading, news: Mapping[str, Filled]) -> Turn:
    """Somebody died, or wants to: two lines and a person. No form, no survey, nothing to fill in."""
    first = not case.ticket
    case = draft.open_ticket(case)
    new = first or (Flag.DECEASED in reading.flags and case.urgency is Urgency.CRITICAL and _CONDOLED not in case.asked)
    draft.state = evolve(draft.state, asked=(), asked_on=0)
    beside = any(other.open and other.reporter for other in draft.state.cases)
    if Flag.DECEASED in case.flags:
        draft.said = [pair for pair in draft.said if pair[0] != "danger"]
        if not beside:
            draft.say("info", draft.playbook.say("condolence" if new else "condolence_again"))
        case = evolve(case, asked={**case.asked, _CONDOLED: 1})
    elif any(purpose == "danger" for purpose, _ in draft.said):
        wanted = Flag.MUTE not in case.flags and "phone" not in case.slots and "phone" not in case.asked
        if wanted and not beside:
            draft.say("question", draft.playbook.say("ask_phone_gently"))
            case = evolve(case, asked={**case.asked, "phone": 1})
        if Flag.CHECK in reading.flags and reading.urgency is not Urgency.CRITICAL:
            case = evolve(case, asked={**case.asked, "check": case.asked.get("check", 0) + 1})
            draft.state = evolve(draft.state, asked=("check",), asked_on=draft.state.turn)
    elif not beside:
        again = draft.state.said_at is not None and draft.now - draft.state.said_at < _BESIDE
        words = draft.playbook.say("beside_you_again" if again and not first else "beside_you")
        draft.say("info", noted(case, news, draft.playbook) + words)
    if new:
        draft.alert(case, "deceased" if Flag.DECEASED in case.flags else "critical")
    elif Act.HUMAN in reading.acts:
        draft.alert(case, "human")
    draft.put(case)
    return draft.finish()


def doubtful(draft: Draft, case: Case) -> Turn:
    """A red word in a doubtful frame: the 120 line if it is happening now, one yes/no question, a ticket, and nothing else."""
    case = draft.open_ticket(evolve(case, asked={**case.asked, "check": case.asked.get("check", 0) + 1}))
    draft.alert(case, "check")
    draft.put(case)
    draft.state = evolve(draft.state, asked=("check",), asked_on=draft.state.turn)
    return draft.finish()


def open_siblings(draft: Draft, case: Case) -> None:
    """The other needs of the same message get their tickets with the first one's, and so does what was told before and
    lacked only what is known now; a person sees them together."""
    for other in draft.state.cases:
        if not other.open or other.ticket or other.key == case.key:
            continue
        if other.started_at == case.started_at or complete(other, draft.playbook.intents[other.intent]):
            other = draft.open_ticket(other)
            draft.say(
                "receipt",
                draft.playbook.say(
                    "also_receipt", number=other.ticket, title=draft.playbook.intents[other.intent].title
                ),
            )
            draft.alert(other, "further_need")
