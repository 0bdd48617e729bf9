"""Pushing to WeChat, against a strict stand-in on loopback: every refusal has a row, nothing leaks, nothing loops."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import aiohttp
import pytest

from adapters.base import Outgoing, SendFailed, Sent, World
from adapters.text import size
from adapters.wechat import WeChat
from adapters.wechat_failures import FAILURES, failure
from adapters.wechat_secrets import WeChatSecrets
from conversations.messages import Attachment, ContactRef
from tests.platforms.wechat import SECRET, WeChatPlatform

CHANNEL = WeChat(aiohttp.ClientTimeout(total=0.5, connect=0.3))
FETCH = Callable[[], Awaitable[tuple[str, float]]]


class PlainTokens:
    """The simplest thing that keeps the promise of TokenCache for one process."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.lives: list[float] = []

    async def get(self, key: str, fetch: FETCH) -> str:
        if key not in self.kept:
            self.kept[key], life = await fetch()
            self.lives.append(life)
        return self.kept[key]

    async def drop(self, key: str, token: str) -> None:
        if self.kept.get(key) == token:
            del self.kept[key]


@pytest.fixture
async def platform() -> AsyncIterator[WeChatPlatform]:
    async with WeChatPlatform().serve() as platform:
        yield platform


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as http:
        yield World(http, PlainTokens())


async def send(world: World, secrets: WeChatSecrets, text: str = "您好", openid: str = "oA") -> Sent:
    return await CHANNEL.send(world, secrets, Outgoing(ContactRef("wechat", "main", openid), text, "c/1/0"))


async def refused(world: World, secrets: WeChatSecrets, text: str = "您好") -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await send(world, secrets, text)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.failure)
    assert caught.value.__cause__ is caught.value.__context__ is None, "a cause would show the address with its token"
    for secret in (SECRET, "access-token", "stub-token"):
        assert secret not in shown
    return caught.value


