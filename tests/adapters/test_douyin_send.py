"""Pushing to Douyin, against a strict stand-in on loopback: what is quoted, in which scene, what each refusal means."""

import traceback
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from adapters.base import Outgoing, SendFailed, Sent, World
from adapters.douyin import Douyin
from adapters.douyin_failures import FAILURES, code_of, failure
from adapters.douyin_secrets import DouyinSecrets
from adapters.douyin_send import reply_to_comment
from conversations.messages import Attachment, ContactRef, Inbound
from tests.adapters.test_wechat_send import PlainTokens
from tests.platforms.douyin import CLIENT_SECRET, FIRST_REFRESH, DouyinPlatform, conversation_of

CHANNEL = Douyin(time_limit=aiohttp.ClientTimeout(total=0.8, connect=0.5))
A = "_000A"


@pytest.fixture
async def platform() -> AsyncIterator[DouyinPlatform]:
    async with DouyinPlatform().serve() as platform:
        yield platform


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as http:
        yield World(http, PlainTokens())


def heard(*deliveries: bytes) -> tuple[Inbound, ...]:
    """As the record gives them: newest first."""
    return tuple(CHANNEL.parse(delivery, "main")[0] for delivery in reversed(deliveries))


async def send(
    world: World, secrets: DouyinSecrets, acts: tuple[Inbound, ...], text: str = "您好", openid: str = A
) -> Sent:
    return await CHANNEL.send(world, secrets, Outgoing(ContactRef("douyin", "main", openid), text, "c/1/1", acts))


async def refused(
    world: World, secrets: DouyinSecrets, acts: tuple[Inbound, ...], text: str = "您好", openid: str = A
) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await send(world, secrets, acts, text, openid)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.failure)
    assert caught.value.__cause__ is caught.value.__context__ is None, "a cause could show a token"
    for secret in (CLIENT_SECRET, FIRST_REFRESH, "stub-token"):
        assert secret not in shown
    return caught.value


async def test_a_reply_quotes_the_last_message(platform: DouyinPlatform, world: World) -> None:
    acts = heard(platform.wrote(A, "在吗"), platform.wrote(A, "断药了", as_string=True))
    text = "您好😭\n“引号”\\反斜\u2028杠"
    done = await send(world, platform.secrets(), acts, text)
    assert platform.sent == [(A, "im_reply_msg", text)]
    assert len(done.platform_ids) == done.parts == 1
    assert [act.left for act in platform.acts.values()] == [6, 5]


async def test_a_greeting_has_its_own_scene_and_half_a_minute(platform: DouyinPlatform, world: World) -> None:
    acts = heard(platform.entered(A))
    for _ in range(3):
        await send(world, platform.secrets(), acts)
    assert {scene for _, scene, _ in platform.sent} == {"im_enter_direct_msg"}
    assert (await refused(world, platform.secrets(), acts)).failure.code == "quota_used"
    late = (replace(acts[0], sent_at=acts[0].sent_at - timedelta(seconds=31)),)
    calls = len(platform.calls)
    assert (await refused(world, platform.secrets(), late)).failure.closes_window
    assert len(platform.calls) == calls, "what is over is not asked about"


async def test_six_in_a_day_then_an_opened_chat_carries_three_more(platform: DouyinPlatform, world: World) -> None:
    wrote = platform.wrote(A, "断药了")
    for nth in range(6):
        await send(world, platform.secrets(), heard(wrote), f"第{nth}句")
    assert (await refused(world, platform.secrets(), heard(wrote))).failure.code == "quota_used"
    await send(world, platform.secrets(), heard(wrote, platform.entered(A)), "还在")
    assert platform.sent[-1] == (A, "im_enter_direct_msg", "还在")
    await send(world, platform.secrets(), heard(wrote, platform.wrote(A, "好的")), "新的一句重新算")
    assert platform.sent[-1][1] == "im_reply_msg"


async def test_nobody_who_has_not_written_can_be_written_to(platform: DouyinPlatform, world: World) -> None:
    error = await refused(world, platform.secrets(), ())
    assert error.failure.closes_window
    assert "24 小时" in error.failure.note
    yesterday = replace(heard(platform.wrote(A, "x"))[0], sent_at=datetime.now(UTC) - timedelta(hours=25))
    assert (await refused(world, platform.secrets(), (yesterday,))).failure.closes_window
    assert platform.calls == []


