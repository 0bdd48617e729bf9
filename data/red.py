"""Loads the danger rows of `data/red/*.csv`. Every fault is named with file and line before anyone complains."""

from pathlib import Path

from conversations.codes import Flag, Intent, Urgency
from conversations.patterns import BadPattern, Pattern, parse_pattern
from conversations.rules import Frame, FrameRow, Kind, LimitRow, Need, RedRows, RuleRow, Side, SignRow
from data.faults import Fault
from data.rows import read_csv

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
    for line, row in read_csv(path, ("set", "words"), faults):
        found: list[str] = list(words.get(row["set"], ()))
        for word in row["words"].split("|"):
            if word.startswith("@") and word[1:] in words:
                found.extend(words[word[1:]])
            elif not word or word.startswith("@"):
                faults.append(Fault(path.name, line, f"空词，或没有 {word!r} 这个词组"))
            else:
                found.append(word)
        words[row["set"]] = tuple(dict.fromkeys(found))
    return words


def _variants(path: Path, faults: list[Fault]) -> dict[str, str]:
    variants: dict[str, str] = {}
    for line, row in read_csv(path, ("read", "written"), faults):
        if len(row["read"]) != 1:
            faults.append(Fault(path.name, line, "read 只能是一个字"))
        for char in row["written"]:
            if char in variants:
                faults.append(Fault(path.name, line, f"{char} 已读作 {variants[char]}"))
            variants[char] = row["read"][:1]
    return variants


def _signs(path: Path, words: Words, faults: list[Fault]) -> tuple[SignRow, ...]:
    found: list[SignRow] = []
    for line, row in read_csv(path, ("concept", "kind", "pattern"), faults):
        patterns = patterns_of(row["pattern"], words, path.name, line, faults)
        if row["kind"] not in set(Kind):
            faults.append(Fault(path.name, line, f"没有 {row['kind']!r} 这种 kind"))
        else:
            found.extend(SignRow(row["concept"], Kind(row["kind"]), pattern) for pattern in patterns)
    return tuple(found)


def _frames(path: Path, words: Words, faults: list[Fault]) -> tuple[FrameRow, ...]:
    found: list[FrameRow] = []
    for line, row in read_csv(path, ("frame", "side", "reach", "pattern"), faults):
        patterns = patterns_of(row["pattern"], words, path.name, line, faults)
        if row["frame"] not in set(Frame) or row["side"] not in set(Side) or not row["reach"].isdigit():
            faults.append(Fault(path.name, line, "frame 或 side 写错了，或 reach 不是数字"))
            continue
        frame, side, reach = Frame(row["frame"]), Side(row["side"]), int(row["reach"])
        found.extend(FrameRow(frame, side, reach, pattern) for pattern in patterns)
    return tuple(found)


def _limits(path: Path, faults: list[Fault]) -> tuple[LimitRow, ...]:
    found = []
    for line, row in read_csv(path, ("concept", "quantity", "low", "high"), faults):
        try:
            low, high = float(row["low"] or "-inf"), float(row["high"] or "inf")
        except ValueError:
            faults.append(Fault(path.name, line, "low 与 high 是数字或空着"))
            continue
        found.append(LimitRow(row["concept"], row["quantity"], low, high))
    return tuple(found)


def _rules(path: Path, known: set[str], faults: list[Fault]) -> tuple[RuleRow, ...]:
    found = []
    for line, row in read_csv(path, ("code", "effect", "intent", "needs", "within", "reason"), faults):
        needs = tuple(_need(part) for part in row["needs"].split())
        unknown = [concept for need in needs for concept in need.concepts if concept not in known]
        if unknown:
            faults.append(Fault(path.name, line, f"没有一行给出概念 {'、'.join(unknown)}"))
        if not any(not need.absent for need in needs):
            faults.append(Fault(path.name, line, "一条规则至少要有一个须出现的概念"))
        effect = row["effect"]
        if effect not in set(Urgency) | set(Flag) or row["intent"] not in {"", *Intent} or not row["within"].isdigit():
            faults.append(Fault(path.name, line, "effect 或 intent 写错了，或 within 不是数字"))
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
