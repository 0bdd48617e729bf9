"""News that arrives between press and release neither swallows the click nor gives it to another row; and is not lost."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from bot.store.database import Database
from tests.browser.conftest import browser, service
from tests.browser.test_desk import faults, open_page, shots
from tests.desk.conftest import WHERE, Resident, number_of
from tests.reports.test_browser import seated
from tests.service import Record, Service

__all__ = ["browser", "faults", "service", "shots"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def press(page: Page, selector: str) -> None:
    box = await page.locator(selector).bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()


async def test_a_press_outlasts_the_news(browser: Browser, service: Service, shots: Path, faults: list[str]) -> None:
    page = await open_page(browser, faults)
    async with Record(service.home) as record:
        database = Database(record.dsn)
        await database.open()
        await seated(page, service, database, "lina", "李娜", "reporter")
        await database.close()
        resident = Resident(service, "pressed")
        for text in ("外婆83岁，透析三天没做了", WHERE):
            await resident.say(text)
        number = await number_of(record, "pressed")

        # The ticket: its parts come from the server while 接手 is held down.
        asked, answer = asyncio.Event(), asyncio.Event()

        async def late(route: Route) -> None:
            asked.set()
            await answer.wait()
            await route.continue_()

        await page.route("**/parts", late)
        await page.goto(f"{service.base}/desk/tickets/{number}")
        await asked.wait()
        await press(page, "#claim")
        await page.evaluate("document.getElementById('claim').dataset.pressed = 'yes'")
        async with page.expect_response("**/parts"):
            answer.set()
        await page.wait_for_timeout(400)
        assert await page.locator("#claim").get_attribute("data-pressed") == "yes", "replaced under the finger"
        await page.mouse.up()
        await expect(page.locator("#part-holder")).to_contain_text("在您手上")
        await page.unroute("**/parts")

        # The queue: a more urgent row comes and would push the pressed one down; it comes after the release.
        await page.goto(f"{service.base}/desk")
        await expect(page.locator("#live")).to_have_attribute("data-state", "live")
        row = f"#row-{number}"
        await press(page, f"{row} a")
        before = await page.locator(row).bounding_box()
        red = Resident(service, "redder")
        async with page.expect_response("**/desk/rows?*"):
            await red.say("老伴心梗了，晕倒了叫不醒，快来人")
        await page.wait_for_timeout(400)
        assert await page.locator(row).bounding_box() == before, "moved under the finger"
        await page.mouse.up()
        await expect(page).to_have_url(f"{service.base}/desk/tickets/{number}")


async def test_a_release_never_heard_of_holds_nothing_for_long(
    browser: Browser, service: Service, shots: Path, faults: list[str]
) -> None:
    page = await open_page(browser, faults)
    async with Record(service.home) as record:
        database = Database(record.dsn)
        await database.open()
        await seated(page, service, database, "zhou", "周明", "reporter")
        await database.close()
        await page.goto(f"{service.base}/desk")
        await expect(page.locator("#live")).to_have_attribute("data-state", "live")
        await page.mouse.move(5, 5)
        await page.mouse.down()
        resident = Resident(service, "later")
        for text in ("爷爷摔倒了起不来，头在流血", WHERE):
            await resident.say(text)
        number = await number_of(record, "later")
        await expect(page.locator(f"#row-{number}")).to_be_visible()
        await page.mouse.up()