async def test_a_long_text_goes_in_numbered_parts_of_a_thousand_characters(
    platform: DouyinPlatform, world: World
) -> None:
    for text, parts in (("这一句说的是配药的事。" * 200, 3), ("a word or two. " * 200, 4)):
        platform.sent.clear()
        done = await send(world, platform.secrets(), heard(platform.wrote(A, "x")), text)
        said = platform.texts(A)
        assert done.parts == len(said) <= parts
        assert all(len(part) <= 1000 for part in said)
        assert said[0].startswith(f"（1/{len(said)}）")


async def test_half_of_a_long_text_is_said_and_not_repeated(platform: DouyinPlatform, world: World) -> None:
    platform.refusals += [0, 2100004]
    error = await refused(world, platform.secrets(), heard(platform.wrote(A, "x")), "这一句说的是配药的事。" * 200)
    assert not error.failure.retry
    assert error.failure.note.startswith("共 3 段，前 1 段已送达")


@pytest.mark.parametrize("code", sorted(FAILURES.keys() - {10008, 2190002, 2190008}))
async def test_every_refusal_has_its_row(platform: DouyinPlatform, world: World, code: int) -> None:
    platform.refusals.append(code)
    error = await refused(world, platform.secrets(), heard(platform.wrote(A, "x")))
    assert error.failure == failure(code)
    assert error.failure.note.endswith("。")
    assert not error.unknown
    assert platform.calls.count("/im/send/msg/") == 1


async def test_a_code_nobody_knows_is_kept_by_its_number(platform: DouyinPlatform, world: World) -> None:
    platform.refusals.append(99887766)
    error = await refused(world, platform.secrets(), heard(platform.wrote(A, "x")))
    assert (error.failure.code, error.failure.retry) == ("douyin_99887766", False)


@pytest.mark.parametrize("code", [10008, 2190002, 2190008])
async def test_a_stale_token_is_fetched_anew_once(platform: DouyinPlatform, world: World, code: int) -> None:
    acts = heard(platform.wrote(A, "x"))
    platform.refusals.append(code)
    await send(world, platform.secrets(), acts)
    assert platform.calls.count("/oauth/refresh_token/") == 2
    platform.refusals += [code, code]
    assert (await refused(world, platform.secrets(), acts)).failure.code == "token_refused"
    assert platform.calls.count("/im/send/msg/") == 4, "once more and no more"


@pytest.mark.parametrize("weather", ["hang", "drop", "garbage", "500", "html", "missing"])
async def test_what_nobody_can_know_is_called_unknown(platform: DouyinPlatform, world: World, weather: str) -> None:
    platform.weather.append(("/im/send/msg/", weather))  # type: ignore[arg-type]
    error = await refused(world, platform.secrets(), heard(platform.wrote(A, "x")))
    assert error.unknown
    assert not error.failure.retry
    assert platform.calls.count("/im/send/msg/") == 1


@pytest.mark.parametrize("weather", ["garbage", "500", "html", "missing", "drop"])
async def test_without_a_token_nothing_was_sent(platform: DouyinPlatform, world: World, weather: str) -> None:
    platform.weather.append(("/oauth/refresh_token/", weather))  # type: ignore[arg-type]
    error = await refused(world, platform.secrets(), heard(platform.wrote(A, "x")))
    assert (error.unknown, error.failure.retry) == (False, True)
    assert platform.sent == []


async def test_nobody_there(world: World) -> None:
    platform = DouyinPlatform(base="http://127.0.0.1:9")
    error = await refused(world, platform.secrets(), heard(platform.wrote(A, "x")))
    assert (error.failure.code, error.unknown, error.failure.retry) == ("no_connection", False, True)


async def test_a_comment_gets_the_line_it_is_given(platform: DouyinPlatform, world: World) -> None:
    (comment,) = CHANNEL.parse(platform.commented_on("_000B", "我家住三楼，电话13000000000"), "main")
    await reply_to_comment(world, platform.secrets(), comment, "请私信")
    assert platform.commented == [(comment.message_id, "请私信")]
    gone = replace(comment, message_id="@deleted")
    with pytest.raises(SendFailed) as caught:
        await reply_to_comment(world, platform.secrets(), gone, "请私信")
    assert caught.value.failure.code == "comment_gone"


