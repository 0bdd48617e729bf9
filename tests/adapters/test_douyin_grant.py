"""The chain of tokens: kept, renewed, rotated by one process at a time, and an alarm before a person must scan again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import msgspec
import pytest

from adapters.base import Outgoing, Secret, SendFailed, World
from adapters.douyin import Douyin
from adapters.douyin_grant import Grant, renew
from adapters.douyin_token import get_access_token, get_client_token
from conversations.messages import ContactRef
from tests.adapters.test_wechat_send import PlainTokens
from tests.platforms.douyin import FIRST_REFRESH, DouyinPlatform

LIMIT = aiohttp.ClientTimeout(total=2)
CHANNEL = Douyin(time_limit=LIMIT)
DAY = 86_400


class KeptGrants:
    """The simplest thing that keeps the promise of Grants; `away` as when the record is."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        self.lock = asyncio.Lock()
        self.away = False

    async def read(self, name: str) -> bytes | None:
        if self.away:
            raise OSError("away")
        return self.rows.get(name)

    async def change(self, name: str, change: Callable[[bytes | None], Awaitable[bytes]]) -> bytes:
        async with self.lock:
            self.rows[name] = await change(await self.read(name))
            return self.rows[name]


@pytest.fixture
async def platform() -> AsyncIterator[DouyinPlatform]:
    async with DouyinPlatform().serve() as platform:
        yield platform


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


def lives_for(platform: DouyinPlatform, days: float) -> None:
    platform.refresh_life = int(days * DAY)
    platform.refresh[FIRST_REFRESH] = (platform.clock() + days * DAY, 0)


async def test_tokens_are_kept_a_little_less_long_than_they_live(
    platform: DouyinPlatform, http: aiohttp.ClientSession
) -> None:
    tokens = PlainTokens()
    world = World(http, tokens)
    for _ in range(3):
        assert (await get_access_token(world, platform.secrets(), LIMIT)).startswith("act.")
        assert (await get_client_token(world, platform.secrets(), LIMIT)).startswith("clt.")
    assert platform.calls == ["/oauth/refresh_token/", "/oauth/client_token/"]
    access, client = tokens.lives
    assert 15 * DAY - 4300 < access < 15 * DAY - 3500
    assert 7200 - 4300 < client < 7200 - 3500


async def test_a_wrong_secret_says_so(platform: DouyinPlatform, http: aiohttp.ClientSession) -> None:
    with pytest.raises(SendFailed) as caught:
        await get_client_token(World(http, PlainTokens()), platform.secrets(client_secret=Secret("other")), LIMIT)
    assert (caught.value.failure.code, caught.value.failure.blame) == ("bad_app", "config")


async def test_a_fresh_authorisation_holds_about_half_a_year(
    platform: DouyinPlatform, http: aiohttp.ClientSession
) -> None:
    world, now = World(http, PlainTokens(), KeptGrants()), datetime.now(UTC)
    before = await CHANNEL.standing(world, platform.secrets(), now)
    assert (before.good, before.ends_at) == (True, None)
    standing = await CHANNEL.keep(world, platform.secrets(), now)
    assert standing.good
    assert standing.ends_at is not None
    assert timedelta(days=154) < standing.ends_at - now < timedelta(days=156)
    assert "/oauth/renew_refresh_token/" not in platform.calls


async def test_the_end_the_platform_names_is_believed(platform: DouyinPlatform, http: aiohttp.ClientSession) -> None:
    """The token in the settings may be weeks old when we first see it."""
    lives_for(platform, 9)
    world, now = World(http, PlainTokens(), KeptGrants()), datetime.now(UTC)
    standing = await CHANNEL.keep(world, platform.secrets(), now)
    assert standing.ends_at is not None
    assert abs((standing.ends_at - now) - timedelta(days=9 + 125)) < timedelta(hours=1)


async def test_renewed_five_times_each_replacing_the_last_then_the_alarm(
    platform: DouyinPlatform, http: aiohttp.ClientSession
) -> None:
    lives_for(platform, 4)
    grants = KeptGrants()
    world, now = World(http, PlainTokens(), grants), datetime.now(UTC)
    for renewed in range(1, 6):
        standing = await CHANNEL.keep(world, platform.secrets(), now)
        assert list(platform.refresh) == [next(iter(platform.refresh))], "the old one is dead"
        assert FIRST_REFRESH not in platform.refresh
        assert platform.calls.count("/oauth/renew_refresh_token/") == renewed
    assert not standing.good
    assert "authorise the account again" in standing.words
    await CHANNEL.keep(world, platform.secrets(), now)
    assert platform.calls.count("/oauth/renew_refresh_token/") == 5, "no sixth is asked for"
    # A new process, with nothing but the settings' dead token and the record, still works.
    platform.expire_access()
    assert await get_access_token(World(http, PlainTokens(), grants), platform.secrets(), LIMIT)


