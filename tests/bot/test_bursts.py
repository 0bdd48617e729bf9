"""People who type in scraps, on the real service: one answer for all of them, in the last one's response."""

import asyncio
import random
import time

from adapters.base import Answer
from adapters.wechat import CHANNEL
from tests.bot.conftest import Running
from tests.bot.test_app_api import AppClient
from tests.service import Record

QUIET = 2.0
"""Seconds a slot is held open: `quiet_slot_seconds` of data/desk.toml."""


class Elder:
    """Somebody on WeChat who presses "send" after every few characters."""

    def __init__(self, running: Running, name: str) -> None:
        self.running, self.openid = running, f"oBurst{name:_<22}"

    async def says(self, text: str, number: int = 0) -> tuple[str, float]:
        """What comes back, and after how many seconds."""
        push = self.running.platform.text_push(self.openid, text, number or random.randrange(10**12, 10**13))
        request = CHANNEL.sign(push, self.running.platform.secrets(), now=time.time())
        began = time.monotonic()
        url = self.running.base + "/hook/wechat/main"
        async with self.running.http.post(url, params=dict(request.query), data=request.body) as response:
            assert response.status == 200
            body = await response.read()
        return CHANNEL.unwrap(Answer(body), self.running.platform.secrets()), time.monotonic() - began

    async def kept(self) -> list[str]:
        async with Record(self.running.home) as record:
            rows = await record.messages()
        mine = [row for row in rows if row["openid"] == self.openid and row["direction"] == "i"]
        return [row["text"] for row in sorted(mine, key=lambda row: row["turn"])]  # a platform's clock has seconds only


async def test_three_scraps_get_one_answer(running: Running) -> None:
    elder = Elder(running, "three")
    first = asyncio.create_task(elder.says("小菜"))
    await asyncio.sleep(0.4)
    second = asyncio.create_task(elder.says("阿拉屋里"))
    await asyncio.sleep(0.4)
    last, _ = await elder.says("家里的米也吃光了，两个老人，没人送")
    assert [(await first)[0], (await second)[0]] == ["", ""]
    assert last
    assert await elder.kept() == ["小菜", "阿拉屋里", "家里的米也吃光了，两个老人，没人送"]
    async with Record(running.home) as record:
        said = [row for row in await record.messages() if row["openid"] == elder.openid and row["direction"] == "o"]
    assert len(said) == 1


async def test_one_scrap_alone_is_answered_after_a_moment(running: Running) -> None:
    answer, seconds = await Elder(running, "alone").says("阿拉屋里")
    assert answer
    assert QUIET <= seconds < 4.5, "the platform hangs up after five seconds"


async def test_what_is_clear_is_not_held(running: Running) -> None:
    for text in ("人工", "爸爸叫不醒了", "家里断粮两天了，有两个老人"):
        answer, seconds = await Elder(running, f"clear{len(text)}").says(text)
        assert answer
        assert seconds < QUIET


async def test_danger_after_a_scrap_is_answered_at_once(running: Running) -> None:
    elder = Elder(running, "danger")
    first = asyncio.create_task(elder.says("我姆妈"))
    await asyncio.sleep(0.3)
    answer, seconds = await elder.says("昏过去了叫不应")
    assert "120" in answer
    assert seconds < QUIET
    assert (await first)[0] == ""


async def test_the_same_delivery_again_while_it_waits(running: Running) -> None:
    elder = Elder(running, "again")
    answers = await asyncio.gather(*(elder.says("阿拉隔壁", 7_000_000_001) for _ in range(3)))
    assert len({answer for answer, _ in answers}) == 1
    assert answers[0][0]
    assert await elder.kept() == ["阿拉隔壁"]


async def test_the_chat_waits_too(running: Running) -> None:
    app = AppClient(running, "burst-app")
    first = asyncio.create_task(app.send("小菜"))
    await asyncio.sleep(0.4)
    _, last = await app.send("呒没了，屋里两个老人，米也吃光了")
    _, body = await first
    assert body["replies"] == []
    assert len(last["replies"]) == 1
    assert [one["text"] for one in await app.said()] == [last["replies"][0]["text"]]


async def test_whoever_is_never_followed_is_answered_by_the_timer(running: Running) -> None:
    """The first of two was acknowledged because a second came, and that second got no further than the door."""
    elder = Elder(running, "timer")
    await elder.says("人工")
    first = asyncio.create_task(elder.says("阿拉隔壁"))
    await asyncio.sleep(0.3)
    second = asyncio.create_task(elder.says("有个老太太，没人管，门也敲不开好像两天了"))
    assert (await first)[0] == ""
    assert (await second)[0]
    async with Record(running.home) as record:
        timer = await record.rows(
            "select o.status, o.conversation, o.due_at > now() as later from outbox o join contacts c "
            "on c.id = o.conversation where o.purpose = 'burst' and o.kind = 'timer' order by o.due_at desc limit 1"
        )
        assert [row["later"] for row in timer] == [True], "it stands until it is stale"
        await record.rows("update outbox set due_at = now() where conversation = $1", timer[0]["conversation"])
        for _ in range(80):
            left = await record.value(
                "select count(*) from outbox where conversation = $1 and purpose = 'burst'", timer[0]["conversation"]
            )
            if not left:
                break
            await asyncio.sleep(0.1)
        assert left == 0
        said = [row for row in await record.messages() if row["openid"] == elder.openid and row["direction"] == "o"]
    assert len(said) == 2, "answered already: the late timer says nothing"
