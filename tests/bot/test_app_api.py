"""The app channel and API v1 on the real service, as the paper's own programs use them."""

import asyncio
import json
import re
import subprocess
import sys
import time
from typing import Any

import pytest

from adapters.app import CHANNEL, AppSecrets
from adapters.base import Secret
from tests.bot.conftest import Running
from tests.service import ROOT


class AppClient:
    """The paper's app: signed messages out, everything said since back."""

    def __init__(self, running: Running, sender: str) -> None:
        self.running, self.sender = running, sender
        self.secrets = AppSecrets(Secret(running.service.app_key()))
        self.count = 0

    async def send(self, text: str, name: str = "", *, skew: int = 0, **fields: Any) -> tuple[int, dict[str, Any]]:
        self.count += 1
        body = {"id": name or f"{self.sender}-{self.count}", "sender": self.sender, "text": text, **fields}
        request = CHANNEL.sign(json.dumps(body, ensure_ascii=False).encode(), self.secrets, now=time.time() + skew)
        return await self.post(request.body, dict(request.headers))

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        url = self.running.base + "/api/app/main/messages"
        async with self.running.http.post(url, data=body, headers=headers) as response:
            return response.status, await response.json()

    async def said(self, after: str = "") -> list[dict[str, Any]]:
        path = f"/api/app/main/messages?sender={self.sender}&after={after}"
        headers = CHANNEL.sign_fetch(path, self.secrets, now=time.time())
        async with self.running.http.get(self.running.base + path, headers=headers) as response:
            assert response.status == 200
            return list((await response.json())["messages"])


@pytest.fixture(scope="package")
async def token(running: Running) -> str:
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "bot", "tokens", "create", "--role", "editor"],
        env=running.service.env, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


async def _api(
    running: Running, token: str, path: str, body: dict[str, Any] | None = None
) -> tuple[int, dict[str, Any]]:
    async with running.http.request(
        "POST" if body is not None else "GET",
        running.base + path,
        json=body,
        headers={"Authorization": f"Bearer {token}"},
    ) as response:
        return response.status, await response.json()


async def test_the_same_id_gives_the_same_answer(running: Running) -> None:
    app = AppClient(running, "same")
    first = await app.send("我妈喘不上气", "one")
    assert first[0] == 200
    assert first[1]["accepted"] is True
    assert "120" in first[1]["replies"][0]["text"]
    assert await app.send("我妈喘不上气", "one") == first
    assert [row["id"] for row in await app.said()] == [first[1]["replies"][0]["id"]]
    assert await app.said(first[1]["replies"][0]["id"]) == []


async def test_bad_signatures_and_bodies_say_what_is_wrong(running: Running) -> None:
    app = AppClient(running, "bad")
    assert (await app.send("没菜了", skew=-301))[0] == 403
    assert (await app.send("没菜了", skew=301))[0] == 403
    assert (await app.post(b'{"id":"1"}', {}))[0] == 403
    for body, field in [
        (b"{", ""),
        (b"[]", ""),
        (b'{"sender":"s","text":"x"}', "id"),
        (b'{"id":"1","sender":"s","text":5}', "text"),
    ]:
        headers = CHANNEL.sign_headers(body, app.secrets, now=time.time())
        status, answer = await app.post(body, headers)
        assert status == 400
        assert answer["error"]["field"] == field
        assert answer["error"]["message"]


async def test_from_a_message_to_a_ticket_to_a_reporters_answer(running: Running, token: str) -> None:
    app = AppClient(running, "story")
    await app.send("我外婆尿毒症 三天没透析了 腿肿 喘不上气")
    _, answer = await app.send("好的 我电话13812345678，人住在普陀区长寿路100弄5号302室，谢谢你们")
    words = answer["replies"][0]["text"]
    status, page = await _api(running, token, "/api/v1/tickets?channel=app&sender=story")
    assert status == 200
    (ticket,) = page["items"]
    assert ticket["number"] in words
    assert (ticket["urgency"], ticket["intent"], ticket["status"]) == ("critical", "dialysis", "triaged")
    assert ticket["slots"]["phone"] == "13812345678"
    assert "长寿路100弄" in ticket["slots"]["address"]
    assert ticket["district"] == "普陀区"
    number = ticket["number"]
    assert (await _api(running, token, f"/api/v1/tickets/{number}/claim", {}))[0] == 200
    reply = {"id": "r1", "text": "已联系长征医院，请保持电话畅通"}
    assert (await _api(running, token, f"/api/v1/tickets/{number}/reply", reply))[0] == 200
    assert (await _api(running, token, f"/api/v1/tickets/{number}/reply", reply))[0] == 200
    said = [row for row in await app.said() if row["author"] == "reporter"]
    assert [row["text"] for row in said] == [reply["text"]]
    assert (await app.send("好的谢谢"))[1]["replies"] == []
    _, whole = await _api(running, token, f"/api/v1/tickets/{number}")
    assert [row["change"] for row in whole["events"]][:2] == ["opened", "added"]
    assert {row["direction"] for row in whole["messages"]} == {"in", "out"}
    assert (await _api(running, token, f"/api/v1/tickets/{number}/close", {"outcome": "solved"}))[0] == 200
    status, refused = await _api(running, token, f"/api/v1/tickets/{number}/claim", {})
    assert (status, refused["error"]["code"]) == (409, "closed")


