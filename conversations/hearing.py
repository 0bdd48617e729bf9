"""The contact speaks: danger first, then which case, then what to note, ask or tell. Pure."""

from dataclasses import replace

from conversations.answering import answer
from conversations.articles import answer_from_knowledge
from conversations.asking import with_chosen_district
from conversations.belief import sober
from conversations.bursts import keep_back, together, unfinished
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.confirming import confirmed, denied_in_words
from conversations.context import remember
from conversations.destination import without_destinations
from conversations.elsewhere import of_another_home
from conversations.events import BurstEnded, MessageReceived
from conversations.further import as_told, further_needs
from conversations.households import begin_list, of_the_house
from conversations.in_danger import left_behind
from conversations.language import in_another_language
from conversations.listening import fill, heard, new_case, unnamed
from conversations.mourning import beside_danger, mourns_another, with_danger_first
from conversations.needs import with_need_named
from conversations.overdue import with_overdue
from conversations.picture_talk import picture_answered
from conversations.private import masked
from conversations.reading import Reading
from conversations.returning import back_in_touch, keeps_after_all
from conversations.revisiting import answered
from conversations.sharing import keep_contact, share
from conversations.small_talk import small_talk, wordless
from conversations.standing import with_number_quoted
from conversations.state import Case, Filled
from conversations.talk import meta_act
from conversations.tapping import tapped
from conversations.threats import calmed, threatens
from conversations.turn import Draft, Turn
from conversations.unreached import with_unreached
from conversations.values import evolve
from conversations.warning import answer_danger
from conversations.which_case import find_case
from conversations.which_door import door_since
from conversations.who_died import of_ours, with_bare_death
from conversations.who_left import gone_away
from conversations.whose_danger import whose_put_right
from conversations.writers import without_chinese


def message_received(draft: Draft, event: MessageReceived) -> Turn:
    state = draft.state
    event, private = _without_private_numbers(event)
    message = event.message
    reading = sober(state.asked, message, event.reading, draft.playbook.cues, talking=state.calm)
    draft.state = evolve(
        remember(state, message, reading),
        window=state.window.opened(message.opens, min(message.sent_at, draft.now), draft.limits),
        following=True,
    )
    with_a_person = state.hushed(draft.now) or any(case.open and case.reporter for case in state.cases)
    if event.more and not with_a_person and unfinished(message, reading, draft.playbook):
        return keep_back(draft, message, reading)
    return _understand(draft, event, private)


def burst_ended(draft: Draft, event: BurstEnded) -> Turn:
    """Nothing more came: what was kept back is answered by itself, pushed, for nobody waits at a request any more."""
    pieces = draft.state.burst
    if not pieces or draft.state.burst_on != event.set_on:
        return draft.finish()
    draft.state = evolve(draft.state, burst=pieces[:-1])
    last = MessageReceived(pieces[-1].message, event.reading, "pushed", event.parts, event.surge)
    return _understand(draft, last, private=False)


