"""Words people may say another way: what the loader of `cues.csv` refuses, and what a new row does at once."""

from pathlib import Path

import pytest

from conversations.cues import CUES, Cues
from conversations.lasting import days_said
from conversations.shapes import KIN
from conversations.telephones import how_they_rang
from conversations.whom import named
from conversations.writers import child_writes
from data.cues import read_cues
from data.faults import Fault, rows_folder
from data.playbook import load_playbook

SHIPPED = (rows_folder() / "cues.csv").read_text("utf-8")


def load(folder: Path, text: str) -> tuple[Cues | None, list[str]]:
    (folder / "cues.csv").write_text(text, "utf-8")
    faults: list[Fault] = []
    return read_cues(folder, faults), [str(fault) for fault in faults]


def with_row(row: str) -> str:
    return f"{SHIPPED}{row}\n"


LAST = len(SHIPPED.splitlines()) + 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("praize,棒,", "没有 'praize' 这个 cue"),
        ("praise,,", "words 空着"),
        ("praise,棒||赞", "应有 3 列"),
        ("praise,棒||赞,", "竖线 | 旁边有空的一项"),
        ("praise,棒|,", "竖线 | 旁边有空的一项"),
        ("praise,很(?:棒|),", "竖线 | 旁边有空的一项"),
        ("praise,很(?:棒,", "写法有误，在第 2 个字"),
        ("praise,很)|(?:棒,", "写法有误"),
        ("praise,很(棒|好),", "括号写成 (?:……)"),
        ("praise,(?P<how>棒),", "括号写成 (?:……)"),
        ("praise,(?i)good,", "不能写 (?i)"),
        ("praise,棒?,", "随便说什么都算"),
        ("praise,(?:很|太)*棒|好*,", "随便说什么都算"),
        ("praise,(?!坏),", "随便说什么都算"),
        ("praise,.+,", "随便说什么都算"),
        ("praise,[^坏],", "随便说什么都算"),
        ("praise,棒｜赞,", "｜ 改成英文的 |"),
        ("praise,太（棒）了,", "（ 改成英文的 (、） 改成英文的 )"),
        ("praise,棒|谢,", "praise：谢 第"),
        ("phoneless,我[的这家]?没有?手机(?!充电|卡),", "phoneless：我[的这家]?没有?手机(?!充电|卡) 第"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_its_line(tmp_path: Path, row: str, says: str) -> None:
    cues, faults = load(tmp_path, with_row(row))
    assert cues is None
    assert len(faults) == 1
    assert faults[0].startswith(f"cues.csv:{LAST}: ")
    assert says in faults[0]


@pytest.mark.parametrize("cue", sorted(CUES))
def test_every_cue_has_a_row(tmp_path: Path, cue: str) -> None:
    rows = [line for line in SHIPPED.splitlines() if not line.startswith(f"{cue},")]
    cues, faults = load(tmp_path, "\n".join(rows))
    assert cues is None
    assert faults == [f"cues.csv:1: 缺 {cue}：至少要有一行"]


def test_the_first_row_of_a_cue_says_what_it_is_for(tmp_path: Path) -> None:
    line = next(n for n, line in enumerate(SHIPPED.splitlines(), 1) if line.startswith("praise,"))
    changed = [one if n != line else one.rpartition(",")[0] + "," for n, one in enumerate(SHIPPED.splitlines(), 1)]
    assert load(tmp_path, "\n".join(changed))[1] == [
        f"cues.csv:{line}: praise 的第一行要有 note：写清楚它管什么，举一个例子"
    ]


def test_of_a_file_that_is_gone_not_every_cue_is_missing_too(tmp_path: Path) -> None:
    faults: list[Fault] = []
    assert read_cues(tmp_path, faults) is None
    assert [str(fault) for fault in faults] == ["cues.csv:1: 文件不见了"]


def test_a_new_row_is_heard(tmp_path: Path) -> None:
    cues, faults = load(
        tmp_path,
        f"{SHIPPED}in_vain,没人睬,\nkin_father,爷老头子,\nkin_wife,娘子,\nchild,我读幼儿园,\ngone,缺货,\ndays_going,顶,\n",
    )
    assert cues is not None, faults
    assert how_they_rang("12345没人睬", cues) == "tried_not_through"
    assert named("爷老头子和姑娘", cues) == {"father"}
    assert child_writes("我读幼儿园，一个人在家", cues)
    assert cues.gone.fullmatch("今天就缺货了。")
    assert days_said("老人小孩都在家，顶两个礼拜", None, cues, asked=True) == 14


@pytest.mark.parametrize("text", ["他妈的 药还没到", "操你妈", "妈呀 打了一天", "真他妈慢", "妈的！"])
def test_an_oath_names_nobody(text: str) -> None:
    assert named(text, load_playbook().cues) == frozenset()


@pytest.mark.parametrize("text", ["我妈的药没了", "妈的电话打不通", "他妈一个人在家", "和妈一起住"])
def test_a_mother_is_named(text: str) -> None:
    assert named(text, load_playbook().cues) == {"mother"}


@pytest.mark.parametrize(
    ("row", "text"),
    [("kin_mother,[阿姆]妈咪", "阿妈咪"), ("kin_mother,大?姆嬢", "姆嬢"), ("kin_mother,(?:亲|养)嬢", "养嬢")],
)
def test_kin_of_any_shape_are_found(tmp_path: Path, row: str, text: str) -> None:
    """Which characters a name may begin with is told by the rows; where it cannot be told, every character is tried."""
    cues, faults = load(tmp_path, with_row(f"{row},"))
    assert cues is not None, faults
    assert named(f"是{text}的药", cues) == {"mother"}


def test_whom_a_text_may_name() -> None:
    assert {f"kin_{one}" for one in KIN} == {cue for cue in CUES if cue.startswith("kin_")}