async def test_media_only_where_the_platform_gives_an_address(platform: DouyinPlatform, world: World) -> None:
    picture = CHANNEL.parse(platform.wrote(A, message_type="user_local_image"), "main")[0].attachments[0]
    with pytest.raises(SendFailed) as caught:
        await CHANNEL.fetch_media(world, platform.secrets(), picture)
    assert caught.value.failure.code == "only_in_douyin"
    platform.media[picture.media_id.split()[1]] = ("image", platform.base + "/files/1")
    platform.files["1"] = b"\xff\xd8jpeg"
    assert await CHANNEL.fetch_media(world, platform.secrets(), picture) == b"\xff\xd8jpeg"
    platform.media[picture.media_id.split()[1]] = ("image", "file:///etc/passwd")
    for attachment in (picture, Attachment("douyin_clip", "@c @m"), Attachment("douyin_image", "")):
        with pytest.raises(SendFailed):
            await CHANNEL.fetch_media(world, platform.secrets(), attachment)


def test_codes_are_found_wherever_they_stand() -> None:
    assert code_of({}) is None
    assert code_of({"data": {"error_code": "0"}}) == 0
    assert code_of({"err_no": 28003018, "err_msg": "x"}) == 28003018
    finer = {"extra": {"error_code": 2100005, "sub_error_code": "28003081"}, "data": {"error_code": 2100005}}
    assert code_of(finer) == 28003081
    assert code_of({"extra": {"error_code": 2100005, "sub_error_code": 777}}) == 2100005


async def test_the_stand_in_is_strict(platform: DouyinPlatform, world: World) -> None:
    """Each fault an adapter could make is refused, or the tests above would prove nothing."""
    platform.wrote(A, "x")
    number = next(iter(platform.acts))
    await send(world, platform.secrets(), heard(platform.wrote("_000Z", "x")), openid="_000Z")
    token = next(iter(platform.access))
    good = {
        "to_user_id": A, "scene": "im_reply_msg", "msg_id": number, "conversation_id": conversation_of(A),
        "content": {"msg_type": 1, "text": {"text": "好"}},
    }  # fmt: skip

    async def tried(asked: dict[str, object], token: str = token, open_id: str = "_000StubPaper") -> int | None:
        address = platform.base + "/im/send/msg/"
        headers = {"access-token": token}
        async with world.http.post(address, json=asked, params={"open_id": open_id}, headers=headers) as answer:
            return code_of(await answer.json())

    assert await tried(good, token="act.other") == 2190002
    assert await tried(good, open_id="_000Other") == 2190015
    assert await tried({**good, "scene": "im_enter_direct_msg"}) == 28003082
    assert await tried({**good, "msg_id": "@other"}) == 28003082
    assert await tried({**good, "conversation_id": "@other"}) == 28003082
    assert await tried({**good, "to_user_id": "_000Other"}) == 28003082
    assert await tried({**good, "content": '{"msg_type":1}'}) == 2100005
    assert await tried({**good, "content": {"msg_type": 1, "text": {"text": "长" * 1001}}}) == 2100005
    assert await tried({**good, "extra": 1}) == 2100005
    assert await tried(good) == 0
    platform.acts[number].left = 0
    assert await tried(good) == 28003070
    platform.acts[number].ends = 0
    assert await tried(good) == 28003080
    async with world.http.post(platform.base + "/oauth/client_token/", json={"client_key": "x"}) as answer:
        assert code_of(await answer.json()) == 10002


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_bad_weather_loses_nobody_a_picture(platform: DouyinPlatform, world: World, status: int) -> None:
    """What passes is tried again; only what the platform does not give is left to be looked at there."""
    picture = CHANNEL.parse(platform.wrote(A, message_type="user_local_image"), "main")[0].attachments[0]
    platform.media[picture.media_id.split()[1]] = ("image", platform.base + "/files/1")
    platform.file_status = status
    with pytest.raises(SendFailed) as caught:
        await CHANNEL.fetch_media(world, platform.secrets(), picture)
    assert caught.value.failure.code == "no_connection"


@pytest.mark.parametrize("code", [2100004, 28003018, 2190001])
async def test_a_busy_platform_loses_nobody_a_picture(platform: DouyinPlatform, world: World, code: int) -> None:
    picture = CHANNEL.parse(platform.wrote(A, message_type="user_local_image"), "main")[0].attachments[0]
    platform.refusals.append(code)
    with pytest.raises(SendFailed) as caught:
        await CHANNEL.fetch_media(world, platform.secrets(), picture)
    assert caught.value.failure.retry