def _understand(draft: Draft, event: MessageReceived, private: bool) -> Turn:
    """A message, with what was kept back before it, and what it means. `private`: it had numbers nobody asked for."""
    state = draft.state
    if state.burst and event.message.kind not in ("menu", "notice"):
        draft.pieces = state.burst
        event = replace(event, message=together(state.burst, event.message))
        state = draft.state = evolve(state, burst=())
    message = event.message
    cues = draft.playbook.cues
    reading = sober(state.asked, message, event.reading, cues, talking=state.calm)
    reading = with_chosen_district(state, message, reading)
    reading = with_overdue(state, confirmed(state, message, reading, cues), draft.now)
    reading = with_number_quoted(state, message.text, with_unreached(state, message, reading, cues))
    reading = without_destinations(message.text, with_need_named(message.text, reading, cues), cues)
    reading = with_bare_death(state, message.text, reading, cues)
    draft.state, reading = gone_away(state, message.text, reading, cues)
    message, reading = whose_put_right(state, message, reading, cues)
    event = replace(event, message=message)
    known = reading
    reading = of_ours(state, message.text, known, cues)
    strangers = reading is not known  # the death it told is of nobody they are in fear for
    mourned = beside_danger(message.text, reading, cues)
    reading = with_danger_first(message.text, reading, cues)
    event = replace(event, reading=reading)
    draft.pushed = bool(event.answered)
    draft.message, draft.heard, draft.surge = message, message.text, event.surge
    draft.tips, draft.queue = event.tips, event.queue
    threat = threatens(message.text, reading, cues)
    draft.state = denied_in_words(draft.state, message, reading, cues)
    draft.asked_last = state.asked if state.asked_on == state.turn - 1 else ()
    danger = not threat and answer_danger(draft, event)
    if message.kind == "menu":
        tapped(draft, message)
        return draft.finish()
    if message.kind == "notice":
        return draft.finish()
    back_in_touch(draft, reading, danger=danger)
    case, intent = find_case(draft.state, message, reading, draft.playbook)
    case = case or left_behind(draft)
    if case is not None and of_another_home(case, message.text, reading, cues):
        intent = intent if intent and intent.opens_case else case.intent
        case = None
    held = next((one for one in draft.state.cases if one.open and one.reporter), None)
    hushed = draft.state.hushed(draft.now)
    sorry = strangers or (mourned and danger and mourns_another(message.text, reading, cues))
    if sorry and held is None and not hushed:
        draft.say("info", draft.playbook.say("condolence_beside"))
    if private and not danger and not state.warned_private and held is None:
        draft.say("info", draft.playbook.say("private_number"))
        draft.state = evolve(draft.state, warned_private=True)
    if event.parts:
        focus = draft.state.focused
        begun = focus if focus and not focus.ticket and Flag.MANY in focus.flags else None
        return _begin(draft, event, _of_list(intent, case), danger, silent=held is not None or hushed, begun=begun)
    if not danger and (turn := picture_answered(draft, reading, silent=held is not None or hushed)):
        return turn
    if threat and held is None and not hushed:
        return calmed(draft, case, event)
    if not danger and answered(draft, reading):  # what the reporter asked for is heard beside them too
        return _filed(draft, case, reading, silent=held is not None or hushed)
    if (held is not None or hushed) and not danger:
        return _beside_a_reporter(draft, case, held, event, intent)
    if not danger and keeps_after_all(draft, reading):
        return _filed(draft, None, reading)
    if not danger and answer_from_knowledge(draft, case, reading):
        return _filed(draft, case, reading)
    if not danger and Flag.DECEASED not in reading.flags:
        done = meta_act(draft, case, reading) or wordless(draft, case, message)
        if done or (case is None and (intent is None or not intent.opens_case) and small_talk(draft, message, reading)):
            return _filed(draft, case, reading)
        case = draft.state.case(case.key) if case else None  # a wish may have been written on it
    if not danger and without_chinese(message.text, known=state.foreign):
        return in_another_language(draft, case, event, intent)
    if case is None:
        return _begin(
            draft, event, intent if intent and intent.opens_case else unnamed(draft.playbook, reading), danger
        )
    return _go_on(draft, case, event, intent, danger)


def _without_private_numbers(event: MessageReceived) -> tuple[MessageReceived, bool]:
    """Identity and bank numbers are masked before anything is kept of them; whether there were any."""
    text = masked(event.message.text)
    if text == event.message.text:
        return event, False
    parts = tuple(replace(part, text=masked(part.text)) for part in event.parts)
    return replace(event, message=replace(event.message, text=text), parts=parts), True


def _beside_a_reporter(
    draft: Draft, case: Case | None, held: Case | None, event: MessageReceived, intent: Intent | None
) -> Turn:
    """A person speaks with them: the bot says nothing, but hears everything; a new need gets its own ticket quietly."""
    asks = intent is Intent.CONSULT and Act.STATUS in event.reading.acts  # of what the reporter has in hand
    if case is None and (intent is None or not intent.opens_case or asks):
        case = held
    wants_human = Act.HUMAN in event.reading.acts
    if case is None:
        if intent is None or not intent.opens_case:
            if not wants_human:
                return _filed(draft, None, event.reading)
            intent = Intent.CONSULT
        case = new_case(draft.state, event.message, event.reading, intent, draft.now, draft.playbook)
        case, _ = fill(case, event.message, event.reading, (), draft.now, draft.playbook)
        draft.filed = case.key
        draft.alert(draft.open_ticket(share(draft, case)), "human" if wants_human else "further_need")
        return draft.finish()
    meta_act(draft, case, event.reading, silent=True)
    case = draft.state.case(case.key) or case  # a wish may have been written on it
    draft.filed = case.key
    return _go_on(draft, case, event, intent, danger=False, silent=True)


