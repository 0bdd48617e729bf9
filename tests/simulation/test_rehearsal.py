"""A service on a clock somebody else moves: it keeps its appointments, and never meets the real desk or real residents."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.app import CHANNEL, AppSecrets
from adapters.base import Secret
from bot.rehearsal.payloads import text_payload
from bot.settings import KeyFile
from tests.service import Record, Service, stop_engines
from tests.warm import ran

OPENS = "2022-03-25T22:00:00+08:00"
REHEARSAL = {"BANGNONG_CHANNELS": "app:main", "BANGNONG_CLOCK": "rehearsal"}


@pytest.fixture
async def rehearsal(home: Path) -> AsyncIterator[Service]:
    running = await Service(home, warm=True, **REHEARSAL).start()
    yield running
    await running.stop()
    stop_engines(home)


async def move(service: Service, to: object, key: str | None = None) -> tuple[int, dict[str, Any]]:
    key = key or KeyFile(service.home / "keys").get("rehearsal")
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            service.base + "/rehearsal/clock", json={"to": to}, headers={"Authorization": f"Bearer {key}"}
        ) as answer,
    ):
        return answer.status, await answer.json()


async def say(service: Service, sender: str, text: str, at: str, name: str) -> tuple[int, dict[str, Any]]:
    moment = datetime.fromisoformat(at)
    body = text_payload("app", sender, text, name, moment)
    headers = CHANNEL.sign_headers(body, AppSecrets(Secret(service.app_key())), now=moment.timestamp())
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{service.base}/api/app/main/messages", data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


def bangnong(home: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return ran(arguments, {**os.environ, "BANGNONG_HOME": str(home), "BANGNONG_CHANNELS": "app:main", **env})


async def test_the_day_is_the_rehearsals(rehearsal: Service) -> None:
    """A resident writes in March 2022; who falls silent has a ticket after a quarter of an hour of that evening."""
    assert (await move(rehearsal, OPENS))[0] == 200
    status, answer = await say(rehearsal, "w1", "家里的米只够吃到明天了", "2022-03-25T22:03:00+08:00", "1")
    assert (status, answer["accepted"]) == (200, True)
    async with Record(rehearsal.home) as record:
        assert await record.value("select count(*) from tickets") == 0
        status, moved = await move(rehearsal, "2022-03-25T22:10:00+08:00")
        assert status == 200
        assert datetime.fromisoformat(moved["next"]) < datetime.fromisoformat("2022-03-25T22:30:00+08:00")
        assert await record.value("select count(*) from tickets") == 0
        assert (await move(rehearsal, "2022-03-25T22:40:00+08:00"))[1]["late"] == 0
        (ticket,) = await record.rows("select number, created_at from tickets")
        assert ticket["number"].startswith("B20325-")
        assert ticket["created_at"].date().isoformat() == "2022-03-25"
        # A message of the real present is a stranger's: its signature is years too early.
        now = datetime.now(UTC).isoformat()
        assert (await say(rehearsal, "w2", "在吗", now, "2"))[0] == 403


async def test_only_forward_only_with_the_key(rehearsal: Service) -> None:
    assert (await move(rehearsal, OPENS, key="guess"))[0] == 403
    edges = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59+00:00")
    for nonsense in (None, "tomorrow", "2022-03-25T22:00:00", 5, {}, *edges):
        assert (await move(rehearsal, nonsense))[0] == 400, nonsense
    assert (await move(rehearsal, OPENS))[0] == 200
    status, body = await move(rehearsal, "2022-03-25T21:00:00+08:00")
    assert (status, "does not go back" in body["error"]) == (409, True)
    await rehearsal.stop()
    await rehearsal.start()
    assert (await move(rehearsal, "2022-03-25T21:00:00+08:00"))[0] == 409  # it stands where it was left


@pytest.mark.slow
async def test_never_the_real_desk(home: Path, rehearsal: Service) -> None:
    await rehearsal.stop()
    refused = await asyncio.to_thread(bangnong, home, "serve", "--port", str(rehearsal.port))
    assert refused.returncode == 2
    assert "rehearsal's" in refused.stderr
    assert "Traceback" not in refused.stderr
    wechat = {
        "BANGNONG_CHANNELS": "wechat:main", "BANGNONG_WECHAT_MAIN_TOKEN": "t", "BANGNONG_WECHAT_MAIN_APPID": "wx1",
        "BANGNONG_WECHAT_MAIN_SECRET": "s", "BANGNONG_WECHAT_MAIN_AES_KEY": "a" * 43, "BANGNONG_CLOCK": "rehearsal",
    }  # fmt: skip
    refused = await asyncio.to_thread(bangnong, home, "serve", "--port", str(rehearsal.port), **wechat)
    assert refused.returncode == 2
    assert "BANGNONG_WECHAT_MAIN_API_BASE" in refused.stderr


@pytest.mark.slow
async def test_no_rehearsal_among_real_residents(home: Path) -> None:
    real = await Service(home, warm=True, BANGNONG_CHANNELS="app:main").start()
    try:
        async with aiohttp.ClientSession() as http, http.get(real.base + "/rehearsal/clock") as answer:
            assert answer.status == 404
        now = datetime.now(UTC).isoformat()
        assert (await say(real, "w1", "家里的米只够吃到明天了", now, "1"))[0] == 200
    finally:
        await real.stop()
    refused = await asyncio.to_thread(bangnong, home, "serve", "--port", str(real.port), BANGNONG_CLOCK="rehearsal")
    assert refused.returncode == 2
    assert "real residents" in refused.stderr
    stop_engines(home)


@pytest.mark.slow
def test_what_is_missing_is_named(home: Path) -> None:
    alone = bangnong(home, "simulate")
    assert (alone.returncode, "BANGNONG_CLOCK=rehearsal" in alone.stderr) == (2, True)
    slow = bangnong(home, "simulate", "--speed", "slow", BANGNONG_CLOCK="rehearsal")
    assert (slow.returncode, "--speed" in slow.stderr) == (2, True)
    nobody = bangnong(home, "simulate", BANGNONG_CLOCK="rehearsal", BANGNONG_PORT="9")
    assert (nobody.returncode, "no service answers" in nobody.stderr) == (2, True)
    assert not any("Traceback" in one.stderr for one in (alone, slow, nobody))


_RECOUNT = """
select count(*) filter (where outcome is distinct from 'duplicate') as requests, count(*) as raw,
    count(*) filter (where outcome = 'solved') as solved, min(created_at) as first, max(created_at) as last