async def test_search_finds_two_characters_and_last_digits(running: Running, token: str) -> None:
    app = AppClient(running, "search")
    await app.send("家里的猞猁饿了两天，楼里没有菜了，电话13711112222，仙霞路300弄5号601室")
    for query in ("猞猁", "2222", "猞猁饿了"):
        for _ in range(60):
            _, page = await _api(running, token, f"/api/v1/tickets?q={query}")
            if page["items"]:
                break
            await asyncio.sleep(0.2)
        assert [row["sender"] for row in page["items"]] == ["search"], query
    assert (await _api(running, token, "/api/v1/tickets?q=鼋鼍"))[1]["items"] == []


async def test_api_refuses_with_a_reason(running: Running, token: str) -> None:
    assert (await _api(running, "nonsense", "/api/v1/tickets"))[0] == 401
    for query, field in (("urgency=x", "urgency"), ("limit=0", "limit"), ("limit=x", "limit"), ("cursor=x", "cursor")):
        status, answer = await _api(running, token, f"/api/v1/tickets?{query}")
        assert (status, answer["error"]["field"]) == (400, field)
    assert (await _api(running, token, "/api/v1/tickets/B00000-0001"))[0] == 404
    assert (await _api(running, token, "/api/openapi.json"))[1]["openapi"].startswith("3.")


async def test_paging_walks_every_ticket_once(running: Running, token: str) -> None:
    for nth in range(6):
        await AppClient(running, f"page{nth}").send(f"我爸透析两次没做了喘不上气{nth}")
    for order in ("queue", "newest"):
        seen, cursor = [], ""
        while True:
            _, page = await _api(
                running, token, f"/api/v1/tickets?limit=4&order={order}" + (f"&cursor={cursor}" if cursor else "")
            )
            seen += [row["number"] for row in page["items"]]
            cursor = (page["next"] or "").replace("+", "%2B")
            if not cursor:
                break
        assert len(seen) == len(set(seen))
        assert len(seen) >= 6


async def test_health_and_metrics(running: Running) -> None:
    async with running.http.get(running.base + "/readyz") as response:
        ready = await response.json()
    assert response.status == 200
    assert ready["checks"]["database"] == "ok"
    async with running.http.get(running.base + "/metrics") as response:
        text = await response.text()
    assert "bangnong_messages_total" in text
    assert "oHooks" not in text


async def test_what_waits_is_counted(running: Running) -> None:
    await AppClient(running, "watched").send("老伴叫不醒了 没有呼吸")
    for _ in range(60):  # a count is good for ten seconds
        if await metric(running, 'bangnong_open_tickets{urgency="critical"}') >= 1:
            break
        await asyncio.sleep(0.2)
    assert await metric(running, 'bangnong_open_tickets{urgency="critical"}') >= 1
    assert await metric(running, "bangnong_alarms_unseen") >= 1
    assert await metric(running, "bangnong_record_away") == 0
    assert 0 <= await metric(running, "bangnong_loop_lag_seconds") < 60
    assert await metric(running, "process_resident_memory_bytes") > 30e6


@pytest.mark.parametrize("file", ["grafana.json", "alerts.yml"])
async def test_what_the_board_and_the_alarms_ask_for_is_there(running: Running, file: str) -> None:
    await AppClient(running, "watched").send("在吗")
    async with running.http.get(running.base + "/metrics") as response:
        told = {
            re.split(r"[ {]", line)[0] for line in (await response.text()).splitlines() if line[:1] not in ("#", "")
        }
    asked = set(re.findall(r"\b(?:bangnong|process)_[a-z_]+", (ROOT / "docs" / file).read_text("utf-8")))
    only_with = {"bangnong_authorised_days", "bangnong_detector_failures_total", "bangnong_rejected_total"}
    assert len(asked) > 5
    assert asked - told <= only_with, "a name nobody tells"


async def metric(running: Running, name: str) -> float:
    async with running.http.get(running.base + "/metrics") as response:
        for line in (await response.text()).splitlines():
            if line.startswith(f"{name} "):
                return float(line.rpartition(" ")[2])
    raise AssertionError(f"no {name}")


async def test_logs_carry_no_words_and_no_people(running: Running) -> None:
    await AppClient(running, "secretive-sender-77").send("我的秘密是玛瑙 电话13922223333 长乐路88弄3号401室")
    log = running.service.log.read_text("utf-8")
    for secret in ("玛瑙", "13922223333", "secretive-sender-77", "长乐路", running.service.app_key()):
        assert secret not in log
