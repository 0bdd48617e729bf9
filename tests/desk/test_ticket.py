"""A ticket on the desk over HTTP: who may, who wins, what is hidden, what reaches the resident, what is written down."""

import asyncio
import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from bot.codec import dump_state, load_state
from conversations.values import evolve
from tests.desk.conftest import PHONE, RED, WHERE, Desk, Person, Resident, number_of
from tests.service import Record, Service


async def others_end(record: Record) -> None:
    """Alarms and the queue's first page hold fifty: what other tests left there must not push ours out."""
    await record.rows("update tickets set outcome = 'solved', status = 'closed', alert = '' where outcome is null")


async def test_two_claim_at_once_and_one_wins(service: Service, record: Record, lina: Person, zhou: Person) -> None:
    for turn in range(4):
        await Resident(service, f"claimed-{turn}").say(RED)
        number = await number_of(record, f"claimed-{turn}")
        answers = await asyncio.gather(*(one.do(f"/desk/tickets/{number}/claim") for one in (lina, zhou)))
        assert sorted(one.status for one in answers) == [200, 409]
        lost = next(one for one in answers if one.status == 409)
        holder = await record.value("select reporter from tickets where number = $1", number)
        assert lost.json["error"]["message"] == f"{holder}先生已经接手，您可以看，不能处理。"
        events = await record.rows("select actor from ticket_events where number = $1 and change = 'claimed'", number)
        assert [row["actor"] for row in events] == [holder]
        second = zhou if holder == "lina" else lina
        seen = (await second.get(f"/desk/tickets/{number}")).text
        assert f"<b>{holder}先生</b> 在办" in seen
        assert "/claim" not in seen


async def sit_still(record: Record, number: str, minutes: int) -> None:
    """As if the reporter had done nothing for so long: the state says so, and its timer is due now."""
    row = (await record.rows(
        "select v.id, v.turn, v.state, c.data_key, t.case_key from tickets t join conversations v on v.id = t.conversation "
        "join contacts c on c.id = v.id where t.number = $1",
        number,
    ))[0]  # fmt: skip
    key = record.vault.data_key(row["id"], row["data_key"])
    state = load_state(key.open(row["state"]))
    case = state.case(row["case_key"])
    assert case is not None
    assert case.acted_at is not None
    case = evolve(case, acted_at=case.acted_at - timedelta(minutes=minutes))
    cases = tuple(case if one.key == case.key else one for one in state.cases)
    state = evolve(
        state, cases=cases, turn=row["turn"] + 1
    )  # another turn, so that nobody trusts a state kept in memory
    await record.rows(
        "update conversations set turn = $2, state = $3 where id = $1",
        row["id"],
        state.turn,
        key.seal(dump_state(state)),
    )
    await record.rows(
        "update outbox set due_at = now() where conversation = $1 and kind = 'timer' and purpose = 'claim'", row["id"]
    )


async def test_a_claim_can_be_kept_and_runs_out_when_nothing_is_done(
    service: Service, record: Record, lina: Person, zhou: Person
) -> None:
    await others_end(record)
    resident = Resident(service, "kept")
    await resident.say(RED)
    number = await number_of(record, "kept")
    taken = await lina.do(f"/desk/tickets/{number}/claim")
    assert "新的危急单" not in taken.json["parts"]["head"]  # taken is seen: it rings for nobody else
    assert number not in (await zhou.get("/desk/alarm")).json["numbers"]
    before = await record.value("select acted_at from tickets where number = $1", number)
    kept = await lina.do(f"/desk/tickets/{number}/claim")
    assert kept.json["mine"]
    assert await record.value("select acted_at from tickets where number = $1", number) > before
    assert kept.json["parts"]["history"].count("接手") == 1

    await sit_still(record, number, minutes=16)
    async with asyncio.timeout(10):
        while True:
            page = await zhou.get(f"/desk/tickets/{number}/parts")
            if "接手超时，已放回" in page.text:
                break
            await asyncio.sleep(0.1)
    assert "没有人接手" in page.json["parts"]["holder"]
    assert "太久没有动作，自动放回" in page.json["parts"]["history"]
    assert "待接手" in page.json["parts"]["head"]
    assert number in (await zhou.get("/desk/alarm")).json["numbers"]
    assert (await zhou.do(f"/desk/tickets/{number}/claim")).status == 200


