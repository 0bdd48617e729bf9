"""A ticket that is part of another is opened again by nobody: not at the desk, not by a revisit, not by a program."""

from tests.api.test_every_route import a_ticket, token_of
from tests.desk.conftest import Person
from tests.service import Record, Service

SPLIT_FIRST = "这张单并在别的单里：请先把它拆开。"


async def test_only_splitting_opens_what_was_merged(service: Service, record: Record, lina: Person) -> None:
    first, second = await a_ticket(service, record, "merged-1"), await a_ticket(service, record, "merged-2")
    await lina.get(f"/desk/tickets/{second}")
    assert (await lina.do(f"/desk/tickets/{second}/merge", other=first)).status == 200
    at_desk = await lina.do(f"/desk/tickets/{second}/reopen")
    assert (at_desk.status, at_desk.json["error"]["message"]) == (409, SPLIT_FIRST)
    headers = {"Authorization": f"Bearer {await token_of(record)}"}
    told = await lina.ask("POST", f"/api/v1/tickets/{second}/reopen", json={}, headers=headers)
    assert (told.status, told.json["error"]["code"]) == (409, "linked")
    asked = await lina.form(f"/desk/revisits/{second}", contacted="yes", solved="no", satisfied="bad", note="药还没到")
    assert asked.status == 409 and SPLIT_FIRST in asked.words
    assert await record.value("select outcome from tickets where number = $1", second) == "duplicate"
    assert await record.value("select count(*) from revisits where number = $1", second) == 0
    assert (await lina.do(f"/desk/tickets/{second}/split")).status == 200
    assert await record.value("select outcome from tickets where number = $1", second) is None
