"""Loads the danger rows of `data/red/*.csv`. Every fault is named with file and line before anyone complains."""

import re
from pathlib import Path

from conversations.codes import Flag, Intent, Urgency
from conversations.patterns import LONGEST_GAP, BadPattern, Pattern, parse_pattern
from conversations.rules import Frame, FrameRow, Kind, LimitRow, Need, RedRows, RuleRow, Side, SignRow
from data.faults import Fault, told
from data.rows import line_of, read_csv, whole_of

_NUMBER = re.compile(r"(?:-?[0-9]{1,6}(?:\.[0-9]{1,6})?)?")
_CODE = re.compile(r"[A-Z][0-9]{2}[A-Z]?")
Words = dict[str, tuple[str, ...]]


def load_red(folder: Path, faults: list[Fault]) -> RedRows:
    """`folder` is the folder of all rows; the danger rows are in its `red/`."""
    red, before = folder / "red", len(faults)
    words = told("words.csv", faults, {}, _words, red / "words.csv", faults)
    signs = told("signs.csv", faults, (), _signs, red / "signs.csv", words, faults)
    limits = told("limits.csv", faults, (), _limits, red / "limits.csv", faults)
    known = {row.concept for row in signs} | {row.concept for row in limits}
    rows = RedRows(
        words=words,
        variants=told("variants.csv", faults, {}, _variants, red / "variants.csv", faults),
        signs=signs,
        frames=told("frames.csv", faults, (), _frames, red / "frames.csv", words, faults),
        limits=limits,
        rules=told("rules.csv", faults, (), _rules, red / "rules.csv", known, faults),
    )
    if len(faults) == before:
        used = {concept for rule in rows.rules for need in rule.needs for concept in need.concepts}
        for name, given in (
            ("signs.csv", {row.concept for row in signs}),
            ("limits.csv", {row.concept for row in limits}),
        ):
            for concept in sorted(given - used):
                line = line_of(red / name, rf"^{re.escape(concept)},")
                faults.append(Fault(name, line, f"没有一条规则用到概念 {concept}：名字写错了，或应删去"))
    return rows


def patterns_of(text: str, words: Words, file: str, line: int, faults: list[Fault]) -> list[Pattern]:
    """The patterns of one cell, parted by ` / `."""
    found = []
    for part in text.split(" / "):
        try:
            found.append(parse_pattern(part, words))
        except BadPattern as error:
            faults.append(Fault(file, line, str(error)))
        except ValueError:  # ~² is a digit to Python and no number
            faults.append(Fault(file, line, f"间隔写错了：{part!r}，用 ~1 到 ~{LONGEST_GAP}"))
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
        reach = whole_of(row["reach"])
        if row["frame"] not in set(Frame) or row["side"] not in set(Side) or reach is None:
            faults.append(Fault(path.name, line, "frame 或 side 写错了，或 reach 不是数字"))
            continue
        frame, side = Frame(row["frame"]), Side(row["side"])
        found.extend(FrameRow(frame, side, reach, pattern) for pattern in patterns)
    return tuple(found)


def _limits(path: Path, faults: list[Fault]) -> tuple[LimitRow, ...]:
    found = []
    for line, row in read_csv(path, ("concept", "quantity", "low", "high"), faults):
        if not all(_NUMBER.fullmatch(row[name]) for name in ("low", "high")) or not row["concept"]:
            faults.append(Fault(path.name, line, "concept 要写，low 与 high 是数字或空着"))
            continue
        low, high = float(row["low"] or "-inf"), float(row["high"] or "inf")
        if low >= high:
            faults.append(Fault(path.name, line, f"low {low:g} 不小于 high {high:g}：这一行永远不算"))
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
        effect, within = row["effect"], whole_of(row["within"])
        if not _CODE.fullmatch(row["code"]):
            faults.append(Fault(path.name, line, "code 写成 R01 或 R12O 这样"))
        if effect not in set(Urgency) | set(Flag) or row["intent"] not in {"", *Intent} or within is None:
            faults.append(Fault(path.name, line, "effect 或 intent 写错了，或 within 不是数字"))
            continue
        found.append(
            RuleRow(
                code=row["code"],
                urgency=Urgency(effect) if effect in set(Urgency) else None,
                flag=Flag(effect) if effect in set(Flag) else None,
                intent=Intent(row["intent"]) if row["intent"] else None,
                needs=needs,
                within=within,
                reason=row["reason"],
            )
        )
    return tuple(found)


def _need(text: str) -> Need:
    absent = text.startswith("!")
    return Need(tuple(text.removeprefix("!").split("|")), absent)
