"""Whatever shows a telephone in full to a program leaves a line of the audit first."""

import aiohttp

from tests.api.test_every_route import a_ticket, token_of
from tests.desk.conftest import PHONE
from tests.service import Record, Service


async def test_an_act_that_changes_nothing_is_a_reading_all_the_same(service: Service, record: Record) -> None:
    number = await a_ticket(service, record, "read-by-acting")
    headers = {"Authorization": f"Bearer {await token_of(record)}"}
    url = f"{service.base}/api/v1/tickets/{number}/acknowledge"
    async with aiohttp.ClientSession(headers=headers) as http:
        for nth in (1, 2, 3):  # nothing is left to be seen after the first
            async with http.post(url, json={}) as answer:
                assert (await answer.json())["slots"]["phone"] == PHONE
            read = await record.value(
                "select count(*) from audit where subject = $1 and actor = 'token:editors' and action = 'api.tickets.read'",
                number,
            )
            assert read == nth