async def test_a_reply_reaches_the_resident_once(service: Service, record: Record, lina: Person, zhou: Person) -> None:
    resident = Resident(service, "replied")
    await resident.say(RED)
    number = await number_of(record, "replied")
    draft = str(uuid4())
    words = "我是记者，马上给您打电话。"
    answers = await asyncio.gather(
        *(lina.do(f"/desk/tickets/{number}/reply", text=words, reply_id=draft) for _ in range(3))
    )
    assert [one.status for one in answers] == [200, 200, 200]
    assert (await resident.heard()).count(words) == 1
    assert words in answers[0].json["parts"]["talk"]
    assert await record.value("select reporter from tickets where number = $1", number) == "lina"
    refused = await zhou.do(f"/desk/tickets/{number}/reply", text="我也来", reply_id=str(uuid4()))
    assert refused.status == 409
    assert "我也来" not in await resident.heard()
    for fields, sentence in (
        ({"text": " ", "reply_id": draft}, "还没有写内容。"),
        ({"text": "好", "reply_id": ""}, "页面已过期"),
        ({"text": "好" * 5001, "reply_id": draft}, "太长了"),
    ):
        answer = await lina.do(f"/desk/tickets/{number}/reply", **fields)
        assert answer.status == 400
        assert sentence in answer.json["error"]["message"]


async def test_nothing_personal_is_shown_before_it_is_asked_for(service: Service, record: Record, lina: Person) -> None:
    await others_end(record)
    resident = Resident(service, "hidden")
    await resident.say(f"{RED}，我的电话 138 0000 9999")
    await resident.say(WHERE)
    number = await number_of(record, "hidden")
    pages = [
        await lina.get("/desk"),
        await lina.get(f"/desk/rows?numbers={number}"),
        await lina.get(f"/desk/tickets/{number}"),
        await lina.get(f"/desk/tickets/{number}/parts"),
    ]
    for answer in pages:
        assert answer.status == 200
        assert number in answer.text
        for secret in (PHONE, "138 0000 9999", "13800009999", "502室", "5号楼", "60弄"):
            assert secret not in answer.text, secret
    assert "138****5678" in pages[2].text
    revealed = await lina.do(f"/desk/tickets/{number}/reveal", field="slot:phone")
    assert PHONE in revealed.json["value"]
    words = await lina.do(f"/desk/tickets/{number}/reveal", field="words")
    assert WHERE in words.json["messages"].values()
    assert (await lina.do(f"/desk/tickets/{number}/reveal", field="slot:nothing")).status == 400
    lines = await record.rows("select actor, action, detail from audit where subject = $1 order by id", number)
    assert [(row["actor"], row["action"], json.loads(row["detail"])) for row in lines] == [
        ("lina", "desk.reveal", {"field": "slot:phone"}),
        ("lina", "desk.reveal", {"field": "words"}),
    ]
    assert PHONE not in (await lina.get(f"/desk/tickets/{number}")).text  # shown for that view only


async def test_nobody_rings_whoever_cannot_be_rung(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "mute").say("我是聋人 打不了电话 胸口压得痛 一身冷汗")
    page = (await lina.get(f"/desk/tickets/{await number_of(record, 'mute')}")).words
    assert "打不了电话，请打字" in page
    assert "马上在对话里写；不要打过去" in page
    assert "电话打不了" in re.sub(r"\s", "", page)


async def test_a_correction_becomes_a_training_row(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "corrected").say(RED)
    number = await number_of(record, "corrected")
    correct = f"/desk/tickets/{number}/correct"
    read = await record.value("select intent from tickets where number = $1", number)
    assert (await lina.do(correct, field="intent", value="other_medical")).status == 200
    assert (await lina.do(correct, field="intent", value="emergency")).status == 200
    answer = await lina.do(correct, field="urgency", value="soon")
    assert (answer.status, answer.json["error"]["code"]) == (400, "reason")
    assert (await lina.do(correct, field="urgency", value="soon", reason="已送到医院")).status == 200
    rows = await record.rows("select field, was, value, by from labels where number = $1 order by field", number)
    assert [tuple(row) for row in rows] == [
        ("intent", read, "emergency", "lina"),
        ("urgency", "critical", "soon", "lina"),
    ]
    assert tuple((await record.rows("select intent, urgency from tickets where number = $1", number))[0]) == (
        "emergency",
        "soon",
    )
    assert (await lina.do(correct, field="intent", value="spam")).json["error"]["code"] == "value"
    assert (await lina.do(correct, field="nonsense", value="x")).json["error"]["code"] == "value"
    page = await lina.get(f"/desk/tickets/{number}")
    assert "缓急改为较急（已送到医院）" in page.words
    assert len(await record.rows("select 1 from labels where number = $1", number)) == 2


