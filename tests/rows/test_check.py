"""The check of the rows: what a slip of the hand leaves behind is told, with its file and line, and never runs on in silence."""

import argparse
import re
import shutil
from pathlib import Path

import pytest

from bot.commands import check as command
from conversations.codes import Intent, Urgency
from data.check import check_folder, danger_differences
from data.corpus import Sentence
from data.faults import rows_folder
from tests.rows.loaders import GUARD, OWN, Write, faults_of, shipped

QUOTED = [
    "red/rules.csv",
    "red/frames.csv",
    "red/signs.csv",
    "acts.csv",
    "cues.csv",
    "routing.csv",
    "gazetteer/doors.csv",
]


@pytest.mark.parametrize("name", QUOTED)
def test_a_quote_left_open_is_told_where_it_stands(name: str, rows: Write) -> None:
    lines = shipped(name).split("\n")
    at = next(n for n, line in enumerate(lines) if n > 3 and line and '"' not in line and not line.startswith("#"))
    cells = lines[at].split(",")
    for nth in (0, len(cells) - 1):
        broken = ",".join([*cells[:nth], f'"{cells[nth]}', *cells[nth + 1 :]])
        told = faults_of(name, rows(name, "\n".join([*lines[:at], broken, *lines[at + 1 :]])))
        assert told[0].startswith(f"{Path(name).name}:{at + 1}: 英文引号"), told
        broken = ",".join([*cells[:nth], f"{cells[nth]}\u200b", *cells[nth + 1 :]])
        told = faults_of(name, rows(name, "\n".join([*lines[:at], broken, *lines[at + 1 :]])))
        assert "看不见的字符（U+200B）" in told[0], told


@pytest.mark.parametrize("name", [name for name in OWN if name.endswith(".csv")])
def test_a_table_with_nothing_but_its_header(name: str, rows: Write) -> None:
    told = faults_of(name, rows(name, shipped(name).split("\n")[0] + "\n# 只剩说明\n"))
    assert f"{Path(name).name}:1: 只有表头" in told[0], told


@pytest.mark.parametrize("ending", ["\r\n", "\n\n"])
def test_rows_as_another_editor_saves_them_are_the_same_rows(ending: str, rows: Write) -> None:
    text = shipped("red/rules.csv").replace("\n", ending)
    folder = rows("red/rules.csv", b"\xef\xbb\xbf" + text.encode())
    assert faults_of("red/rules.csv", folder) == []
    assert danger_differences(folder) == []


SLIPS = [
    ("replies.toml", r"^danger = .*", 'danger = ""', "danger 要是一句话"),
    ("replies.toml", r"^danger_short = .*", 'danger_short = "快找医生。"', "danger_short 少了 120"),
    ("replies.toml", r"^danger_fire = .*", 'danger_fire = "快离开。"', "danger_fire 少了 119"),
    ("replies.toml", r"^danger_fire = .*", 'danger_fire = "快离开，打1190。"', "danger_fire 少了 119"),
    ("replies.toml", r"^thanks = .*", "thanks = 3", "thanks 要是一句话"),
    ("desk.toml", r"^floor = .*", "floor = 35", "floor 要在 0 和 1 之间"),
    ("desk.toml", r"^floor = .*", "floor = inf", "floor 要在 0 和 1 之间"),
    ("desk.toml", r"^silence_minutes = .*", "silence_minutes = -1", "silence_minutes 是 -1"),
    ("desk.toml", r"^silence_minutes = .*", "silence_minutes = inf", "silence_minutes 是 inf"),
    ("desk.toml", r"^nudge_minutes = .*", "", "缺项：nudge_minutes"),
    ("desk.toml", r"^critical = 1$", "critical = 0", "rounds.critical 是 0"),
    ("desk.toml", r"^acknowledge = 10$", "acknowledge = 30000000000", "[clocks.urgent]"),
    ("desk.toml", r"^acknowledge = 10$", "acknowledge = true", "[clocks.urgent]"),
    ("desk.toml", r"^opens = .*", "opens = [1]", "[hours]"),
    ("desk.toml", r"^opens = .*", 'opens = "24:30"', "[hours]"),
    ("desk.toml", r"^closes = .*", 'closes = "02:00"', "过了半夜还有人"),
    ("desk.toml", r"^night_watch = .*", 'night_watch = "no"', "[hours]"),
    ("desk.toml", r"^\[desks\]", "[[desks]]", "desks 要写成 [desks]"),
    ("desk.toml", r"^\[choices\.1\]", "[[choices.1]]", "选项 1"),
    ("desk.toml", r"^intent = .*", "intent = [[1]]", "选项 1"),
    ("dangers.toml", r"^\[R12\]", "[[R12]]", "R12 要有 say"),
    ("dangers.toml", r"^call = .*", "call = []", "只能是 110"),
    ("dangers.toml", r"^say = .*", "say = [[1]]", "replies.toml 里没有"),
    ("hotline.toml", r"^\[status\.draft\]", "[[status.draft]]", "[status.draft] 的 title"),
    ("hotline.toml", r"^\[sending\]", "[[sending]]", "stuck_minutes"),
    ("hotline.toml", r"^stuck_minutes = .*", "stuck_minutes = 30000000000", "stuck_minutes"),
    ("hotline.toml", r"^intents = .*", "intents = [[1]]", "intents 里没有"),
    ("hotline.toml", r"^receive = .*", "receive = 30000000000", "receive"),
    ("slots.toml", r"^kind = .*", "kind = []", "kind 只能是"),
    ("slots.toml", r"^kind = .*", "kind = [[1]]", "kind 只能是"),
    ("directory.toml", r"^stale_days = .*", "stale_days = 30000000000", "stale_days 要是大于 0 的整数"),
    ("assignment.toml", r"^cap = .*", "cap = 30000000000", "cap 要是大于 0 的整数"),
    ("assignment.toml", r"^propose = .*", "propose = 30000000000000000", "propose 和 assign"),
    ("media.toml", r"^wechat = \d+", "wechat = 30000000000", "要是大于 0 的小时数"),
    ("supervision.toml", r"^unit_hours = .*", "unit_hours = 30000000000", "unit_hours"),
    ("supervision.toml", r"^least = .*", "least = [[1]]", "least 没有"),
    ("obstacles.toml", r"^window_hours = .*", "window_hours = 30000000000", "window_hours"),
    ("obstacles.toml", r"^cause = .*", "cause = []", "cause 没有"),
    ("tally.toml", r"^how = .*", "how = []", "how 是"),
    ("tally.toml", r"^intents = .*", "intents = [[1]]", "intents 没有"),
    ("retention.toml", r"^kind = .*", "kind = []", "kind 没有"),
    ("retention.toml", r"^days = .*", "days = 30000000000", "days 要是"),
    ("simulation.toml", r"^again = .*", "again = inf", "有一个数不是数"),
    ("canned.toml", r"^intents = .*", "intents = 0", "intents 要写成一列"),
    ("canned.toml", r"^intents = .*", "intents = [[1]]", "没有意图"),
    ("acts.csv", r"^human,any,120,", "human,any,²,", "longest 写错了"),
    ("red/frames.csv", r"^negation,after,0,", "negation,after,²,", "reach 不是数字"),
    ("red/rules.csv", r"^(R01,critical,emergency,no_breath),0,", r"\1,²,", "within 不是数字"),
    ("red/signs.csv", r"^breathless,plain,呼吸 ~3 ", "breathless,plain,呼吸 ~² ", "间隔写错了"),
    ("red/signs.csv", r"^breathless,plain,难以", "breathles,plain,难以", "没有一条规则用到概念 breathles"),
    ("red/limits.csv", r"^fever40,temperature,40,43.1", "fever40,temperature,nan,43.1", "是数字或空着"),
    ("red/limits.csv", r"^fever40,temperature,40,43.1", "fever40,temperature,43.1,40", "永远不算"),
    ("red/variants.csv", r"^着,著", "着," + "著" * 131_073, "太长"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "find", "put", "says"), SLIPS, ids=[f"{slip[0]}-{slip[2][:40]}" for slip in SLIPS])
