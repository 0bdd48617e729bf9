"""WeChat beside texts, against the stand-in: what arrives, what each kind of account may, what the reporter reads."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from adapters import wechat_calls as calls
from adapters.base import SendFailed, World
from adapters.wechat_call import call
from bot.rehearsal.platforms.wechat_rest import MEDIA_DAYS
from tests.adapters.test_wechat_send import CHANNEL, PlainTokens, send
from tests.platforms.wechat import SECRET, WeChatPlatform

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
SERVICE = "service-certified"


class Clock:
    def __init__(self) -> None:
        self.now = 1_650_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def platform() -> AsyncIterator[WeChatPlatform]:
    async with WeChatPlatform(clock=Clock(), kind=SERVICE).serve() as platform:
        yield platform


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as http:
        yield World(http, PlainTokens())


async def code_of(doing: Any) -> str:
    with pytest.raises(SendFailed) as caught:
        await doing
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert caught.value.failure.note.endswith("。")
    return caught.value.failure.code


async def test_a_picture_is_uploaded_and_sent(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    await calls.send_picture(world, platform.secrets(), "oA", PNG)
    assert platform.sent == [("oA", "[image:UP-1]")]
    assert platform.rest.media["UP-1"][0] == PNG
    assert platform.quotas["oA"].left == 4, "a picture costs one of the five"


async def test_what_is_no_picture_or_too_large_is_not_uploaded(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    assert await code_of(calls.send_picture(world, platform.secrets(), "oA", b"GIF89a..")) == "bad_picture"
    big = b"\xff\xd8\xff" + bytes(calls.PICTURE_BYTES)
    assert await code_of(calls.send_picture(world, platform.secrets(), "oA", big)) == "media_too_large"
    assert platform.calls == []


async def test_an_upload_is_gone_after_three_days(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    media = await calls.upload_picture(world, platform.secrets(), PNG)
    platform.clock.now += MEDIA_DAYS * 86_400  # type: ignore[attr-defined]
    platform.wrote("oA")
    message = {"touser": "oA", "msgtype": "image", "image": {"media_id": media}}
    assert await code_of(call(world, platform.secrets(), "/cgi-bin/message/custom/send", message)) == "media_gone"


async def test_an_upload_of_unknown_outcome_may_be_repeated(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    platform.weather = [("media/upload", "drop")]
    with pytest.raises(SendFailed) as caught:
        await calls.send_picture(world, platform.secrets(), "oA", PNG)
    assert not caught.value.unknown
    assert platform.sent == []


async def test_typing_only_within_half_a_minute(platform: WeChatPlatform, world: World) -> None:
    secrets = platform.secrets()
    assert not await calls.typing(world, secrets, "oA"), "nobody wrote"
    platform.wrote("oA")
    assert await calls.typing(world, secrets, "oA")
    assert not await calls.typing(world, secrets, "oA"), "already typing"
    assert await calls.typing(world, secrets, "oA", on=False)
    platform.clock.now += 31  # type: ignore[attr-defined]
    assert not await calls.typing(world, secrets, "oA")
    before = len(platform.calls)
    assert not await calls.typing(world, platform.secrets(kind="subscription"), "oA")
    assert len(platform.calls) == before, "an uncertified account need not ask"


async def test_the_menu_goes_up_and_comes_back(platform: WeChatPlatform, world: World) -> None:
    secrets = platform.secrets()
    assert await calls.fetch_menu(world, secrets) == []
    buttons = [{"name": "我要求助", "sub_button": [{"type": "click", "name": "看病配药", "key": "HELP_MEDICINE"}]}]
    await calls.push_menu(world, secrets, buttons)
    assert await calls.fetch_menu(world, secrets) == buttons
    assert await code_of(calls.push_menu(world, secrets, buttons * 4)) == "bad_menu"


async def test_a_scene_code_is_a_picture(platform: WeChatPlatform, world: World) -> None:
    assert (await calls.scene_code(world, platform.secrets(), "poster07"))[:4] == b"\x89PNG"
    assert await code_of(calls.scene_code(world, platform.secrets(), "海报")) == "bad_scene"
    subscription = platform.secrets(kind="subscription-certified")
    assert await code_of(calls.scene_code(world, subscription, "poster07")) == "not_permitted"


async def test_a_notice_reaches_whoever_has_no_window(platform: WeChatPlatform, world: World) -> None:
    platform.rest.templates.add("T-1")
    notice = calls.Notice("T-1", {"thing1": "记者" * 40}, "https://bang.example/chat")
    await calls.send_notice(world, platform.secrets(), "oA", notice, "c/1/0")
    ((how, who, asked),) = platform.rest.notices
    assert (how, who, asked["client_msg_id"]) == ("template", "oA", "c/1/0")
    assert len(asked["data"]["thing1"]["value"].encode()) <= calls.FIELD_BYTES
    platform.unfollowed("oA")
    assert await code_of(calls.send_notice(world, platform.secrets(), "oA", notice, "k")) == "not_following"
    wrong = calls.Notice("T-2", {"thing1": "x"})
    assert await code_of(calls.send_notice(world, platform.secrets(), "oB", wrong, "k")) == "bad_template"


async def test_a_subscription_carries_one_notice(platform: WeChatPlatform, world: World) -> None:
    notice = calls.Notice("S-1", {"thing1": "有回音了"})
    platform.rest.subscribed["oA", "S-1"] = 1
    await calls.send_subscribed(world, platform.secrets(), "oA", notice)
    assert await code_of(calls.send_subscribed(world, platform.secrets(), "oA", notice)) == "notice_refused"
    platform.kind = "subscription-certified"
    platform.rest.subscribed["oA", "S-1"] = 1
    await calls.send_one_time(world, platform.secrets(), "oA", notice, 7, "帮侬忙", "有回音了")
    assert [how for how, _, _ in platform.rest.notices] == ["bizsend", "one-time"]


async def test_an_uncertified_account_is_refused_by_the_platform(platform: WeChatPlatform, world: World) -> None:
    platform.kind = "subscription"
    platform.wrote("oA")
    with pytest.raises(SendFailed) as caught:
        await send(world, platform.secrets(kind="subscription-certified"))
    assert (caught.value.failure.code, caught.value.failure.stop_account) == ("not_permitted", True)
    assert not CHANNEL.limits(platform.secrets()).push


async def test_who_follows(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    assert await calls.follows(world, platform.secrets(), "oA")
    assert not await calls.follows(world, platform.secrets(), "oB")


async def test_the_days_calls_are_counted(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    platform.daily["/cgi-bin/message/custom/send"] = 1
    await send(world, platform.secrets())
    assert await code_of(send(world, platform.secrets())) == "daily_quota"
    platform.clock.now += 86_400  # type: ignore[attr-defined]
    await send(world, platform.secrets())


async def test_an_address_that_is_not_on_the_list(platform: WeChatPlatform, world: World) -> None:
    platform.allowed = frozenset({"203.0.113.7"})
    assert await code_of(send(world, platform.secrets())) == "ip_not_listed"


async def test_both_tokens_live_beside_each_other(platform: WeChatPlatform, world: World) -> None:
    """The classic call takes away classic tokens only; a forced refresh takes away the stable one."""
    async with aiohttp.ClientSession() as http:

        async def stable(force: bool) -> dict[str, Any]:
            who = {"appid": "wx00000000test0001", "secret": SECRET}
            asked = {"grant_type": "client_credential", **who, "force_refresh": force}
            async with http.post(platform.base + "/cgi-bin/stable_token", json=asked) as answer:
                return dict(await answer.json())

        async def classic() -> str:
            asked = {"grant_type": "client_credential", "appid": "wx00000000test0001", "secret": SECRET}
            async with http.get(platform.base + "/cgi-bin/token", params=asked) as answer:
                return str((await answer.json())["access_token"])

        async def good(token: str) -> bool:
            query = {"access_token": token, "openid": "oA"}
            async with http.get(platform.base + "/cgi-bin/user/info", params=query) as answer:
                return "errcode" not in await answer.json()

        kept, first = (await stable(False))["access_token"], await classic()
        second = await classic()
        assert [await good(token) for token in (kept, first, second)] == [True, False, True]
        assert (await stable(False))["access_token"] == kept
        fresh = (await stable(True))["access_token"]
        assert [await good(token) for token in (kept, fresh, second)] == [False, True, True]
        assert (await stable(True))["errcode"] == 45011, "two forced refreshes within half a minute"
        for _ in range(19):
            platform.clock.now += 31  # type: ignore[attr-defined]
            assert "access_token" in await stable(True)
        platform.clock.now += 31  # type: ignore[attr-defined]
        assert (await stable(True))["errcode"] == 45009, "twenty a day"


async def test_whether_it_answers_is_asked_without_sending_anything(platform: WeChatPlatform, world: World) -> None:
    assert await calls.answers(world, platform.secrets())
    platform.token_refusal = 40164
    platform.expire_tokens()
    assert await calls.answers(world, platform.secrets()), "a refusal is an answer"
    platform.token_refusal = 0
    platform.away = True
    assert not await calls.answers(world, platform.secrets())
    assert platform.sent == []
