"""Douyin through the running service, as a resident, a colleague and the platform meet it.

A resident writes a private message; the ticket stands on the desk; a reporter answers, and the answer leaves quoting
what the resident wrote last. When a day has passed the reporter reads why nothing can be sent.
"""

import asyncio
import json
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from redis import Redis

from bot.commands.doctor import CHECKS
from bot.desk import words
from bot.embedded import EmbeddedPostgres, EmbeddedValkey
from bot.grants import GrantStore
from bot.settings import load_settings
from bot.store.database import Database
from tests.faults.test_outage import _family
from tests.homes import Homes, serving
from tests.platforms.douyin import CLIENT_SECRET, FIRST_REFRESH, DouyinPlatform
from tests.service import Record, Service, signal_family

ROOT = Path(__file__).parent.parent.parent
VECTORS = json.loads((ROOT / "tests" / "adapters" / "vectors.json").read_text("utf-8"))["douyin"]
VECTOR_ACCOUNT = {
    "BANGNONG_DOUYIN_VECTORS_CLIENT_KEY": "awtestclientkey01",
    "BANGNONG_DOUYIN_VECTORS_CLIENT_SECRET": "0123456789abcdef0123456789abcdef",
    "BANGNONG_DOUYIN_VECTORS_OPEN_ID": "_000TestPaperOpenId",
    "BANGNONG_DOUYIN_VECTORS_REFRESH_TOKEN": "stub-refresh-token-vectors",
    "BANGNONG_DOUYIN_VECTORS_VERIFY": "unsigned",
    "BANGNONG_DOUYIN_VECTORS_API_BASE": "http://127.0.0.1:9",
}
DANGER = "我爸透析两次没做了，人喘不上气"


