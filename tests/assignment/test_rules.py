"""Whose is this ticket and why: the order of the rules, the cap, and what an editor may get wrong in the rows."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.assignment.rules import Person, Waiting, choose, order_for
from data.assignment import load_assignment, read_assignment
from data.faults import Fault, rows_folder

ROWS = load_assignment()
NOW = datetime(2022, 4, 5, 2, 0, tzinfo=UTC)


def waiting(urgency: str = "urgent", intent: str = "dialysis", district: str = "浦东新区", minutes: int = 5) -> Waiting:
    return Waiting(f"B20405-{minutes:04}", urgency, intent, district, NOW - timedelta(minutes=minutes))


def person(login: str, *specialities: str, district: str = "", **more: int | bool) -> Person:
    return Person(login, login, frozenset(specialities), frozenset({district} - {""}), **more)  # type: ignore[arg-type]


def test_speciality_then_district_then_load() -> None:
    doctor = person("doctor", "medical", grave=5, load=9)
    near = person("near", district="浦东新区", grave=0)
    near_doctor = person("near_doctor", "medical", district="浦东新区", grave=6, load=30)
    assert choose(waiting(), [near, doctor], ROWS).login == "doctor"
    assert choose(waiting(), [near, doctor, near_doctor], ROWS).login == "near_doctor"
    idle = person("idle", "medical", district="浦东新区", grave=1)
    found = choose(waiting(), [near_doctor, idle], ROWS)
    assert (found.login, found.why) == ("idle", "在班、在线，专长就医，管浦东新区，手上急件 1 张")


def test_danger_goes_to_whoever_is_free_of_danger() -> None:
    doctor = person("doctor", "medical", district="浦东新区", critical=1, grave=1)
    anybody = person("anybody", grave=4)
    assert choose(waiting("critical"), [doctor, anybody], ROWS).login == "anybody"
    assert choose(waiting("urgent"), [doctor, anybody], ROWS).login == "doctor"


def test_nobody_gets_more_than_the_cap() -> None:
    full = person("full", "medical", grave=ROWS.cap)
    assert choose(waiting(), [full, person("other", grave=ROWS.cap - 1)], ROWS).login == "other"
    found = choose(waiting("critical"), [full], ROWS)
    assert (found.login, found.code) == ("", "full")
    assert str(ROWS.cap) in found.why


@pytest.mark.parametrize(
    ("people", "code"),
    [
        ([], "off_duty"),
        ([person("a", on_duty=False)], "off_duty"),
        ([person("a", present=False), person("b", on_duty=False)], "absent"),
    ],
)
def test_whoever_is_not_there_gets_nothing(people: list[Person], code: str) -> None:
    assert choose(waiting(), people, ROWS).code == code


def test_whoever_said_no_is_not_asked_again() -> None:
    a, b = person("a", "medical"), person("b")
    assert choose(waiting(), [a, b], ROWS, {"a"}).login == "b"
    assert choose(waiting(), [a, b], ROWS, {"a", "b"}).code == "refused"


def test_what_weighs_on_people_goes_round() -> None:
    worn, fresh = person("worn", "distress", shared=3), person("fresh", shared=1)
    assert choose(waiting(intent="distress"), [worn, fresh], ROWS).login == "fresh"
    assert (
        choose(waiting(intent="distress"), [worn, person("listener", "distress", shared=1), fresh], ROWS).login
        == "listener"
    )
    queue = [waiting(intent="distress", minutes=60), waiting(intent="supplies", minutes=5)]
    assert order_for(worn, queue, ROWS, fewest_shared=1)[0].intent == "supplies"
    assert order_for(fresh, queue, ROWS, fewest_shared=1)[0].intent == "distress"


def test_people_on_loan_take_grave_ones_after_those_who_know_the_way() -> None:
    helper, own = person("helper", helper=True), person("own", grave=3)
    assert choose(waiting(), [helper, own], ROWS).login == "own"
    assert choose(waiting("soon"), [helper, own], ROWS).login == "helper"


def test_next_is_urgency_then_speciality_then_district_then_age() -> None:
    me = person("me", "medicine", district="静安区")
    old, mine, near = (
        waiting(intent="supplies", district="崇明区", minutes=50),
        waiting(intent="medicine", district="崇明区", minutes=3),
        waiting(intent="supplies", district="静安区", minutes=4),
    )
    red = waiting("critical", "supplies", "崇明区", minutes=1)
    assert order_for(me, [old, near, mine, red], ROWS) == [red, mine, near, old]


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ("cap = 8", "cap = 0", "cap 要是大于 0 的整数"),
        ('urgency = "urgent"', 'urgency = "soon"', "urgency 只能是"),
        ("propose = 20", 'propose = "20"', "propose 和 assign 写秒数"),
        ('intents = ["medicine"]', 'intents = ["dialysis"]', "dialysis 已经归在前面一种"),
        ('intents = ["distress"]', 'intents = ["sadness"]', "intents 没有 ['sadness']"),
        ("gives = true", "gives = 1", "gives 写 true 或 false"),
        ("editor = true", "editor = false", "没有一种班是没人可派时能告诉的"),
    ],
)
def test_every_fault_names_its_line(tmp_path: Path, find: str, put: str, said: str) -> None:
    text = (rows_folder() / "assignment.toml").read_text("utf-8")
    assert find in text
    (tmp_path / "assignment.toml").write_text(text.replace(find, put), "utf-8")
    faults: list[Fault] = []
    assert read_assignment(tmp_path, faults) is None
    assert any(re.search(re.escape(said), str(one)) for one in faults), faults
    assert all(one.line >= 1 and one.file == "assignment.toml" for one in faults)


def test_a_missing_file_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)
    faults: list[Fault] = []
    assert read_assignment(tmp_path, faults) is None
    assert len(faults) == 1
