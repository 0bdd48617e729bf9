"""WeChat's webhook on the real service: every vector and message type, redelivery, tampering, nonsense. Never a 500."""

import asyncio
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from adapters.base import Answer, Request
from adapters.wechat import CHANNEL
from tests.bot.conftest import Running
from tests.service import Record

VECTORS = json.loads((Path(__file__).parent.parent / "adapters" / "vectors.json").read_text("utf-8"))
OPENID = "oHooks0000000000000000001"


async def _post(running: Running, request: Request) -> tuple[int, bytes]:
    async with running.http.post(
        running.base + "/hook/wechat/main", params=dict(request.query), data=request.body
    ) as response:
        return response.status, await response.read()


async def _push(running: Running, payload: bytes) -> tuple[int, str]:
    request = CHANNEL.sign(payload, running.platform.secrets(), now=time.time())
    status, body = await _post(running, request)
    return status, CHANNEL.unwrap(Answer(body), running.platform.secrets())


def _message(kind: str, number: int, inner: str, openid: str = OPENID) -> bytes:
    number_field = f"<MsgId>{number}</MsgId>" if kind != "event" else ""
    return (
        f"<xml><ToUserName><![CDATA[gh_stub000001]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}{number_field}</xml>"
    ).encode()


@pytest.mark.parametrize("vector", [*VECTORS["open"], *VECTORS["refuse"]], ids=lambda vector: vector["id"])
async def test_every_vector_as_it_stands(running: Running, vector: dict[str, Any]) -> None:
    """The published requests, byte for byte, on an account with their keys: the good are answered, the others get 403."""
    query = {
        "timestamp": vector["timestamp"],
        "nonce": vector["nonce"],
        "msg_signature": vector["msg_signature"],
        "encrypt_type": "aes",
    }
    body = f"<xml><ToUserName><![CDATA[gh_x]]></ToUserName><Encrypt><![CDATA[{vector['encrypt']}]]></Encrypt></xml>"
    async with running.http.post(running.base + "/hook/wechat/vectors", params=query, data=body.encode()) as response:
        assert response.status == (403 if vector.get("valid") is False else 200)


TYPES = {
    "image": "<PicUrl><![CDATA[http://mmbiz.example/1]]></PicUrl><MediaId><![CDATA[M-1]]></MediaId>",
    "voice": "<MediaId><![CDATA[M-2]]></MediaId><Format><![CDATA[amr]]></Format><Recognition><![CDATA[]]></Recognition>",
    "video": "<MediaId><![CDATA[M-3]]></MediaId><ThumbMediaId><![CDATA[T-3]]></ThumbMediaId>",
    "shortvideo": "<MediaId><![CDATA[M-4]]></MediaId><ThumbMediaId><![CDATA[T-4]]></ThumbMediaId>",
    "location": "<Location_X>31.15</Location_X><Location_Y>121.50</Location_Y><Label><![CDATA[上海市浦东新区]]></Label>",
    "link": "<Title><![CDATA[标题]]></Title><Description><![CDATA[摘要]]></Description><Url><![CDATA[https://example.cn/a]]></Url>",
    "file": "<Title><![CDATA[病历.pdf]]></Title>",
    "hologram": "<Content><![CDATA[明年的新类型]]></Content>",
}


@pytest.mark.parametrize("kind", TYPES)
async def test_every_message_type_is_kept_and_answered(running: Running, kind: str) -> None:
    openid = f"oType{kind:_<23}"
    status, said = await _push(running, _message(kind, random.randrange(10**9, 10**10), TYPES[kind], openid))
    assert status == 200
    assert said, "somebody who sends a picture is told that it arrived"
    async with Record(running.home) as record:
        kept = [row for row in await record.messages() if row["openid"] == openid and row["direction"] == "i"]
    assert len(kept) == 1


EVENTS = {
    "subscribe": ("<EventKey><![CDATA[qrscene_poster07]]></EventKey><Ticket><![CDATA[TK]]></Ticket>", True),
    "unsubscribe": ("<EventKey><![CDATA[]]></EventKey>", False),
    "SCAN": ("<EventKey><![CDATA[poster07]]></EventKey><Ticket><![CDATA[TK]]></Ticket>", True),
    "LOCATION": ("<Latitude>31.1</Latitude><Longitude>121.4</Longitude><Precision>40</Precision>", False),
    "CLICK": ("<EventKey><![CDATA[HELP_MEDICINE]]></EventKey>", True),
    "VIEW": ("<EventKey><![CDATA[https://example.cn]]></EventKey><MenuId>1</MenuId>", False),
    "TEMPLATESENDJOBFINISH": ("<MsgID>200163836</MsgID><Status><![CDATA[failed:user block]]></Status>", False),
    "kf_create_session": ("<KfAccount><![CDATA[a@gh]]></KfAccount>", False),
    "an_event_of_next_year": ("", False),
}