def _of_list(intent: Intent | None, case: Case | None) -> Intent:
    """What a list is about as a whole: its own words, else what was being talked of."""
    if intent and intent.opens_case and intent is not Intent.OFFER:  # 帮忙登记 … offers nothing
        return intent
    return case.intent if case else Intent.COMMUNITY


def _begin(
    draft: Draft,
    event: MessageReceived,
    intent: Intent,
    danger: bool,
    *,
    silent: bool = False,
    begun: Case | None = None,
) -> Turn:
    """A new need: a case of its own, however many others are open. `begun`: what was said before the list itself."""
    case = new_case(draft.state, event.message, event.reading, intent, draft.now, draft.playbook)
    if begun is not None:
        case = evolve(case, key=begun.key, asked=begun.asked, rounds=begun.rounds)
    draft.state = evolve(draft.state, focus=case.key, asked=(), asked_on=0)
    case, _ = fill(case, event.message, event.reading, (), draft.now, draft.playbook, opening=True)
    if Act.CONSENT in event.reading.acts or Act.REFUSE_CONSENT in event.reading.acts:
        case = evolve(case, consent="no" if Act.REFUSE_CONSENT in event.reading.acts else "yes")
        if case.consent == "no" and not danger and not silent:
            draft.say("info", draft.playbook.say("refuse_consent"))
    case = share(draft, of_the_house(case, event.parts))
    if event.parts:
        return begin_list(draft, case, event, silent=silent)
    for other in further_needs(case, event.message, event.reading, draft.playbook):
        sibling = new_case(draft.state, event.message, event.reading, other, draft.now, draft.playbook)
        sibling = as_told(evolve(sibling, flags=case.flags), event.reading)
        sibling, _ = fill(sibling, event.message, event.reading, (), draft.now, draft.playbook)
        draft.put(sibling)
    return answer(draft, case, event.reading, {}, danger=danger, fresh=True)


def _go_on(
    draft: Draft, case: Case, event: MessageReceived, intent: Intent | None, danger: bool, silent: bool = False
) -> Turn:
    """More about an open case: note it, and rise if it got worse."""
    before = case
    case = heard(case, event.message, event.reading, intent, draft.playbook)
    if draft.state.mute and Flag.MUTE not in case.flags:
        case = evolve(case, flags=(*case.flags, Flag.MUTE))
    asked_now = draft.state.asked if case.key == draft.state.focus else ()
    news = dict[str, Filled]()
    every = [(piece.message, piece.reading) for piece in draft.pieces]
    for message, reading in (*every, (event.message, event.reading)):  # one alone may be the answer to what was asked
        case, more = fill(case, message, reading, asked_now, draft.now, draft.playbook)
        news |= more
    if place := news.get("address"):
        place = door_since(draft.state, case, place, event.message.text, draft.playbook.cues)
        case, news["address"] = evolve(case, slots={**case.slots, "address": place}), place
    draft.state = evolve(draft.state, focus=case.key)
    case = share(draft, case)
    if "address" in asked_now and not news and not silent:
        case = _lost(draft, case)
    if case.ticket:
        change = "raised" if case.urgency.rank < before.urgency.rank else "added"
        detail = "、".join(reason.text for reason in event.reading.reasons) if change == "raised" else ""
        draft.note(case, change, by="contact", detail=detail)
        if change == "raised" or danger:
            draft.alert(case, change if change == "raised" else "danger")
    if case.reporter or silent:
        draft.filed = case.key
        return draft.finish()
    return answer(draft, case, event.reading, news, danger=danger, fresh=not before.summary)


def _lost(draft: Draft, case: Case) -> Case:
    """Who is in danger and cannot say where is told once how it can be seen."""
    known = "address" in case.slots or _LOST in case.asked
    critical = case.urgency is Urgency.CRITICAL and not case.reporter
    if known or not critical or not draft.playbook.cues.where_lost.search(draft.heard):
        return case
    draft.say("info", draft.playbook.say("where_lost"))
    return draft.put(evolve(case, asked={**case.asked, _LOST: 1}))


_LOST = "where_lost"


def _filed(draft: Draft, case: Case | None, reading: Reading, *, silent: bool = False) -> Turn:
    draft.filed = draft.filed or (case.key if case else 0)
    keep_contact(draft, reading)
    if silent:
        draft.said.clear()
        draft.state = evolve(draft.state, asked=(), asked_on=0)
    return draft.finish()
