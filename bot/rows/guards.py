"""What must hold of rows that take their place under running conversations, beside what the loaders ask of any rows.

A loader reads a file as it is; here it is held against the program's own and against what serves, and every sentence is
filled once, because a sentence that cannot be filled would stop the answer to somebody in need.
"""

import re
import string
import tomllib
from datetime import datetime

from bot.rows.files import Texts, current_texts, own_texts
from data.canned import PLACEHOLDERS
from data.faults import Fault
from data.replies import placeholders

_EMERGENCY = re.compile(r"(?<!\d)(?:110|119|120|122|962525)(?!\d)")
_DANGER = "danger"


def guard_faults(overlay: Texts, before: Texts) -> list[Fault]:
    """`overlay` and `before` load already."""
    texts, own, serving = current_texts(overlay), own_texts(), current_texts(before)
    return [
        *_replies(texts["replies.toml"], own["replies.toml"]),
        *_canned(texts["canned.toml"]),
        *_slots(texts["slots.toml"], own["slots.toml"]),
        *_desk(texts["desk.toml"], serving["desk.toml"]),
        *_knowledge(texts["knowledge.toml"]),
    ]


def dangers(before: Texts, after: Texts) -> tuple[str, ...]:
    """The danger sentences that read otherwise: keys of replies.toml. Whatever cannot be parsed counts as all of them."""
    name = "replies.toml"
    was, now = current_texts(before)[name], current_texts(after)[name]
    if was == now:
        return ()
    try:
        old, new = tomllib.loads(was), tomllib.loads(now)
    except tomllib.TOMLDecodeError:
        return tuple(sorted(key for key in tomllib.loads(own_texts()[name]) if key.startswith(_DANGER)))
    keys = {key for key in (*old, *new) if key.startswith(_DANGER)}
    return tuple(sorted(key for key in keys if old.get(key) != new.get(key)))


def _line(text: str, needle: str) -> int:
    return next((n for n, line in enumerate(text.split("\n"), 1) if re.search(needle, line)), 1)


def _replies(text: str, own: str) -> list[Fault]:
    faults, shipped = [], tomllib.loads(own)
    for key, words in tomllib.loads(text).items():
        wrong = []
        if (problem := _unfillable(words, dict.fromkeys(placeholders(key), "某某"))) is not None:
            wrong.append(problem)
        elif key.startswith(_DANGER):
            gone = set(_EMERGENCY.findall(shipped.get(key, ""))) - set(_EMERGENCY.findall(words))
            wrong += [f"少了 {number}：危急用语里的电话号码不能去掉" for number in sorted(gone)]
        line = _line(text, rf"^{re.escape(key)}\s*=")
        faults += [Fault("replies.toml", line, f"{key} {one}") for one in wrong]
    return faults


def _canned(text: str) -> list[Fault]:
    faults = []
    for row in tomllib.loads(text).get("canned", []):
        problem = _unfillable(row["text"], dict.fromkeys(PLACEHOLDERS, "某某"))
        if problem is not None:
            line = _line(text, rf'^key\s*=\s*["\']{re.escape(row["key"])}["\']')
            faults.append(Fault("canned.toml", line, f"{row['key']} {problem}"))
    return faults


def _unfillable(words: str, values: dict[str, str]) -> str | None:
    """Names are checked by the loaders; what stands behind a name (`{number:d}`, `{number!x}`) is not."""
    try:
        pieces = list(string.Formatter().parse(words))
        if any(spec or conversion for _, _, spec, conversion in pieces):
            return "花括号里只写占位符的名字，不写冒号和感叹号"
        words.format_map(values)
    except (ValueError, KeyError, IndexError, AttributeError):
        return "花括号不成对"
    return None


def brace_faults(text: str) -> list[Fault]:
    """Answers with a lonely brace, which the loader of knowledge.toml does not get past. [] when it is something else."""
    try:
        rows = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return []
    return [
        Fault("knowledge.toml", _line(text, rf"^\[{re.escape(code)}\]"), f"{code}：answer 里不能有花括号")
        for code, row in rows.items()
        if isinstance(row, dict) and re.search(r"[{}]", str(row.get("answer", "")))
    ]


def _knowledge(text: str) -> list[Fault]:
    """A moment is no day: they cannot be compared, and it would show when somebody asks."""
    return [
        Fault("knowledge.toml", _line(text, rf"^\[{re.escape(code)}\]"), f"{code}：{name} 只写日期，不写几点")
        for code, row in tomllib.loads(text).items()
        for name in ("since", "until")
        if isinstance(row.get(name), datetime)
    ]


def _slots(text: str, own: str) -> list[Fault]:
    """The program fills and reads these by name, and tickets hold values under them."""
    rows, faults = tomllib.loads(text), []
    for name, row in tomllib.loads(own).items():
        if name not in rows:
            faults.append(
                Fault("slots.toml", 1, f"少了 {name}：程序和已有的单子要用它，不能删；不想问，就从意图文件里去掉")
            )
        elif rows[name]["kind"] != row["kind"]:
            line = _line(text, rf"^\[{re.escape(name)}\]")
            faults.append(Fault("slots.toml", line, f"{name} 的 kind 不能改：已有的单子按“{row['kind']}”记着"))
    return faults


def _desk(text: str, serving: str) -> list[Fault]:
    new, old = tomllib.loads(text), tomllib.loads(serving)
    faults = [
        Fault("desk.toml", _line(text, r"^\[desks\]"), f"少了组 {code}：还有单子在这一组，不能删；可以改名")
        for code in old.get("desks", {})
        if code not in new["desks"]
    ]
    for code in sorted(old.get("choices", {}).keys() - new.get("choices", {}).keys()):
        faults.append(Fault("desk.toml", 1, f"少了选项 {code}：可能刚有人收到“请回数字”，不能删；可以改它的意思"))
    return faults
