"""Loads `cues.csv`: the words people may say another way. Every fault is named with its line before anyone complains."""

import re
from pathlib import Path

from conversations.cues import CUES, Cues, compiled
from data.faults import Fault
from data.rows import read_csv

_SET = re.compile(r"\\.|\[[^\]]*\]")
_BRACKET = re.compile(r"\\.|[()\[\]]")
_GAP = re.compile(r"^\||\|$|\|\||\|\)|\(\||\(\?(?:[:=!]|<[=!])\|")
_ALIKE = {"｜": "|", "（": "(", "）": ")", "［": "[", "］": "]"}
"""Written with a Chinese keyboard: a mark of the expression that looks right and means nothing."""
_PLAIN = re.compile(r"[\w|]+")
_NOBODYS = "\ue000" * 12
"""Characters nobody writes: an expression that is found among them is found in whatever anybody says."""


def read_cues(folder: Path, faults: list[Fault]) -> Cues | None:
    """`folder` is the folder of all rows. None when any row is wrong, or one is missing."""
    path = folder / "cues.csv"
    before = len(faults)
    words: dict[str, list[str]] = {}
    said: dict[tuple[str, str], int] = {}
    for line, row in read_csv(path, ("cue", "words", "note"), faults):
        cue = row["cue"]
        if cue not in CUES:
            faults.append(Fault(path.name, line, f"没有 {cue!r} 这个 cue：名字写错了，或应删去"))
            continue
        if cue not in words and not row["note"]:
            faults.append(Fault(path.name, line, f"{cue} 的第一行要有 note：写清楚它管什么，举一个例子"))
        words.setdefault(cue, []).append(row["words"])
        if wrong := _wrong(row["words"]):
            faults.append(Fault(path.name, line, f"{cue}：{wrong}"))
            continue
        for one in _alternatives(row["words"]):
            if (first := said.setdefault((cue, one), line)) != line:
                faults.append(Fault(path.name, line, f"{cue}：{one} 第 {first} 行已经有了，删去一处"))
    if len(faults) > before and not words:
        return None  # of a file that cannot be read, not every cue is missing as well
    faults += [Fault(path.name, 1, f"缺 {cue}：至少要有一行") for cue in sorted(CUES - words.keys())]
    return compiled({cue: "|".join(rows) for cue, rows in words.items()}) if len(faults) == before else None


def _wrong(words: str) -> str:
    """What to change in one cell; "" when nothing."""
    if not words:
        return "words 空着"
    if _GAP.search(_SET.sub("x", words)):
        return "竖线 | 旁边有空的一项"
    if _PLAIN.fullmatch(words):
        return ""  # nothing to compile: most rows are words alone, and a start must not take longer for them
    if odd := [f"{wrong} 改成英文的 {right}" for wrong, right in _ALIKE.items() if wrong in words]:
        return "、".join(odd)
    try:
        pattern = re.compile(words)
    except re.error as error:
        return f"写法有误，在第 {(error.pos or 0) + 1} 个字：{error.msg}"
    if pattern.groups:
        return "括号写成 (?:……)，不要只写 (……)"
    if pattern.flags != re.UNICODE.value:
        return "不能写 (?i) 这样的开关"
    if pattern.search("") or pattern.search(_NOBODYS):
        return "不说什么、随便说什么都算：至少要有一个必须出现的字"
    return ""


def _alternatives(words: str) -> list[str]:
    """The row's own alternatives; the row as a whole where it has brackets, in which a bar means less."""
    return [words] if _BRACKET.search(words) else words.split("|")
