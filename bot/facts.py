"""From a message and its reading to the event that is stepped: fragments with what came before, lists entry by entry."""

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta

from bot.pieces import ReadPieces, parts_of, pieces_of, read_pieces, with_needs
from bot.rereading import further_text, read_further, with_further
from classifiers.dates import Look, moments, to_come
from classifiers.printed import printed_medicines
from classifiers.reader import Reader
from conversations.bursts import TIMER, together
from conversations.codes import Intent, Urgency
from conversations.engine import texts_to_read
from conversations.events import (
    BurstEnded,
    ContactFollowed,
    ContactUnfollowed,
    Event,
    MessageReceived,
    PictureRead,
    TimerFired,
)
from conversations.knowledge import Tip
from conversations.messages import Inbound
from conversations.playbook import SHANGHAI, Playbook
from conversations.reading import Reading
from conversations.state import Conversation
from conversations.telephones import with_joined_number


def fact_of(
    reader: Reader,
    state: Conversation,
    inbound: Inbound,
    reading: Reading,
    playbook: Playbook,
    answered: str = "",
    *,
    surge: bool = False,
    queue: int = 0,
    more: bool = False,
    tips: Callable[[str, Collection[Intent]], tuple[Tip, ...]] = lambda district, intents: (),
    further: Reading | None = None,
    pieces: ReadPieces | None = None,
) -> Event:
    """`reading`: of the message by itself. `answered`: what was said already while nothing could be stored. `more`: it
    may be a beginning only. `queue`: tickets nobody has taken. `tips`: (district, intents) → numbers that may be passed on.
    `further`: the reading of what `further_text` names for this very state, `pieces`: what the message falls into, where it
    names nothing; None to have it read here."""
    if inbound.kind == "follow":
        return ContactFollowed(inbound)
    if inbound.kind == "unfollow":
        return ContactUnfollowed(inbound)
    if inbound.kind == "menu" and (tap := playbook.taps.get(inbound.event_key)):
        named = replace(inbound, text=tap.name)  # so that people see what was tapped
        return MessageReceived(named, Reading(), answered)
    whole = inbound
    if asked := further_text(state, inbound, reading, playbook):
        beside = further if further is not None else read_further(reader, [asked])[0]
        reading, whole = with_further(state, reading, asked, beside, playbook), asked.whole or inbound
    reading = with_joined_number(state, inbound, reading)
    if asked or pieces is None:
        pieces = read_pieces(reader, [(whole, pieces_of(whole, reading, playbook))])[0]
    parts, near = parts_of(pieces, playbook), _near(state, reading, tips)
    reading = _dated(state, inbound, reading)
    if not parts:
        reading = with_needs(reading, pieces, playbook)
    return MessageReceived(inbound, reading, answered, parts, surge, more, near, queue)


_LAST = re.compile("上次|上趟|上回|最后一次")
_SUNDAY, _WEEK = 6, timedelta(days=7)


def _dated(state: Conversation, message: Inbound, reading: Reading) -> Reading:
    """A day by itself (上周五, 3月28号做的) is the day we asked for; of which treatment, the question said."""
    facts, at = reading.entities, message.sent_at
    last = _LAST.search(message.text)
    if facts.last_done_at is None and ("last_done" in state.asked or (last and state.focused)):
        days = [one.at for one in moments(message.text[last.end() if last else 0 :], at, Look.BACK) if one.at <= at]
        if days and at.astimezone(SHANGHAI).weekday() == _SUNDAY and "上" in message.text and days[0] + _WEEK <= at:
            # On a Sunday the week that ends is often 上周 already; the nearer day alarms nobody wrongly.
            days[0] += _WEEK
        facts = replace(facts, last_done_at=days[0]) if days else facts
    elif "next_due" in state.asked and facts.next_due_at is None:
        days = [one.at for one in moments(message.text, at, Look.AHEAD) if to_come(one, at)]
        facts = replace(facts, next_due_at=days[0]) if days else facts
    return replace(reading, entities=facts) if facts is not reading.entities else reading


def _near(
    state: Conversation, reading: Reading, tips: Callable[[str, Collection[Intent]], tuple[Tip, ...]]
) -> tuple[Tip, ...]:
    """For what the message, or what is being talked of, is about, where they live; nothing beside danger."""
    if reading.urgency.at_least(Urgency.URGENT):
        return ()
    focus = state.focused
    intents = {reading.intent, *((focus and (focus.intent,)) or ())}
    said = next((one.district for one in reading.entities.addresses if one.district), "")
    known = state.known.get("address")
    return tips(said or (dict(known.parts).get("district", "") if known else ""), intents)


def fact_of_picture(reader: Reader, picture: PictureRead) -> PictureRead:
    """With the reading of its words, by themselves: what was said beside it does not make a form say more. Medicines also
    as they are printed, under names nobody says."""
    reading = reader.read([picture.text], [picture.sent_at])[0]
    drugs = tuple(dict.fromkeys((*printed_medicines(picture.text), *reading.entities.drugs)))
    return replace(picture, reading=replace(reading, entities=replace(reading.entities, drugs=drugs)))


def fact_of_timer(
    reader: Reader, state: Conversation, timer: TimerFired, playbook: Playbook, *, surge: bool = False
) -> Event:
    """A timer as the event it is; the one of a burst with the reading of everything that was kept back."""
    if timer.name != TIMER or not state.burst or state.burst_on != timer.set_on:
        return timer
    whole = together(state.burst[:-1], state.burst[-1].message)
    reading = reader.read([texts_to_read(whole)], [whole.sent_at])[0]
    pieces = read_pieces(reader, [(whole, pieces_of(whole, reading, playbook))])[0]
    parts = parts_of(pieces, playbook)
    return BurstEnded(reading if parts else with_needs(reading, pieces, playbook), timer.set_on, parts, surge)
