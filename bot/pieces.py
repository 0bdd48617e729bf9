"""The pieces of a message that are read by themselves too: households of a list, and needs told in one breath.

They are cut first and read afterwards, so that the pieces of a whole batch are read in one go.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from classifiers.reader import Reader
from conversations.doors import each_in_need, household_entries
from conversations.events import Part
from conversations.filled_in import form_entries
from conversations.further import needs_apart, with_needs_apart
from conversations.homes import homes_apart
from conversations.lists import list_items, need_items
from conversations.messages import Inbound
from conversations.playbook import Playbook
from conversations.reading import Reading


@dataclass(frozen=True, slots=True)
class Pieces:
    """`entries`: of a list, or of households told in running words (`running`). `needs`: numbered ones, or such as the text
    passes on to (`passing`)."""

    entries: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    running: bool = False
    passing: bool = False


@dataclass(frozen=True, slots=True)
class ReadPieces:
    """Pieces with a reading each. An entry is read with its facts; of a need only what it is and how soon."""

    cut: Pieces
    entries: tuple[Reading, ...] = ()
    needs: tuple[Reading, ...] = ()


def pieces_of(message: Inbound, reading: Reading, playbook: Playbook) -> Pieces:
    """What a message falls into; nothing for nearly every one."""
    text = message.text
    if entries := list_items(text, reading):
        return Pieces(entries)
    entries = form_entries(text) or homes_apart(text, reading, playbook.cues) or household_entries(text, reading)
    if needs := need_items(text):
        return Pieces(entries, needs, running=True)
    return Pieces(entries, needs_apart(text, playbook.cues), running=True, passing=True)


def read_pieces(reader: Reader, asked: Sequence[tuple[Inbound, Pieces]]) -> list[ReadPieces]:
    """One for each of `asked`, in order."""
    entries = [(text, message.sent_at) for message, one in asked for text in one.entries]
    needs = [text for _, one in asked for text in one.needs]
    whole = iter(reader.read([text for text, _ in entries], [at for _, at in entries]) if entries else ())
    meant = iter(reader.read_meaning(needs) if needs else ())
    return [
        ReadPieces(one, tuple(islice(whole, len(one.entries))), tuple(islice(meant, len(one.needs))))
        for _, one in asked
    ]


def parts_of(pieces: ReadPieces, playbook: Playbook) -> tuple[Part, ...]:
    """The households of a message; () when it is about one."""
    parts = tuple(Part(text, read) for text, read in zip(pieces.cut.entries, pieces.entries, strict=True))
    return each_in_need(parts, playbook.cues) if pieces.cut.running else parts


def with_needs(reading: Reading, pieces: ReadPieces, playbook: Playbook) -> Reading:
    """`reading` with the needs that are plain only by themselves."""
    if not pieces.needs:
        return reading
    if pieces.cut.passing:
        return with_needs_apart(reading, tuple(zip(pieces.cut.needs, pieces.needs, strict=True)), playbook.cues)
    found = dict(reading.intents)
    for one in pieces.needs:
        if one.intent.opens_case and one.confidence >= playbook.manners.floor:
            found[one.intent] = max(found.get(one.intent, 0.0), one.confidence)
    found.pop(reading.intent, None)
    return replace(reading, intents=tuple(sorted(found.items(), key=lambda pair: -pair[1])))
