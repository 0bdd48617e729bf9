"""Somebody at the desk with the keyboard alone: what changes on the page does not take the place from under them."""

import pytest
from playwright.async_api import Browser, expect

from bot.store.database import Database
from tests.browser.conftest import browser, service
from tests.browser.test_desk import faults, open_page
from tests.desk.conftest import RED, Resident, number_of
from tests.reports.test_browser import seated
from tests.service import Record, Service

__all__ = ["browser", "faults", "service"]

pytestmark = pytest.mark.browser


async def test_a_part_that_is_renewed_keeps_who_stands_in_it(
    browser: Browser, service: Service, faults: list[str]
) -> None:
    page = await open_page(browser, faults)
    async with Record(service.home) as record:
        database = Database(record.dsn, limit=20)
        await database.open()
        try:
            await seated(page, service, database, "qin", "秦", "reporter")
            await Resident(service, "keyed").say(RED)
            number = await number_of(record, "keyed")
            await page.goto(f"{service.base}/desk/tickets/{number}")
            await expect(page.locator("#live")).to_have_attribute("data-state", "live")
            keys = page.locator("#part-head button[data-help]")
            await keys.focus()
            await page.evaluate("document.activeElement.dataset.old = 'yes'")
            await Resident(service, "keyed").say("地址浦东新区三林镇牡丹路60弄5号楼502室 13800005678")
            await expect(page.locator("#part-head button[data-old]")).to_have_count(0)  # it is another one now
            await expect(keys).to_be_focused()
        finally:
            await database.close()