@dataclass
class Douyin:
    service: Service
    platform: DouyinPlatform
    http: aiohttp.ClientSession
    token: str = ""

    @property
    def hook(self) -> str:
        return self.service.base + "/hook/douyin/main"

    async def push(self, delivery: bytes) -> None:
        statuses = await self.platform.push(self.http, self.hook, delivery)
        assert statuses[-1] == 200, statuses

    async def api(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        method = "POST" if body is not None else "GET"
        async with self.http.request(method, self.service.base + path, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def tickets(self, openid: str) -> list[dict[str, Any]]:
        _, page = await self.api(f"/api/v1/tickets?sender={openid}")
        return list(page["items"])

    async def messages(self, openid: str) -> list[dict[str, Any]]:
        async with Record(self.service.home) as record:
            return [row for row in await record.messages() if row["openid"] == openid]


async def until(found: Callable[[], Awaitable[Any]] | Callable[[], Any], seconds: float = 20) -> Any:
    """What is looked for, as soon as it is there."""
    for _ in range(int(seconds * 10)):
        value = found()
        value = await value if asyncio.iscoroutine(value) else value
        if value:
            return value
        await asyncio.sleep(0.1)
    raise AssertionError("it never came")


@pytest.fixture(scope="module")
async def douyin(homes: Homes) -> AsyncIterator[Douyin]:
    async with DouyinPlatform().serve() as platform:
        channels = {"BANGNONG_CHANNELS": "app:main,douyin:main,douyin:vectors"}
        env = {**channels, **platform.environment(), **VECTOR_ACCOUNT}
        async with serving(homes.new("douyin"), **env) as service, aiohttp.ClientSession() as http:
            made = await asyncio.create_subprocess_exec(
                *service.command[:-3], "tokens", "create", "--role", "reporter", "--days", "1",
                env=service.env, cwd=ROOT, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            shown = (await made.communicate())[0].decode()
            token = next(word for word in shown.split() if len(word) > 30)
            yield Douyin(service, platform, http, token)
            log = service.log.read_text("utf-8")
        for secret in (CLIENT_SECRET, FIRST_REFRESH, "stub-token", "_000Resident", "喘不上气"):
            assert secret not in log


async def test_a_resident_writes_a_reporter_answers_and_the_answer_quotes(douyin: Douyin) -> None:
    openid = "_000Resident1"
    await douyin.push(douyin.platform.wrote(openid, DANGER))
    said = await until(lambda: douyin.platform.texts(openid))
    assert "120" in said[0]
    (ticket,) = await douyin.tickets(openid)
    assert (ticket["channel"], ticket["urgency"]) == ("douyin", "critical")
    await douyin.push(douyin.platform.wrote(openid, "电话13000000000", as_string=True))
    status, _ = await douyin.api(
        f"/api/v1/tickets/{ticket['number']}/reply", {"id": "r1", "text": "已联系医院，请等电话"}
    )
    assert status == 200
    await until(lambda: "已联系医院，请等电话" in douyin.platform.texts(openid))
    assert {scene for who, scene, _ in douyin.platform.sent if who == openid} == {"im_reply_msg"}
    last = list(douyin.platform.acts.values())[-1]
    assert last.left < 6, "the last message is what was answered"
    row = await until(lambda: _with_text(douyin, openid, "已联系医院，请等电话", "delivered"))
    assert row["author"] != "bot"


async def _with_text(douyin: Douyin, openid: str, text: str, delivery: str) -> dict[str, Any] | None:
    rows = [row for row in await douyin.messages(openid) if row["text"] == text and row["delivery"] == delivery]
    return rows[0] if rows else None


async def test_what_the_bot_pushed_is_counted(douyin: Douyin) -> None:
    openid = "_000Resident2"
    await douyin.push(douyin.platform.wrote(openid, DANGER))
    (ticket,) = await until(lambda: douyin.tickets(openid))
    await until(lambda: douyin.platform.texts(openid))
    pushed = len(douyin.platform.texts(openid))
    for nth in range(6 - pushed):
        path = f"/api/v1/tickets/{ticket['number']}/reply"
        assert (await douyin.api(path, {"id": f"r{nth}", "text": f"第{nth}句"}))[0] == 200
    status, refused = await douyin.api(path, {"id": "one-more", "text": "再一句"})
    assert (status, refused["error"]["code"]) == (409, "window")
    await until(lambda: len(douyin.platform.texts(openid)) == 6)


async def test_a_shut_window_is_shown_to_the_reporter(douyin: Douyin) -> None:
    openid = "_000Resident3"
    await douyin.push(douyin.platform.wrote(openid, DANGER))
    (ticket,) = await until(lambda: douyin.tickets(openid))
    await until(lambda: douyin.platform.texts(openid))
    for act in douyin.platform.acts.values():
        act.ends = 0
    path = f"/api/v1/tickets/{ticket['number']}"
    await douyin.api(f"{path}/reply", {"id": "late", "text": "太晚了"})
    row = await until(lambda: _with_text(douyin, openid, "太晚了", "failed"))
    assert "24 小时" in row["note"]
    status, refused = await douyin.api(f"{path}/reply", {"id": "again", "text": "再试"})
    assert (status, refused["error"]["code"]) == (409, "window")
    _, whole = await douyin.api(path)
    assert "undelivered" in [event["change"] for event in whole["events"]]


async def test_a_cut_line_is_unsure_and_not_sent_again(douyin: Douyin) -> None:
    openid = "_000Resident4"
    await douyin.push(douyin.platform.wrote(openid, DANGER))
    (ticket,) = await until(lambda: douyin.tickets(openid))
    await until(lambda: douyin.platform.texts(openid))
    douyin.platform.weather.append(("/im/send/msg/", "drop"))
    await douyin.api(f"/api/v1/tickets/{ticket['number']}/reply", {"id": "cut", "text": "线断了"})
    assert "不能确定" in (await until(lambda: _with_text(douyin, openid, "线断了", "unsure")))["note"]
    assert douyin.platform.texts(openid).count("线断了") == 1


async def test_delivered_four_times_and_in_any_order_heard_once(douyin: Douyin) -> None:
    openid = "_000Resident5"
    first, second = douyin.platform.wrote(openid, "断粮两天了"), douyin.platform.wrote(openid, "家里三口人")
    echo = douyin.platform.delivery(
        "im_send_msg", douyin.platform.said(openid, {"message_type": "text", "source": "k"}), "p", openid
    )
    await asyncio.gather(*(douyin.push(one) for one in (second, first, echo, second, first, first, second)))
    heard = [row["text"] for row in await douyin.messages(openid) if row["direction"] == "i"]
    assert sorted(heard) == ["家里三口人", "断粮两天了"]


async def test_our_own_echo_is_not_heard(douyin: Douyin) -> None:
    openid = "_000Resident6"
    await douyin.push(douyin.platform.wrote(openid, DANGER))
    await until(lambda: douyin.platform.texts(openid))
    before = len(await douyin.messages(openid))
    for echo in list(douyin.platform.echoes):
        await douyin.push(echo)
    assert len(await douyin.messages(openid)) == before


async def test_a_colleague_typing_in_the_app_silences_the_bot(douyin: Douyin) -> None:
    openid = "_000Resident7"
    await douyin.push(douyin.platform.wrote(openid, DANGER))
    (ticket,) = await until(lambda: douyin.tickets(openid))
    await until(lambda: douyin.platform.texts(openid))
    typed = douyin.platform.typed(openid, "我是值班记者，请马上打120，喘不上气不要等")
    for _ in range(2):
        await douyin.push(typed)
    _, whole = await douyin.api(f"/api/v1/tickets/{ticket['number']}")
    assert whole["reporter"] == "", "it stays free for the desk to take"
    assert [event["change"] for event in whole["events"]].count("colleague_spoke") == 1
    rows = [row for row in await douyin.messages(openid) if row["author"] == "colleague"]
    assert [(row["direction"], row["delivery"], row["case_key"] > 0) for row in rows] == [("o", "delivered", True)]
    said = len(douyin.platform.texts(openid))
    await douyin.push(douyin.platform.wrote(openid, "好的谢谢，已经打了"))
    await asyncio.sleep(1)  # what must not come cannot be waited for
    assert len(douyin.platform.texts(openid)) == said
    assert [row["text"] for row in await douyin.messages(openid) if row["direction"] == "i"][-1] == "好的谢谢，已经打了"


async def test_a_colleague_silences_the_bot_where_there_is_no_ticket_yet(douyin: Douyin) -> None:
    openid = "_000Resident7b"
    await douyin.push(douyin.platform.wrote(openid, "妈妈的降压药快吃完了，小区出不去，怎么配药"))
    await until(lambda: douyin.platform.texts(openid))
    await douyin.push(douyin.platform.typed(openid, "您好，我是记者，您在哪个区？"))
    said = len(douyin.platform.texts(openid))
    await douyin.push(douyin.platform.wrote(openid, "在杨浦区控江路1200弄8号楼301，电话13722224455"))
    await asyncio.sleep(1)
    assert len(douyin.platform.texts(openid)) == said
    await douyin.push(douyin.platform.wrote(openid, DANGER))
    await until(lambda: len(douyin.platform.texts(openid)) == said + 1)
    assert "120" in douyin.platform.texts(openid)[-1]


async def test_a_colleague_who_writes_to_a_stranger_changes_nothing(douyin: Douyin) -> None:
    await douyin.push(douyin.platform.typed("_000Stranger", "您好"))
    assert await douyin.messages("_000Stranger") == []


async def test_who_opens_the_chat_is_greeted_once_and_not_in_the_middle(douyin: Douyin) -> None:
    openid = "_000Resident8"
    entered = douyin.platform.entered(openid)
    await asyncio.gather(*(douyin.push(entered) for _ in range(3)))
    said = await until(lambda: douyin.platform.texts(openid))
    assert "帮侬忙" in said[0]
    assert {scene for who, scene, _ in douyin.platform.sent if who == openid} == {"im_enter_direct_msg"}
    await douyin.push(douyin.platform.wrote(openid, DANGER))
    await until(lambda: len(douyin.platform.texts(openid)) == 2)
    await douyin.push(douyin.platform.entered(openid))
    await asyncio.sleep(1)
    assert len(douyin.platform.texts(openid)) == 2


async def test_a_message_taken_back_is_marked_and_stays(douyin: Douyin) -> None:
    openid = "_000Resident9"
    await douyin.push(douyin.platform.wrote(openid, DANGER, server_message_id="@taken-back=="))
    content = {"conversation_short_id": "@c", "server_message_id": "@taken-back==", "create_time": 1}
    await douyin.push(douyin.platform.delivery("im_recall_msg", content, openid, "p"))
    row = next(row for row in await douyin.messages(openid) if row["direction"] == "i")
    assert (row["text"], row["delivery"]) == (DANGER, "recalled")


async def test_a_comment_gets_one_fixed_line_and_danger_a_ticket(douyin: Douyin) -> None:
    openid = "_000Resident10"
    comment = douyin.platform.commented_on(openid, "我妈突然昏迷了，浦东三林镇某路1号，13000000000，怎么办")
    for _ in range(2):
        await douyin.push(comment)
    ((_, line),) = await until(lambda: [one for one in douyin.platform.commented if one[0] in comment.decode()])
    assert "私信" in line
    assert "120" in line
    assert not any(word in line for word in ("昏迷", "三林", "13000000000"))
    (ticket,) = await until(lambda: douyin.tickets(openid))
    assert ticket["urgency"] == "critical"
    assert douyin.platform.texts(openid) == [], "nobody is written to who has not written"
    assert line in [row["text"] for row in await until(lambda: _said_to(douyin, openid))]
    assert "douyin_comment" in words.KINDS, "the desk is told that everybody reads it"


async def _said_to(douyin: Douyin, openid: str) -> list[dict[str, Any]]:
    return [row for row in await douyin.messages(openid) if row["direction"] == "o"]


async def test_talk_under_a_work_is_left_alone(douyin: Douyin) -> None:
    openid = "_000Resident11"
    before = len(douyin.platform.commented)
    await douyin.push(douyin.platform.commented_on(openid, "哈哈哈哈"))
    await asyncio.sleep(0.5)
    assert len(douyin.platform.commented) == before
    assert await douyin.messages(openid) == []


async def test_a_picture_is_said_honestly_to_both(douyin: Douyin) -> None:
    openid = "_000Resident12"
    await douyin.push(douyin.platform.wrote(openid, message_type="image", resource_url=""))
    said = await until(lambda: douyin.platform.texts(openid))
    assert "光看照片我弄不明白" in said[0]
    async with Record(douyin.service.home) as record:
        (kept,) = [row for row in await record.messages() if row["openid"] == openid and row["direction"] == "i"]
        from bot.codec import decode

        key = record.vault.data_key(kept["conversation"], kept["data_key"])
        assert decode(key.open(kept["body"]))["attachments"] == [{"kind": "douyin_image", "title": ""}]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
async def test_every_vector_as_it_stands(douyin: Douyin, vector: dict[str, Any]) -> None:
    hook, headers = douyin.service.base + "/hook/douyin/vectors", {"X-Douyin-Signature": vector["x_douyin_signature"]}
    async with douyin.http.post(hook, data=vector["body"].encode(), headers=headers) as answer:
        assert answer.status == (403 if vector.get("valid") is False else 200)
        if "expect_response" in vector:
            assert await answer.json() == vector["expect_response"]


EVENTS = [
    "authorize",
    "im_authorize",
    "im_message_read",
    "new_follow_action",
    "dial_phone",
    "personal_tab_contact",
    "next_year",
]


@pytest.mark.parametrize("event", EVENTS)
async def test_every_event_is_taken(douyin: Douyin, event: str) -> None:
    for content in ("", "{}", {}, {"scopes": ["im.direct_message"]}):
        await douyin.push(douyin.platform.delivery(event, content, "_000EventSender", "p"))
    assert await douyin.messages("_000EventSender") == []


async def test_an_event_without_an_id_is_known_by_its_delivery_id(douyin: Douyin) -> None:
    openid = "_000Resident13"
    body = douyin.platform.delivery("im_enter_direct_msg", "{}", openid, "p")
    headers = douyin.platform.headers(body, "one-delivery")
    redis = Redis.from_url(EmbeddedValkey(douyin.service.home).url)
    before = len(list(redis.scan_iter("delivery:*")))
    for _ in range(3):
        async with douyin.http.post(douyin.hook, data=body, headers=headers) as answer:
            assert answer.status == 200
    said = await until(lambda: _said_to(douyin, openid))
    assert len(said) == 1
    assert len(list(redis.scan_iter("delivery:*"))) == before + 1
    redis.close()


async def test_tampered_unsigned_too_long_and_unknown(douyin: Douyin) -> None:
    body = douyin.platform.wrote("_000Tamper", "没菜了")
    good = douyin.platform.headers(body)
    for changed, headers in [
        (body[:-1] + b" ", good),
        (body, {"Msg-Id": "x"}),
        (body, {**good, "X-Douyin-Signature": "0" * 40}),
        (body, {**good, "X-Douyin-Signature": "签名".encode().decode("latin-1")}),
        (b"", good),
    ]:
        async with douyin.http.post(douyin.hook, data=changed, headers=headers) as answer:
            assert (answer.status, await answer.read()) == (403, b"")
    long = b"x" * (256 * 1024 + 1)
    async with douyin.http.post(douyin.hook, data=long, headers=douyin.platform.headers(long)) as answer:
        assert answer.status == 413
    async with douyin.http.post(douyin.service.base + "/hook/douyin/nobody", data=body, headers=good) as answer:
        assert answer.status == 404
    assert await douyin.messages("_000Tamper") == []


NONSENSE = {
    "empty": b"",
    "no object": b"[]",
    "no event": b"{}",
    "cut off": b'{"event":"im_receive_msg","content":{"text":"x"',
    "bad UTF-8": b'{"event":"im_receive_msg","from_user_id":"a","content":{"message_type":"text","text":"\xff\xfe"}}',
    "content no JSON": b'{"event":"im_receive_msg","from_user_id":"a","content":"{"}',
    "256 KB": b'{"event":"im_receive_msg","x":"' + b"a" * (256 * 1024 - 40) + b'"}',
    "deep": b'{"event":"im_receive_msg","content":' + b"[" * 60_000 + b"}",
    "form": b"event=im_receive_msg",
}


@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE.keys())
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
async def test_signed_nonsense_is_buried_and_answered(douyin: Douyin, body: bytes, content_type: str) -> None:
    headers = {**douyin.platform.headers(body), "Content-Type": content_type}
    async with douyin.http.post(douyin.hook, data=body, headers=headers) as answer:
        assert (answer.status, await answer.json()) == (200, {"err_no": 0, "err_tips": "success"})


async def test_fuzzed_deliveries_never_bring_a_500(douyin: Douyin) -> None:
    """Changed bytes, signed and not; odd methods; pieces left out of good events."""
    chance = random.Random(7)
    good = [
        douyin.platform.wrote("_000Fuzz", "没菜了"),
        douyin.platform.entered("_000Fuzz"),
        douyin.platform.typed("_000Fuzz", "您好"),
        douyin.platform.commented_on("_000Fuzz", "没菜了"),
        douyin.platform.delivery("im_recall_msg", {"server_message_id": "@x"}, "_000Fuzz", "p"),
    ]
    statuses: dict[int, int] = {}
    for nth in range(250):
        body = bytearray(chance.choice(good))
        for _ in range(chance.randrange(1, 9)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        data = bytes(body[: chance.randrange(len(body))]) if nth % 5 == 0 else bytes(body)
        headers = douyin.platform.headers(data) if nth % 3 else {}
        method = chance.choice(["POST", "POST", "POST", "GET", "PUT"])
        async with douyin.http.request(method, douyin.hook, data=data, headers=headers) as answer:
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
    assert statuses.keys() <= {200, 403, 405}, statuses


async def test_readiness_and_metrics_say_how_long_the_authorisation_holds(douyin: Douyin) -> None:
    async def checks() -> Any:
        async with douyin.http.get(douyin.service.base + "/readyz") as answer:
            found = (await answer.json())["checks"]
        return found if found["douyin:main"].startswith("until") else None

    assert await until(checks)
    async with douyin.http.get(douyin.service.base + "/metrics") as answer:
        lines = (await answer.text()).splitlines()
    (gauge,) = [line for line in lines if line.startswith('bangnong_authorised_days{account="main",channel="douyin"}')]
    assert 150 < float(gauge.split()[1]) < 157


async def test_doctor_says_what_is_wrong_with_the_account(douyin: Douyin) -> None:
    check, channels = CHECKS["authorised"], "app:main,douyin:main"
    settings = load_settings({**douyin.service.env, "BANGNONG_CHANNELS": channels})
    good, line = await check(settings)
    assert (good, line.startswith("douyin:main until")) == (True, True)
    douyin.platform.token_refusal = 10013
    try:
        good, line = await check(settings)
    finally:
        douyin.platform.token_refusal = 0
    assert (good, "密钥不正确" in line) == (False, True)


async def test_a_grant_is_kept_sealed_and_changed_by_one_at_a_time(douyin: Douyin) -> None:
    """On the real record, as two processes would."""
    async with Record(douyin.service.home) as record:
        databases = [Database(record.dsn) for _ in range(2)]
        for database in databases:
            await database.open()
        stores = [GrantStore(database, record.vault) for database in databases]
        inside: list[int] = []

        async def more(kept: bytes | None) -> bytes:
            inside.append(1)
            assert sum(inside) == 1, "two at once"
            await asyncio.sleep(0.05)
            inside.append(-1)
            return b"%d" % (int(kept or b"0") + 1)

        await asyncio.gather(*(store.change("grant:test", more) for store in stores * 3))
        assert await stores[0].read("grant:test") == b"6"
        rows = await record.rows("select value from installation where name like 'grant:douyin:%'")
        assert rows
        assert not any(FIRST_REFRESH.encode() in row["value"] for row in rows)
        for database in databases:
            await database.close()
        with pytest.raises(OSError, match="closed"):
            await stores[0].read("grant:test")


async def test_danger_is_answered_while_the_record_is_away(douyin: Douyin) -> None:
    """Frozen, which is worse than gone. The words of the rules are pushed once; the ticket comes when the record does."""
    openid = "_000Resident14"
    delivery = douyin.platform.wrote(openid, DANGER)
    family = _family(EmbeddedPostgres(douyin.service.home))
    signal_family(family, signal.SIGSTOP)
    try:
        await douyin.push(delivery)
        assert len(douyin.platform.texts(openid)) == 1
        assert "120" in douyin.platform.texts(openid)[0]
        await douyin.push(delivery)
    finally:
        signal_family(family, signal.SIGCONT)
    (ticket,) = await until(lambda: douyin.tickets(openid), 40)
    assert ticket["urgency"] == "critical"
    assert "told" in {row["delivery"] for row in await douyin.messages(openid)}
