"""The conformance suite over every channel there is, and over channels that are wrong on purpose."""

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import discover
from adapters.app import App
from adapters.base import Channel, Opened, Request
from adapters.terminal import Terminal
from adapters.wechat import WeChat
from tests.adapters import conformance

CHANNELS = [pytest.param(channel, id=name) for name, channel in discover().items()]
every_channel = pytest.mark.parametrize("channel", CHANNELS)

ENTITY_BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;">' % (name, *(name - 1,) * 5) for name in b"bcdefghi")
    + b"]><xml><MsgType>text</MsgType><Content>&i;</Content></xml>"
)
NASTIES = {
    "empty": b"",
    "blank": b" \n\t ",
    "bytes": bytes(range(256)),
    "256 KB of one letter": b"a" * 262_144,
    "256 KB of elements": b"<xml>" + b"<a/>" * 65_000 + b"</xml>",
    "deep XML": b"<a>" * 50_000 + b"</a>" * 50_000,
    "deep JSON list": b"[" * 100_000,
    "deep JSON object": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "half-deep JSON": b'{"MsgType":"text","FromUserName":"o","CreateTime":1,"a":' + b"[" * 900 + b"]" * 900 + b"}",
    "entity bomb": ENTITY_BOMB,
    "outside entity": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>',
    "undefined entity": b"<xml><Content>&nbsp;</Content></xml>",
    "unclosed": b"<xml><MsgType>text",
    "bad UTF-8 in XML": b"<xml><MsgType>text</MsgType><Content>\xff\xfe\xed\xa0\x80</Content></xml>",
    "bad UTF-8 in JSON": b'{"text":"\xff\xfe","id":"1","sender":"2"}',
    "lone surrogate": b'{"text":"\\ud83d","id":"\\ud83d","sender":"\\ud83d"}',
    "NUL": b'{"text":"a\\u0000b","id":"1\\u0000","sender":"2"}',
    "array": b"[1,2]",
    "number": b"1",
    "null": b"null",
    "string": b'"text"',
    "NaN": b'{"id":"1","sender":"2","text":"x","sent_at":NaN,"location":{"latitude":NaN,"longitude":Infinity}}',
    "huge number": b'{"CreateTime":1' + b"0" * 5000 + b',"MsgType":"text","FromUserName":"o"}',
    "big times": b'{"id":"1","sender":"2","who":"x","text":"x","at":1e300,"sent_at":1e300}',
    "wrong types": b'{"id":{},"sender":[],"text":7,"MsgType":{},"FromUserName":[[]],"CreateTime":{}}',
    "true everywhere": b'{"MsgType":true,"FromUserName":true,"CreateTime":true,"Content":true,"MsgId":true}',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "multipart": b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--",
    "form": b"id=1&sender=2&text=3",
}


@every_channel
def test_says_what_it_is(channel: Channel) -> None:
    conformance.check_says_what_it_is(channel)


@every_channel
def test_reads_its_examples(channel: Channel) -> None:
    conformance.check_reads_its_examples(channel)


@every_channel
def test_refuses_strangers(channel: Channel) -> None:
    conformance.check_refuses_strangers(channel)


@every_channel
def test_refuses_changes(channel: Channel) -> None:
    conformance.check_refuses_changes(channel)


@every_channel
def test_survives_odd_headers(channel: Channel) -> None:
    conformance.check_survives_odd_headers(channel)


@every_channel
def test_keeps_secrets(channel: Channel) -> None:
    conformance.check_keeps_secrets(channel)


@every_channel
@pytest.mark.parametrize("payload", NASTIES.values(), ids=NASTIES.keys())
def test_nonsense_is_malformed_and_nothing_else(channel: Channel, payload: bytes) -> None:
    conformance.check_parse_raises_only_malformed(channel, payload)
    conformance.check_open_raises_only_its_own(channel, payload)


