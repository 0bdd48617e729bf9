"""A reporter sends a resident a picture: on WeChat it is a message of the window, on the page it can be opened by one alone."""

import io
import json
import time
from uuid import uuid4

import aiohttp
from PIL import Image

from adapters.app import CHANNEL as APP
from bot.embedded import EmbeddedPostgres
from bot.media.pictures import draw_to_send
from bot.store.contacts import erase_contact
from bot.store.database import Database
from tests.desk.conftest import RED, Answer, Person, Resident, number_of
from tests.desk.test_window import delivered_as, reply, wechat_says
from tests.media.conftest import new_phone
from tests.media.samples import PDF, picture
from tests.platforms.wechat import WeChatPlatform
from tests.service import Record, Service


async def show(person: Person, number: str, name: str, data: bytes, csrf: str | None = None) -> Answer:
    """As the ticket page's script sends a picture."""
    form = aiohttp.FormData()
    form.add_field("reply_id", f"picture-{name}")
    form.add_field("file", io.BytesIO(data), filename="../IMG_1.jpg", content_type="image/jpeg")
    headers = {"X-Requested-With": "bangnong", "X-CSRF-Token": person.csrf if csrf is None else csrf}
    return await person.ask("POST", f"/desk/tickets/{number}/picture", data=form, headers=headers)


async def test_on_wechat_it_arrives_once_and_costs_a_message(
    service: Service, record: Record, platform: WeChatPlatform, lina: Person
) -> None:
    openid = "oPicture0000000000000000001"
    await wechat_says(service, platform, openid, RED)
    number = await number_of(record, openid, channel="wechat")
    page = await lina.get(f"/desk/tickets/{number}")
    assert "发照片" in page.words
    data = picture(size=(1600, 1200), located=True)
    first = await show(lina, number, "wechat-1", data)
    assert first.status == 200, first.text
    assert first.json["left"] == 4
    assert (await show(lina, number, "wechat-1", data)).json["left"] == 4, "pressed twice"
    await delivered_as(lina, number, "已送到", 2)
    shown = [text for who, text in platform.sent if who == openid]
    assert len(shown) == 1
    sent, kind, _ = platform.rest.media[shown[0].removeprefix("[image:").removesuffix("]")]
    assert kind == "image/jpeg"
    assert b"SomeCamera" not in sent, "a colleague's telephone would say where it was taken"

    # The desk sees what was sent, in the talk and in the ticket's history.
    talk = str((await lina.get(f"/desk/tickets/{number}/parts")).json["parts"]["talk"])
    (link,) = await record.rows("select link, status, type from media where conversation = "
                                "(select conversation from tickets where number = $1)", number)  # fmt: skip
    assert f'src="/desk/media/{link["link"]}/thumb"' in talk
    assert (link["status"], link["type"]) == ("kept", "image/jpeg")
    assert not [
        one
        for one in (service.home / "media").rglob("*")
        if one.is_file() and b"\xff\xd8\xff" in one.read_bytes()[:512]
    ]

    # Five and no more, pictures and words together.
    for place in range(4):
        assert await reply(lina, number, f"picture-words-{place}") == 200
    refused = await show(lina, number, "wechat-2", data)
    assert (refused.status, refused.json["error"]["code"]) == (409, "window")
    assert "居民再写一句就能发" in refused.json["error"]["message"]


async def test_an_unknown_end_is_not_repeated(
    service: Service, record: Record, platform: WeChatPlatform, lina: Person
) -> None:
    openid = "oPicture0000000000000000002"
    await wechat_says(service, platform, openid, RED)
    number = await number_of(record, openid, channel="wechat")
    platform.weather.append(("/cgi-bin/media/upload", "500"))  # nobody has seen it yet: tried again
    platform.weather.append(("/cgi-bin/message/custom/send", "drop"))  # perhaps it was shown: not again
    assert (await show(lina, number, "drop-1", picture(colour="navy"))).status == 200
    await delivered_as(lina, number, "不确定是否送到")
    assert len([text for who, text in platform.sent if who == openid]) == 1


