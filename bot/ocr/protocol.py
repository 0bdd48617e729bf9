"""What is said between us and the program that reads pictures: frames of a length and that many bytes, JSON in answer.

First it says `{"ready": "name and version"}`. Then, for each JPEG it is sent, `{"lines": ["…", …]}` in reading order, or
`{"fault": "word"}` for a picture it cannot read. It reads one picture at a time and ends when its input ends.
"""

import struct
from dataclasses import dataclass
from typing import Any

import msgspec

HEAD = struct.Struct(">I")
LONGEST_PICTURE = 8 << 20
LONGEST_ANSWER = 256 << 10
MOST_WORDS = 4000
"""Characters kept of one picture: a page of small print has 1,500."""


class Garbled(Exception):
    """An answer that is none of the protocol's: whoever gives it is not asked again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`lines` as read, or `fault` why not. `ready` is the greeting's."""

    lines: tuple[str, ...] = ()
    fault: str = ""
    ready: str = ""


def frame(content: bytes) -> bytes:
    return HEAD.pack(len(content)) + content


def length_of(head: bytes) -> int:
    """Bytes of an answer that follow its head. Raises Garbled."""
    (length,) = HEAD.unpack(head)
    if not 0 < length <= LONGEST_ANSWER:
        raise Garbled("an answer of impossible length")
    return int(length)


def answer_of(content: bytes) -> Answer:
    """Raises Garbled."""
    try:
        said: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Garbled("no JSON") from error
    match said:
        case {"ready": str(name)}:
            return Answer(ready=name[:80])
        case {"fault": str(fault)} if fault:
            return Answer(fault=fault[:40])
        case {"lines": list(lines)} if all(isinstance(line, str) for line in lines):
            return Answer(tuple(lines))
    raise Garbled("no answer of the protocol")


def words_of(answer: Answer) -> str:
    """The lines as one text, without empty ones, as much of it as is kept."""
    return "\n".join(filter(None, (" ".join(line.split()) for line in answer.lines)))[:MOST_WORDS].rstrip()
