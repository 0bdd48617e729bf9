"""Doors tried from outside: a session somebody planted, other people's things, addresses that climb out of a folder."""

import asyncio
import re
from datetime import timedelta

import pytest

from conversations.playbook import SHANGHAI
from tests.desk.conftest import Desk, Person
from tests.service import Record, Service

CHOSEN = "a" * 43


async def test_a_session_planted_before_the_login_opens_nothing(desk: Desk, service: Service) -> None:
    await desk.hire("planter")
    victim, planter = desk.stranger(), desk.stranger()
    cookie = {"Cookie": f"bangnong_desk={CHOSEN}"}
    page = await victim.get("/login", headers=cookie)
    before = re.search(r"bangnong_before=([^;]+)", page.headers["Set-Cookie"])
    assert before
    answer = await victim.ask(
        "POST", "/login", data={"csrf": victim.csrf, "login": "planter", "password": "planter-longer-one"},
        headers={"Cookie": f"bangnong_desk={CHOSEN}; bangnong_before={before[1]}"},
    )  # fmt: skip
    assert answer.headers["Location"] == "/desk"
    assert victim.token not in ("", CHOSEN)
    assert (await planter.get("/desk", headers=cookie)).headers["Location"].startswith("/login")


async def test_a_new_role_holds_from_the_next_click(desk: Desk, people: dict[str, Person], record: Record) -> None:
    person = await desk.hire("fallen", "admin")
    assert (await person.get("/admin")).status == 200
    await people["admin"].form("/admin/users/fallen/role", role="reporter")
    answer = await person.get("/admin")
    assert answer.status in (303, 403), "the session of an admin still opens what only admins may"


async def test_other_peoples_things_are_not_there(desk: Desk, people: dict[str, Person], record: Record) -> None:
    """Numbers in an address can be counted up; what they name belongs to somebody."""
    reporter, editor, chief, zhou = (people[name] for name in ("reporter", "editor", "admin", "zhou"))
    for one in (reporter, editor, zhou):
        await one.get("/account")

    # Kept filters, and devices somebody is logged in on.
    await zhou.form("/desk/views", name="周的", query="who=mine")
    view = await record.value("select id from queue_views where owner = 'zhou'")
    assert "周的" not in (await reporter.get("/desk/views")).text
    for person in (reporter, editor, chief):
        assert (await person.form(f"/desk/views/{view}/drop")).status == 404
    session = await record.value("select id from sessions where login = 'zhou' limit 1")
    assert (await reporter.form("/account/sessions/end", id=str(session))).status == 404
    assert (await zhou.get("/desk")).status == 200
    assert await record.value("select count(*) from queue_views where id = $1", view) == 1

    # Shifts: another's is neither cancelled nor handed over.
    row = await record.value("select now()")
    starts = (row + timedelta(days=2)).astimezone(SHANGHAI).strftime("%Y-%m-%dT10:00")
    ends = (row + timedelta(days=2)).astimezone(SHANGHAI).strftime("%Y-%m-%dT14:00")
    made = await zhou.form("/desk/shifts", kind="desk", starts=starts, ends=ends, phone="")
    assert made.status == 303, made.words
    shift = await record.value("select id from shifts where login = 'zhou'")
    assert (await reporter.form(f"/desk/shifts/{shift}/cancel")).status == 404
    assert (await reporter.get(f"/desk/shifts/{shift}/end")).status == 404
    assert (await reporter.form(f"/desk/shifts/{shift}/end")).status == 404
    assert await record.value("select cancelled_by = '' from shifts where id = $1", shift)

    # A draft of the bot's words: a colleague looks, and neither offers nor drops it.
    page = await editor.get("/admin/rows/replies/receipt")
    fields = dict(re.findall(r'name="(version|base)" value="([^"]*)"', page.text))
    kept = await editor.form("/admin/rows/files/canned.toml", text="# nur ich\n", act="save", **fields)
    draft = await record.value("select id from row_drafts where author = 'the-editor'")
    assert draft, kept.words
    other = await desk.hire("second-editor", "editor")
    for act in ("offer", "drop"):
        answer = await other.form(f"/admin/rows/drafts/{draft}/{act}", version="1", title="x", reason="weil")
        assert answer.status in (403, 404, 409), (act, answer.status)
    assert await record.value("select status from row_drafts where id = $1", draft) == "open"


async def raw(service: Service, target: str) -> tuple[int, bytes]:
    """An address exactly as written: a client of ours would put it in order first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n".encode("latin-1"))
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize("folder", ["/desk/static", "/chat/static"])
async def test_no_address_climbs_out_of_the_static_files(service: Service, folder: str) -> None:
    assert (await raw(service, f"{folder}/{'base.css' if 'desk' in folder else 'chat.css'}"))[0] == 200
    for way in (
        "../routes.py", "..%2froutes.py", "%2e%2e/routes.py", "%2e%2e%2froutes.py", "..%5croutes.py", "..\\routes.py",
        "....//routes.py", "/etc/passwd", "%2fetc%2fpasswd", "../../../../../../etc/passwd", "..%252froutes.py",
        "%c0%ae%c0%ae/routes.py", "base.css%00.py", "", ".", "..", "%00", "a" * 3000,
    ):  # fmt: skip
        status, body = await raw(service, f"{folder}/{way}")
        assert status in (400, 403, 404), (way, status)
        assert b"root:" not in body and b"import " not in body, way


async def test_no_address_climbs_out_of_media_and_rows(service: Service, people: dict[str, Person]) -> None:
    chief = people["admin"]
    for path in (
        "/desk/media/..%2f..%2fkeys%2fsecret", "/desk/media/%2e%2e%2f%2e%2e%2fkeys%2fsecret/thumb", "/desk/media/%00",
        "/admin/rows/files/..%2f..%2f..%2fkeys%2fsecret", "/admin/rows/files/%2fetc%2fpasswd", "/admin/rows/files/%00",
        "/admin/understanding/models/..%2f..%2fkeys", "/admin/understanding/models/%2e%2e",
    ):  # fmt: skip
        target = (
            f"GET {path} HTTP/1.1\r\nHost: desk\r\nCookie: bangnong_desk={chief.token}\r\nConnection: close\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(target.encode())
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        assert int(answer.split()[1]) in (400, 403, 404), (path, answer[:80])
        assert "没有" in answer.decode("utf-8", "replace") or b"400" in answer[:20], path
