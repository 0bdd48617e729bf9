"""Loads `slots.toml` and `intents/*.toml`: what each need is called, what it asks, what happens next."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conversations.codes import Intent
from conversations.playbook import IntentRow, SlotRow
from conversations.slots import HEARD, PARSERS
from data.faults import Fault
from data.rows import line_of, read_toml


def read_slots(path: Path, faults: list[Fault]) -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    for name, row in read_toml(path, faults).items():
        line = line_of(path, rf"^\[{name}\]")
        if not isinstance(row, dict) or not row.get("title") or row.get("kind") not in PARSERS:
            faults.append(Fault(path.name, line, f"槽位 {name} 要有 title，kind 只能是 {'、'.join(sorted(PARSERS))}"))
            continue
        rows[name] = {key: str(value) for key, value in row.items()}
    return rows


def read_intents(folder: Path, slots: Mapping[str, Mapping[str, str]], faults: list[Fault]) -> dict[Intent, IntentRow]:
    found: dict[Intent, IntentRow] = {}
    told: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        raw = read_toml(path, faults)
        if not raw:
            continue
        name = f"intents/{path.name}"
        if raw.get("code") != path.stem or path.stem not in set(Intent):
            faults.append(Fault(name, line_of(path, r"^code"), f"code 应为 {path.stem!r}，并且是约定的意图代码"))
            continue
        for key in ("title", "family"):
            if not isinstance(raw.get(key), str) or not raw[key]:
                faults.append(Fault(name, line_of(path, rf"^{key}"), f"缺 {key}"))
        if not isinstance(raw.get("patient", True), bool):
            faults.append(Fault(name, line_of(path, r"^patient"), "patient 写 true 或 false"))
        examples = raw.get("examples", [])
        for text in examples:
            if text in told:
                faults.append(Fault(name, line_of(path, f'"{text}"'), f"这句例子也写在 {told[text]} 里"))
            told[text] = path.name
        rows = tuple(
            filter(None, (_slot(path, name, n, row, slots, faults) for n, row in enumerate(raw.get("slot", []), 1)))
        )
        named = {row.name for row in rows}
        # Whatever it is about, a number to call, a place and 12345 are never thrown away.
        rows += tuple(
            SlotRow(name, slots[name]["title"], slots[name]["kind"], "desk", slots[name].get("ask", ""))
            for name in sorted(HEARD - named)
            if name in slots
        )
        found[Intent(path.stem)] = IntentRow(
            Intent(path.stem),
            str(raw.get("title")),
            str(raw.get("family")),
            rows,
            str(raw.get("next_step", "")),
            tuple(examples),
            _other_steps(path, name, raw.get("instead", []), faults),
            raw.get("patient", True) is True,
        )
    for missing in set(Intent) - found.keys():
        if not any(fault.file == f"intents/{missing}.toml" for fault in faults):
            faults.append(Fault(f"intents/{missing}.toml", 1, "缺这个意图的文件"))
    return found


def _other_steps(
    path: Path, name: str, rows: Sequence[Mapping[str, Any]], faults: list[Fault]
) -> tuple[tuple[tuple[str, ...], str], ...]:
    """[[instead]]: words of how a case began, and what happens next in place of `next_step`."""
    found = []
    for nth, row in enumerate(rows, 1):
        words, step = (str(row.get(key, "")) for key in ("words", "next_step"))
        if not words.strip("|") or not step:
            faults.append(
                Fault(name, line_of(path, r"^\[\[instead\]\]", nth=nth), "[[instead]] 要有 words 和 next_step")
            )
        found.append((tuple(filter(None, words.split("|"))), step))
    return tuple(found)


def _slot(
    path: Path, name: str, nth: int, row: Mapping[str, Any], slots: Mapping[str, Mapping[str, str]], faults: list[Fault]
) -> SlotRow | None:
    line = line_of(path, r"^\[\[slot\]\]", nth=nth)
    base = slots.get(str(row.get("name")))
    if base is None:
        faults.append(Fault(name, line, f"slots.toml 里没有槽位 {row.get('name')!r}"))
        return None
    if row.get("need") not in ("open", "soon", "desk"):
        faults.append(Fault(name, line, f"need 是 {row.get('need')!r}：只能是 open、soon、desk"))
        return None
    ask = str(row.get("ask", base.get("ask", "")))
    if row["need"] != "desk" and not ask:
        faults.append(Fault(name, line, f"槽位 {row['name']} 要问，却没有 ask"))
    words, unless = (tuple(filter(None, str(base.get(key, "")).split("|"))) for key in ("words", "unless"))
    return SlotRow(str(row["name"]), base["title"], base["kind"], row["need"], ask, words, unless)