async def test_the_alarm_comes_fourteen_days_ahead(platform: DouyinPlatform, http: aiohttp.ClientSession) -> None:
    grants, now = KeptGrants(), datetime.now(UTC)
    world, secrets = World(http, PlainTokens(), grants), platform.secrets()
    await CHANNEL.keep(world, secrets, now)
    (row,) = grants.rows
    last = Grant(secrets.seed, "the-last-one", (now + timedelta(days=25)).timestamp(), renewals=5, known=True)
    grants.rows[row] = msgspec.json.encode(last)
    for passed, good, words in ((10, True, "until"), (12, False, "ends on"), (26, False, "over")):
        standing = await CHANNEL.standing(world, secrets, now + timedelta(days=passed))
        assert (standing.good, standing.words.startswith(words)) == (good, True)


@pytest.mark.parametrize(("code", "left"), [(10020, 4), (2190004, 4), (10004, 4), (10010, 0)])
async def test_a_refused_renewal_brings_the_alarm_forward(
    platform: DouyinPlatform, http: aiohttp.ClientSession, code: int, left: int
) -> None:
    lives_for(platform, 4)
    platform.renewal_refusal = code
    world, now = World(http, PlainTokens(), KeptGrants()), datetime.now(UTC)
    standing = await CHANNEL.keep(world, platform.secrets(), now)
    assert not standing.good
    assert standing.ends_at is not None
    assert round((standing.ends_at - now).total_seconds() / DAY) == left


async def test_a_busy_platform_is_asked_again_later(platform: DouyinPlatform, http: aiohttp.ClientSession) -> None:
    lives_for(platform, 4)
    platform.renewal_refusal = 2100004
    world, now = World(http, PlainTokens(), KeptGrants()), datetime.now(UTC)
    assert (await CHANNEL.keep(world, platform.secrets(), now)).good
    platform.renewal_refusal = 0
    await CHANNEL.keep(world, platform.secrets(), now)
    assert FIRST_REFRESH not in platform.refresh


async def test_two_processes_renew_once(platform: DouyinPlatform, http: aiohttp.ClientSession) -> None:
    """Both have seen that it is time before either has asked."""
    lives_for(platform, 4)
    platform.refresh_life = 30 * DAY
    grants, now = KeptGrants(), datetime.now(UTC)
    worlds = [World(http, PlainTokens(), grants) for _ in range(2)]
    await get_access_token(worlds[0], platform.secrets(), LIMIT)
    await asyncio.gather(*(renew(world, platform.secrets(), now, LIMIT) for world in worlds))
    assert platform.calls.count("/oauth/renew_refresh_token/") == 1


async def test_taken_back_in_the_app_and_given_anew(platform: DouyinPlatform, http: aiohttp.ClientSession) -> None:
    grants, now = KeptGrants(), datetime.now(UTC)
    await CHANNEL.keep(World(http, PlainTokens(), grants), platform.secrets(), now)
    platform.revoke()
    world = World(http, PlainTokens(), grants)
    act = CHANNEL.parse(platform.wrote("_000A", "x"), "main")
    with pytest.raises(SendFailed) as caught:
        await CHANNEL.send(world, platform.secrets(), Outgoing(ContactRef("douyin", "main", "_000A"), "好", "e", act))
    assert (caught.value.failure.code, caught.value.failure.stop_account) == ("authorize_again", True)
    assert (await CHANNEL.keep(world, platform.secrets(), now)).words.startswith("over")
    renewed = platform.secrets(refresh_token=Secret(platform.authorised_again()))
    assert (await CHANNEL.keep(world, renewed, now)).good
    await CHANNEL.send(world, renewed, Outgoing(ContactRef("douyin", "main", "_000A"), "好", "e", act))
    assert platform.texts("_000A") == ["好"]


async def test_while_the_record_is_away_the_settings_token_is_tried(
    platform: DouyinPlatform, http: aiohttp.ClientSession
) -> None:
    grants = KeptGrants()
    grants.away = True
    world = World(http, PlainTokens(), grants)
    assert await get_access_token(world, platform.secrets(), LIMIT)
    assert (await CHANNEL.keep(world, platform.secrets(), datetime.now(UTC))).good
    assert "/oauth/renew_refresh_token/" not in platform.calls


def test_nothing_secret_is_shown(platform: DouyinPlatform) -> None:
    secrets = platform.secrets()
    assert FIRST_REFRESH not in f"{secrets!r}{secrets.name}{secrets.seed}"
    assert secrets.seed != replace(secrets, refresh_token=Secret("other")).seed
