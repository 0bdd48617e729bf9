"""Loads the danger rows of `data/red/*.csv`. Every fault is named with file and line before anyone complains."""

import csv
from collections.abc import Iterator
from pathlib import Path

from conversations.codes import Flag, Intent, Urgency
from conversations.patterns import BadPattern, Pattern, parse_pattern
from conversations.rules import Frame, FrameRow, Kind, LimitRow, Need, RedRows, RuleRow, Side, SignRow
from data.faults import Fault

Words = dict[str, tuple[str, ...]]


def load_red(folder: Path, faults: list[Fault]) -> RedRows:
    """`folder` is the folder of all rows; the danger rows are in its `red/`."""
    red = folder / "red"
    words = _words(red / "words.csv", faults)
    signs = _signs(red / "signs.csv", words, faults)
    limits = _limits(red / "limits.csv", faults)
    known = {row.concept for row in signs} | {row.concept for row in limits}
    return RedRows(
        words=words,
        variants=_variants(red / "variants.csv", faults),
        signs=signs,
        frames=_frames(red / "frames.csv", words, faults),
        limits=limits,
        rules=_rules(red / "rules.csv", known, faults),
    )


def rows_of(path: Path, columns: tuple[str, ...], faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV file with their line numbers; blank lines and lines beginning with # are remarks."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        faults.append(Fault(path.name, 0, f"cannot be read: {error.strerror}"))
        return
    if not lines or tuple(lines[0].split(",")) != columns:
        faults.append(Fault(path.name, 1, f"the first line must be {','.join(columns)}"))
        return
    for line, raw in enumerate(lines[1:], start=2):
        if not raw.strip() or raw.startswith("#"):
            continue
        cells = next(csv.reader([raw]))
        if len(cells) != len(columns):
            faults.append(Fault(path.name, line, f"{len(cells)} cells instead of {len(columns)}"))
            continue
        yield line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))


def patterns_of(text: str, words: Words, file: str, line: int, faults: list[Fault]) -> list[Pattern]:
    """The patterns of one cell, parted by ` / `."""
    found = []
    for part in text.split(" / "):
        try:
            found.append(parse_pattern(part, words))
        except BadPattern as error:
            faults.append(Fault(file, line, str(error)))
    return found


def _words(path: Path, faults: list[Fault]) -> Words:
    """Several rows may add to one set; a set may hold an earlier one as `@name`."""
    words: Words = {}
    for line, row in rows_of(path, ("set", "words"), faults):
        found: list[str] = list(words.get(row["set"], ()))
        for word in row["words"].split("|"):
            if word.startswith("@") and word[1:] in words:
                found.extend(words[word[1:]])
            elif not word or word.startswith("@"):
                faults.append(Fault(path.name, line, f"empty word or unknown set {word!r}"))
            else:
                found.append(word)
        words[row["set"]] = tuple(dict.fromkeys(found))
    return words


def _variants(path: Path, faults: list[Fault]) -> dict[str, str]:
    variants: dict[str, str] = {}
    for line, row in rows_of(path, ("read", "written"), faults):
        if len(row["read"]) != 1:
            faults.append(Fault(path.name, line, "`read` is one character"))
        for char in row["written"]:
            if char in variants:
                faults.append(Fault(path.name, line, f"{char} is already read as {variants[char]}"))
            variants[char] = row["read"][:1]
    return variants


def _signs(path: Path, words: Words, faults: list[Fault]) -> tuple[SignRow, ...]:
    found: list[SignRow] = []
    for line, row in rows_of(path, ("concept", "kind", "pattern"), faults):
        patterns = patterns_of(row["pattern"], words, path.name, line, faults)
        if row["kind"] not in set(Kind):
            faults.append(Fault(path.name, line, f"unknown kind {row['kind']!r}"))
        else:
            found.extend(SignRow(row["concept"], Kind(row["kind"]), pattern) for pattern in patterns)
    return tuple(found)


def _frames(path: Path, words: Words, faults: list[Fault]) -> tuple[FrameRow, ...]:
    found: list[FrameRow] = []
    for line, row in rows_of(path, ("frame", "side", "reach", "pattern"), faults):
        patterns = patterns_of(row["pattern"], words, path.name, line, faults)
        if row["frame"] not in set(Frame) or row["side"] not in set(Side) or not row["reach"].isdigit():
            faults.append(Fault(path.name, line, "unknown frame or side, or reach is no number"))
            continue
        frame, side, reach = Frame(row["frame"]), Side(row["side"]), int(row["reach"])
        found.extend(FrameRow(frame, side, reach, pattern) for pattern in patterns)
    return tuple(found)


def _limits(path: Path, faults: list[Fault]) -> tuple[LimitRow, ...]:
    found = []
    for line, row in rows_of(path, ("concept", "quantity", "low", "high"), faults):
        try:
            low, high = float(row["low"] or "-inf"), float(row["high"] or "inf")
        except ValueError:
            faults.append(Fault(path.name, line, "low and high are numbers or empty"))
            continue
        found.append(LimitRow(row["concept"], row["quantity"], low, high))
    return tuple(found)


def _rules(path: Path, known: set[str], faults: list[Fault]) -> tuple[RuleRow, ...]:
    found = []
    for line, row in rows_of(path, ("code", "effect", "intent", "needs", "within", "reason"), faults):
        needs = tuple(_need(part) for part in row["needs"].split())
        unknown = [concept for need in needs for concept in need.concepts if concept not in known]
        if unknown:
            faults.append(Fault(path.name, line, f"no sign or limit makes the concept {', '.join(unknown)}"))
        if not any(not need.absent for need in needs):
            faults.append(Fault(path.name, line, "a rule needs at least one concept that is there"))
        effect = row["effect"]
        if effect not in set(Urgency) | set(Flag) or row["intent"] not in {"", *Intent} or not row["within"].isdigit():
            faults.append(Fault(path.name, line, "unknown effect or intent, or within is no number"))
            continue
        found.append(
            RuleRow(
                code=row["code"],
                urgency=Urgency(effect) if effect in set(Urgency) else None,
                flag=Flag(effect) if effect in set(Flag) else None,
                intent=Intent(row["intent"]) if row["intent"] else None,
                needs=needs,
                within=int(row["within"]),
                reason=row["reason"],
            )
        )
    return tuple(found)


def _need(text: str) -> Need:
    absent = text.startswith("!")
    return Need(tuple(text.removeprefix("!").split("|")), absent)