from tickets where intent not in ('feedback', 'chitchat', 'spam')
"""


@pytest.mark.slow(80)
async def test_a_campaign_is_played_and_counted(home: Path, rehearsal: Service) -> None:
    """Thirty hours, ninety requests: as many as were asked for, all heard, worked on by people of every shift."""
    env = {**REHEARSAL, "BANGNONG_PORT": str(rehearsal.port)}
    played = await asyncio.to_thread(bangnong, home, "simulate", "--hours", "30", "--cases", "90", "--seed", "7", **env)
    assert played.returncode == 0, played.stdout[-1500:] + played.stderr[-1500:]
    assert "没收下 0 次" in played.stdout
    span = ("--from", "2022-03-25T22:00", "--to", "2022-03-27T04:00")
    report = await asyncio.to_thread(bangnong, home, "report", "tally", *span, "--format", "json", **env)
    told = json.loads(report.stdout)
    async with Record(home) as record:
        (row,) = await record.rows(_RECOUNT)
        assert row["requests"] == 90
        assert row["first"] >= datetime.fromisoformat(OPENS)
        assert row["last"] <= datetime.fromisoformat("2022-03-27T04:00:00+08:00")
        assert row["solved"] > 10
        people = await record.value(
            "select count(distinct (actor, (at at time zone 'Asia/Shanghai')::date)) from ticket_events where actor like 'sim-%'"
        )
        assert told["reporter_days"] == people > 20
        assert (told["total"], told["raw"]) == (90, row["raw"])
        assert told["hours_open"] == 30
        assert told["outcomes"]["solved"] == row["solved"]
        heard = await record.value("select count(*) from messages where direction = 'i'")
        assert f"消息 {heard} 条" in played.stdout
        pending = "select count(*) from outbox where kind = 'send' and due_at < '2022-03-27T04:00:00+08:00'"
        assert await record.value(pending) == 0
    again = await asyncio.to_thread(bangnong, home, "simulate", "--hours", "1", "--cases", "1", **env)
    assert (again.returncode, "does not go" in again.stderr) == (2, True)
