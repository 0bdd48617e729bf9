"""The paper's own app: signature and clock, every field's fault by name, the answer's shape."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.app import App, AppSecrets, FieldError, answer
from adapters.app_message import read_message
from adapters.base import Opened, Outgoing, Rejected, Request, Secret, SendFailed
from conversations.messages import Attachment, ContactRef, Location

NOW = 1649000000.0
APP = App(clock=lambda: NOW)
SECRETS = AppSecrets(Secret("a-key-of-the-paper"))
GOOD: dict[str, Any] = {"id": "m-1", "sender": "r-1", "text": "断药"}


def body(**changes: Any) -> bytes:
    return json.dumps({name: value for name, value in (GOOD | changes).items() if value != "-"}).encode()


def test_the_signature_is_the_one_of_the_contract() -> None:
    payload = body()
    proof = hmac.new(b"a-key-of-the-paper", b"1649000000." + payload, hashlib.sha256).hexdigest()
    headers = {"x-bangnong-timestamp": "1649000000", "x-bangnong-signature": proof}
    assert APP.open(Request("POST", headers=headers, body=payload), SECRETS) == Opened(payload)
    shouted = headers | {"x-bangnong-signature": proof.upper()}
    assert APP.open(Request("POST", headers=shouted, body=payload), SECRETS).payload == payload


@pytest.mark.parametrize(("age", "good"), [(-299, True), (-300, True), (-301, False), (299, True), (301, False)])
def test_five_minutes_either_way(age: int, good: bool) -> None:
    request = APP.sign(body(), SECRETS, now=NOW + age)
    if good:
        assert APP.open(request, SECRETS).payload == body()
    else:
        with pytest.raises(Rejected):
            APP.open(request, SECRETS)


def test_an_empty_key_refuses() -> None:
    empty = AppSecrets(Secret(""))
    with pytest.raises(Rejected):
        APP.open(APP.sign(body(), empty, now=NOW), empty)


def test_a_fetch_is_signed_over_path_and_query() -> None:
    path = "/api/app/main/messages?sender=r-1&after=3.0"
    headers = APP.sign_fetch(path, SECRETS, now=NOW)
    APP.verify_fetch(path, headers, SECRETS)
    for other in (path.replace("r-1", "r-2"), path + "&x", path.split("?")[0]):
        with pytest.raises(Rejected):
            APP.verify_fetch(other, headers, SECRETS)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"id": "-"}, "missing", "id"),
        ({"id": ""}, "bad_id", "id"),
        ({"id": 7}, "not_a_string", "id"),
        ({"id": "x" * 129}, "too_long", "id"),
        ({"id": "a\nb"}, "bad_id", "id"),
        ({"id": " a"}, "bad_id", "id"),
        ({"id": "a\u0000"}, "bad_id", "id"),
        ({"sender": "-"}, "missing", "sender"),
        ({"sender": None}, "missing", "sender"),
        ({"text": "-"}, "missing", "text"),
        ({"text": ["x"]}, "not_a_string", "text"),
        ({"text": "x" * 20_001}, "too_long", "text"),
        ({"text": "  "}, "empty", "text"),
        ({"sent_at": "yesterday"}, "bad_time", "sent_at"),
        ({"sent_at": "2022-04-03T23:33:20"}, "bad_time", "sent_at"),
        ({"sent_at": True}, "bad_time", "sent_at"),
        ({"sent_at": 1e300}, "bad_time", "sent_at"),
        ({"sent_at": float("nan")}, "bad_time", "sent_at"),
        ({"location": [1, 2]}, "not_an_object", "location"),
        ({"location": {"latitude": 91, "longitude": 1}}, "bad_number", "location.latitude"),
        ({"location": {"latitude": 31}}, "bad_number", "location.longitude"),
        ({"location": {"latitude": "31", "longitude": 1}}, "bad_number", "location.latitude"),
        ({"location": {"latitude": 31, "longitude": 121, "label": 1}}, "not_a_string", "location.label"),
        ({"media": {}}, "not_a_list", "media"),
        ({"media": [{"kind": "image", "id": "1"}] * 10}, "not_a_list", "media"),
        ({"media": ["x"]}, "not_an_object", "media[0]"),
        ({"media": [{"kind": "spell", "id": "1"}]}, "bad_kind", "media[0].kind"),
        ({"media": [{"kind": "image"}]}, "missing", "media[0]"),
        ({"media": [{"kind": "image", "url": "http://inside/"}]}, "bad_url", "media[0].url"),
        ({"media": [{"kind": "image", "url": "file:///etc/passwd"}]}, "bad_url", "media[0].url"),
    ],
)
def test_every_fault_is_named(changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(FieldError) as caught:
        APP.parse(body(**changes), "main")
    assert (caught.value.code, caught.value.field) == (code, field)
    assert any("\u4e00" <= char <= "\u9fff" for char in caught.value.message), "the message is for people here"


@pytest.mark.parametrize(
    ("payload", "code"),
    [(b"", "not_json"), (b"x", "not_json"), (b"[]", "not_an_object"), (b'"x"', "not_an_object"), (b"\xff", "not_utf8")],
)
def test_what_is_no_object(payload: bytes, code: str) -> None:
    with pytest.raises(FieldError) as caught:
        APP.parse(payload, "main")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("sent_at", "expected"),
    [("-", NOW), (1649000001, 1649000001), (1649000001500, 1649000001.5), ("2022-04-03T15:33:22Z", 1649000002)],
)
def test_times(sent_at: Any, expected: float) -> None:
    assert APP.parse(body(sent_at=sent_at), "main")[0].sent_at == datetime.fromtimestamp(expected, UTC)


@pytest.mark.parametrize(
    "sent_at",
    ["0001-01-01T00:00:00+00:00", "0001-01-02T00:00:00+14:00", "0001-01-01T00:00:00+14:00", "1970-01-01T08:00:00+08:00",
     "9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59-14:00", 0, 1, -62135596800, 99999999999, -99999999999],
)  # fmt: skip
def test_a_telephone_that_lost_its_clock_costs_nothing(sent_at: Any) -> None:
    assert APP.parse(body(sent_at=sent_at), "main")[0].sent_at == datetime.fromtimestamp(NOW, UTC)


def test_kinds() -> None:
    place, picture = {"latitude": 31, "longitude": 121.5}, [{"kind": "voice", "id": "v-1", "format": "m4a"}]
    only_place = APP.parse(body(text="-", location=place), "main")[0]
    assert (only_place.kind, only_place.location, only_place.text) == ("location", Location(31.0, 121.5), "")
    only_voice = APP.parse(body(text="", media=picture), "main")[0]
    assert (only_voice.kind, only_voice.attachments) == ("voice", (Attachment("voice", "v-1", format="m4a"),))
    assert APP.parse(body(location=place, media=picture), "main")[0].kind == "text"


def test_the_page_s_cookie_decides_who_writes() -> None:
    assert APP.parse(body(sender="somebody else"), "main", sender="h5-1")[0].contact.openid == "h5-1"
    assert APP.parse(body(sender="-"), "main", sender="h5-1")[0].contact == ContactRef("app", "main", "h5-1")


def test_unknown_fields_are_left_alone() -> None:
    assert APP.parse(body(mood="calm"), "main")[0].text == "断药"


def test_the_answer_s_shape() -> None:
    inbound = APP.parse(body(), "main")[0]
    said = json.loads(APP.render("收到", inbound, None, SECRETS).body)
    assert said == {"accepted": True, "replies": [{"id": "m-1:reply", "text": "收到"}]}
    assert json.loads(APP.render("", inbound, None, SECRETS).body) == {"accepted": True, "replies": []}
    several = answer([("1.0", "一"), ("1.1", "二")])
    assert [reply["id"] for reply in json.loads(several.body)["replies"]] == ["1.0", "1.1"]
    assert APP.unwrap(several, SECRETS) == "一\n二"


async def test_sending_is_fetched_and_media_are_not() -> None:
    sent = await APP.send(None, SECRETS, Outgoing(ContactRef("app", "main", "r-1"), "x", "c/1/0"))  # type: ignore[arg-type]
    assert sent.platform_ids == ("c/1/0",)
    with pytest.raises(SendFailed):
        await APP.fetch_media(None, SECRETS, Attachment("image", url="https://inside/"))  # type: ignore[arg-type]


def test_limits() -> None:
    limits = APP.limits(SECRETS)
    assert (limits.text_bytes, limits.pull, dict(limits.windows), limits.answer_within) == (4000, True, {}, 3.5)


def test_a_tap_on_a_chip_is_no_text() -> None:
    tapped = read_message(b'{"id": "m1", "sender": "r1", "choice": "HELP_MEDICINE"}', "main", now=1_650_000_000)
    assert (tapped.kind, tapped.text, tapped.event_key) == ("menu", "", "HELP_MEDICINE")
    both = read_message(
        '{"id": "m1", "sender": "r1", "choice": "K", "text": "药断了"}'.encode(), "main", now=1_650_000_000
    )
    assert (both.kind, both.event_key) == ("text", ""), "words say more than a chip"
    with pytest.raises(FieldError):
        read_message(b'{"id": "m1", "sender": "r1", "choice": ""}', "main", now=1_650_000_000)
    with pytest.raises(FieldError):
        read_message(b'{"id": "m1", "sender": "r1", "choice": 7}', "main", now=1_650_000_000)
