"""Forms that are none and characters no record takes: 400 with a sentence, and the line stays open."""

import json
from typing import Any

import aiohttp
import pytest

from tests.api.test_every_route import a_ticket, token_of
from tests.desk.conftest import Desk, Person
from tests.service import Record, Service

FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
FORMS = (
    (FORM, b"text=\xff\xfe&csrf=\xff"), (f"{FORM}; charset=nonsense", b"csrf=x"), (PARTS, b"--x\r\nbroken"),
    ("multipart/form-data", b"nothing"),
    (PARTS, b'--x\r\nContent-Disposition: form-data; name="csrf"\r\nContent-Transfer-Encoding: bogus\r\n\r\na\r\n--x--\r\n'),
    (PARTS, b'--x\r\nContent-Disposition: form-data; name="id"\r\nContent-Type: text/plain; charset=bogus\r\n\r\na\r\n--x--\r\n'),
)  # fmt: skip


@pytest.fixture
async def http(service: Service) -> Any:
    async with aiohttp.ClientSession(service.base, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get("/chat") as page:
            session.headers["X-Token"] = (await page.text()).split('name="csrf" value="', 1)[1].partition('"')[0]
        yield session


@pytest.mark.parametrize("path", ["/login", "/chat/send", "/open311/v2/requests.json", "/chat/media"])
async def test_a_form_nobody_can_read(http: aiohttp.ClientSession, path: str) -> None:
    for kind, body in FORMS:
        async with http.post(path, data=body, headers={"Content-Type": kind}, allow_redirects=False) as answer:
            readable = "multipart" in kind and path == "/chat/media" and b"charset" in body
            assert answer.status in (400, 403) if readable else answer.status == 400, (kind, body)


async def test_nothing_but_control_characters_is_nothing_said(http: aiohttp.ClientSession) -> None:
    for text in ("\x00", "\x02\x0b"):
        form = {"csrf": http.headers["X-Token"], "text": text}
        async with http.post("/chat/send", data=form, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/chat#end")


async def test_a_frame_of_nothing_but_brackets(http: aiohttp.ClientSession) -> None:
    async with http.ws_connect("/api/app/main/ws") as wire:
        for _ in range(2):
            await wire.send_str("[" * 100_000)
            assert (await wire.receive_json(timeout=5))["code"] == "malformed"


async def test_a_nul_is_told_so(service: Service, desk: Desk, people: dict[str, Person], record: Record) -> None:
    nobody, chief = desk.stranger(), people["admin"]
    await nobody.get("/login")
    assert (await nobody.form("/login", login="\x00", password="x")).status == 400
    await chief.get("/admin")
    for path in ("/desk/directory?q=%00", "/desk/callees?q=%00", "/admin/users/%00"):
        assert (await chief.get(path)).status in (200, 400, 404), path
    for path, fields in (
        ("/admin/users/%00/off", {}),
        ("/desk/people/%00", {}),
        ("/admin/tokens/revoke", {"name": "\x00"}),
        ("/desk/push/off", {"endpoint": "https://x/\x00"}),
    ):
        assert (await chief.form(path, **fields)).status in (303, 400, 404), path
    assert (await nobody.get("/open311/v2/requests.json?service_request_id=%00")).status == 400
    headers = {"Authorization": f"Bearer {await token_of(record)}"}
    for query in ("channel", "numbers"):
        answer = await nobody.get(f"/api/v1/tickets?{query}=%00", headers=headers)
        assert (answer.status, answer.json["error"]["code"]) == (400, "malformed"), query


async def test_half_a_character_in_a_body(service: Service, desk: Desk, record: Record) -> None:
    number, program = await a_ticket(service, record, "half"), desk.stranger()
    headers = {"Authorization": f"Bearer {await token_of(record)}", "Content-Type": "application/json"}
    for act, body in (
        ("reply", {"id": "1", "text": "药\ud800"}), ("note", {"text": "\ud800"}), ("close", {"outcome": "\udfff"}),
    ):  # fmt: skip
        answer = await program.ask("POST", f"/api/v1/tickets/{number}/{act}", data=json.dumps(body), headers=headers)
        assert answer.status == 400, act
    for act in ("reply", "note"):
        deep = await program.ask("POST", f"/api/v1/tickets/{number}/{act}", data="[" * 100_000, headers=headers)
        assert deep.status == 400, act
