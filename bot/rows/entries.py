"""One entry of a TOML file changed in its text, so that nobody must know TOML and every comment stays where it is.

What comes out is read again and held against what was meant: a text written in a way that is not understood here is
refused (`Unclear`) instead of being damaged.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_HEADER = re.compile(r"^\[([^\[\]]+)\]\s*(#.*)?$")


class Unclear(ValueError):
    """The text cannot be changed entry by entry: by hand, then."""


@dataclass(frozen=True, slots=True)
class Known:
    """An entry of the knowledge base as the form has it. Dates "" or YYYY-MM-DD; `asks` one a line."""

    asks: Sequence[str]
    answer: str
    source: str
    since: str
    until: str
    approved_by: str


def quoted(text: str) -> str:
    """A TOML basic string; everything that is not plain becomes an escape."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def set_reply(text: str, key: str, words: str) -> str:
    """replies.toml with another sentence under `key`. Raises Unclear."""
    before, lines = _parsed(text), text.split("\n")
    start = next((n for n, line in enumerate(lines) if re.match(rf"{re.escape(key)}\s*=", line)), None)
    if start is None:
        raise Unclear
    for end in range(start + 1, len(lines) + 1):
        try:
            if list(tomllib.loads("\n".join(lines[start:end]))) == [key]:
                break
        except tomllib.TOMLDecodeError:
            continue
    else:
        raise Unclear
    return _sure("\n".join([*lines[:start], f"{key} = {quoted(words)}", *lines[end:]]), {**before, key: words})


def set_known(text: str, code: str, entry: Known) -> str:
    """knowledge.toml with this entry, in its place or at the end. Raises Unclear, ValueError for a date that is none."""
    before, fields = _parsed(text), _fields(entry)
    body = [f"{name} = {_value(value)}" for name, value in fields.items()]
    lines = text.rstrip("\n").split("\n")
    place = _block(lines, code)
    if place is None:
        if code in before:
            raise Unclear
        return _sure("\n".join([*lines, "", f"[{code}]", *body, ""]), {**before, code: fields})
    start, end = place
    tail = end
    while tail > start + 1 and (not lines[tail - 1].strip() or lines[tail - 1].startswith("#")):
        tail -= 1  # a comment above the next entry belongs to that one
    own = [line for line in lines[start + 1 : tail] if line.startswith("#")]
    changed = [*lines[:start], lines[start], *own, *body, *lines[tail:end], *lines[end:], ""]
    return _sure("\n".join(changed), {**before, code: fields})


def drop_known(text: str, code: str) -> str:
    """knowledge.toml without this entry. Raises Unclear."""
    before, lines = _parsed(text), text.rstrip("\n").split("\n")
    place = _block(lines, code)
    if place is None:
        raise Unclear
    before.pop(code)
    return _sure("\n".join([*lines[: place[0]], *lines[place[1] :], ""]), before)


def known_of(row: dict[str, Any]) -> Known:
    """What the form shows of an entry, whatever is wrong with it."""
    asks = row.get("asks", [])
    return Known(
        [str(ask) for ask in asks] if isinstance(asks, list) else [str(asks)],
        *(str(row.get(name, "") or "") for name in ("answer", "source", "since", "until", "approved_by")),
    )


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unclear from error


def _sure(text: str, meant: dict[str, Any]) -> str:
    if _parsed(text) != meant:
        raise Unclear
    return text


def _block(lines: Sequence[str], code: str) -> tuple[int, int] | None:
    """(line of the header, line after the entry)."""
    heads = [(n, found[1].strip()) for n, line in enumerate(lines) if (found := _HEADER.match(line))]
    for place, (start, name) in enumerate(heads):
        if name == code:
            return start, heads[place + 1][0] if place + 1 < len(heads) else len(lines)
    return None


def _fields(entry: Known) -> dict[str, Any]:
    fields: dict[str, Any] = {"asks": list(entry.asks), "answer": entry.answer, "source": entry.source}
    for name, value in (("since", entry.since), ("until", entry.until)):
        if value:
            fields[name] = date.fromisoformat(value)
    return {**fields, "approved_by": entry.approved_by}


def _value(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return f"[{', '.join(map(quoted, value))}]" if isinstance(value, list) else quoted(value)
