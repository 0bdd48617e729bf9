"""A reporter's telephone is woken for a red alarm: once, with a number and nothing else, and never against somebody's will."""

import asyncio
import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot.media.door import StrangeAddress
from bot.outside.door import push_door
from bot.outside.push import BadSubscription, Subscription, base, read_subscription, sealed, unbase
from tests.desk.conftest import RED, Desk, Person, Resident, number_of
from tests.outside.conftest import Receiver
from tests.platforms.push import Phone, text
from tests.service import Record, Service

# RFC 8291, section 5 and appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
SALT, AUTH = "DGv6ra1nlYgDCS1FRnbzlw", "BTBZMqHH6r4Tts7J_aSIgg"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95b"
    "Qpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_rfc_8291() -> None:
    ours = ec.derive_private_key(int.from_bytes(unbase(OURS), "big"), ec.SECP256R1())
    to = read_subscription("https://push.example.net/x", THEIRS, AUTH)
    assert base(sealed(PLAIN, to, ours, unbase(SALT))) == BODY
    assert sealed(PLAIN, to) != sealed(PLAIN, to)


@pytest.mark.parametrize(
    ("key", "auth"),
    [("", AUTH), ("zz zz", AUTH), (THEIRS[:-4], AUTH), (text(b"\x04" + bytes(64)), AUTH), (THEIRS, ""), (THEIRS, AUTH * 2),
     (THEIRS, "é"), (text(b"\x02" + unbase(THEIRS)[1:33]), AUTH)],
)  # fmt: skip
def test_what_no_browser_gives_is_no_subscription(key: str, auth: str) -> None:
    with pytest.raises(BadSubscription):
        read_subscription("https://push.example.net/x", key, auth)
    assert Subscription("https://push.example.net/x", unbase(THEIRS), unbase(AUTH))


async def phone_of(person: Person, receiver: Receiver, name: str) -> Phone:
    """A browser as the account page sets it up."""
    page = await person.get("/account")
    found = re.search(r'data-key="([\w-]{87})"', page.text)
    assert found, page.words
    phone = Phone(f"{receiver.push}/{name}", found[1])
    answer = await person.do("/account/push", **phone.given)
    assert answer.status == 200, answer.text
    return phone


def told(phone: Phone, receiver: Receiver) -> list[dict[str, str]]:
    """What the telephone can read of what came, in order."""
    path = phone.endpoint.removeprefix(receiver.push)
    return [phone.read(headers, body) for where, headers, body in receiver.heard if where == path]


async def test_a_red_case_wakes_the_telephone_until_somebody_has_seen_it(
    service: Service, record: Record, lina: Person, receiver: Receiver
) -> None:
    phone = await phone_of(lina, receiver, "lina-phone")
    await receiver.until(lambda: told(phone, receiver))
    assert told(phone, receiver) == [{"number": "", "urgency": "test"}]
    await Resident(service, "wakes").say(RED)
    number = await number_of(record, "wakes")
    await receiver.until(lambda: len(told(phone, receiver)) > 1)
    await Resident(service, "calm").say("家里氨氯地平吃完了，配不到药，还有三天的量")  # no alarm: nobody is woken
    assert told(phone, receiver)[1:] == [{"number": number, "urgency": "critical"}]
    assert "响过" in (await lina.get("/account")).words

    # Seen: over. The same person in danger again: woken again.
    await lina.do(f"/desk/tickets/{number}/acknowledge")
    await receiver.until(lambda: len(told(phone, receiver)) == 2)
    await Resident(service, "wakes").say("现在人昏过去了，叫不醒")
    await receiver.until(lambda: len(told(phone, receiver)) == 3)
    assert told(phone, receiver)[2] == {"number": number, "urgency": "critical"}
    log = service.log.read_text("utf-8")
    assert phone.endpoint not in log and text(phone.auth) not in log
    assert (await lina.form("/account/push/off", endpoint=phone.endpoint)).status == 200
    assert await record.value("select count(*) from push_devices where login = 'lina'") == 0


async def test_what_did_not_arrive_is_tried_again_and_who_is_gone_is_forgotten(
    service: Service, record: Record, desk: Desk, receiver: Receiver
) -> None:
    person = await desk.hire("wu")
    receiver.answers |= {"/late": 503, "/gone": 410, "/never": 403}
    late, gone, never = [await phone_of(person, receiver, name) for name in ("late", "gone", "never")]
    await receiver.until(lambda: len(told(late, receiver)) > 1)
    assert "上次没有送到" in (await person.get("/account")).words
    receiver.answers["/late"] = 201
    before = len(told(late, receiver))
    await receiver.until(lambda: len(told(late, receiver)) > before)
    await receiver.until(lambda: told(gone, receiver) and told(never, receiver))
    names = "select endpoint from push_devices where login = 'wu'"
    assert {row["endpoint"] for row in await record.rows(names)} == {late.endpoint, never.endpoint}
    assert len(told(never, receiver)) == 1
    await person.form("/logout", everywhere="yes")  # a lost telephone
    assert await record.rows(names) == []


async def test_nobody_is_woken_against_their_will_or_led_inside(
    service: Service, record: Record, desk: Desk, admin: Person, lina: Person, receiver: Receiver
) -> None:
    person = await desk.hire("leaves")
    phone = await phone_of(person, receiver, "leaves-phone")
    await receiver.until(lambda: told(phone, receiver))
    device = await record.value("select id from push_devices where login = 'leaves'")
    await lina.get("/account")
    await lina.form(f"/account/push/{device}/drop")
    await lina.do("/account/push/off", endpoint=phone.endpoint)
    assert await record.value("select count(*) from push_devices where id = $1", device) == 1
    await admin.get("/admin")
    await admin.form("/admin/users/leaves/off")
    watcher = await phone_of(lina, receiver, "watcher")
    await Resident(service, "after").say(RED)
    await receiver.until(lambda: len(told(watcher, receiver)) > 1)
    assert len(told(phone, receiver)) == 1
    await lina.do("/account/push/off", endpoint=watcher.endpoint)

    for endpoint in (
        f"{receiver.base}/admin/shutdown?now=1",
        "http://127.0.0.1:1/x", "http://push.example.net/x", "https://user:word@push.example.net/x", "file:///etc/passwd",
        "", "https://push.example.net/" + "x" * 600, "https://例子.cn/x",
    ):  # fmt: skip
        answer = await lina.do("/account/push", **{**watcher.given, "endpoint": endpoint})
        assert answer.status == 400, endpoint
    inside = receiver.push.replace("http://127.0.0.1", "https://127.0.0.1").rsplit(":", 1)[0]
    assert (await lina.do("/account/push", **{**watcher.given, "endpoint": f"{inside}/x"})).status == 200
    fault = "select fault from push_devices where login = 'lina'"
    for _ in range(150):
        if await record.value(fault):
            break
        await asyncio.sleep(0.2)
    assert await record.value(fault) == "StrangeAddress"
    await lina.do("/account/push/off", endpoint=f"{inside}/x")


async def test_the_webhooks_receivers_inside_are_not_the_telephones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that was kept when they still were: the sender's own door is shut."""
    monkeypatch.setenv("BANGNONG_WEBHOOKS_INSIDE", "http://127.0.0.1:9,https://hooks.example.net:8443")
    door = push_door()
    assert not door.takes("http://127.0.0.1:9/admin/shutdown?now=1")
    assert not door.trusted and not door.bases
    async with door.session() as http:
        for url in ("http://127.0.0.1:9/x", "https://127.0.0.1:9/x"):
            with pytest.raises(StrangeAddress):
                async with http.post(url, data=b""):
                    pass
