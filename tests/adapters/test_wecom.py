"""WeCom: what is fetched says what was written, the cursor never runs ahead, repeating is harmless, refusals are told."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from adapters.base import Outgoing, Rejected, Request, SendFailed, World
from adapters.wechat_envelope import encrypt, make_key, signature
from adapters.wecom import CHANNEL
from adapters.wecom_pull import COLLEAGUE, read_page
from conversations.messages import ContactRef, Inbound
from tests.platforms.wecom import OPEN_KFID, WeComPlatform


class Tokens:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def get(self, key: str, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        if key not in self.kept:
            self.kept[key] = (await fetch())[0]
        return self.kept[key]

    async def drop(self, key: str, token: str) -> None:
        if self.kept.get(key) == token:
            del self.kept[key]


class Kept:
    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}

    async def read(self, name: str) -> bytes | None:
        return self.values.get(name)

    async def change(self, name: str, change: Callable[[bytes | None], Awaitable[bytes]]) -> bytes:
        self.values[name] = await change(self.values.get(name))
        return self.values[name]


@pytest.fixture
async def platform() -> AsyncIterator[WeComPlatform]:
    async with WeComPlatform(page=2).serve() as running:
        yield running


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as http:
        yield World(http, Tokens(), Kept())


def knocked(platform: WeComPlatform, request: Request) -> Inbound:
    return CHANNEL.parse(CHANNEL.open(request, platform.secrets()).payload, "main")[0]


class Ear:
    def __init__(self, fails: int = 0) -> None:
        self.heard: list[Inbound] = []
        self.fails = fails

    async def __call__(self, messages: tuple[Inbound, ...]) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError("the record is away")
        self.heard += messages

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.heard]


async def pull(platform: WeComPlatform, world: World, ear: Ear, request: Request | None = None) -> int:
    knock = knocked(platform, request or platform.knock())
    return await CHANNEL.pull(world, platform.secrets(), "main", knock, ear)


async def test_every_page_is_heard_once_and_in_order(platform: WeComPlatform, world: World) -> None:
    for place in range(5):
        platform.wrote("wmA", f"第{place}句")
    ear = Ear()
    assert await pull(platform, world, ear) == 5
    assert ear.texts == [f"第{place}句" for place in range(5)]
    assert await pull(platform, world, ear) == 0
    platform.wrote("wmA", "又一句")
    assert await pull(platform, world, ear) == 1
    assert ear.texts[-1] == "又一句"


async def test_the_cursor_does_not_move_past_what_was_not_heard(platform: WeComPlatform, world: World) -> None:
    for place in range(3):
        platform.wrote("wmA", f"第{place}句")
    with pytest.raises(OSError, match="away"):
        await pull(platform, world, Ear(fails=1))
    ear = Ear()
    assert await pull(platform, world, ear) == 3
    assert ear.texts[0] == "第0句"


async def test_an_empty_page_that_has_more_is_gone_past(platform: WeComPlatform, world: World) -> None:
    """Events of the system's fill whole pages; residents' words stand behind them."""
    for _ in range(2):
        platform.wrote("wmA", "", origin=4, msgtype="event", event={"event_type": "enter_session"})
    platform.wrote("wmA", "求助")
    ear = Ear()
    await pull(platform, world, ear)
    assert ear.texts == ["求助"]


async def test_a_knock_of_another_account_is_not_ours(platform: WeComPlatform, world: World) -> None:
    platform.wrote("wmA", "求助")
    assert await pull(platform, world, Ear(), platform.knock("wkOther")) == 0
    assert not platform.calls


async def test_a_stale_token_is_fetched_anew_once(platform: WeComPlatform, world: World) -> None:
    platform.wrote("wmA", "求助")
    await pull(platform, world, Ear())
    platform.expire_tokens()
    await CHANNEL.send(world, platform.secrets(), out("您好"))
    assert platform.sent == [("wmA", "您好")]
    platform.refusals = [40014, 40014]
    with pytest.raises(SendFailed) as failed:
        await CHANNEL.send(world, platform.secrets(), out("再说", "2"))
    assert failed.value.failure.stop_account
    assert platform.calls.count("/cgi-bin/gettoken") == 3


def out(text: str, effect: str = "1") -> Outgoing:
    return Outgoing(ContactRef("wecom", "main", "wmA"), text, effect)


async def test_the_same_effect_is_sent_once_however_often(platform: WeComPlatform, world: World) -> None:
    platform.wrote("wmA", "求助")
    for _ in range(3):
        await CHANNEL.send(world, platform.secrets(), out("您好"))
    assert platform.sent == [("wmA", "您好")]


async def test_five_messages_and_no_more_until_they_write(platform: WeComPlatform, world: World) -> None:
    platform.wrote("wmA", "求助")
    for place in range(5):
        await CHANNEL.send(world, platform.secrets(), out(f"第{place}条", str(place)))
    with pytest.raises(SendFailed) as failed:
        await CHANNEL.send(world, platform.secrets(), out("第六条", "6"))
    assert failed.value.failure.closes_window
    assert not failed.value.unknown
    platform.wrote("wmA", "还在吗")
    await CHANNEL.send(world, platform.secrets(), out("在", "7"))
    assert platform.sent[-1] == ("wmA", "在")


async def test_long_texts_go_in_parts(platform: WeComPlatform, world: World) -> None:
    platform.wrote("wmA", "求助")
    sent = await CHANNEL.send(world, platform.secrets(), out("居委已经联系了，请等电话。" * 90))
    assert sent.parts == len(platform.sent) > 1


async def test_nobody_there_is_tried_again(world: World) -> None:
    secrets = WeComPlatform(base="http://127.0.0.1:9").secrets()
    with pytest.raises(SendFailed) as failed:
        await CHANNEL.send(world, secrets, out("您好"))
    assert failed.value.failure.retry
    assert "stub-kf-secret" not in repr(failed.value.__context__)


async def test_media(platform: WeComPlatform, world: World) -> None:
    platform.media["M1"] = b"\xff\xd8jpeg"
    from conversations.messages import Attachment

    assert await CHANNEL.fetch_media(world, platform.secrets(), Attachment("image", "M1")) == b"\xff\xd8jpeg"
    with pytest.raises(SendFailed) as failed:
        await CHANNEL.fetch_media(world, platform.secrets(), Attachment("image", "M2"))
    assert failed.value.failure.code == "media_gone"


def test_the_consoles_check_comes_sealed_and_goes_back_in_clear() -> None:
    secrets = WeComPlatform().secrets()
    sealed = encrypt(b"12345 echo", secrets.corpid.reveal(), make_key(secrets.aes_key.reveal()))
    query = {"timestamp": "1649000000", "nonce": "n", "echostr": sealed}
    query["msg_signature"] = signature(secrets.token.reveal(), "1649000000", "n", sealed)
    answer = CHANNEL.handshake(Request("GET", query=query), secrets)
    assert answer is not None
    assert answer.body == b"12345 echo"
    for change in ({"nonce": "m"}, {"msg_signature": "0" * 40}, {"echostr": sealed[:-4] + "AAAA"}):
        with pytest.raises(Rejected):
            CHANNEL.handshake(Request("GET", query=query | change), secrets)
    stranger = encrypt(b"x", "ww-another-company", make_key(secrets.aes_key.reveal()))
    query |= {"echostr": stranger, "msg_signature": signature(secrets.token.reveal(), "1649000000", "n", stranger)}
    with pytest.raises(Rejected):
        CHANNEL.handshake(Request("GET", query=query), secrets)


def row(**changes: Any) -> dict[str, Any]:
    return {
        "msgid": "m1", "open_kfid": OPEN_KFID, "external_userid": "wmA", "send_time": 1649000000, "origin": 3,
        "msgtype": "text", "text": {"content": "断药了"},
    } | changes  # fmt: skip


def read(**changes: Any) -> tuple[Inbound, ...]:
    return read_page({"msg_list": [row(**changes)]}, "main", OPEN_KFID)


def test_what_messages_say() -> None:
    text = read()[0]
    assert (text.kind, text.text, text.opens) == ("text", "断药了", "message")
    assert text.sent_at == datetime.fromtimestamp(1649000000, UTC)
    voice = read(msgtype="voice", voice={"media_id": "V1"})[0]
    assert (voice.kind, voice.attachments[0].media_id) == ("voice", "V1")
    place = read(msgtype="location", location={"latitude": 31.15, "longitude": 121.5, "name": "三林镇"})[0]
    assert place.location is not None
    assert place.location.label == "三林镇"
    colleague = read(origin=5)[0]
    assert (colleague.event, colleague.opens) == (COLLEAGUE, "none")
    assert read(msgtype="business_card", business_card={"userid": "x"})[0].kind == "unknown"
    assert read(origin=4) == ()
    assert read(open_kfid="wkOther") == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"external_userid": None}, {"external_userid": ["w"]}, {"external_userid": "w" * 999}, {"origin": None}, {"origin": 4},
        {"msgtype": "event"},
    ],
)  # fmt: skip
def test_one_that_cannot_be_read_does_not_hold_up_the_others(changes: dict[str, Any]) -> None:
    page = {"msg_list": [row(**changes), None, 7, row(msgid="m2", text={"content": "好的"})]}
    assert [one.text for one in read_page(page, "main", OPEN_KFID)] == ["好的"]


@pytest.mark.parametrize("send_time", [None, "x", "", -1, 0, 10**30, 1e300, float("nan"), True, [1]])
def test_a_message_without_a_time_came_now(send_time: Any) -> None:
    """The cursor moves on behind the page: what is left out is never seen again."""
    before = datetime.now(UTC)
    (found,) = read(send_time=send_time)
    assert before <= found.sent_at <= datetime.now(UTC)
    assert found.text == "断药了"


@pytest.mark.parametrize(
    "changes",
    [{"msgid": ""}, {"msgid": None}, {"msgid": 7}, {"msgid": "m" * 999}, {"send_time": 1649000000.0}, {"send_time": "1649000000"},
     {"origin": "3"}],
)  # fmt: skip
def test_one_thing_amiss_costs_no_message(changes: dict[str, Any]) -> None:
    (found,), (again,) = read(**changes), read(**changes)
    assert (found.text, found.sent_at) == ("断药了", datetime.fromtimestamp(1649000000, UTC))
    assert found.message_id == again.message_id  # fetched twice it is one
    (other,) = read(**changes, text={"content": "还有别的"})
    assert (other.message_id != found.message_id) is ("msgid" in changes)


def test_a_kind_nobody_knows_is_a_message() -> None:
    assert [one.kind for one in (*read(msgtype=7), *read(msgtype=None), *read(msgtype="new"))] == ["unknown"] * 3


@pytest.mark.parametrize("inner", [None, 7, [], {"content": None}, {"content": ["x"]}, {"content": "\x00\ud800坏"}])
def test_odd_words_are_cleaned(inner: Any) -> None:
    found = read(text=inner)
    assert len(found) == 1
    json.dumps(found[0].text).encode()
    assert "\x00" not in found[0].text