async def test_a_text_arrives_as_it_was_written(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    text = "您好😭\n“引号”\\反斜\u2028杠"
    assert await send(world, platform.secrets(), text) == Sent((), 1)
    assert platform.sent == [("oA", text)]
    assert platform.calls == ["/cgi-bin/stable_token", "/cgi-bin/message/custom/send"]


async def test_forbidden_characters_do_not_travel(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    await send(world, platform.secrets(), "a\x08b\ud83dc\ufffe")
    assert platform.sent == [("oA", "abc")]


async def test_a_long_text_goes_in_numbered_parts(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    text = "".join(f"这是第{n}句话，说的是配药的事。" for n in range(100))
    assert (await send(world, platform.secrets(), text)).parts == len(platform.sent) == 3
    parts = [part for _, part in platform.sent]
    assert all(size(part) <= 2047 for part in parts)
    assert [part[:5] for part in parts] == ["（1/3）", "（2/3）", "（3/3）"]
    assert "".join(part[5:] for part in parts) == text


async def test_a_lower_limit_than_we_know_splits_smaller(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    platform.longest = 600
    await send(world, platform.secrets(), "说的是配药的事。" * 50)
    assert sum(part.count("配药") for _, part in platform.sent) == 50


@pytest.mark.parametrize("call", ["stable", "classic"])
async def test_both_kinds_of_token(platform: WeChatPlatform, world: World, call: str) -> None:
    platform.wrote("oA")
    secrets = platform.secrets(token_call=call)
    await send(world, secrets)
    await send(world, secrets)
    assert [path for path in platform.calls if "token" in path] == [
        "/cgi-bin/token" if call == "classic" else "/cgi-bin/stable_token"
    ]
    assert isinstance(world.tokens, PlainTokens)
    assert 6700 < world.tokens.lives[0] <= 6900, "5 minutes before the end, and not all processes in one second"


async def test_a_token_taken_away_is_fetched_once(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    await send(world, platform.secrets())
    platform.expire_tokens()
    await send(world, platform.secrets())
    assert len(platform.sent) == 2
    assert platform.calls.count("/cgi-bin/stable_token") == 2


@pytest.mark.parametrize("code", [40001, 40014, 42001, 41001])
async def test_a_token_refused_for_ever_is_not_asked_for_for_ever(
    platform: WeChatPlatform, world: World, code: int
) -> None:
    """wechatpy's client: 486 tokens and 486 sends, then RecursionError."""
    platform.wrote("oA")
    platform.refusals = [code] * 50
    error = await refused(world, platform.secrets())
    assert (error.failure.code, error.failure.retry, error.unknown) == ("token_refused", True, False)
    assert platform.calls.count("/cgi-bin/message/custom/send") == 2


async def test_an_address_not_on_the_list_stops_the_account(platform: WeChatPlatform, world: World) -> None:
    platform.token_refusal = 40164
    error = await refused(world, platform.secrets())
    assert error.failure.stop_account
    assert "白名单" in error.failure.note
    assert platform.calls == ["/cgi-bin/stable_token"]


async def test_a_wrong_secret_is_a_matter_of_settings(platform: WeChatPlatform, world: World) -> None:
    from adapters.base import Secret

    error = await refused(world, platform.secrets(secret=Secret("wrong")))
    assert (error.failure.code, error.failure.blame, error.failure.stop_account) == ("bad_secret", "config", True)


async def test_window_and_quota_are_told_to_the_reporter(platform: WeChatPlatform, world: World) -> None:
    error = await refused(world, platform.secrets())
    assert (error.failure.code, error.failure.closes_window, error.failure.retry) == ("window_closed", True, False)
    platform.wrote("oA")
    for _ in range(5):
        await send(world, platform.secrets())
    error = await refused(world, platform.secrets())
    assert (error.failure.code, error.failure.closes_window) == ("quota_used", True)
    platform.wrote("oA", "menu")
    platform.unfollowed("oA")
    error = await refused(world, platform.secrets())
    assert (error.failure.code, error.failure.unreachable) == ("not_following", True)


@pytest.mark.parametrize("code", sorted(set(FAILURES) - {40001, 45002}))
async def test_every_row(platform: WeChatPlatform, world: World, code: int) -> None:
    platform.wrote("oA")
    platform.refusals = [code]
    error = await refused(world, platform.secrets())
    assert error.failure == FAILURES[code]
    assert not error.unknown
    assert error.failure.note.endswith(("。", "）"))


async def test_a_code_nobody_knows_is_kept_by_its_number(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    platform.refusals = [99999]
    error = await refused(world, platform.secrets())
    assert (error.failure.code, error.failure.retry) == ("wechat_99999", False)


@pytest.mark.parametrize("weather", ["hang", "drop", "garbage", "500", "html", "missing"])
async def test_nobody_knows_what_became_of_it(platform: WeChatPlatform, world: World, weather: str) -> None:
    platform.wrote("oA")
    await send(world, platform.secrets())
    platform.weather = [("custom/send", weather)]  # type: ignore[list-item]
    error = await refused(world, platform.secrets())
    assert error.unknown
    assert not error.failure.retry
    assert len(platform.sent) == (2 if weather in ("hang", "drop") else 1)


async def test_control_characters_in_the_answer_are_no_refusal(platform: WeChatPlatform, world: World) -> None:
    platform.weather = [("custom/send", "control")]
    assert (await send(world, platform.secrets())).parts == 1


@pytest.mark.parametrize("weather", ["hang", "drop", "garbage", "500", "html", "missing"])
async def test_no_token_means_nothing_was_sent(platform: WeChatPlatform, world: World, weather: str) -> None:
    platform.weather = [("stable_token", weather)]  # type: ignore[list-item]
    error = await refused(world, platform.secrets())
    assert not error.unknown
    assert error.failure.retry


@pytest.mark.parametrize("base", ["http://127.0.0.1:9", "http://nowhere.invalid"])
async def test_no_connection_is_tried_again(world: World, base: str) -> None:
    secrets = WeChatPlatform().secrets(api_base=base)
    world.tokens.kept["wechat:wx00000000test0001:stable"] = "access-token-1"  # type: ignore[attr-defined]
    error = await refused(world, secrets)
    assert (error.failure.code, error.failure.retry, error.unknown) == ("no_connection", True, False)


async def test_a_closed_session_is_no_crash(platform: WeChatPlatform) -> None:
    http = aiohttp.ClientSession()
    await http.close()
    error = await refused(World(http, PlainTokens()), platform.secrets())
    assert error.failure.retry


async def test_cancelling_is_not_swallowed(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    platform.weather = [("custom/send", "hang")]
    task = asyncio.create_task(send(world, platform.secrets()))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_half_a_long_text_is_not_sent_again(platform: WeChatPlatform, world: World) -> None:
    platform.wrote("oA")
    platform.refusals = [0, -1]
    error = await refused(world, platform.secrets(), "说的是配药的事。" * 150)
    assert not error.failure.retry, "the first part would be repeated"
    assert "前 1 段已送达" in error.failure.note


async def test_nothing_to_say_is_our_fault(platform: WeChatPlatform, world: World) -> None:
    assert (await refused(world, platform.secrets(), " \x00")).failure.blame == "us"
    assert platform.calls == []


async def test_a_video_is_fetched_from_where_it_lies(platform: WeChatPlatform, world: World) -> None:
    platform.media["V-1"] = (b"\0\0\0\x18ftypmp42film", "video/mp4")
    fetched = await CHANNEL.fetch_media(world, platform.secrets(), Attachment("video", "V-1"))
    assert fetched == b"\0\0\0\x18ftypmp42film"


async def test_media(platform: WeChatPlatform, world: World) -> None:
    platform.media["M-1"] = (b"\xff\xd8jpeg", "image/jpeg")
    secrets = platform.secrets()
    assert await CHANNEL.fetch_media(world, secrets, Attachment("image", "M-1")) == b"\xff\xd8jpeg"
    platform.expire_tokens()
    assert await CHANNEL.fetch_media(world, secrets, Attachment("image", "M-1")) == b"\xff\xd8jpeg"
    for gone in (Attachment("image", "M-2"), Attachment("image")):
        with pytest.raises(SendFailed) as caught:
            await CHANNEL.fetch_media(world, secrets, gone)
        assert caught.value.failure.code == "media_gone"


async def test_a_picture_without_end_is_left_alone(
    platform: WeChatPlatform, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.wechat_send.MEDIA_BYTES", 100_000)
    platform.media["M-1"] = (bytes(300_000), "image/jpeg")
    with pytest.raises(SendFailed) as caught:
        await CHANNEL.fetch_media(world, platform.secrets(), Attachment("image", "M-1"))
    assert caught.value.failure.code == "media_too_big"


def test_the_rows_are_consistent() -> None:
    for code, row in FAILURES.items():
        assert row == failure(code)
        assert row.code == row.code.lower()
        assert not (row.unreachable and row.retry)
        assert not (row.closes_window and row.retry)
        assert replace(row, note="") != row, f"{code}: the reporter reads nothing"
