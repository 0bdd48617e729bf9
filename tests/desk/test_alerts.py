"""What rings until somebody has looked: nothing lesser silences it, and nobody silences what they have not seen."""

from bot.desk.alert_words import ALERTS
from conversations.alerts import RED, graver, rank
from tests.desk.conftest import Person, Resident, number_of
from tests.service import Record, Service

DOUBTED = "爸爸今天有点气短，平时的药配不到了"
"""A rule doubts of it, so whatever the model feels it is a question."""
WHERE = "电话13355558123，浦东新区三林镇牡丹路78弄5号楼502室"
NEED = "家里胰岛素快没有了，还能打三天，配不到药"
DYING = "她昏过去了，叫不醒，喘不上气"


async def alert_of(record: Record, number: str) -> str:
    return str(await record.value("select alert from tickets where number = $1", number))


def test_of_two_alerts_the_graver_stays_and_of_equals_the_later() -> None:
    assert graver("check", "human") == "check"
    assert graver("human", "check") == "check"
    assert graver("check", "danger") == "danger"
    assert graver("human", "further_need") == "further_need"
    assert graver("human", "") == "human"


async def test_the_record_ranks_them_as_the_program_does(record: Record) -> None:
    for alert in (*ALERTS, ""):
        assert await record.value("select alert_rank($1)", alert) == rank(alert), alert
    assert ALERTS.keys() >= RED, "one that rings has words"


async def test_a_plea_for_a_person_does_not_silence_a_doubt(service: Service, record: Record, lina: Person) -> None:
    resident = Resident(service, "doubt-then-human")
    await resident.say(DOUBTED)
    await resident.say(WHERE)
    number = await number_of(record, "doubt-then-human")
    assert await alert_of(record, number) == "check"
    await resident.say("我要找真人")
    assert await alert_of(record, number) == "check"
    assert (await lina.do(f"/desk/tickets/{number}/acknowledge", alert="check")).status == 200
    assert await alert_of(record, number) == ""
    await resident.say("我要找真人，快点")
    assert await alert_of(record, number) in ("human", "")  # what was seen is not unseen again by a lesser one


async def test_doubt_and_plea_in_one_message_ring_and_wake(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "doubt-and-human").say(f"{DOUBTED}，{WHERE}，我要找真人")
    number = await number_of(record, "doubt-and-human")
    assert await alert_of(record, number) == "check"
    alarm = (await lina.get(f"/desk/rows?numbers={number}")).json["rows"]
    assert any(" red" in row["html"] for row in alarm)


async def test_a_call_taken_down_keeps_its_doubt(service: Service, record: Record, lina: Person) -> None:
    await lina.get("/desk/new")
    taken = await lina.form(
        "/desk/new", words=DOUBTED, phone="13355557321", place="浦东新区三林镇杨高南路91弄5号楼502室", who="", way="phone",
        id="a11ef11ed00000000000000000000001", insist="yes",
    )  # fmt: skip
    number = taken.headers["Location"].rsplit("/", 1)[-1]
    assert await alert_of(record, number) in RED


async def test_who_saw_another_alert_silences_nothing(service: Service, record: Record, lina: Person) -> None:
    resident = Resident(service, "seen-another")
    await resident.say(NEED)
    await resident.say("电话13355556699，浦东新区三林镇牡丹路75弄5号楼502室，我要找真人")
    number = await number_of(record, "seen-another")
    await record.rows("update tickets set alert = 'human' where number = $1", number)
    page = await lina.get(f"/desk/tickets/{number}")
    assert 'data-code="human"' in page.text
    await resident.say(DYING)
    late = await lina.do(f"/desk/tickets/{number}/acknowledge", alert="human")
    assert (late.status, late.json["error"]["code"]) == (409, "moved")
    assert await alert_of(record, number) in RED
    assert number in (await lina.get("/desk/alarm")).json["numbers"]
    assert (await lina.do(f"/desk/tickets/{number}/acknowledge")).status == 200  # a program need not say what it saw
    assert await alert_of(record, number) == ""


async def test_ending_and_lowering_from_an_old_page_are_refused(service: Service, record: Record, lina: Person) -> None:
    resident = Resident(service, "old-page")
    await resident.say(NEED)
    await resident.say("电话13355556688，浦东新区三林镇牡丹路74弄5号楼502室")
    number = await number_of(record, "old-page")
    await lina.do(f"/desk/tickets/{number}/claim")
    drawn = (await lina.get(f"/desk/tickets/{number}/parts")).json
    mark = str(drawn["heard"])
    assert f'name="heard" value="{mark}"' in drawn["parts"]["holder"]
    await resident.say(DYING)
    ended = await lina.do(f"/desk/tickets/{number}/close", outcome="solved", tell="yes", heard=mark)
    assert (ended.status, ended.json["error"]["message"]) == (409, "居民刚写了新的话，请看过再办。")
    lowered = await lina.do(
        f"/desk/tickets/{number}/correct", field="urgency", value="soon", reason="还有三天的药", heard=mark
    )
    assert (lowered.status, lowered.json["error"]["code"]) == (409, "heard")
    urgency = "select urgency from tickets where number = $1 and outcome is null"
    assert await record.value(urgency, number) == "critical"
    now = str((await lina.get(f"/desk/tickets/{number}/parts")).json["heard"])
    assert (await lina.do(f"/desk/tickets/{number}/close", outcome="solved", heard=now)).status == 200


async def test_when_it_was_closed_is_when_it_was_closed_last(service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "closed-twice").say(f"{NEED}，电话13355556611，浦东新区三林镇牡丹路73弄5号楼502室")
    number = await number_of(record, "closed-twice")
    closed_at = "select closed_at from tickets where number = $1"
    await lina.do(f"/desk/tickets/{number}/close", outcome="solved")
    first = await record.value(closed_at, number)
    await lina.do(f"/desk/tickets/{number}/correct", field="verification", value="confirmed")
    assert await record.value(closed_at, number) == first
    await lina.do(f"/desk/tickets/{number}/reopen")
    assert await record.value(closed_at, number) is None
    await lina.do(f"/desk/tickets/{number}/close", outcome="solved")
    assert await record.value(closed_at, number) > first
