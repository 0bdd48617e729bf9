"""What every channel must keep, whoever writes it. Each check takes a channel."""

import base64
import dataclasses
import json
import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.base import Answer, Channel, Malformed, Rejected, Request, Secret
from adapters.text import clean, size
from conversations.messages import Inbound

ODD = ("", " ", "签名", "é", "\udc80", "\x00", "0", "-1", "9" * 5000, "None", "' or 1=1 --", "１６４９００００００")


def secrets_of(channel: Channel, salt: str = "a") -> Any:
    """Plausible secrets for a channel nobody has told us about; the only one with a form of its own is an AES key."""
    values = {}
    for field in dataclasses.fields(channel.Secrets):
        if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING:
            continue
        text = f"very-secret-{channel.name}-{field.name}-{salt}"
        if field.name == "aes_key":
            text = base64.b64encode(text.encode().ljust(32, b"k")[:32]).decode()[:43]
        check = field.metadata.get("check")
        assert not (check and check(text)), f"{field.name}: the channel's own check refuses {text!r}"
        values[field.name] = Secret(text) if "Secret" in str(field.type) else text
    return channel.Secrets(**values)


def signed(channel: Channel, payload: bytes) -> Request:
    return channel.sign(payload, secrets_of(channel), now=time.time())


def read_signed(channel: Channel, payload: bytes) -> tuple[Inbound, ...]:
    return channel.parse(channel.open(signed(channel, payload), secrets_of(channel)).payload, "main")


def refused_or_the_same(channel: Channel, request: Request, payload: bytes) -> bool:
    """True when refused. What does get in must be exactly what was signed; any other error is a fault."""
    try:
        opened = channel.open(request, secrets_of(channel))
    except Rejected:
        return True
    assert opened.payload == payload, "something that was not signed was let in"
    return False


def check_says_what_it_is(channel: Channel) -> None:
    assert isinstance(channel, Channel)
    assert channel.name.isidentifier()
    assert channel.examples, "a channel without examples proves nothing"
    limits = channel.limits(secrets_of(channel))
    assert limits.text_bytes >= 100
    assert 0 <= limits.answer_within <= 4.5, "platforms hang up after 5 seconds"
    assert limits.push or limits.pull or limits.answer_within, "no way at all to say something"


def check_reads_its_examples(channel: Channel) -> None:
    for example in channel.examples:
        read = read_signed(channel, example.payload)
        assert read == example.inbound, example.title
        for inbound in read:
            assert inbound.contact.channel == channel.name
            assert inbound.contact.account == "main"
            assert inbound.message_id
            assert inbound.sent_at.tzinfo is not None
        assert channel.handshake(signed(channel, example.payload), secrets_of(channel)) is None


def check_refuses_strangers(channel: Channel) -> None:
    payload = channel.examples[0].payload
    request = signed(channel, payload)
    bare = Request(request.method, request.path, {}, {}, _without_proof(channel, request.body))
    assert refused_or_the_same(channel, bare, b""), "unsigned"
    assert refused_or_the_same(channel, dataclasses.replace(bare, body=payload), b""), "unsigned and in clear"
    foreign = channel.sign(payload, secrets_of(channel, "b"), now=time.time())
    assert refused_or_the_same(channel, foreign, b""), "signed with somebody else's secrets"
    blank = dataclasses.replace(
        secrets_of(channel),
        **{
            field.name: Secret("")
            for field in dataclasses.fields(channel.Secrets)
            if isinstance(getattr(secrets_of(channel), field.name), Secret)
        },
    )
    with pytest.raises(Rejected):
        channel.open(request, blank)


def _without_proof(channel: Channel, body: bytes) -> bytes:
    """As an unsigned request has it, also where the platform signs inside its JSON (`proof_inside` names the fields)."""
    inside = getattr(channel, "proof_inside", ())
    if not inside:
        return body
    return json.dumps({name: value for name, value in json.loads(body).items() if name not in inside}).encode()


def _with_proof_of(channel: Channel, body: bytes, signed_body: bytes) -> bytes:
    inside = getattr(channel, "proof_inside", ())
    if not inside:
        return body
    old = json.loads(signed_body)
    return json.dumps(json.loads(body) | {name: old[name] for name in inside}).encode()


