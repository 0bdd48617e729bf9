"""The order's rules as tables: which state may follow which, who may be told what, what lets an order go; rows checked."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.base import Secret
from bot.hotline.gate import AGREE_FIRST, ASK_FIRST, CALL_FIRST, REFUSED, UNREACHABLE, UNREACHABLE_RED, Gate, objection
from bot.hotline.states import HOTLINE, NEXT, due, judge, stage
from bot.hotline.wire import Missed, Unread, proof, read_news, their_number, verified
from bot.settings import BadSettings, load_settings
from bot.store.orders import Form
from data.faults import Fault, rows_folder
from data.hotline import CALLED, LEVELS, NAMED, load_hotline, read_hotline

ROWS = load_hotline()
T0 = datetime(2022, 4, 5, 1, 0, tzinfo=UTC)
EARLIER, LATER = T0 - timedelta(minutes=5), T0 + timedelta(minutes=5)
STATES = NAMED["status"]

WALKS = [
    # now        told        verdict when it is newer
    ("sent", "received", "moves"), ("sent", "assigned", "moves"), ("sent", "answered", "moves"), ("sent", "returned", "moves"),
    ("filed", "received", "moves"), ("filed", "closed", "moves"), ("received", "received", "late"),
    ("received", "assigned", "moves"), ("assigned", "assigned", "again"), ("assigned", "received", "late"),
    ("assigned", "returned", "moves"), ("answered", "answered", "again"), ("answered", "assigned", "late"),
    ("answered", "received", "late"), ("answered", "closed", "moves"), ("answered", "returned", "moves"),
    ("returned", "received", "late"), ("returned", "answered", "late"), ("closed", "assigned", "late"),
    ("closed", "answered", "late"), ("closed", "closed", "late"), ("draft", "received", "late"),
]  # fmt: skip


@pytest.mark.parametrize(("now", "told", "verdict"), WALKS)
def test_what_may_follow(now: str, told: str, verdict: str) -> None:
    assert judge(now, told, T0, LATER) == verdict


@pytest.mark.parametrize("now", STATES)
@pytest.mark.parametrize("told", HOTLINE)
def test_no_news_leads_backwards(now: str, told: str) -> None:
    order = ("draft", "sent", "filed", "received", "assigned", "answered", "returned", "closed")
    if judge(now, told, T0, EARLIER) == "moves":
        assert order.index(told) > order.index(now)
    assert judge(now, told, T0, EARLIER) != "again"


def test_every_state_has_words_and_every_end_is_reachable() -> None:
    assert set(NEXT) == set(STATES)
    reached, frontier = {"draft"}, ["draft"]
    while frontier:
        for one in NEXT[frontier.pop()] - reached:
            reached.add(one)
            frontier.append(one)
    assert reached == set(STATES)


def test_the_clock_that_runs() -> None:
    for status in STATES:
        expected = EARLIER if status in ("sent", "filed") else LATER if status in ("received", "assigned") else None
        assert due(status, EARLIER, LATER) == expected, status


@pytest.mark.parametrize(
    ("status", "way", "delivery", "told", "untold", "said"),
    [
        ("draft", "", "", "", False, ""),
        ("sent", "gateway", "waiting", "", False, ""),
        ("sent", "gateway", "unsure", "", False, ""),
        ("sent", "gateway", "taken", "", False, "sent"),
        ("sent", "gateway", "taken", "sent", False, ""),
        ("filed", "hand", "", "", False, "filed"),
        ("filed", "hand", "dropped", "", False, "filed"),
        ("received", "gateway", "taken", "sent", False, ""),
        ("assigned", "gateway", "taken", "sent", False, "assigned"),
        ("assigned", "gateway", "taken", "assigned", False, ""),
        ("answered", "gateway", "taken", "sent", True, "answered"),
        ("answered", "gateway", "taken", "answered", False, ""),
        ("closed", "gateway", "taken", "", True, "answered"),
        ("closed", "gateway", "taken", "answered", False, ""),
        ("returned", "gateway", "taken", "sent", False, ""),
        ("returned", "gateway", "taken", "sent", True, ""),
    ],
)
def test_what_the_resident_may_be_told(
    status: str, way: str, delivery: str, told: str, untold: bool, said: str
) -> None:
    assert stage(status, way, delivery, told, untold=untold) == said


def form(
    called: str = "yes_no_number", phone: str = "13800005678", address: str = "牡丹路60弄", reason: str = ""
) -> Form:
    return Form("urgent", "help", called, {"phone": phone, "address": address}, reason)


GATES = [
    # called, critical, consent, agreed, form, objection
    ("yes_with_no", False, "yes", False, form(), ""),
    ("yes_no_number", False, "yes", False, form(), ""),
    ("tried_not_through", False, "yes", False, form(), ""),
    ("tried_not_through", True, "", False, form(), ""),
    ("no", False, "yes", False, form(), CALL_FIRST),
    ("unknown", False, "yes", False, form(), ASK_FIRST),
    ("no", False, "yes", False, form(reason="老人听不清电话"), ""),
    ("no", True, "", False, form(), ""),
    ("unknown", True, "", False, form(), ""),
    ("unknown", True, "no", False, form(), ""),
    ("yes_with_no", False, "", False, form(), AGREE_FIRST),
    ("yes_with_no", False, "", True, form(), ""),
    ("yes_with_no", False, "no", False, form(), REFUSED),
    ("yes_with_no", False, "no", True, form(), ""),
    ("yes_with_no", False, "yes", False, form(phone=""), UNREACHABLE),
    ("no", True, "", False, form(phone=""), ""),
    ("no", True, "", False, form(phone="", address=""), UNREACHABLE_RED),
]


@pytest.mark.parametrize(("called", "critical", "consent", "agreed", "typed", "said"), GATES)
def test_what_lets_an_order_go(called: str, critical: bool, consent: str, agreed: bool, typed: Form, said: str) -> None:
    assert objection(Gate(ROWS.call(called), consent, critical), typed, agreed=agreed) == said


def test_engaged_never_blocks_whatever_the_urgency() -> None:
    for critical in (True, False):
        assert Gate(ROWS.call("tried_not_through"), "yes", critical).passes


def news(**changes: object) -> bytes:
    said = {
        "id": "n1",
        "number": "B20405-0831-1",
        "status": "answered",
        "at": "2022-04-05T10:00:00+08:00",
        "text": "好",
    }
    return json.dumps({k: v for k, v in {**said, **changes}.items() if v is not ...}).encode()


def test_news_is_read() -> None:
    number, said = read_news(news(hotline_number="SH2022-1", unit="三林镇"))
    assert (number, said.status, said.key) == ("B20405-0831-1", "answered", "n1")
    assert said.at == datetime(2022, 4, 5, 2, 0, tzinfo=UTC)
    assert (said.reply.number, said.reply.unit, said.reply.text) == ("SH2022-1", "三林镇", "好")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", ""), (b"[]", ""), (b"\xff", ""), (b"[" * 100_000, ""), (b'{"id": 1}', "number"), (news(number=...), "number"),
        (news(id=""), "id"), (news(id=7), "id"), (news(status="solved"), "status"), (news(status="draft"), "status"),
        (news(at="yesterday"), "at"), (news(at="2022-04-05T10:00:00"), "at"), (news(text=""), "text"),
        (news(status="returned", text=...), "text"), (news(text="字" * 5001), "text"), (news(text=["x"]), "text"),
        (news(hotline_number="; drop"), "hotline_number"), (news(unit="x" * 101), "unit"), (news(text="\ud800"), "text"),
    ],
)  # fmt: skip
def test_unreadable_news_names_its_field(body: bytes, field: str) -> None:
    with pytest.raises(Unread) as caught:
        read_news(body)
    assert caught.value.field == field
    assert str(caught.value)


def test_signatures() -> None:
    secret, body = Secret("a-secret-of-some-length"), b'{"x":1}'
    stamp = str(int(T0.timestamp()))
    good = proof(secret, stamp, body)
    assert verified(secret, stamp, good, body, T0)
    assert verified(secret, stamp, good, body, T0 + timedelta(seconds=300))
    assert not verified(secret, stamp, good, body, T0 + timedelta(seconds=301))
    assert not verified(secret, stamp, good, body, T0 - timedelta(seconds=301))
    assert not verified(secret, stamp, good, body + b" ", T0)
    assert not verified(Secret("another-secret-of-length"), stamp, good, body, T0)
    for bad in ("", "ａ", "\ud800", good[:-1], good + "0"):
        assert not verified(secret, stamp, bad, body, T0)
    for bad in ("", "１２", "-1", "1" * 13, "x"):
        assert not verified(secret, bad, proof(secret, bad, body), body, T0)


def test_numbers_as_people_type_them() -> None:
    assert their_number(" SH 2022-0405 7 ") == "SH2022-04057"
    for bad in ("", "12", "x" * 41, "-abc", "<b>", "号码"):
        assert their_number(bad) == ""


def test_a_miss_says_whether_it_may_have_arrived() -> None:
    assert (Missed("timeout", unknown=True).unknown, Missed("unreachable").unknown) == (True, False)


def test_the_rows_cover_every_code() -> None:
    assert {one.code for one in ROWS.called} == set(CALLED)
    assert {one.code for one in ROWS.levels} == set(LEVELS)
    assert [ROWS.level_for(one).code for one in ("critical", "urgent", "soon", "normal")] == [
        "top",
        "urgent",
        "urgent",
        "general",
    ]
    assert ROWS.kind_for("consult").code == "consult"
    assert ROWS.kind_for("dialysis").code == "help"
    assert "returned" not in ROWS.tells


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("stuck_minutes = 3", "stuck_minutes = 0", "stuck_minutes"),
        ('code = "top"', 'code = "topmost"', "没有 code 'topmost'"),
        ('urgencies = ["critical"]', 'urgencies = ["dire"]', "没有 'dire'"),
        ("receive = 15", "receive = -1", "要大于 0"),
        ("passes = true", 'passes = "yes"', "passes 要是"),
        ('from = ["slot:phone"]', 'from = ["slot:fone"]', "没有 'slot:fone'"),
        ('code = "subject"', 'code = "sbject"', "缺 [[field]] code = 'subject'"),
        ("[status.received]", "[status.recieved]", "status.recieved"),
        ("编号{order}。", "编号{ordr}。", "不是占位符"),
        ("已替您向12345提交", "{", "花括号"),
        ('hint = "谁、在哪里、卡在哪一步"', 'tip = "x"', "没有 tip"),
        ("[sending]", "[sending", "TOML"),
    ],
)
def test_wrong_rows_name_their_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    for name in ("hotline.toml", "slots.toml"):
        shutil.copy(rows_folder() / name, tmp_path / name)
    text = (tmp_path / "hotline.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "hotline.toml").write_text(text.replace(old, new, 1), "utf-8")
    faults: list[Fault] = []
    assert read_hotline(tmp_path, faults) is None
    assert any(said in str(one) for one in faults), [str(one) for one in faults]
    assert all(one.file == "hotline.toml" and one.line >= 1 for one in faults)


def test_address_and_secret_come_together(tmp_path: Path) -> None:
    home = {"BANGNONG_HOME": str(tmp_path)}
    url, secret = {"BANGNONG_HOTLINE_URL": "https://12345.example/orders"}, {"BANGNONG_HOTLINE_SECRET": "x" * 20}
    good = load_settings(home | url | secret)
    assert good.hotline_url == url["BANGNONG_HOTLINE_URL"]
    assert "x" * 20 not in repr(good)
    assert load_settings(home).hotline_secret is None
    for env, named in (
        (url, "BANGNONG_HOTLINE_SECRET"),
        (secret, "BANGNONG_HOTLINE_URL"),
        (url | {"BANGNONG_HOTLINE_SECRET": "short"}, "shorter than 16"),
        ({"BANGNONG_HOTLINE_URL": "ftp://x"} | secret, "BANGNONG_HOTLINE_URL does not begin"),
    ):
        with pytest.raises(BadSettings, match=named):
            load_settings(home | env)
