"""What a program writes to a resident: its own words, once, and nothing that is no text."""

from typing import Any

import aiohttp

from tests.api.test_every_route import a_ticket, token_of
from tests.desk.conftest import Resident
from tests.service import Record, Service


class Program:
    """Somebody's program with a token of its own."""

    def __init__(self, service: Service, token: str, http: aiohttp.ClientSession) -> None:
        self.base, self.http = service.base, http
        self.headers = {"Authorization": f"Bearer {token}"}

    async def act(self, number: str, act: str, body: Any) -> int:
        url = f"{self.base}/api/v1/tickets/{number}/{act}"
        async with self.http.post(url, json=body, headers=self.headers) as answer:
            assert answer.content_type == "application/json"
            return answer.status


async def test_two_programs_that_count_from_one_do_not_swallow_each_others_words(
    service: Service, record: Record
) -> None:
    number = await a_ticket(service, record, "two-programs")
    async with aiohttp.ClientSession() as http:
        editor = Program(service, await token_of(record), http)
        reporter = Program(service, await token_of(record, "reporter"), http)
        for _ in range(2):
            assert await editor.act(number, "reply", {"id": "1", "text": "药已经在路上"}) == 200
        assert await editor.act(number, "hand-back", {}) == 200
        assert await reporter.act(number, "reply", {"id": "1", "text": "请马上打120"}) == 200
    heard = await Resident(service, "two-programs").heard()
    assert [one for one in heard if one in ("药已经在路上", "请马上打120")] == ["药已经在路上", "请马上打120"]


async def test_what_is_no_text_never_becomes_one(service: Service, record: Record) -> None:
    number = await a_ticket(service, record, "no-text")
    before = await Resident(service, "no-text").heard()
    async with aiohttp.ClientSession() as http:
        program = Program(service, await token_of(record), http)
        for act, body in (
            ("reply", {"id": "1", "text": None}),
            ("reply", {"id": "1", "text": ["药"]}),
            ("reply", {"id": None, "text": "药"}),
            ("reply", {"id": "", "text": "药"}),
            ("reply", {"text": "药"}),
            ("reply", {"id": "1", "text": "长" * 5001}),
            ("reply", []),
            ("correct", {"field": "slot:phone", "value": None}),
            ("correct", {"field": "slot:phone", "value": " "}),
            ("correct", {"field": "urgency", "value": "normal", "reason": 5}),
            ("hand-back", {"note": {}}),
            ("close", {"outcome": "solved", "tell": "false"}),
            ("close", {"outcome": None}),
        ):
            assert await program.act(number, act, body) == 400, body
        assert await program.act(number, "dance", {}) == 404
    assert await Resident(service, "no-text").heard() == before
    assert await record.value("select outcome from tickets where number = $1", number) is None