def check_refuses_changes(channel: Channel) -> None:
    payload = channel.examples[0].payload
    request = signed(channel, payload)
    assert not refused_or_the_same(channel, request, payload)
    other = signed(channel, payload.replace(b"1", b"2"))
    replayed = dataclasses.replace(request, body=_with_proof_of(channel, other.body, request.body))
    assert refused_or_the_same(channel, replayed, payload), "an old signature under another body"
    for body in _changed(request.body):
        refused_or_the_same(channel, dataclasses.replace(request, body=body), payload)
    middle = len(request.body) // 2
    flipped = request.body[:middle] + bytes((request.body[middle] ^ 1,)) + request.body[middle + 1 :]
    for body in (b"", request.body[:-1], request.body[:middle], flipped):
        assert refused_or_the_same(channel, dataclasses.replace(request, body=body), payload)


def _changed(body: bytes) -> Iterator[bytes]:
    for place in range(0, len(body), max(1, len(body) // 60)):
        for bit in (1, 32, 128):
            yield body[:place] + bytes((body[place] ^ bit,)) + body[place + 1 :]
    yield from (body * 2, body + b" ", b" " + body, b"\xef\xbb\xbf" + body)


def check_survives_odd_headers(channel: Channel) -> None:
    payload = channel.examples[0].payload
    request = signed(channel, payload)
    proofs = 0
    for part in ("query", "headers"):
        fields: dict[str, str] = dict(getattr(request, part))
        for name in fields:
            without = {key: value for key, value in fields.items() if key != name}
            proofs += refused_or_the_same(channel, _with(request, part, without), payload)
            for odd in ODD:
                refused_or_the_same(channel, _with(request, part, {**fields, name: odd}), payload)
    for name in getattr(channel, "proof_inside", ()):
        for odd in (*ODD, None, [], {}, 7):
            body = json.dumps(json.loads(request.body) | {name: odd}).encode()
            proofs += refused_or_the_same(channel, dataclasses.replace(request, body=body), payload)
    assert proofs, "no single header or parameter matters: nothing is checked"


def _with(request: Request, part: str, fields: dict[str, str]) -> Request:
    if part == "query":
        return dataclasses.replace(request, query=fields)
    return dataclasses.replace(request, headers=fields)


def check_parse_raises_only_malformed(channel: Channel, payload: bytes) -> None:
    try:
        read = channel.parse(payload, "main")
    except Malformed as error:
        for secret in revealed(channel):
            assert secret not in str(error)
        return
    for inbound in read:
        for text in (inbound.text, inbound.contact.openid, inbound.message_id, inbound.event, inbound.event_key):
            assert clean(text) == text, "characters a database refuses got through"
            text.encode()
        assert inbound.message_id
        assert inbound.contact.openid


def check_open_raises_only_its_own(channel: Channel, body: bytes) -> None:
    request = signed(channel, channel.examples[0].payload)
    refused_or_the_same(channel, dataclasses.replace(request, body=body), channel.examples[0].payload)


def check_renders(channel: Channel, text: str) -> None:
    secrets, limits = secrets_of(channel), channel.limits(secrets_of(channel))
    for example in channel.examples:
        opened = channel.open(signed(channel, example.payload), secrets)
        inbound = channel.parse(opened.payload, "main")[0]
        answer = channel.render(text, inbound, opened, secrets)
        assert answer.status == 200
        said = channel.unwrap(answer, secrets)
        assert size(said) <= limits.text_bytes
        if size(text) <= limits.text_bytes:
            assert said.split() == clean(text).split(), "said something else"
        for secret in revealed(channel):
            assert secret.encode() not in answer.body
        for some_inbound in (inbound, None):
            assert isinstance(channel.render(text, some_inbound, None, secrets), Answer)


def check_keeps_secrets(channel: Channel) -> None:
    secrets = secrets_of(channel)
    request = signed(channel, channel.examples[0].payload)
    opened = channel.open(request, secrets)
    shown = [repr(secrets), str(secrets), repr(opened), repr(channel), repr(request)]
    try:
        channel.open(dataclasses.replace(request, body=request.body[:-2] + b"xx", query={}, headers={}), secrets)
    except (Rejected, Malformed) as error:
        shown += traceback.format_exception(error)
    for secret in revealed(channel):
        assert not any(secret in text for text in shown)


def revealed(channel: Channel) -> list[str]:
    """The secrets a leak would betray (an appid is in every link, but costs nothing to hide)."""
    secrets = secrets_of(channel)
    values = (getattr(secrets, field.name) for field in dataclasses.fields(secrets))
    return [value.reveal() for value in values if isinstance(value, Secret)]
