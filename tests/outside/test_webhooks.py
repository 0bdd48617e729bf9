"""A program of the newsroom is told of every ticket: signed, in order, without a word of anybody, whatever dies between."""

import hmac
import re
import time

import pytest

from bot.media.door import StrangeAddress
from bot.outside.door import OutsideDoor
from tests.desk.conftest import PHONE, WHERE, Person, Resident, number_of
from tests.outside.conftest import Receiver
from tests.service import Record, Service


async def add(admin: Person, receiver: Receiver, path: str, *events: str) -> tuple[str, str]:
    """(id, secret) of a new target."""
    await admin.get("/admin/webhooks")
    fields = [("csrf", admin.csrf), ("name", path.strip("/")), ("url", receiver.base + path)]
    page = await admin.ask("POST", "/admin/webhooks", data=fields + [("event", one) for one in events])
    assert page.status == 200, page.words
    secret = re.search(r"<code>([0-9a-f]{64})</code>", page.text)
    made = re.findall(r"/admin/webhooks/(\d+)/off", page.text)
    assert secret and made
    return made[-1], secret[1]


async def opened(service: Service, record: Record, sender: str) -> str:
    resident = Resident(service, sender)
    await resident.say("家里氨氯地平吃完了，配不到药")
    await resident.say(WHERE)
    return await number_of(record, sender)


async def test_a_ticket_is_told_of_signed_and_in_order(
    service: Service, record: Record, admin: Person, lina: Person, receiver: Receiver
) -> None:
    target, secret = await add(admin, receiver, "/whole", "ticket.opened", "ticket.changed", "ticket.closed")
    number = await opened(service, record, "hooked")
    await lina.do(f"/desk/tickets/{number}/claim")
    await lina.do(f"/desk/tickets/{number}/close", outcome="solved", tell="yes")
    await receiver.until(lambda: any(one["event"] == "ticket.closed" for one in receiver.told("/whole")))
    heard = [one for one in receiver.told("/whole") if one["ticket"] == number]
    assert heard[0]["event"] == "ticket.opened"
    assert heard[-1]["event"] == "ticket.closed"
    assert "claimed" in [one["change"] for one in heard]
    assert [one["id"] for one in heard] == sorted(one["id"] for one in heard)
    assert all(set(one) == {"id", "event", "ticket", "change", "at"} for one in heard)
    for path, headers, body in receiver.heard:
        if path == "/whole":
            signed = headers["x-bangnong-timestamp"].encode() + b"." + body
            assert headers["x-bangnong-signature"] == hmac.new(secret.encode(), signed, "sha256").hexdigest()
            assert abs(time.time() - int(headers["x-bangnong-timestamp"])) < 300
            assert PHONE not in body.decode()
    page = await admin.get("/admin/webhooks")
    assert secret not in page.text
    assert await record.value("select count(*) from hook_deliveries where target = $1", int(target)) == 0


async def test_what_was_not_told_waits_in_order_and_a_slow_one_delays_nobody(
    service: Service, record: Record, admin: Person, lina: Person, receiver: Receiver
) -> None:
    receiver.stuck.add("/slow")
    receiver.answers["/broken"] = 500
    slow, _ = await add(admin, receiver, "/slow", "ticket.opened")
    broken, _ = await add(admin, receiver, "/broken", "ticket.opened", "ticket.changed")
    await add(admin, receiver, "/quick", "ticket.opened")
    number = await opened(service, record, "ordered")
    await lina.do(f"/desk/tickets/{number}/claim")
    await receiver.until(lambda: any(one["ticket"] == number for one in receiver.told("/quick")))
    await receiver.until(lambda: receiver.told("/broken"))
    assert {one["event"] for one in receiver.told("/broken")} == {"ticket.opened"}  # nothing overtakes the first
    assert not receiver.told("/slow")
    # A day later it is given up, and a person may say "again".
    receiver.answers["/broken"] = 410
    await record.rows("update hook_deliveries set due_at = now(), lease_until = null where target = $1", int(broken))
    await receiver.until(lambda: len(receiver.told("/broken")) > 1)
    while not await record.value(
        "select count(*) from hook_deliveries where status = 'dead' and target = $1", int(broken)
    ):
        await receiver.until(lambda: True)
    page = await admin.get("/admin/webhooks")
    assert "一天里没有送到的" in page.words and number in page.words
    receiver.answers["/broken"] = 200
    before = len(receiver.told("/broken"))
    assert (await admin.form(f"/admin/webhooks/{broken}/again")).status == 303
    await receiver.until(lambda: len(receiver.told("/broken")) > before)
    for target in (slow, broken):
        assert (await admin.form(f"/admin/webhooks/{target}/drop")).status == 303


async def test_killed_between_the_commit_and_the_telling(
    service: Service, record: Record, admin: Person, receiver: Receiver
) -> None:
    receiver.answers["/killed"] = 503
    target, _ = await add(admin, receiver, "/killed", "ticket.opened")
    number = await opened(service, record, "killed")
    await receiver.until(lambda: receiver.told("/killed"))
    service.kill()
    assert await record.value(
        "select count(*) from hook_deliveries where target = $1 and subject = $2", int(target), number
    )
    receiver.answers["/killed"] = 200
    before = len(receiver.told("/killed"))
    await service.start()
    # Its lease or its pause may still run: what matters is that it is there.
    await record.rows("update hook_deliveries set due_at = now(), lease_until = null where target = $1", int(target))
    await receiver.until(lambda: len(receiver.told("/killed")) > before)
    assert receiver.told("/killed")[-1]["ticket"] == number


async def test_who_may_and_where_to(admin: Person, lina: Person) -> None:
    assert (await lina.get("/admin/webhooks")).status == 403
    await admin.get("/admin/webhooks")
    for url in (
        "http://example.com/x",
        "https://user:pw@example.com/",
        "ftp://example.com",
        "http://10.0.0.1/",
        "nonsense",
    ):
        answer = await admin.form("/admin/webhooks", name="x", url=url, event="ticket.opened")
        assert answer.status == 400, url
        assert "地址要写成" in answer.words
    assert (await admin.form("/admin/webhooks", name="x", url="https://example.com/")).status == 400
    assert (await admin.form("/admin/webhooks/999999/again")).status == 404
    assert (await admin.ask("POST", "/admin/webhooks", data={"name": "x"})).status == 403


async def test_a_name_that_points_inside_is_not_asked() -> None:
    door = OutsideDoor([], [])
    assert door.takes("https://localhost/hook")  # where a name leads is known when it is asked, and looked at then
    async with door.session() as http:
        for url in ("https://localhost:9/", "https://127.0.0.1:9/", "https://[::1]:9/", "http://example.com/"):
            with pytest.raises(StrangeAddress):
                async with http.post(url, data=b""):
                    pass
