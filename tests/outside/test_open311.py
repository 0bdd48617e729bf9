"""A city's app that knows Open311 lists what may be reported, reports, and follows it; a client nobody here wrote reads it."""

import asyncio
from xml.etree.ElementTree import fromstring

import aiohttp
import pytest

from tests.api.test_every_route import token_of
from tests.desk.conftest import PHONE, WHERE
from tests.service import Record, Service


async def report(service: Service, record: Record) -> str:
    """The number of a request somebody's program sent."""
    form = {
        "api_key": await token_of(record), "service_code": "medicine", "description": "家里氨氯地平吃完了，配不到药",
        "address_string": WHERE, "phone": PHONE, "first_name": "阿明", "last_name": "王",
    }  # fmt: skip
    url = f"{service.base}/open311/v2/requests.json"
    async with aiohttp.ClientSession() as http, http.post(url, data=form) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())[0]["service_request_id"])


async def test_reported_and_followed_without_a_word_of_anybody(service: Service, record: Record) -> None:
    number, base = await report(service, record), f"{service.base}/open311/v2"
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{base}/services.json") as answer:
            offered = await answer.json()
        assert {one["service_code"] for one in offered} == {"medicine", "supplies"}
        assert set(offered[0]) >= {
            "service_code",
            "service_name",
            "description",
            "metadata",
            "type",
            "keywords",
            "group",
        }
        for path in (
            f"requests/{number}.json",
            f"requests.json?service_request_id={number}",
            "requests.json?status=open",
        ):
            async with http.get(f"{base}/{path}") as answer:
                listed = await answer.json()
            mine = next(one for one in listed if one["service_request_id"] == number)
            assert (mine["status"], mine["service_code"], mine["address"]) == ("open", "medicine", "浦东新区")
            assert not any(hidden in str(listed) for hidden in (PHONE, "牡丹路", "阿明", "降压药"))


async def test_coordinates_are_a_place(service: Service, record: Record) -> None:
    form = {"api_key": await token_of(record), "service_code": "medicine", "phone": PHONE}
    form["description"] = "家里氨氯地平吃完了，配不到药"
    url = f"{service.base}/open311/v2/requests.json"
    async with aiohttp.ClientSession() as http:
        for odd in (
            {"lat": "31.2"}, {"long": "121.5"}, {"lat": "here", "long": "121.5"}, {"lat": "nan", "long": "121.5"},
            {"lat": "91", "long": "121.5"}, {"lat": "31.2", "long": "-180.5"}, {"lat": "inf", "long": "0"},
        ):  # fmt: skip
            async with http.post(url, data={**form, **odd}) as answer:
                assert answer.status == 400, odd
                assert "lat and long" in (await answer.json())[0]["description"]
        async with http.post(url, data={**form, "lat": "31.23042", "long": "+121.4737"}) as answer:
            assert answer.status == 200, await answer.text()
            number = (await answer.json())[0]["service_request_id"]
        bearer = {"Authorization": f"Bearer {form['api_key']}"}
        async with http.get(f"{service.base}/api/v1/tickets/{number}", headers=bearer) as answer:
            assert "31.23042,121.47370" in await answer.text()


async def test_how_it_ended_is_told_nobody(service: Service, record: Record) -> None:
    number = await report(service, record)
    ends = "update tickets set outcome = $2, closed_at = now() where number = $1"
    url = f"{service.base}/open311/v2/requests/{number}.json"
    async with aiohttp.ClientSession() as http:
        for outcome in ("deceased", "solved"):
            await record.rows(ends, number, outcome)
            async with http.get(url) as answer:
                (told,) = await answer.json()
            assert told["status"] == "closed" and outcome not in str(told)


async def test_a_client_of_somebody_else(service: Service, record: Record) -> None:
    # Not among what the tests install: it wants an older xmltodict than the WeChat library is held at.
    georeport = pytest.importorskip(
        "georeport", reason="pip install georeport to read Open311 with somebody else's client"
    )
    number, base = await report(service, record), f"{service.base}/open311/v2"
    client = georeport.GeoReport(base)
    offered = await asyncio.to_thread(client.get_service_list)
    assert {one["service_code"] for one in offered} == {"medicine", "supplies"}
    assert (await asyncio.to_thread(client.get_service_definition, "medicine"))["service_code"] == "medicine"
    assert number in {one["service_request_id"] for one in await asyncio.to_thread(client.get_service_requests)}
    single = await asyncio.to_thread(client.get_service_request, number)
    assert (single[0] if isinstance(single, list) else single)["service_request_id"] == number
    in_xml = await asyncio.to_thread(georeport.GeoReport(base, output_format="xml").get_service_list)
    assert "medicine" in str(in_xml)


async def test_xml_errors_and_what_is_not_public(service: Service, record: Record) -> None:
    base, token = f"{service.base}/open311/v2", await token_of(record)
    reads = await token_of(record, "auditor")
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{base}/services.xml") as answer:
            assert answer.content_type == "text/xml"
            assert [one.text for one in fromstring(await answer.read()).iter("service_code")] == [
                "medicine",
                "supplies",
            ]
        async with http.get(f"{base}/requests.xml?status=open,closed&service_code=medicine") as answer:
            top = fromstring(await answer.read())
            assert top.tag == "service_requests"
            assert all(one.tag == "request" for one in top)
        for path, status in (
            ("services/dialysis.json", 404), ("requests/B00000-0000.json", 404), ("requests.json?status=lost", 400),
            ("requests.json?start_date=yesterday", 400), ("requests.json?page=0", 400), ("tokens/open311-x.json", 404),
        ):  # fmt: skip
            async with http.get(f"{base}/{path}") as answer:
                assert answer.status == status, path
                assert (await answer.json())[0]["code"] == status
        for form, status in (
            ({"service_code": "medicine", "description": "x"}, 403),
            ({"api_key": "nonsense", "service_code": "medicine", "description": "x"}, 403),
            ({"api_key": reads, "service_code": "medicine", "description": "x"}, 403),
            ({"api_key": token, "description": "x"}, 400),
            ({"api_key": token, "service_code": "dialysis", "description": "x"}, 404),
            ({"api_key": token, "service_code": "medicine"}, 400),
        ):
            async with http.post(f"{base}/requests.xml", data=form) as answer:
                assert answer.status == status, form
                assert fromstring(await answer.read()).find("error/code").text == str(status)  # type: ignore[union-attr]
        # Danger is heard through this door as through any other; a number comes as soon as there is a ticket.
        form = {"api_key": token, "service_code": "medicine", "description": "我外婆喘不上气，嘴唇发紫"}
        async with http.post(f"{base}/requests.json", data=form) as answer:
            assert "120" in (await answer.json())[0]["service_notice"]


async def test_what_no_platform_takes_is_left_out_of_the_words(service: Service, record: Record) -> None:
    form = {"api_key": await token_of(record), "service_code": "medicine"}
    url = f"{service.base}/open311/v2/requests.json"
    async with aiohttp.ClientSession() as http:
        async with http.post(url, data={**form, "description": "\x00\x02"}) as answer:
            assert answer.status == 400
        async with http.post(url, data={**form, "description": "家里氨氯地平\x00吃完了\x0b，配不到药"}) as answer:
            assert answer.status == 200
    said = [row["text"] for row in await record.messages() if row["openid"].startswith("open311-")]
    assert "家里氨氯地平吃完了，配不到药" in said
