"""The check of a whole folder of rows: every loader in turn, then what only shows between files and beside our own rows."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from conversations.codes import Intent
from conversations.rules import ActRow, RedRows
from data.acts import load_acts
from data.assignment import read_assignment
from data.canned import read_canned
from data.corpus import read_corpus
from data.directory import read_directory
from data.faults import BadRows, Fault, rows_folder, told
from data.hotline import read_hotline
from data.lexicon import load_lexicon
from data.media import read_media
from data.obstacles import read_obstacles
from data.places import load_places
from data.playbook import read_playbook
from data.red import load_red
from data.retention import read_retention
from data.rows import line_of, read_toml
from data.simulation import read_simulation
from data.supervision import read_supervision
from data.tally import read_tally
from data.toutiao import read_toutiao

_LOADERS: Mapping[str, Callable[[Path, list[Fault]], Any]] = {
    "data": read_playbook,
    "red": load_red,
    "acts.csv": load_acts,
    "gazetteer": load_places,
    "canned.toml": read_canned,
    "assignment.toml": read_assignment,
    "hotline.toml": read_hotline,
    "directory.toml": read_directory,
    "media.toml": read_media,
    "tally.toml": read_tally,
    "retention.toml": read_retention,
    "simulation.toml": read_simulation,
    "supervision.toml": read_supervision,
    "obstacles.toml": read_obstacles,
    "toutiao.toml": read_toutiao,
}
_MOST_NAMED = 8


def check_folder(folder: Path, *, corpus: bool = True) -> list[Fault]:
    """Every fault of the rows there, each once, by file and line. `corpus`: with our sentences, which take a second."""
    faults: list[Fault] = []
    for name, load in _LOADERS.items():
        told(name, faults, None, load, folder, faults)
    told("lexicon.txt", faults, None, _lexicon, folder / "lexicon.txt", faults)
    if corpus:
        sentences, wrong = told("corpus", faults, ([], []), read_corpus, folder / "corpus")
        without = set(Intent) - {one.intent for one in sentences} if sentences else set()
        faults += [
            *wrong,
            *(Fault(f"{intent}.jsonl", 1, "没有一句：这种事就学不会，请从备份恢复") for intent in without),
        ]
    faults += told("dangers.toml", faults, [], _unfounded_dangers, folder)
    return sorted(set(faults))


def danger_differences(folder: Path) -> list[str]:
    """In words, what of the rows that hear danger and answer it is not as the program brings it.

    Any one of them may be cut away by accident and leave rows that are whole: whoever changed them should see it said.
    The rows there load.
    """
    mine, theirs = _danger_rows(rows_folder()), _danger_rows(folder)
    out = []
    for what, own in mine.items():
        parts = [
            f"{word} {rows.total()} 条（{_names(rows)}）"
            for word, rows in (("少", own - theirs[what]), ("多", theirs[what] - own))
            if rows
        ]
        if parts:
            out.append(f"{what} 和程序自带的不一样：{'，'.join(parts)}")
    return out


def _names(rows: Counter["_Named"]) -> str:
    names = sorted({str(one) for one in rows})
    return "、".join(names[:_MOST_NAMED]) + ("……" if len(names) > _MOST_NAMED else "")


class _Named:
    """A row under the name by which people know it."""

    def __init__(self, name: str, row: Hashable) -> None:
        self.name, self.row = name, row

    def __hash__(self) -> int:
        return hash(self.row)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named) and self.row == other.row

    def __str__(self) -> str:
        return self.name


def _danger_rows(folder: Path) -> dict[str, Counter[_Named]]:
    faults: list[Fault] = []
    red, acts = load_red(folder, faults), load_acts(folder, faults)
    replies, dangers = read_toml(folder / "replies.toml", faults), read_toml(folder / "dangers.toml", faults)
    tables: dict[str, Iterable[_Named]] = dict(_tables(red, acts))
    tables["危急用语 replies.toml"] = (
        _Named(key, (key, str(text))) for key, text in replies.items() if "danger" in key
    )
    tables["危险种类 dangers.toml"] = (
        _Named(code, (code, str(row), at)) for at, (code, row) in enumerate(dangers.items())
    )
    return {what: Counter(rows) for what, rows in tables.items()}


def _tables(red: RedRows, acts: tuple[ActRow, ...]) -> Iterator[tuple[str, Iterable[_Named]]]:
    yield "规则 red/rules.csv", (_Named(row.code, row) for row in red.rules)
    yield "说法 red/signs.csv", (_Named(row.concept, row) for row in red.signs)
    yield "数值 red/limits.csv", (_Named(row.concept, row) for row in red.limits)
    yield "语气 red/frames.csv", (_Named(row.frame, row) for row in red.frames)
    yield "异写 red/variants.csv", (_Named(one, pair) for pair in red.variants.items() for one in pair[:1])
    yield "词组 red/words.csv", (_Named(pair[0], pair) for pair in red.words.items())
    yield "动作 acts.csv", (_Named(row.act, row) for row in acts)


def _lexicon(file: Path, faults: list[Fault]) -> None:
    try:
        load_lexicon(file)
    except BadRows as error:
        faults += error.faults


def _unfounded_dangers(folder: Path) -> list[Fault]:
    """Kinds of danger whose sentence nothing would ever bring up."""
    codes, path = {rule.code for rule in load_red(folder, []).rules}, folder / "dangers.toml"
    return [
        Fault(
            path.name,
            line_of(path, rf"^\[+{re.escape(code)}\]"),
            f"red/rules.csv 里没有 {code} 这一条规则：名字写错了，或规则丢了",
        )
        for code in read_toml(path, [])
        if codes and code not in codes
    ]