@pytest.mark.parametrize("event", EVENTS)
async def test_every_event_is_answered_in_the_platforms_form(running: Running, event: str) -> None:
    inner, speaks = EVENTS[event]
    openid = f"oEvent{event:_<22}"
    status, said = await _push(running, _message("event", 0, f"<Event><![CDATA[{event}]]></Event>{inner}", openid))
    assert status == 200
    assert bool(said) == speaks


async def test_redelivered_four_times_in_parallel_one_ticket_one_answer(running: Running) -> None:
    openid, text = "oFourTimes000000000000001", "我爸透析两次没做了，人喘不上气"
    push = running.platform.text_push(openid, text, 777_000_001)
    answers = await asyncio.gather(*(_push(running, push) for _ in range(4)))
    assert {status for status, _ in answers} == {200}
    assert len({said for _, said in answers}) == 1
    assert "120" in answers[0][1]
    later = await _push(running, push)
    assert later == answers[0]
    async with Record(running.home) as record:
        rows = [row for row in await record.messages() if row["openid"] == openid]
        tickets = await record.rows("select number from tickets where conversation = $1", rows[0]["conversation"])
    assert [row["direction"] for row in rows].count("i") == 1
    assert len(tickets) == 1


async def test_tampered_and_unsigned_are_403(running: Running) -> None:
    secrets = running.platform.secrets()
    good = CHANNEL.sign(running.platform.text_push("oTamper", "没菜了", 5), secrets, now=time.time())
    bodies = [
        Request("POST", query=good.query, body=good.body[:-30] + good.body[-29:]),
        Request("POST", query={**good.query, "msg_signature": "0" * 40}, body=good.body),
        Request("POST", query={**good.query, "msg_signature": "签名"}, body=good.body),
        Request("POST", query={}, body=good.body),
        Request(
            "POST",
            query={"signature": "x", "timestamp": "1", "nonce": "2"},
            body=running.platform.text_push("oTamper", "明文", 6),
        ),
    ]
    for request in bodies:
        status, body = await _post(running, request)
        assert (status, body) == (403, b"")
    async with Record(running.home) as record:
        assert not [row for row in await record.messages() if row["openid"] == "oTamper"]


async def test_handshake(running: Running) -> None:
    import hashlib

    parts = {"timestamp": "1649000000", "nonce": "42"}
    signature = hashlib.sha1("".join(sorted(["stub-token", *parts.values()])).encode()).hexdigest()
    url = running.base + "/hook/wechat/main"
    async with running.http.get(url, params={**parts, "signature": signature, "echostr": "8086"}) as response:
        assert (response.status, await response.text()) == (200, "8086")
    async with running.http.get(url, params={**parts, "signature": "0" * 40, "echostr": "8086"}) as response:
        assert response.status == 403


async def test_unknown_account_and_too_long(running: Running) -> None:
    async with running.http.post(running.base + "/hook/wechat/nobody", data=b"x") as response:
        assert response.status == 404
    async with running.http.post(running.base + "/hook/wechat/main", data=b"x" * (256 * 1024 + 1)) as response:
        assert response.status == 413


@pytest.mark.parametrize(
    "payload", [b"", b"<xml></xml>", b"<xml><MsgType>text</MsgType></xml>", b"[]", b"{}", b"\xff\xfe", b"<xml>" * 5000]
)
async def test_signed_nonsense_is_buried_and_answered(running: Running, payload: bytes) -> None:
    """A retry would not help, so the platform gets its `success`; people find the request among the dead letters."""
    status, said = await _push(running, payload)
    assert (status, said) == (200, "")


async def test_fuzzed_requests_never_bring_a_500(running: Running) -> None:
    """Random bytes, broken envelopes, odd queries and methods on every hook."""
    chance = random.Random(11)
    good = CHANNEL.sign(running.platform.text_push("oFuzz", "没菜了", 9), running.platform.secrets(), now=time.time())
    statuses: dict[int, int] = {}
    for nth in range(300):
        body = bytearray(good.body)
        for _ in range(chance.randrange(1, 12)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        query = {
            key: value if chance.random() < 0.7 else value[::-1]
            for key, value in good.query.items()
            if chance.random() < 0.9
        }
        path = chance.choice(
            [
                "/hook/wechat/main",
                "/hook/app/main",
                "/api/app/main/messages",
                "/chat/messages",
                "/api/v1/tickets",
                "/hook/x/y",
            ]
        )
        method = chance.choice(["POST", "POST", "GET", "PUT"])
        data = bytes(body) if nth % 3 else chance.randbytes(chance.randrange(400))
        async with running.http.request(
            method, running.base + path, params=query, data=data, allow_redirects=False
        ) as response:
            statuses[response.status] = statuses.get(response.status, 0) + 1
    assert not [status for status in statuses if status >= 500], statuses
