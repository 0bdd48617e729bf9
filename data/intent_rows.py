"""Loads `slots.toml` and `intents/*.toml`: what each need is called, what it asks, what happens next."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conversations.codes import Intent
from conversations.playbook import UNNAMED, IntentRow, SlotRow
from conversations.slots import HEARD, PARSERS
from data.faults import Fault, told
from data.replies import REPLIES
from data.rows import is_words, line_of, one_of, read_toml


def read_slots(path: Path, faults: list[Fault]) -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    before = len(faults)
    raw = read_toml(path, faults)
    if len(faults) == before:
        faults += [Fault(path.name, 1, f"缺槽位 {name}：不管什么事都要记") for name in sorted(HEARD - raw.keys())]
    for name, row in raw.items():
        line = line_of(path, rf"^\[+{re.escape(name)}\]")
        if not isinstance(row, dict) or not is_words(row.get("title")) or not one_of(row.get("kind"), PARSERS):
            faults.append(Fault(path.name, line, f"槽位 {name} 要有 title，kind 只能是 {'、'.join(sorted(PARSERS))}"))
            continue
        odd = [key for key, value in row.items() if not isinstance(value, str)]
        faults += [Fault(path.name, line, f"槽位 {name} 的 {key} 要写成一句话") for key in odd]
        rows[name] = {key: str(value) for key, value in row.items()}
    return rows


def read_intents(folder: Path, slots: Mapping[str, Mapping[str, str]], faults: list[Fault]) -> dict[Intent, IntentRow]:
    found: dict[Intent, IntentRow] = {}
    examples: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        name = f"intents/{path.name}"
        row = told(name, faults, None, _read_intent, path, name, slots, examples, faults)
        if row is not None:
            found[row.code] = row
    for missing in set(Intent) - found.keys():
        if not any(fault.file == f"intents/{missing}.toml" for fault in faults):
            faults.append(Fault(f"intents/{missing}.toml", 1, "缺这个意图的文件"))
    return found


def _read_intent(
    path: Path, name: str, slots: Mapping[str, Mapping[str, str]], told_in: dict[str, str], faults: list[Fault]
) -> IntentRow | None:
    """`told_in`: example → the file it stands in, for those read before; added to."""
    unread: list[Fault] = []
    raw = read_toml(path, unread)
    if unread:
        faults += [Fault(name, one.line, one.message) for one in unread]
        return None
    if raw.get("code") != path.stem or path.stem not in set(Intent):
        faults.append(Fault(name, line_of(path, r"^code"), f"code 应为 {path.stem!r}，并且是约定的意图代码"))
        return None
    for key in ("title", "family"):
        if not is_words(raw.get(key)):
            faults.append(Fault(name, line_of(path, rf"^{key}"), f"缺 {key}"))
    if not isinstance(raw.get("next_step", ""), str):
        faults.append(Fault(name, line_of(path, r"^\[*next_step"), "next_step 要写成一句话"))
    if not isinstance(raw.get("patient", True), bool):
        faults.append(Fault(name, line_of(path, r"^patient"), "patient 写 true 或 false"))
    examples = raw.get("examples", [])
    if not isinstance(examples, list) or not all(is_words(text) for text in examples):
        faults.append(Fault(name, line_of(path, r"^examples"), "examples 要写成一列句子"))
        examples = []
    for text in examples:
        if text in told_in:
            faults.append(Fault(name, line_of(path, re.escape(f'"{text}"')), f"这句例子也写在 {told_in[text]} 里"))
        told_in[text] = path.name
    for table in ("slot", "instead"):
        listed = raw.get(table, [])
        if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
            faults.append(Fault(name, line_of(path, rf"^\[*{table}\b"), f"写法不对：{table} 要写成 [[{table}]]"))
            return None
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
    return IntentRow(
        Intent(path.stem),
        str(raw.get("title")),
        str(raw.get("family")),
        rows,
        str(raw.get("next_step", "")),
        tuple(examples),
        _other_steps(path, name, raw.get("instead", []), faults),
        raw.get("patient", True) is True,
        _unnamed(path, name, raw, faults),
    )


def _unnamed(path: Path, name: str, raw: Mapping[str, Any], faults: list[Fault]) -> tuple[str, str]:
    """`unnamed`: the two sentences for a danger without a name, the one for a danger and the one for a doubt."""
    told = raw.get("unnamed", list(UNNAMED))
    known = isinstance(told, list) and len(told) == 2 and all(one in REPLIES for one in told if isinstance(one, str))
    if not known or not all(isinstance(one, str) and one.startswith("danger") for one in told):
        faults.append(
            Fault(name, line_of(path, r"^unnamed"), "unnamed 要写两句的名字，replies.toml 里有，以 danger 开头")
        )
        return UNNAMED
    return told[0], told[1]


def _other_steps(
    path: Path, name: str, rows: Sequence[Mapping[str, Any]], faults: list[Fault]
) -> tuple[tuple[tuple[str, ...], str], ...]:
    """[[instead]]: words of how a case began, and what happens next in place of `next_step`."""
    found = []
    for nth, row in enumerate(rows, 1):
        words, step = (row[key] if is_words(row.get(key)) else "" for key in ("words", "next_step"))
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
    if not one_of(row.get("need"), ("open", "soon", "desk")):
        faults.append(Fault(name, line, f"need 是 {row.get('need')!r}：只能是 open、soon、desk"))
        return None
    ask = row.get("ask", base.get("ask", ""))
    if not isinstance(ask, str):
        faults.append(Fault(name, line, f"槽位 {row['name']} 的 ask 要写成一句话"))
        return None
    if row["need"] != "desk" and not ask:
        faults.append(Fault(name, line, f"槽位 {row['name']} 要问，却没有 ask"))
    words, unless = (tuple(filter(None, str(base.get(key, "")).split("|"))) for key in ("words", "unless"))
    return SlotRow(str(row["name"]), base["title"], base["kind"], row["need"], ask, words, unless)