@every_channel
@settings(max_examples=80, deadline=None)
@given(data=st.data())
@pytest.mark.slow(4)
def test_any_nonsense_is_malformed_and_nothing_else(channel: Channel, data: st.DataObject) -> None:
    """Bytes, JSON of any shape, and the channel's own examples with a piece replaced by something else."""
    example = data.draw(st.sampled_from(channel.examples)).payload
    start = data.draw(st.integers(0, len(example)))
    end = data.draw(st.integers(start, len(example)))
    values = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9), st.lists)
    names = st.sampled_from(["id", "sender", "text", "sent_at", "location", "media", "MsgType", "CreateTime", "Event"])
    payload = data.draw(
        st.binary(max_size=300)
        | st.binary(max_size=9).map(lambda piece: example[:start] + piece + example[end:])
        | st.dictionaries(names, values).map(lambda fields: json.dumps(fields).encode())
        | st.text(max_size=99).map(lambda text: example.replace(b"1", text.encode("utf-8", "surrogatepass")))
    )
    conformance.check_parse_raises_only_malformed(channel, payload)
    conformance.check_open_raises_only_its_own(channel, payload)


TEXTS = [
    "",
    " \u3000\n",
    "收到。",
    "x]]><MsgType>event</MsgType><![CDATA[",
    "控\x08制\x1d字\x00符\ufffe",
    "半个\ud83d表情",
    "👨‍👩‍👧🏻" * 400,
    "一句话。" * 2000,
    "无标点" * 3000,
    "e\u0301" * 5000,
    "\u200d" * 9000,
    "\r\n换行\r\n",
    '{"replies": [{"text": "x"}]}',
]


@every_channel
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_renders_these(channel: Channel, text: str) -> None:
    conformance.check_renders(channel, text)


@every_channel
@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(), max_size=400) | st.integers(500, 2500).map(lambda n: "药。" * n))
def test_renders_anything(channel: Channel, text: str) -> None:
    conformance.check_renders(channel, text)


class TrustsEverybody(Terminal):
    def open(self, request: Request, secrets: object) -> Opened:
        return Opened(request.body)


class Crashes(Terminal):
    def open(self, request: Request, secrets: object) -> Opened:
        """The fault of comparing strings: `compare_digest` raises on a signature that is not ASCII."""
        request.headers.get("x-signature", "").encode("ascii")
        return super().open(request, secrets)  # type: ignore[arg-type]


class Mute(WeChat):
    examples = ()


class ReadsTheClearHalf(WeChat):
    """Compatible mode: the signature holds for the encrypted half, but the clear one is read."""

    def open(self, request: Request, secrets: object) -> Opened:
        opened = super().open(request, secrets)  # type: ignore[arg-type]
        return dataclasses.replace(opened, payload=request.body)


class TalksTooMuch(App):
    def render(self, text, inbound, opened, secrets):  # type: ignore[no-untyped-def]
        return dataclasses.replace(super().render("", inbound, opened, secrets), body=_said(text))


def _said(text: str) -> bytes:
    return json.dumps({"accepted": True, "replies": [{"id": "1", "text": text}]}).encode()


@pytest.mark.parametrize(
    ("channel", "check"),
    [
        (TrustsEverybody(), conformance.check_refuses_strangers),
        (TrustsEverybody(), conformance.check_refuses_changes),
        (TrustsEverybody(), conformance.check_survives_odd_headers),
        (Crashes(), conformance.check_survives_odd_headers),
        (Mute(), conformance.check_says_what_it_is),
        (ReadsTheClearHalf(), conformance.check_refuses_changes),
        (TalksTooMuch(), lambda channel: conformance.check_renders(channel, "字" * 4000)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Channel) else getattr(value, "__name__", "check"),
)
def test_the_suite_can_fail(channel: Channel, check) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises((AssertionError, UnicodeEncodeError, IndexError)):
        check(channel)


def test_two_channels_of_one_name_are_not_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    import adapters
    import adapters.terminal

    monkeypatch.setattr(adapters.terminal, "CHANNEL", WeChat())
    adapters._found.cache_clear()
    try:
        with pytest.raises(TypeError, match="another module has"):
            discover()
    finally:
        monkeypatch.undo()
        adapters._found.cache_clear()