def test_a_slip_is_told(name: str, find: str, put: str, says: str, rows: Write) -> None:
    text = re.sub(find, put, shipped(name), count=1, flags=re.MULTILINE)
    assert text != shipped(name)
    told = faults_of(name, rows(name, text))
    assert any(says in one for one in told), told
    assert all(one.startswith(Path(name).name) for one in told if says in one), told
    assert not any(GUARD in one for one in told), told


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("dangers.toml", "", "dangers.toml:1: 一种也没有"),
        ("slots.toml", "", "slots.toml:1: 缺槽位 phone"),
        ("desk.toml", shipped("desk.toml").partition("[choices.1]")[0], "没有 [choices.…]"),
        ("replies.toml", "", "缺一句 danger"),
        ("canned.toml", "", "canned.toml:1: 要有几条 [[canned]]"),
        ("intents/dialysis.toml", "", "code 应为 'dialysis'"),
    ],
)
def test_a_file_that_was_emptied(name: str, text: str, says: str, rows: Write) -> None:
    told = faults_of(name, rows(name, text))
    assert any(says in one for one in told), told


def test_an_intent_without_a_sentence(rows: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = [
        Sentence("没菜了", one, (), Urgency.SOON, (), f"{one}.jsonl", 1) for one in Intent if one is not Intent.CARE
    ]
    monkeypatch.setattr("data.check.read_corpus", lambda folder: (rest, []))
    assert [str(one)[:14] for one in check_folder(rows("menu.toml", shipped("menu.toml")))] == ["care.jsonl:1: "]


def test_what_no_loader_thought_of_is_a_fault_with_its_file(rows: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("data.playbook.read_menu", broken)
    folder = rows("menu.toml", shipped("menu.toml"))
    (fault,) = check_folder(folder, corpus=False)
    assert (fault.file, fault.line) == ("menu.toml", 1)
    assert GUARD in fault.message


def test_a_folder_without_its_word_list(shared: Path) -> None:
    (shared / "lexicon.txt").unlink()
    try:
        assert [str(one) for one in check_folder(shared, corpus=False)] == [
            "lexicon.txt:1: the file is gone: restore data/lexicon.txt"
        ]
    finally:
        shutil.copy(rows_folder() / "lexicon.txt", shared)


def test_rules_that_were_cut_away_are_said(
    rows: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.check.read_corpus", lambda folder: ([], []))
    lines = shipped("red/rules.csv").split("\n")
    kept = "\n".join(line for line in lines if not line.startswith("R13G,"))
    folder = rows("red/rules.csv", kept)
    assert command.run(argparse.Namespace(folder=folder)) == 1
    assert "red/rules.csv 里没有 R13G 这一条规则" in capsys.readouterr().out
    at = next(n for n, line in enumerate(lines) if line.startswith("R02,"))
    rows("red/rules.csv", "\n".join([*lines[:at], *lines[at + 1 :]]))
    rows("replies.toml", shipped("replies.toml").replace("打不通请一直重拨", "打不通请再打", 1))
    assert command.run(argparse.Namespace(folder=folder)) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "注意：规则 red/rules.csv 和程序自带的不一样：少 1 条（R02）"
    assert told[1].startswith("注意：危急用语 replies.toml 和程序自带的不一样：少 1 条（")
    assert told[-1] == "行数据没有问题"
