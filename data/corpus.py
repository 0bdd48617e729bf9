"""Loads the project's own sentences, one file an intent, and finds every fault in them before complaining.

A row: {"text", "intent", "intents": [further], "urgency", "flags": [...], "origin": "own"}; `flags` is left out where
nobody labelled them. Two texts that share more than three fifths of their three-character pieces are one sentence with
its nouns swapped: the later one is a fault.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from conversations.codes import Flag, Intent, Urgency
from data.faults import BadRows, Fault, rows_folder

ALIKE = 0.6
ORIGINS = ("own",)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One labelled sentence and where it stands."""

    text: str
    intent: Intent
    intents: tuple[Intent, ...]
    urgency: Urgency
    flags: tuple[Flag, ...]
    file: str
    line: int


def load_corpus(folder: Path | None = None) -> list[Sentence]:
    """All sentences, by file and line. Raises `BadRows` naming every fault."""
    sentences, faults = read_corpus(folder or rows_folder() / "corpus")
    if faults:
        raise BadRows(faults)
    return sentences


def read_corpus(folder: Path) -> tuple[list[Sentence], list[Fault]]:
    """The usable sentences and the faults of the others."""
    sentences: list[Sentence] = []
    faults: list[Fault] = []
    for file in sorted(folder.glob("*.jsonl")):
        try:
            lines = file.read_text("utf-8").split("\n")
        except (UnicodeDecodeError, IsADirectoryError):
            faults.append(Fault(file.name, 1, "not UTF-8: save it as UTF-8"))
            continue
        if not any(map(str.strip, lines)):
            faults.append(Fault(file.name, 1, "no sentences in it; restore it from data/corpus"))
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                sentences.append(_sentence(json.loads(line), file.name, number))
            except (ValueError, KeyError, TypeError, RecursionError) as wrong:
                faults.append(
                    Fault(file.name, number, f"{wrong}; a row is {{text, intent, intents, urgency, flags, origin}}")
                )
    if not sentences and not faults:
        faults.append(Fault(folder.name, 0, "no sentences; restore data/corpus/*.jsonl"))
    for late, early, share in alike([row.text for row in sentences], ALIKE):
        row, first = sentences[late], sentences[early]
        told = f"{share:.0%} like {first.file}:{first.line}; write a different sentence or drop it"
        faults.append(Fault(row.file, row.line, told))
    return sentences, faults


def _sentence(row: dict[str, object], file: str, line: int) -> Sentence:
    if not isinstance(row, dict):
        raise ValueError("not an object")
    strange = set(row) - {"text", "intent", "intents", "urgency", "flags", "origin"}
    if strange:
        raise ValueError(f"unknown field {sorted(strange)[0]!r}")
    text = row["text"]
    if not isinstance(text, str) or not text.strip():
        raise ValueError("text is empty")
    if row.get("origin") not in ORIGINS:
        raise ValueError(f"origin {row.get('origin')!r} is not one of {ORIGINS}")
    intent = Intent(str(row["intent"]))
    if file != f"{intent}.jsonl":
        raise ValueError(f"intent {intent} belongs in {intent}.jsonl")
    intents = tuple(Intent(str(item)) for item in _list(row, "intents"))
    if intent in intents or len(set(intents)) != len(intents):
        raise ValueError("further intents repeat one another or the primary one")
    flags = tuple(Flag(str(item)) for item in _list(row, "flags"))
    return Sentence(text, intent, intents, Urgency(str(row["urgency"])), flags, file, line)


def _list(row: dict[str, object], name: str) -> list[object]:
    value = row.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list")
    return value


def pieces(text: str) -> frozenset[str]:
    """The three-character pieces of a text without punctuation, blanks and the digits' values."""
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())
    plain = re.sub(r"\d", "0", plain)
    return frozenset(plain[n : n + 3] for n in range(max(1, len(plain) - 2))) if plain else frozenset()


def alike(texts: Sequence[str], limit: float, others: Iterable[str] | None = None) -> list[tuple[int, int, float]]:
    """Pairs (later, earlier, share) with Jaccard above `limit`; with `others`, pairs (text, other, share).

    Texts that can reach the limit must share one of their rarest pieces, so only those few are looked up.
    """
    mine = [pieces(text) for text in texts]
    theirs = mine if others is None else [pieces(text) for text in others]
    frequency = Counter(piece for found in (*mine, *(theirs if others is not None else ())) for piece in found)

    def rarest(found: frozenset[str]) -> list[str]:
        ranked = sorted(found, key=lambda piece: (frequency[piece], piece))
        return ranked[: len(ranked) - int(limit * len(ranked)) + 1]

    where: dict[str, list[int]] = {}
    if others is not None:
        for number, found in enumerate(theirs):
            for piece in rarest(found):
                where.setdefault(piece, []).append(number)
    pairs = []
    for number, found in enumerate(mine):
        short = rarest(found)
        near = {candidate for piece in short for candidate in where.get(piece, ())}
        for candidate in sorted(near):
            other = theirs[candidate]
            share = len(found & other) / max(1, len(found | other))
            if share > limit:
                pairs.append((number, candidate, share))
        if others is None:
            for piece in short:
                where.setdefault(piece, []).append(number)
    return pairs
