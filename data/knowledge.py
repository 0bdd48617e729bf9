"""Loads the approved answers of `knowledge.toml`; an entry without source, date or approver is a fault."""

import re
from datetime import date, datetime
from pathlib import Path

from conversations.knowledge import Entry
from data.faults import Fault
from data.rows import line_of, read_toml

_LONGEST = 400
"""Characters of an answer: it is one message, read on a phone by someone in trouble."""


def read_knowledge(folder: Path, faults: list[Fault]) -> dict[str, Entry]:
    """Code → entry."""
    path = folder / "knowledge.toml"
    found: dict[str, Entry] = {}
    asked: dict[str, str] = {}
    for code, row in read_toml(path, faults).items():
        line = line_of(path, rf"^\[+{re.escape(code)}\]")
        entry = _entry(code, row) if isinstance(row, dict) else None
        if isinstance(entry, str) or entry is None:
            faults.append(Fault(path.name, line, f"{code}：{entry or '应是一个条目'}"))
            continue
        for ask in entry.asks:
            if ask in asked:
                faults.append(Fault(path.name, line, f"{code}：“{ask}”也写在 {asked[ask]} 里，会答不准"))
            asked[ask] = code
        found[code] = entry
    return found


def _entry(code: str, row: dict[str, object]) -> Entry | str:
    """The entry, or what is wrong with it."""
    asks, answer, source = row.get("asks"), row.get("answer"), row.get("source")
    if not isinstance(asks, list) or len(asks) < 2 or not all(isinstance(ask, str) and ask.strip() for ask in asks):
        return "asks 至少写两种问法"
    if not isinstance(answer, str) or not 4 <= len(answer) <= _LONGEST:
        return f"answer 要有，且不超过{_LONGEST}字"
    if "{" in answer or "}" in answer:
        return "answer 里不能有花括号"
    if not isinstance(source, str) or not source.strip():
        return "没有 source（谁说的）：没有出处的话不能说"
    since, until = row.get("since"), row.get("until")
    # A moment is a date to Python, and cannot be compared with one.
    if isinstance(since, datetime) or isinstance(until, datetime):
        return "since、until 只写日期，不写几点，如 2022-04-19"
    if not isinstance(since, date) or not (until is None or isinstance(until, date)):
        return "since（从哪天起有效）、until（到哪天为止）要写成日期，如 2022-04-19"
    if until is not None and until < since:
        return "until 早于 since"
    approved = row.get("approved_by")
    if not isinstance(approved, str):
        return "没有 approved_by（谁核准的）；还没核准就写空字符串，机器人不会用它"
    return Entry(code, tuple(str(ask) for ask in asks), answer, source, since, until, approved.strip())
