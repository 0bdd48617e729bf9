"""What must be read besides a message itself: the whole of its burst, or the words before it and its own. In batches.

A text read alone costs three times as much as one of a batch, and every fragment of a talk asks for a second reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.reader import Reader
from conversations.bursts import read_as_one, together
from conversations.context import in_scraps, known_by_now, read_together, text_with_context
from conversations.engine import texts_to_read
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Reading
from conversations.state import Conversation


@dataclass(frozen=True, slots=True)
class Further:
    """A text to read beside `message`. `whole`: the message with everything of its burst, None for mere context."""

    text: str
    message: Inbound
    whole: Inbound | None = None
    scraps: bool = False
    """A word a line: what they say together is a text of its own."""
    by_rules: bool = False
    """Only what the rules see in it matters."""


def further_text(state: Conversation, message: Inbound, own: Reading, playbook: Playbook) -> Further | None:
    """What else is to be read of a message whose own reading is `own`; None for nothing."""
    if state.burst and message.kind not in ("menu", "notice", "follow", "unfollow"):
        whole = together(state.burst, message)
        return Further(texts_to_read(whole), message, whole)
    text = text_with_context(state, message, own, playbook)
    if not text:
        return None
    scraps = in_scraps(state, message, playbook.cues)
    return Further(text, message, scraps=scraps, by_rules=not scraps and known_by_now(state, own, playbook))


def read_further(reader: Reader, asked: Sequence[Further]) -> list[Reading]:
    """One reading for each, in order: of a burst with its facts, of a context what it means."""
    bursts = [one for one in asked if one.whole or one.scraps]
    contexts = [one for one in asked if not (one.whole or one.scraps)]
    whole = iter(reader.read([one.text for one in bursts], [one.message.sent_at for one in bursts]) if bursts else ())
    by_rules = {place for place, one in enumerate(contexts) if one.by_rules}
    meaning = iter(reader.read_meaning([one.text for one in contexts], by_rules) if contexts else ())
    return [next(whole if one.whole or one.scraps else meaning) for one in asked]


def with_further(state: Conversation, own: Reading, asked: Further, read: Reading, playbook: Playbook) -> Reading:
    """The message's own reading, completed by what was read beside it."""
    return read_as_one(own, read) if asked.whole else read_together(state, own, read, playbook, scraps=asked.scraps)