async def test_only_that_resident_opens_it(service: Service, record: Record, lina: Person) -> None:
    async with new_phone(service) as phone, new_phone(service) as other:
        await phone.say(f"{RED}，电话13800005678")
        number = await number_of(record, phone.sender)
        assert (await show(lina, number, "page-1", picture(colour="teal"))).status == 200
        _, listed, _ = await phone.get("/chat/messages?after=")
        (media,) = [one["media"][0] for one in json.loads(listed)["messages"] if one.get("media")]
        _, page, _ = await phone.get("/chat")
        assert "记者发来的照片".encode() in page
        assert (await phone.get(media["src"]))[1][:3] == b"\xff\xd8\xff"
        assert (await phone.get(media["src"] + "/thumb"))[0] == 200
        assert (await other.get(media["src"]))[0] == 404

        # Erased with everything else of theirs.
        conversation = await record.value("select conversation from tickets where number = $1", number)
        database = Database(EmbeddedPostgres(service.home).dsn, size=1, limit=20)
        await database.open()
        await erase_contact(database, conversation)
        await database.close()
        assert (await phone.get(media["src"]))[0] == 404
        assert (await show(lina, number, "page-2", picture())).status == 409


async def test_the_papers_app_opens_it_with_a_signature_for_that_sender(
    service: Service, record: Record, lina: Person
) -> None:
    resident = Resident(service, "picture-app")
    await resident.say(RED)
    number = await number_of(record, "picture-app")
    assert (await show(lina, number, "app-1", picture(colour="olive"))).status == 200

    async def fetch(path: str, signed: str = "") -> tuple[int, bytes]:
        headers = APP.sign_fetch(signed or path, resident.secrets, now=time.time())
        async with aiohttp.ClientSession() as http, http.get(service.base + path, headers=headers) as got:
            return got.status, await got.read()

    _, listed = await fetch("/api/app/main/messages?sender=picture-app&after=")
    (media,) = [one["media"][0] for one in json.loads(listed)["messages"] if one.get("media")]
    status, body = await fetch(f"{media['src']}?sender=picture-app")
    assert (status, body[:3]) == (200, b"\xff\xd8\xff")
    assert (await fetch(f"{media['src']}/thumb?sender=picture-app"))[0] == 200
    assert (await fetch(f"{media['src']}?sender=somebody"))[0] == 404
    assert (await fetch(f"{media['src']}?sender=picture-app", signed="/api/app/main/messages"))[0] == 403


async def test_what_is_no_picture_or_may_not_be_sent_is_said_in_one_sentence(
    service: Service, record: Record, lina: Person, zhou: Person
) -> None:
    resident = Resident(service, "picture-bad")
    await resident.say(RED)
    number = await number_of(record, "picture-bad")
    whole = picture()
    for name, data, words in (
        ("pdf", PDF, "只能发照片"),
        ("cut", whole[: len(whole) // 2], "打不开"),
        ("none", b"", "只能发照片"),
        ("huge", b"\xff\xd8\xff" + bytes(21 << 20), "最多 20 MB"),
    ):
        answer = await show(lina, number, f"bad-{name}", data)
        assert answer.status == 400, name
        assert words in answer.json["error"]["message"], name
    answer = await show(lina, number, "bad-csrf", whole, csrf="no")
    assert (answer.status, answer.json["error"]["code"]) == (403, "csrf")
    assert (await show(lina, "B20200101-0001", "bad-number", whole)).status == 404
    assert await reply(lina, number, "picture-mine") == 200  # hers from now
    answer = await show(zhou, number, "bad-other", whole)
    assert (answer.status, answer.json["error"]["code"]) == (409, "claimed")
    assert "" not in await resident.heard(), "something without words reached the resident"


async def test_a_channel_without_pictures_says_so_before(service: Service, record: Record, lina: Person) -> None:
    """A call that was taken down: nobody is there to look at one."""
    filed = await lina.form("/desk/new", words=RED, phone="13800005679", way="phone", id=uuid4().hex, insist="yes")
    number = filed.headers["Location"].rpartition("/")[2]
    page = await lina.get(f"/desk/tickets/{number}")
    assert "这个渠道发不了照片" in page.words
    assert 'id="picture"' not in page.text
    answer = await show(lina, number, "filed-1", picture())
    assert (answer.status, answer.json["error"]["code"]) == (409, "pictures")
    assert "发不了照片" in answer.json["error"]["message"]


def test_a_large_picture_is_made_to_fit() -> None:
    most = 60_000
    out = io.BytesIO()
    Image.effect_noise((2400, 1800), 90).convert("RGB").save(out, "JPEG", quality=92)  # as hard as a real one
    assert len(out.getvalue()) > 20 * most
    drawn = draw_to_send(out.getvalue(), most)
    assert len(drawn.view) <= most
    assert len(drawn.view) > most // 8, "far smaller than it need be"
