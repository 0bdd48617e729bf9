"""A program does over the API what a reporter does at the desk; every documented route answers as it is documented."""

import asyncio
import re
import secrets as chance
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from jsonschema import Draft7Validator
from openapi_spec_validator import validate

from bot.api.limits import Limits
from bot.vault import token_hash
from tests.desk.conftest import PHONE, WHERE, Resident, number_of
from tests.service import Record, Service


async def token_of(record: Record, role: str = "editor") -> str:
    token = f"bn_{chance.token_urlsafe(24)}"
    await record.rows(
        "insert into tokens (token_hash, name, role, created_by) values ($1, $2, $3, 'cli')",
        token_hash(token), f"{role}s", role,
    )  # fmt: skip
    return token


def exactly(schema: Any, document: dict[str, Any]) -> Any:
    """The schema with its references put in, where null may stand said as JSON Schema does, and nothing else allowed."""
    if isinstance(schema, list):
        return [exactly(one, document) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if ref := schema.get("$ref"):
        return exactly(document["components"]["schemas"][ref.rpartition("/")[2]], document)
    out = {name: exactly(value, document) for name, value in schema.items() if name != "nullable"}
    if schema.get("nullable"):
        out["type"] = [schema["type"], "null"]
    if "properties" in schema and schema.get("type") == "object":
        out["additionalProperties"] = False
    return out


class Walker:
    """Asks, holds the answer against the document, and remembers where it has been."""

    def __init__(self, service: Service, document: dict[str, Any], token: str, http: aiohttp.ClientSession) -> None:
        self.base, self.document, self.http = service.base, document, http
        self.headers = {"Authorization": f"Bearer {token}"}
        self.been: set[tuple[str, str]] = set()

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]]:
        literal = [one for one in self.document["paths"] if "{" not in one.rpartition("/")[2]]
        for template in (*literal, *self.document["paths"]):
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method in self.document["paths"][template]:
                return template, self.document["paths"][template][method]
        raise AssertionError(path)

    async def ask(self, method: str, path: str, status: int = 200, /, **body: Any) -> Any:
        template, operation = self.operation(method, path.partition("?")[0])
        more = {"json": body} if method == "post" else {}
        async with self.http.request(method, self.base + path, headers=self.headers, **more) as answer:
            told = await answer.json()
            assert answer.status == status, (path, answer.status, told)
        said = operation["responses"][str(status)]["content"]["application/json"]["schema"]
        faults = [
            f"{one.json_path}: {one.message}" for one in Draft7Validator(exactly(said, self.document)).iter_errors(told)
        ]
        assert not faults, (path, faults)
        self.been.add((method, template))
        return told


@pytest.fixture(scope="module")
async def http() -> Any:
    async with aiohttp.ClientSession() as session:
        yield session


async def a_ticket(service: Service, record: Record, sender: str) -> str:
    resident = Resident(service, sender)
    await resident.say("家里氨氯地平吃完了，配不到药")
    await resident.say(WHERE)
    return await number_of(record, sender)


