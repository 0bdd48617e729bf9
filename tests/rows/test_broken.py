"""Row files broken at random: no loader raises, each slip is a fault or harmless, and lost danger rows are said."""

import random
import re
from pathlib import Path

import pytest

from data.acts import load_acts
from data.check import danger_differences
from data.corpus import read_corpus
from data.faults import BadRows, Fault, rows_folder
from data.lexicon import load_lexicon
from data.red import load_red
from tests.rows.loaders import GUARD, OWN, Write, shipped

ODD_CELLS = ["", "x", "0", "-1", "²", "٣", "9" * 5000, "inf", "nan", "'", 'a"b', '"', "( ", "<", "|", "||", "~", "~²", "~9999999",
             "!", "@nobody", "a /", "/", "[", "*", "\\", "{", "a ~", "\x00", "😀", "１", "\u2028", "x" * 131_073]  # fmt: skip
ODD_VALUES = ['""', "0", "-1", "inf", "nan", "true", "[]", "{}", "1" + "0" * 30, "30000000000", '"x"', "[1]", "[[1]]", '["x"]',
              "2022-03-01", "12:00:00", "{a = 1}", "1.5", '"{"', '"{x}"', '"ａ，\\u0000"']  # fmt: skip


def broken_csv(text: str, chance: random.Random) -> str:
    """The file after one slip: a cell, a quote, a line, a column, a separator."""
    lines = text.split("\n")
    at = chance.choice([n for n, line in enumerate(lines) if n and line and not line.startswith("#")])
    cells = lines[at].split(",")
    nth = chance.randrange(len(cells))
    match chance.randrange(9):
        case 0 | 1 | 2 | 3:
            cells[nth] = chance.choice(ODD_CELLS)
        case 4:
            cells[nth] = f'"{cells[nth]}'
        case 5:
            cut = chance.randrange(len(lines[at]))
            return "\n".join([*lines[:at], lines[at][:cut], *(lines[at + 1 :] if chance.random() < 0.5 else ())])
        case 6:
            return "\n".join(",".join(line.split(",")[:nth] + line.split(",")[nth + 1 :]) for line in lines)
        case 7:
            return "\n".join([*lines[:at], *lines[at + chance.randrange(1, 40) :]])
        case 8:
            return text.replace(",", chance.choice("，;\t"))
    return "\n".join([*lines[:at], ",".join(cells), *lines[at + 1 :]])


def broken_toml(text: str, chance: random.Random) -> str:
    """The file after one slip: a value of another type, a table that becomes a list or goes, a name, a line."""
    lines = text.split("\n")
    at = chance.choice(
        [n for n, line in enumerate(lines) if re.match(r"\[|\w+\s*=\s*[^\[{]|\w+\s*=\s*\[.*\]\s*$", line)]
    )
    if header := re.match(r"(\[+)([\w.]+)\]+", lines[at]):
        name = header[2]
        table = [f"[[{name}]]"] if len(header[1]) == 1 else [f"[{name}]"]
        lines[at : at + 1] = chance.choice([table, [], [f"[{name}x]"], [f'["{name}(["]']])
    else:
        name, _, value = lines[at].partition("=")
        odd = [f"{name}= {one}" for one in ODD_VALUES]
        lines[at : at + 1] = [chance.choice([*odd, "", f"{name.strip()}x ={value}", lines[at][: len(lines[at]) // 2]])]
    return "\n".join(lines)


def never_raises(name: str, rows: Write, seed: str, rounds: int) -> None:
    """Nor is what of the danger rows is lost passed over: it is a fault, or at least said."""
    chance, own = random.Random(seed), None
    for _ in range(rounds):
        text = (broken_csv if name.endswith(".csv") else broken_toml)(shipped(name), chance)
        folder, faults = rows(name, text), list[Fault]()
        loaded = OWN[name](folder, faults)
        assert not any(GUARD in fault.message for fault in faults), (faults, text[:2000])
        assert all(fault.line >= 1 and fault.file.endswith((".toml", ".csv")) for fault in faults)
        if not faults and OWN[name] in (load_red, load_acts):
            own = own or OWN[name](rows_folder(), [])
            assert loaded == own or danger_differences(folder), text[:2000]


@pytest.mark.parametrize("name", OWN)
def test_whatever_is_broken_no_loader_raises(name: str, rows: Write) -> None:
    never_raises(name, rows, name, 2)


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN)
def test_whatever_is_broken_no_loader_raises_however_often(name: str, rows: Write) -> None:
    never_raises(name, rows, f"{name} again", 6)


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\n", b"[" * 100_000, b"[]\n", b"9" * 5000, b'{"text": []}\n', b"{}\n", b"\x00\n"]
)
def test_broken_sentences_and_words_are_told(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "care.jsonl").write_bytes(raw)
    assert [fault.file for fault in read_corpus(tmp_path)[1]] == ["care.jsonl"]
    (tmp_path / "lexicon.txt").write_bytes(raw)
    with pytest.raises(BadRows) as caught:
        load_lexicon(tmp_path / "lexicon.txt")
    assert {fault.file for fault in caught.value.faults} == {"lexicon.txt"}
