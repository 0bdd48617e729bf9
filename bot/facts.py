"""From a message and its reading to the event that is stepped: fragments with what came before, lists entry by entry."""

from classifiers.reader import Reader
from conversations.context import read_together, text_with_context
from conversations.events import ContactFollowed, ContactUnfollowed, Event, MessageReceived, Part
from conversations.lists import list_items
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Reading
from conversations.state import Conversation


def fact_of(
    reader: Reader,
    state: Conversation,
    inbound: Inbound,
    reading: Reading,
    playbook: Playbook,
    answered: str = "",
    *,
    surge: bool = False,
) -> Event:
    """`reading`: of the message by itself. `answered`: what was said already while nothing could be stored."""
    if inbound.kind == "follow":
        return ContactFollowed(inbound)
    if inbound.kind == "unfollow":
        return ContactUnfollowed(inbound)
    if text := text_with_context(state, inbound, reading, playbook):
        reading = read_together(state, reading, reader.read_meaning(text), playbook)
    items = list_items(inbound.text, reading)
    readings = reader.read(items, [inbound.sent_at] * len(items)) if items else ()
    parts = tuple(Part(text, read) for text, read in zip(items, readings, strict=True))
    return MessageReceived(inbound, reading, answered, parts, surge)