async def test_one_click_is_one_label_committed_with_its_turn(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "labelled").say(RED)
    number = await number_of(record, "labelled")
    before = await record.value("select count(*) from labels")
    last = await record.value("select coalesce(max(id), 0) from labels")
    assert (await lina.do(f"/desk/tickets/{number}/correct", field="intent", value="emergency")).status == 200
    assert await record.value("select count(*) from labels") == before + 1
    label = (await record.rows("select id, field, value, by, at from labels where number = $1", number))[0]
    assert tuple(label)[:4] == (last + 1, "intent", "emergency", "lina")
    turned = await record.value(
        "select at from ticket_events where number = $1 and change = 'corrected' order by id desc limit 1", number
    )
    assert label["at"] == turned  # a second hand writing it later would have moved the time
    for field, value in (("intent", "spam"), ("urgency", "normal"), ("nonsense", "x")):  # refused: no label at all
        assert (await lina.do(f"/desk/tickets/{number}/correct", field=field, value=value)).status == 400
    assert (await lina.do(f"/desk/tickets/{number}/correct", field="status", value="verifying")).status == 200
    assert await record.value("select count(*) from labels") == before + 1


async def test_facts_status_and_verification_are_kept(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "facts").say(RED)
    number = await number_of(record, "facts")
    correct = f"/desk/tickets/{number}/correct"
    assert (await lina.do(correct, field="slot:phone", value="13911112222")).status == 200
    assert (await lina.do(correct, field="verification", value="called_back")).status == 200
    done = await lina.do(correct, field="status", value="local_coord")
    assert "139****2222" in done.json["parts"]["contact"]
    assert "lina先生填写" in done.json["parts"]["contact"]
    assert "街镇居委协调中" in done.json["parts"]["head"]
    assert (await lina.do(correct, field="status", value="closed")).json["error"]["code"] == "value"
    kept = await record.rows("select status, verification from tickets where number = $1", number)
    assert tuple(kept[0]) == ("local_coord", "called_back")
    assert "13911112222" not in (await lina.get(f"/desk/tickets/{number}")).text  # nor in its history


async def test_handing_back_and_ending(service: Service, record: Record, lina: Person, zhou: Person) -> None:
    resident = Resident(service, "ended")
    await resident.say(RED)
    number = await number_of(record, "ended")
    assert (await zhou.do(f"/desk/tickets/{number}/hand-back")).json["error"]["code"] == "not_yours"
    await lina.do(f"/desk/tickets/{number}/claim")
    assert (await zhou.do(f"/desk/tickets/{number}/close", outcome="solved")).status == 409
    back = await lina.do(f"/desk/tickets/{number}/hand-back", note="等车")
    assert "没有人接手" in back.json["parts"]["holder"]
    assert "等车" in back.json["parts"]["history"]
    assert (await lina.do(f"/desk/tickets/{number}/close", outcome="nonsense")).status == 400
    before = len(await resident.heard())
    assert (await lina.do(f"/desk/tickets/{number}/close", outcome="partly", note="已送医", tell="yes")).status == 200
    assert number in (await resident.heard())[-1]
    assert len(await resident.heard()) == before + 1
    assert (await lina.do(f"/desk/tickets/{number}/claim")).json["error"]["code"] == "closed"
    page = await lina.get(f"/desk/tickets/{number}")
    assert "解决了一部分" in page.words
    assert number not in (await lina.get("/desk")).text
    assert number in (await lina.get("/desk?status=closed")).text


async def test_without_scripts_forms_do_it(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "plain").say(RED)
    number = await number_of(record, "plain")
    await lina.get(f"/desk/tickets/{number}")
    answer = await lina.form(f"/desk/tickets/{number}/claim")
    assert (answer.status, answer.headers["Location"]) == (303, f"/desk/tickets/{number}")
    refused = await lina.form(f"/desk/tickets/{number}/close", outcome="")
    assert refused.status == 400
    assert "请选一个结果" in refused.words


async def test_a_forged_post_does_nothing(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "forged").say(RED)
    number = await number_of(record, "forged")
    for csrf in ("", "x" * 32, "é"):
        answer = await lina.do(f"/desk/tickets/{number}/claim", csrf=csrf)
        assert (answer.status, answer.json["error"]["code"]) == (403, "csrf")
    assert (await lina.ask("POST", f"/desk/tickets/{number}/claim")).status == 403
    assert (await lina.ask("POST", "/logout")).status == 403
    assert await record.value("select reporter from tickets where number = $1", number) == ""