async def test_every_documented_route_answers_as_documented(
    service: Service, record: Record, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{service.base}/api/openapi.json") as answer:
        document = await answer.json()
    validate(document)
    walker = Walker(service, document, await token_of(record), http)
    first, second = await a_ticket(service, record, "one"), await a_ticket(service, record, "two")
    ticket, other = f"/api/v1/tickets/{first}", f"/api/v1/tickets/{second}"
    page = await walker.ask("get", "/api/v1/tickets?channel=app&limit=1")
    assert page["next"]
    assert (await walker.ask("get", f"/api/v1/tickets?channel=app&limit=1&cursor={quote(page['next'])}"))["items"]
    await walker.ask("get", ticket)
    await walker.ask("get", "/api/v1/tickets/B00000-0000", 404)
    await walker.ask("post", f"{ticket}/acknowledge")
    assert (await walker.ask("post", f"{ticket}/claim"))["reporter"] == "api:editors"
    await walker.ask("post", f"{ticket}/reply", id="first-reply", text="收到，正在问。")
    await walker.ask("post", f"{ticket}/note", text="他女儿晚上在家")
    await walker.ask("post", f"{ticket}/note", 400)
    await walker.ask("post", f"{ticket}/correct", field="urgency", value="urgent")
    done = await walker.ask("post", f"{ticket}/calls", result="answered", note="说家里只剩一天的药")
    assert done["verification"] == "called_back"
    await walker.ask("post", f"{ticket}/promise", 404, call="999", state="kept")
    await walker.ask("post", f"{ticket}/obstacle", 400, code="nonsense", on="yes")
    await walker.ask("post", f"{ticket}/apart", other=second)
    assert (await walker.ask("post", f"{other}/merge", other=first))["outcome"] == "duplicate"
    assert (await walker.ask("post", f"{other}/split"))["outcome"] is None
    assert (await walker.ask("post", f"{ticket}/order"))["number"] == first
    order = (await walker.ask("get", f"{ticket}/orders"))["items"][0]["number"]
    path = f"/api/v1/orders/{order}"
    assert (await walker.ask("get", path))["status"] == "draft"
    await walker.ask(
        "post",
        f"{path}/save",
        called="tried_not_through",
        **{"field-subject": "配药", "field-need": "降压药吃完，请送药"},
    )
    await walker.ask("post", f"{path}/send", 409, called="tried_not_through", agreed=True)  # there is no gateway here
    filed = await walker.ask(
        "post", f"{path}/file", called="tried_not_through", agreed=True, hotline_number="SH20220405001"
    )
    assert filed["status"] == "filed" and filed["hotline_number"] == "SH20220405001"
    await walker.ask("post", f"{path}/number", hotline_number="SH20220405002")
    assert (await walker.ask("post", f"{path}/news", status="assigned", unit="三林镇"))["unit"] == "三林镇"
    await walker.ask("post", f"{ticket}/order-tell", 409, order=order, mark="old", text="您的工单已派到三林镇")
    assert (await walker.ask("post", f"{path}/close", note="办好了"))["status"] == "closed"
    assert (await walker.ask("get", "/api/v1/orders?status=closed"))["items"][0]["number"] == order
    assert (await walker.ask("get", f"{ticket}/calls"))["items"][0]["number"] == PHONE
    assert (await walker.ask("get", f"{ticket}/media"))["items"] == []
    await walker.ask("post", f"{ticket}/written", 409, picture="nothing", slot="drug")
    events = await walker.ask("get", f"{ticket}/events?limit=2")
    more = await walker.ask("get", f"{ticket}/events?limit=200&cursor={events['next']}")
    assert {one["change"] for one in more["items"]} >= {"noted", "called"}
    assert len((await walker.ask("get", f"{ticket}/messages"))["items"]) >= 4
    await walker.ask("get", f"{ticket}/messages?limit=0", 400)
    await walker.ask("get", f"{ticket}/messages?cursor=nonsense", 400)
    await walker.ask("post", f"{ticket}/hand-back", note="请机器人接着问")
    await walker.ask("post", f"{ticket}/revisit-ask")
    await walker.ask("post", f"{ticket}/close", outcome="solved", tell=False)
    assert (await walker.ask("post", f"{ticket}/revisit", contacted="yes", solved="yes", satisfied="good"))["number"]
    await walker.ask("post", f"{ticket}/revisit", 400, contacted="yes")
    await walker.ask("post", f"{ticket}/reopen", note="又断药了")
    await walker.ask("get", "/api/v1/media/nonsense", 404)
    documented = {(method, path) for path, one in document["paths"].items() for method in one}
    assert walker.been == documented
    told = await record.rows("select distinct actor from audit where action like 'desk.%' and actor like 'api:%'")
    assert [row["actor"] for row in told] == ["api:editors"]


async def test_same_answers_are_not_sent_twice(service: Service, record: Record, http: aiohttp.ClientSession) -> None:
    number = await a_ticket(service, record, "same")
    headers = {"Authorization": f"Bearer {await token_of(record)}"}
    url = f"{service.base}/api/v1/tickets/{number}"
    mark, status, body = "", 0, b""
    async with asyncio.timeout(60):
        while status != 304:  # what was said just now is still on its way for a moment
            async with http.get(url, headers=headers | ({"If-None-Match": mark} if mark else {})) as answer:
                mark, status, body = answer.headers["ETag"], answer.status, await answer.read()
    assert body == b""
    async with http.post(f"{url}/note", headers=headers, json={"text": "新的备注"}) as answer:
        assert answer.status == 200
    async with http.get(url, headers={**headers, "If-None-Match": mark}) as answer:
        assert answer.status == 200


async def test_named_tickets_are_read_in_one_answer(
    service: Service, record: Record, http: aiohttp.ClientSession
) -> None:
    """A program that was told numbers by a webhook asks for just those."""
    one, two, _ = [await a_ticket(service, record, f"named-{n}") for n in range(3)]
    headers, url = {"Authorization": f"Bearer {await token_of(record)}"}, f"{service.base}/api/v1/tickets"
    async with http.get(url, headers=headers, params={"numbers": f"{two},{one.lower()},B20101-0001"}) as answer:
        assert {ticket["number"] for ticket in (await answer.json())["items"]} == {one, two}
    async with http.get(url, headers=headers, params={"numbers": ",".join([one] * 201)}) as answer:
        assert (answer.status, (await answer.json())["error"]["field"]) == (400, "numbers")


async def test_an_auditors_token_reads_masks_and_does_nothing(
    service: Service, record: Record, http: aiohttp.ClientSession
) -> None:
    number = await a_ticket(service, record, "masked")
    headers = {"Authorization": f"Bearer {await token_of(record, 'auditor')}"}
    for part in ("", "/messages", "/events", "/calls", "/orders"):
        async with http.get(f"{service.base}/api/v1/tickets/{number}{part}", headers=headers) as answer:
            assert answer.status == 200
            assert PHONE not in await answer.text()
    for path in (f"tickets/{number}/note", f"tickets/{number}/claim", f"orders/{number}-1/close"):
        async with http.post(f"{service.base}/api/v1/{path}", headers=headers, json={"text": "x"}) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (403, "role")
    async with http.get(f"{service.base}/api/v1/media/x", headers=headers) as answer:
        assert answer.status == 403
    for body in (b"[]", b"{", b'{"text": {"a": 1}}'):
        headers = {"Authorization": f"Bearer {await token_of(record)}"}
        async with http.post(f"{service.base}/api/v1/tickets/{number}/note", headers=headers, data=body) as answer:
            assert answer.status == 400


def test_a_bucket_empties_and_fills() -> None:
    limits = Limits(2)
    assert [limits.take(b"a", 0.0), limits.take(b"a", 0.0), limits.take(b"b", 0.0)] == [0.0, 0.0, 0.0]
    assert limits.take(b"a", 0.0) == 30.0
    assert limits.take(b"a", 15.0) == 15.0
    assert limits.take(b"a", 30.0) == 0.0
