"""Digits that are none, dates at the edge of time, cursors somebody made up: told so or passed over, never an error of ours."""

from urllib.parse import quote

import aiohttp
import pytest

from bot.numbers import whole
from bot.store.cursors import read_cursor
from tests.api.test_every_route import token_of
from tests.desk.conftest import Person
from tests.service import Record, Service

SQUARE, ARABIC, LONG = "²", "٣", "9" * 5000
CURSORS = (
    "1~2022-99-99T00:00:00+00:00~B61128-0001", "٣~2022-01-01T00:00:00+00:00~B61128-0001",
    "1~0000-01-01T00:00:00+00:00~B61128-0001", "99999999999~2022-01-01T00:00:00+00:00~B61128-0001",
    "1~0001-01-01T00:00:00+14:00~B61128-0001", "1~9999-12-31T23:59:59-14:00~B61128-0001", "1~2022-01-01~B61128-0001",
    "1~2022-01-01T00:00:00+00:00~\x00", "1~2~3~4", "²",
)  # fmt: skip


def test_whole_numbers() -> None:
    assert [whole(one) for one in ("0", "007", "42", "9" * 18)] == [0, 7, 42, 10**18 - 1]
    assert [whole(one) for one in ("", "-1", " 1", "1.0", "1_0", SQUARE, ARABIC, LONG, "x")] == [None] * 9
    assert (whole("200", 200), whole("201", 200)) == (200, None)


@pytest.mark.parametrize("text", CURSORS)
def test_what_is_no_cursor(text: str) -> None:
    with pytest.raises(ValueError):
        read_cursor(text)


async def test_without_a_login(service: Service) -> None:
    queries = {
        "/open311/v2/requests.json": [
            *(f"{name}={one}" for name in ("page", "page_size") for one in (SQUARE, ARABIC, "0")),
            "start_date=9999-12-31T23:59:59-14:00", "end_date=0001-01-01T00:00:00+14:00",
        ],
    }  # fmt: skip
    async with aiohttp.ClientSession(service.base, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        await http.get("/chat")
        for path, asked in queries.items():
            for query in asked:
                async with http.get(f"{path}?{quote(query, safe='=')}") as answer:
                    assert answer.status == 400, query
        for after in (SQUARE, f"1.{SQUARE}", ARABIC, LONG):
            async with http.get(f"/chat/messages?after={quote(after)}") as answer:
                assert answer.status == 200, after
        async with http.ws_connect("/api/app/main/ws") as wire:
            for after in (SQUARE, ""):  # the first must not end the line
                await wire.send_json({"type": "resume", "after": after})
            await wire.send_str("?")
            assert (await wire.receive_json(timeout=5))["code"] == "malformed"


async def test_with_a_login(service: Service, people: dict[str, Person]) -> None:
    chief = people["admin"]
    paths = [
        f"{path}={quote(one)}"
        for path in ("/desk/changes?after", "/admin/audit?before", "/desk/toutiao?new=1&double=1&rang", "/desk/start?card")
        for one in (SQUARE, ARABIC, LONG)
    ]  # fmt: skip
    for path in (*paths, *(f"/desk?cursor={quote(one)}" for one in CURSORS)):
        assert (await chief.get(path)).status == 200, path[:60]
    number = "B00000-0000"
    for path, fields in (
        (f"/desk/tickets/{number}/promise", {"call": SQUARE, "state": "kept"}),
        (f"/desk/tickets/{number}/supervise-result", {"step": SQUARE}),
        (f"/desk/views/{'9' * 4500}/drop", {}),
        (f"/admin/webhooks/{'9' * 4500}/drop", {}),
    ):
        assert (await chief.do(path, **fields)).status == 404, path[:60]


async def test_with_a_token(service: Service, record: Record) -> None:
    headers = {"Authorization": f"Bearer {await token_of(record)}"}
    async with aiohttp.ClientSession(service.base, headers=headers) as http:
        for path in ("/api/v1/tickets", "/api/v1/orders"):
            for limit in (SQUARE, ARABIC, LONG, "0", "201", "-1"):
                async with http.get(f"{path}?limit={quote(limit)}") as answer:
                    assert answer.status == 400, (path, limit[:9])
        for cursor in CURSORS:
            async with http.get(f"/api/v1/tickets?cursor={quote(cursor)}") as answer:
                assert answer.status == 400, cursor
