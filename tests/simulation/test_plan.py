"""A campaign is drawn from the rows: so many, in the shape of the days and hours, the same every time."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.simulation.plan import Matters, Plea, arrivals
from conversations.codes import Intent, Urgency
from conversations.playbook import SHANGHAI
from data.faults import BadRows
from data.simulation import load_simulation

ROWS = load_simulation()
PLEAS = [Plea(f"{intent} {urgency}", intent, urgency) for intent in ROWS.intents for urgency in Urgency]
ROADS = [("浦东新区", "牡丹路"), ("徐汇区", "永川路")]


def test_the_founding_campaign_has_its_days() -> None:
    moments = list(arrivals(ROWS, hours=262, cases=8116, seed=1))
    assert len(moments) == 8116
    assert moments == sorted(moments)
    days = Counter(one.astimezone(SHANGHAI).date() for one in moments)
    assert {day: abs(days[day] - count) <= 12 for day, count in ROWS.days.items()} == dict.fromkeys(ROWS.days, True)
    assert ROWS.campaign.start <= moments[0]
    assert moments[-1] < ROWS.campaign.start + timedelta(hours=262)
    hours = Counter(one.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0) for one in moments)
    busiest = max(hours, key=lambda hour: hours[hour])
    assert (busiest.day, busiest.hour) == (31, 14)  # the Douyin entry opens
    night = sum(count for hour, count in hours.items() if hour.hour < 6)
    assert 0.02 < night / 8116 < 0.06


@pytest.mark.parametrize(("hours", "cases"), [(1, 1), (1, 30), (24, 7), (262, 100), (300, 5000)])
def test_any_size(hours: int, cases: int) -> None:
    moments = list(arrivals(ROWS, hours=hours, cases=cases, seed=3))
    assert len(moments) == cases
    assert all(ROWS.campaign.start <= one < ROWS.campaign.start + timedelta(hours=hours) for one in moments)


def test_the_same_seed_says_the_same() -> None:
    one, again, other = (Matters(ROWS, PLEAS, ROADS, seed) for seed in (4, 4, 5))
    first = [one.next() for _ in range(200)]
    assert first == [again.next() for _ in range(200)]
    assert first != [other.next() for _ in range(200)]
    senders = [
        person.sender for matter in first for person in (matter.resident, matter.relative, matter.chatter) if person
    ]
    assert len(senders) == len(set(senders)) > 200


def test_the_shares_of_the_rows() -> None:
    matters = Matters(ROWS, PLEAS, ROADS, 6)
    drawn = [matters.next() for _ in range(4000)]
    words = Counter(matter.resident.says[0].text.split("\n")[0] for matter in drawn)
    critical = sum(count for text, count in words.items() if text.endswith("critical")) / 4000
    consult = sum(count for text, count in words.items() if text.startswith("consult ")) / 4000
    lone = sum(len(matter.resident.says) == 1 for matter in drawn) / 4000
    assert abs(critical - 0.025) < 0.01
    assert abs(consult - 0.22) < 0.03
    assert 0.12 < lone < 0.25
    assert abs(sum(matter.relative is not None for matter in drawn) / 4000 - ROWS.campaign.relative) < 0.012
    early, late = (
        Counter(matters.channel(ROWS.campaign.start + timedelta(hours=at)) for _ in range(2000)) for at in (1, 200)
    )
    assert early["douyin"] == 0
    assert 0.38 < late["douyin"] / 2000 < 0.52


def test_nothing_is_said_before_it_follows() -> None:
    matters = Matters(ROWS, PLEAS, ROADS, 7)
    for _ in range(500):
        says = matters.next().resident.says
        assert says[0].after == timedelta(0)
        assert [one.after for one in says] == sorted(one.after for one in says)


def test_a_level_without_sentences_is_said() -> None:
    few = [one for one in PLEAS if one.urgency is not Urgency.CRITICAL]
    with pytest.raises(ValueError, match="critical"):
        Matters(ROWS, few, ROADS, 1)
    assert Matters(ROWS, [*few, Plea("火", Intent.EMERGENCY, Urgency.CRITICAL)], ROADS, 1).next()


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("cases = 8116", 'cases = "many"', "simulation.toml:7"),
        ("cases = 8116", "cases = 0", "至少是 1"),
        ('opens = "2022-03-25 22:00"', 'opens = "25.3."', "不是时刻"),
        ("consult = 22", "chitchat = 22", "不立单"),
        ("share = [1.0, 0.7,", "share = [0.7,", "24 个"),
        ("我的电话是{phone}", "我的电话是{number}", "{phone}"),
        ("critical = 20, urgent", "urgent", "四种缓急"),
        ("[crew]", "[crews]", "crew"),
    ],
)
def test_faults_are_named(tmp_path: Path, was: str, becomes: str, named: str) -> None:
    text = (Path(__file__).parent.parent.parent / "data" / "simulation.toml").read_text("utf-8")
    assert was in text
    (tmp_path / "simulation.toml").write_text(text.replace(was, becomes, 1), "utf-8")
    with pytest.raises(BadRows) as caught:
        load_simulation(tmp_path)
    assert named in str(caught.value)