async def test_what_residents_write_stays_text(service: Service, record: Record, lina: Person) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>喘不上气</b> 胸口痛"
    await Resident(service, "evil").say(evil)
    number = await number_of(record, "evil")
    for path in ("/desk", f"/desk/tickets/{number}", f"/desk/rows?numbers={number}", f"/desk/tickets/{number}/parts"):
        answer = await lina.get(path)
        text = (
            answer.text if answer.text.startswith("<") else " ".join(re.findall(r'"html":"(.*?)(?<!\\)"', answer.text))
        )
        assert "<script>alert" not in answer.text, path
        assert "<img src=x" not in answer.text, path
        assert "<b>喘不上气" not in text, path
    page = await lina.get(f"/desk/tickets/{number}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    tags = " ".join(re.findall(r"<[^>]+>", page.text))
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=|<img src=x", tags)


async def test_a_second_need_stands_beside_the_first(service: Service, record: Record, lina: Person) -> None:
    resident = Resident(service, "family")
    await resident.say(RED)
    await resident.say(WHERE)
    await resident.say("另外家里已经断粮两天了 米和菜都没有了")
    first, second = await number_of(record, "family", 0), await number_of(record, "family", 1)
    page = await lina.get(f"/desk/tickets/{first}")
    assert f'href="/desk/tickets/{second}"' in page.text
    assert "另一张单" in page.words


async def test_an_unknown_number_is_said_kindly(lina: Person, desk: Desk) -> None:
    answer = await lina.get("/desk/tickets/B00000-0000")
    assert answer.status == 404
    assert "没有这张单" in answer.words
    assert (await lina.do("/desk/tickets/B00000-0000/claim")).status == 404
    assert (await lina.do("/desk/tickets/B00000-0000/reveal", field="words")).status == 404


async def test_an_ended_ticket_is_taken_up_again(service: Service, record: Record, desk: Desk, lina: Person) -> None:
    who = Resident(service, "reopened")
    await who.say(RED)
    number = await number_of(record, "reopened")
    early = await lina.do(f"/desk/tickets/{number}/reopen")
    assert early.status == 409
    assert early.json["error"]["message"] == "这张单没有结束，不用重新打开。"
    await lina.do(f"/desk/tickets/{number}/close", outcome="solved", note="", tell="no")
    heard = await who.heard()
    page = (await lina.get(f"/desk/tickets/{number}")).text
    assert f'action="/desk/tickets/{number}/reopen"' in page
    auditor = await desk.hire("reopen-auditor", "auditor")
    assert "/reopen" not in (await auditor.get(f"/desk/tickets/{number}")).text
    assert (await auditor.do(f"/desk/tickets/{number}/reopen")).status == 403
    answer = await lina.do(f"/desk/tickets/{number}/reopen", note="电话里说还没有送到医院")
    assert answer.status == 200
    assert answer.json["open"]
    assert "电话里说还没有送到医院" in answer.json["parts"]["history"]
    row = (await record.rows("select outcome, status, reporter, alert from tickets where number = $1", number))[0]
    assert tuple(row) == (None, "reopened", "", "reopened")
    assert await who.heard() == heard  # whoever takes it writes
    assert await record.value("select count(*) from audit where action = 'desk.reopened' and subject = $1", number) == 1
    assert (await lina.do(f"/desk/tickets/{number}/claim")).status == 200


@pytest.mark.parametrize(
    "number", ["%00", "B61127-0001%00", "x", "%F0%9F%98%80", "B61127-" + "1" * 400, "..%2F..%2Fetc"]
)
@pytest.mark.parametrize("tail", ["", "/parts"])
async def test_what_is_no_number_is_no_ticket(lina: Person, number: str, tail: str) -> None:
    assert (await lina.get(f"/desk/tickets/{number}{tail}")).status == 404
    assert (await lina.do(f"/desk/tickets/{number}/claim")).status == 404


async def test_whoever_is_watched_is_not_written_to(service: Service, record: Record, lina: Person) -> None:
    """The reporter reads it before anything else, and above what they would write."""
    await Resident(service, "watched").say("老公在旁边看我手机 你们别回复")
    page = (await lina.get(f"/desk/tickets/{await number_of(record, 'watched')}")).text
    step = re.search(r'class="nextstep".*?</p>', page, re.DOTALL)
    assert step is not None
    assert "有人在看居民的手机" in step[0]
    assert "先别写、别打过去，把地址转110" in step[0]
    room = page[page.index('id="part-room"') : page.index('id="reply"')]
    assert '<p class="crossed">有人在看居民的手机' in room
    await Resident(service, "unwatched").say(RED)
    page = (await lina.get(f"/desk/tickets/{await number_of(record, 'unwatched')}")).text
    assert "有人在看居民的手机" not in page
