"""A resident sends a photo from the chat page; a reporter sees it small, opens it, and that is written down.

Who may not see it does not: strangers, auditors, other residents, another site's form, whoever guesses.
"""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from adapters.app import CHANNEL as APP
from adapters.app import AppSecrets
from adapters.base import Secret
from bot.desk.reveal import MOST
from tests.desk.conftest import Desk, Person
from tests.media.conftest import Fetching, Phone, all_settled, become, new_phone, number_of, rows_of
from tests.media.samples import AMR, MP4, PDF, office, picture
from tests.service import Record, Service

WORDS = "我外婆尿毒症，三天没透析了，喘不上气。电话13800005678，浦东新区三林镇牡丹路60弄5号楼502室"


async def raw(person: Person, path: str, **headers: str) -> tuple[int, bytes, Any]:
    async with person.http.get(person.base + path, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.read(), answer.headers


async def sent(phone: Phone, record: Record, fetch: Fetching, data: bytes, content_type: str = "image/jpeg") -> Any:
    """The row of an upload once it is settled."""
    status, text = await phone.upload(data, content_type=content_type)
    assert status == 200, text
    look = rows_of(record, phone.sender, "app")
    rows = await fetch.until(all_settled(look, len(await look())))
    return rows[-1]


async def audited(record: Record, link: Any) -> int:
    return int(await record.value("select count(*) from audit where detail ->> 'file' = $1", str(link)))


async def test_from_the_chat_to_the_desk(phone: Phone, record: Record, fetch: Fetching, lina: Person) -> None:
    await phone.say(WORDS)
    data = picture(size=(1600, 1200), located=True)
    row = await sent(phone, record, fetch, data)
    assert (row["status"], row["kind"]) == ("kept", "image")
    assert not list(fetch.files.folder.glob("incoming/upload-*")), "the upload's own copy is still there"
    number = await number_of(record, phone.sender)

    # The ticket page shows it small; nothing is revealed by that.
    page = (await lina.get(f"/desk/tickets/{number}")).text
    thumb = f"/desk/media/{row['link']}/thumb"
    assert f'src="{thumb}"' in page
    status, small, headers = await raw(lina, thumb)
    assert (status, headers["Content-Type"], small[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert await audited(record, row["link"]) == 0

    # Whole: without the camera's words, kept by no cache, and written down before.
    status, whole, headers = await raw(lina, f"/desk/media/{row['link']}")
    assert (status, whole[:3]) == (200, b"\xff\xd8\xff")
    assert b"SomeCamera" not in whole
    assert await audited(record, row["link"]) == 1
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Content-Disposition"].startswith(f'inline; filename="{number}-')
    _, _, headers = await raw(lina, f"/desk/media/{row['link']}?download")
    assert headers["Content-Disposition"].startswith("attachment")

    # The resident sees their own, small, on the page and in the list.
    _, page_bytes, _ = await phone.get("/chat")
    src = f"/chat/media/{row['link']}"
    assert f'src="{src}/thumb"'.encode() in page_bytes
    _, listed, _ = await phone.get("/chat/messages?own=1&after=")
    assert src in [one["src"] for message in json.loads(listed)["messages"] for one in message.get("media", [])]
    assert (await phone.get(src + "/thumb"))[0] == 200


async def test_who_may_not_see_it(
    service: Service, phone: Phone, record: Record, fetch: Fetching, desk: Desk, shen: Person
) -> None:
    await phone.say(WORDS)
    row = await sent(phone, record, fetch, picture(colour="sienna"))
    here, there = f"/desk/media/{row['link']}", f"/chat/media/{row['link']}"
    number = await number_of(record, phone.sender)
    await become(record, "auditor")
    page = (await shen.get(f"/desk/tickets/{number}")).text
    assert "您的角色不显示" in page
    assert "/desk/media/" not in page
    for path in (here, here + "/thumb"):
        assert (await raw(desk.stranger(), path))[0] == 303
        assert (await raw(desk.stranger(), path, **{"X-Requested-With": "bangnong"}))[0] == 401
        for role in ("auditor", "editor", "liaison", "admin", "reporter"):
            await become(record, role)
            assert (await raw(shen, path))[0] == (403 if role == "auditor" else 200), role
    async with new_phone(service) as other, aiohttp.ClientSession() as nobody:
        for path in (there, there + "/thumb"):
            assert (await other.get(path))[0] == 404
            async with nobody.get(service.base + path) as answer:
                assert answer.status == 404


@pytest.mark.parametrize(
    "link",
    [
        "1",
        "../../keys/secret",
        "%2e%2e%2fkeys%2fsecret",
        "7c4f6c60-51c4-4623-8cc2-5a9934bf5c0c",
        "0" * 32,
        "null",
        "a" * 4000,
        "%00",
    ],
)
async def test_guesses_lead_nowhere(lina: Person, phone: Phone, link: str) -> None:
    for tail in ("", "/thumb"):
        assert (await raw(lina, f"/desk/media/{link}{tail}"))[0] in (400, 404)
        assert (await phone.get(f"/chat/media/{link}{tail}"))[0] in (400, 404)


async def test_a_film_is_fetched_in_pieces_and_written_down_once(
    phone: Phone, record: Record, fetch: Fetching, lina: Person
) -> None:
    data = MP4 + bytes(range(256)) * 1000
    row = await sent(phone, record, fetch, data, "video/mp4")
    path = f"/desk/media/{row['link']}"
    status, piece, headers = await raw(lina, path, Range="bytes=0-")
    assert (status, piece, headers["Content-Type"]) == (206, data, "video/mp4")
    assert headers["Content-Range"] == f"bytes 0-{len(data) - 1}/{len(data)}"
    for asked, first, last in (
        ("100000-", 100_000, len(data) - 1),
        ("65535-65536", 65_535, 65_536),
        ("-10", len(data) - 10, len(data) - 1),
    ):
        status, piece, headers = await raw(lina, path, Range=f"bytes={asked}")
        assert (status, piece) == (206, data[first : last + 1])
    assert await audited(record, row["link"]) == 1
    status, _, headers = await raw(lina, path, Range=f"bytes={len(data)}-")
    assert (status, headers["Content-Range"]) == (416, f"bytes */{len(data)}")
    status, whole, _ = await raw(lina, path, Range="pages=1-2")
    assert (status, whole) == (200, data)
    assert await audited(record, row["link"]) == 2


@pytest.mark.slow(5)
async def test_a_piece_from_the_middle_without_a_look_before_is_a_look(
    phone: Phone, record: Record, fetch: Fetching, lina: Person
) -> None:
    row = await sent(phone, record, fetch, MP4 + bytes(99), "video/mp4")
    await raw(lina, f"/desk/media/{row['link']}", Range="bytes=50-60")
    assert await audited(record, row["link"]) == 1


async def test_voice_and_papers(phone: Phone, record: Record, fetch: Fetching, lina: Person) -> None:
    await phone.say(WORDS)
    voice = await sent(phone, record, fetch, AMR, "audio/amr")
    paper = await sent(phone, record, fetch, PDF, "application/pdf")
    page = await lina.get(f"/desk/tickets/{await number_of(record, phone.sender)}")
    assert "浏览器放不了这种语音" in page.words
    assert "<audio" not in page.text
    for row, kind in ((voice, "audio/amr"), (paper, "application/pdf")):
        status, whole, headers = await raw(lina, f"/desk/media/{row['link']}")
        assert (status, headers["Content-Type"]) == (200, kind)
        assert headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in headers["Content-Security-Policy"]
        assert whole == (AMR if row is voice else PDF)


@pytest.mark.slow(5)
async def test_what_was_not_fetched_is_said_on_the_ticket(
    phone: Phone, record: Record, fetch: Fetching, lina: Person
) -> None:
    await phone.say(WORDS)
    data = picture()
    assert (await phone.upload(data[: len(data) // 2]))[0] == 200
    number = await number_of(record, phone.sender)
    assert "照片正在取" in (await lina.get(f"/desk/tickets/{number}")).words
    await fetch.until(all_settled(rows_of(record, phone.sender, "app")))
    assert "照片没有取到：文件是坏的" in (await lina.get(f"/desk/tickets/{number}")).words


async def test_too_many_looks(phone: Phone, record: Record, fetch: Fetching, shen: Person) -> None:
    row = await sent(phone, record, fetch, picture(colour="khaki"))
    await become(record, "reporter")
    await record.rows(
        "insert into audit (actor, action, subject) select 'shen', 'desk.reveal', 'B1' from generate_series(1, $1)",
        MOST,
    )
    path = f"/desk/media/{row['link']}"
    status, body, _ = await raw(shen, path, **{"X-Requested-With": "bangnong"})
    assert (status, json.loads(body)["error"]["code"]) == (429, "too_many")
    assert (await raw(shen, path + "/thumb"))[0] == 200


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"MZ" + bytes(300), 400, "wrong_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 400, "wrong_type"),
        (b"", 400, "wrong_type"),
        (office("word/a.xml", "word/vbaProject.bin"), 400, "macro"),
        (b"\xff\xd8\xff" + bytes(21 << 20), 413, "too_big"),
        (AMR + bytes(11 << 20), 413, "too_big"),
    ],
    ids=["program", "svg", "empty", "macro", "huge", "long voice"],
)
async def test_what_is_not_taken_is_said_and_leaves_nothing(
    phone: Phone, record: Record, fetch: Fetching, data: bytes, status: int, code: str
) -> None:
    got, text = await phone.upload(data)
    assert got == status, text[:200]
    error = json.loads(text)["error"]
    assert error["code"] == code
    assert error["message"]
    assert await rows_of(record, phone.sender, "app")() == []
    assert not list(fetch.files.folder.glob("incoming/*"))


async def test_the_form_without_scripts(phone: Phone, record: Record, fetch: Fetching) -> None:
    status, _ = await phone.upload(picture(), scripted=False)
    assert status == 303
    (row,) = await fetch.until(all_settled(rows_of(record, phone.sender, "app")))
    assert row["status"] == "kept"
    for csrf in ("", "0" * 32, "é"):
        status, text = await phone.upload(picture(), scripted=False, csrf=csrf)
        assert (status, "刷新" in text) == (403, True)
    status, text = await phone.upload(b"MZ", scripted=False)
    assert (status, "收不了" in text) == (400, True)
    assert len(await rows_of(record, phone.sender, "app")()) == 1


async def test_broken_forms_are_answered(service: Service, phone: Phone) -> None:
    head = {"X-Requested-With": "bangnong"}
    for body, kind in (
        (b"x", "text/plain"), (b"", "multipart/form-data; boundary=x"), (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\nhalf", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"), (b'{"file":1}', "application/json"),
        (b"--x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    ):  # fmt: skip
        async with phone.http.post(
            service.base + "/chat/media", data=body, headers={**head, "Content-Type": kind}
        ) as answer:
            assert answer.status == 400, (body, kind)
            assert (await answer.json())["error"]["message"]


@pytest.mark.slow(5)
async def test_the_same_upload_again_is_one_message(phone: Phone, record: Record, fetch: Fetching) -> None:
    assert [(await one)[0] for one in [phone.upload(picture(), id="same-id-0001") for _ in range(2)]] == [200, 200]
    rows = await fetch.until(all_settled(rows_of(record, phone.sender, "app")))
    assert len(rows) == 1


@pytest.mark.slow(5)
async def test_the_papers_app(service: Service, record: Record, fetch: Fetching) -> None:
    secrets, sender, other = AppSecrets(Secret(service.app_key())), "app-media-1", "app-media-2"
    clock = APP.clock

    async def post(path: str, body: bytes, covered: bytes) -> tuple[int, Any]:
        headers = APP.sign_headers(covered, secrets, now=clock())
        async with (
            aiohttp.ClientSession() as http,
            http.post(service.base + path, data=body, headers=headers) as answer,
        ):
            return answer.status, await answer.json()

    async def say(who: str, name: str, message: str) -> int:
        said = {"id": message, "sender": who, "text": "照片", "media": [{"kind": "image", "id": name}]}
        body = json.dumps(said).encode()
        return (await post("/api/app/main/messages", body, body))[0]

    data, path = picture(colour="coral"), f"/api/app/main/media?sender={sender}"
    status, made = await post(path, data, path.encode() + b"\n" + data)
    assert (status, made["kind"]) == (200, "image")
    assert (await post(path, data, data))[0] == 403  # the sender must be signed too
    assert (await post("/api/app/main/media", data, b"/api/app/main/media\n" + data))[0] == 400
    # Another sender who learns the id gets nothing, and takes nothing away.
    assert await say(other, made["id"], "m-other") == 200
    (row,) = await fetch.until(all_settled(rows_of(record, other, "app")))
    assert (row["status"], row["fault"]) == ("lost", "unnamed")
    assert await say(sender, made["id"], "m-own") == 200
    (row,) = await fetch.until(all_settled(rows_of(record, sender, "app")))
    assert row["status"] == "kept"
    odd = ("upload:../../keys/secret", "upload:", "https", "upload:" + "0" * 32)
    assert await asyncio.gather(*(say(sender, name, f"m-{name}") for name in odd)) == [200] * 4
    async with aiohttp.ClientSession() as http, http.get(service.base + "/healthz") as answer:
        assert answer.status == 200


async def test_too_many_uploads(phone: Phone) -> None:
    for _ in range(30):
        assert (await phone.upload(b"MZ"))[0] == 400
    status, text = await phone.upload(b"MZ")
    assert (status, "十分钟" in json.loads(text)["error"]["message"]) == (429, True)
