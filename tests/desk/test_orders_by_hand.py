"""The work order where no gateway is set: printed or pasted, filed by a person, and nothing pretends to be sent."""

import aiohttp

from tests.desk.conftest import PHONE, RED, WHERE, Person, Resident, number_of
from tests.service import Record, Service


async def test_on_paper_from_the_draft_to_the_hotlines_number(service: Service, record: Record, lina: Person) -> None:
    resident = Resident(service, "by-hand")
    for text in (RED, WHERE):
        await resident.say(text)
    ticket = await number_of(record, "by-hand")
    await lina.do(f"/desk/tickets/{ticket}/claim")
    await lina.get(f"/desk/tickets/{ticket}")
    made = await lina.form(f"/desk/tickets/{ticket}/order")
    path = made.headers["Location"]
    page = await lina.get(path)
    assert "送到12345</button>" not in page.text
    assert "人工提交" in page.words
    refused = await lina.form(f"{path}/send", **{"field-need": "今天派车"})
    assert refused.status == 409
    sheet = await lina.form(f"{path}/save", then="sheet", **{"field-need": "今天派车"})
    text = (await lina.get(sheet.headers["Location"])).text
    assert f"联系电话：{PHONE}" in text
    filed = await lina.form(f"{path}/file", hotline_number="SH20220405-9", **{"field-need": "今天派车"})
    assert filed.status == 303
    assert await record.value("select status from tickets where number = $1", ticket) == "ticket_12345"
    section = (await lina.get(f"/desk/tickets/{ticket}/parts")).json["parts"]["orders"]
    assert "SH20220405-9" in section
    assert "工单号SH20220405-9" in section.partition("<textarea")[2]  # the sentence offered to the reporter
    assert "没有接入12345的接口" in (await lina.get("/desk/orders")).words


async def test_no_secret_no_door(service: Service) -> None:
    async with aiohttp.ClientSession() as http, http.post(f"{service.base}/hook/hotline", data=b"{}") as got:
        assert got.status == 404
