"""Approved answers are found for questions put in other words, and never for what is no question."""

from datetime import date

import pytest

from classifiers.answers import Answers
from conversations.codes import Urgency
from conversations.knowledge import Entry
from data.corpus import load_corpus
from data.faults import Fault, rows_folder
from data.knowledge import read_knowledge

ENTRIES = read_knowledge(rows_folder(), [])
ANSWERS = Answers(ENTRIES)


def test_every_way_of_asking_leads_to_its_own_answer() -> None:
    wrong = [
        (ask, ANSWERS.read(ask)) for code, entry in ENTRIES.items() for ask in entry.asks if ANSWERS.read(ask) != code
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("你们要收费吗？", "free"),
        ("请问医保电话多少", "insurance"),
        ("12345老是打不通", "hotline_12345"),
        ("侬是机器人伐", "who_we_are"),
        ("问一下免费法律咨询打什么", "law"),
        ("心理热线号码", "mind"),
    ],
)
def test_in_other_words(asked: str, code: str) -> None:
    assert ANSWERS.read(asked) == code


@pytest.mark.parametrize(
    "said",
    [
        "", "嗯", "家里没电了老人用呼吸机", "我的工资没发", "什么时候解封", "怎么投诉居委", "妈妈心里难受一直哭",
        "谢谢", "帮帮我", "🙏🙏🙏", "a" * 5000,
    ],
)  # fmt: skip
def test_no_answer_is_better_than_a_wrong_one(said: str) -> None:
    assert ANSWERS.read(said) == ""


def test_own_sentences_in_need_are_hardly_ever_answered() -> None:
    """Of everything we know residents to write, almost nothing is a question from this list, and no urgent plea is."""
    rows = load_corpus()
    answered = [row for row in rows if ANSWERS.read(row.text)]
    assert len(answered) <= len(rows) // 250
    pressed = [row.text for row in answered if row.urgency in (Urgency.CRITICAL, Urgency.URGENT)]
    assert pressed == []


def test_an_entry_holds_from_its_first_to_its_last_day() -> None:
    entry = Entry("x", ("a", "b"), "…", "…", date(2022, 4, 19), date(2022, 5, 31), "李")
    held = [entry.holds(day) for day in (date(2022, 4, 18), date(2022, 4, 19), date(2022, 5, 31), date(2022, 6, 1))]
    assert held == [False, True, True, False]
    assert not Entry("x", ("a", "b"), "…", "…", date(2022, 4, 19), None, "").holds(date(2022, 4, 20))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('asks=["一"]\nanswer="好的好的"\nsource="s"\nsince=2022-01-01\napproved_by="a"', "asks"),
        ('asks=["一","二"]\nanswer=""\nsource="s"\nsince=2022-01-01\napproved_by="a"', "answer"),
        ('asks=["一","二"]\nanswer="好的{x}"\nsource="s"\nsince=2022-01-01\napproved_by="a"', "花括号"),
        ('asks=["一","二"]\nanswer="好的好的"\nsource=""\nsince=2022-01-01\napproved_by="a"', "source"),
        ('asks=["一","二"]\nanswer="好的好的"\nsource="s"\nsince="昨天"\napproved_by="a"', "since"),
        (
            'asks=["一","二"]\nanswer="好的好的"\nsource="s"\nsince=2022-01-01\nuntil=2021-01-01\napproved_by="a"',
            "until",
        ),
        ('asks=["一","二"]\nanswer="好的好的"\nsource="s"\nsince=2022-01-01', "approved_by"),
    ],
)
def test_a_faulty_entry_is_named_with_its_line(row: str, told: str, tmp_path: object) -> None:
    folder = tmp_path
    (folder / "knowledge.toml").write_text(f"# rows\n\n[one]\n{row}\n", "utf-8")  # type: ignore[operator]
    faults: list[Fault] = []
    assert read_knowledge(folder, faults) == {}  # type: ignore[arg-type]
    assert [(fault.file, fault.line) for fault in faults] == [("knowledge.toml", 3)]
    assert told in str(faults[0])
