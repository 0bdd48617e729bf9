"""An editor's evening: the board by itself fresh, the day's tally, the sentence on the clipboard, what is filled in by hand."""

import random
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.store.database import Database
from conversations.playbook import SHANGHAI
from tests.browser.conftest import add_person
from tests.browser.test_desk import faults, log_in, menu, open_page, shots, wide_and_narrow
from tests.service import Record, Service
from tests.tally.conftest import Put, did, put

__all__ = ["faults", "shots"]

pytestmark = [pytest.mark.browser, pytest.mark.slow(21)]

_DISTRICTS = ("浦东新区", "黄浦区", "徐汇区", "静安区", "虹口区", "宝山区", "崇明区", "")


async def a_day(database: Database, now: datetime) -> int:
    """Eighty requests of the last hours of this day; how many."""
    chance = random.Random(7)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tickets = []
    for n in range(80):
        created = midnight + (now - midnight) * chance.random()
        outcome = chance.choice((None, None, None, "solved", "partly", "answered"))
        tickets.append(
            Put(
                f"B60101-{n:04}", created, chance.choice(("wechat", "wechat", "douyin", "app")),
                chance.choice(("medicine", "dialysis", "supplies", "consult")),
                chance.choices(("critical", "urgent", "soon", "normal"), (1, 3, 6, 9))[0],
                "closed" if outcome else "assigned", outcome, district=chance.choice(_DISTRICTS),
                reporter=chance.choice(("lina", "")), closed=created + timedelta(minutes=5) if outcome else None,
            )
        )  # fmt: skip
    await put(database, *tickets)
    for one in tickets[::2]:
        await did(database, one.number, one.created + timedelta(minutes=4), "lina", "claimed")
        await did(database, one.number, one.created + timedelta(minutes=9), "lina", "replied")
    return len(tickets)


async def test_the_board_and_the_day(browser: Browser, service: Service, shots: Path, faults: list[str]) -> None:
    first = await add_person(service, "sun", "孙编辑", "editor")
    async with Record(service.home) as record:
        database = Database(record.dsn)
        await database.open()
        page = await open_page(browser, faults, permissions=["clipboard-read", "clipboard-write"])
        await log_in(page, service, "sun", first)

        # Before anything has come.
        await menu(page, "稿子与看板", "看板")
        await expect(page.locator("#board")).to_contain_text("这段时间没有诉求")
        await wide_and_narrow(page, shots, "board-empty")

        count = await a_day(database, datetime.now(SHANGHAI))
        await page.reload()
        await expect(page.locator(".asof b")).to_have_text(str(count))
        await expect(page.locator(".chart.wide-chart rect").first).to_be_visible()
        await expect(page.locator(".map g")).to_have_count(16)
        await expect(page.locator("#board")).to_contain_text("没写区")
        await wide_and_narrow(page, shots, "board")

        # The numbers behind a drawing, by keyboard; open they stay when the page renews itself.
        await page.locator("#numbers-map summary").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#numbers-map table")).to_be_visible()
        await page.locator("#numbers-map summary").blur()
        await put(database, Put("B60101-9999", datetime.now(SHANGHAI) - timedelta(seconds=1)))
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await expect(page.locator(".asof b")).to_have_text(str(count + 1))
        await expect(page.locator("#numbers-map table")).to_be_visible()
        await expect(page.locator(".map text.dn", has_text=re.compile(r"^\d+$"))).to_have_count(16)
        for name in ("24小时", "7天", "全部"):
            await page.get_by_role("link", name=name, exact=True).click()
            await expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute("aria-current", "page")
        await wide_and_narrow(page, shots, "board-all")

        # The day: the sentence is on the clipboard with one press.
        await page.get_by_role("link", name="日报").click()
        await expect(page.locator("#sentence")).to_contain_text("收到求助、咨询等诉求81件")
        await page.get_by_role("button", name="复制").click()
        await expect(page.locator("#toast")).to_contain_text("已复制")
        assert await page.evaluate("navigator.clipboard.readText()") == await page.locator("#sentence").text_content()
        await page.get_by_label("全网阅读量").fill("很多")
        await page.get_by_role("button", name="存", exact=True).click()
        await expect(page.get_by_role("alert").filter(has_text="要填数")).to_be_visible()
        await page.get_by_label("全网阅读量").fill("8,590.18")
        await page.get_by_role("button", name="存", exact=True).click()
        await expect(page.locator(".figures", has_text="全网阅读量")).to_contain_text("8,590.18 万")
        await wide_and_narrow(page, shots, "board-day")
        await page.emulate_media(media="print")
        await expect(page.locator(".top")).to_be_hidden()
        await expect(page.get_by_role("button", name="存", exact=True)).to_be_hidden()
        await page.screenshot(path=shots / "board-print.png", full_page=True)
        await page.emulate_media(media="screen")
        await page.get_by_role("link", name="公开摘要").click()
        await expect(page.locator("body")).to_contain_text("不单列，以免认出具体的人")
        await page.go_back()
        await page.get_by_role("link", name="全部日子").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("全部日子")
        await database.close()
        await page.context.close()
