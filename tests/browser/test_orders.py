"""A reporter takes a plea to 12345 and brings the answer back, on real pages: the resident on /chat, the desk, the gateway."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import add_person
from tests.browser.test_desk import PHONE, RED, WHERE, faults, log_in, open_page, say, shots, wide_and_narrow
from tests.homes import Homes, serving
from tests.platforms.hotline import SECRET, HotlineGateway
from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.slow(54)]
__all__ = ["faults", "shots"]


@pytest.fixture(scope="module")
async def gateway() -> AsyncIterator[HotlineGateway]:
    async with HotlineGateway().serve() as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
async def service(homes: Homes, gateway: HotlineGateway) -> AsyncIterator[Service]:
    async with serving(
        homes.new("orders"), BANGNONG_HOTLINE_URL=gateway.url, BANGNONG_HOTLINE_SECRET=SECRET
    ) as running:
        yield running


async def test_the_green_channel_as_a_reporter_walks_it(
    browser: Browser, service: Service, gateway: HotlineGateway, shots: Path, faults: list[str]
) -> None:
    first = await add_person(service, "lina", "李娜", "reporter")
    second = await add_person(service, "wang", "王编辑", "editor")
    chat, lina, wang = [await open_page(browser, faults, width) for width in (390, 1280, 1280)]
    await chat.goto(f"{service.base}/chat")
    await say(chat, RED)
    await say(chat, f"{WHERE}，12345打了四十遍打不通")
    await log_in(lina, service, "lina", first)
    await log_in(wang, service, "wang", second)
    await lina.locator("#pinned .row").first.locator("a").focus()
    await lina.keyboard.press("c")
    await expect(lina).to_have_url(re.compile("/desk/tickets/"))

    # The next action first, the gate in plain sight; the order is filled already.
    section = lina.locator("#part-orders")
    await expect(section).to_contain_text("打了，没打通")
    await wide_and_narrow(lina, shots, "order-none")
    await section.get_by_role("button", name="写12345工单").click()
    await expect(lina.get_by_role("heading", level=1)).to_contain_text("12345工单")
    assert PHONE in await lina.get_by_label("联系电话").input_value()
    await expect(lina.get_by_label("打过12345吗")).to_have_value("tried_not_through")
    await wide_and_narrow(lina, shots, "order-draft")

    # Enter in a box keeps the draft; only the button sends.
    await lina.get_by_label("要办的事").fill("请三林镇今天18点前派车送到仁济南院透析")
    await lina.get_by_label("称呼").fill("王女士")
    await lina.get_by_label("称呼").press("Enter")
    await expect(lina.locator("#saved")).to_have_text("存好了。")
    assert gateway.orders == {}
    await lina.get_by_role("button", name="存好，去打印或复制").click()
    await expect(lina.get_by_role("button", name=re.compile("打印"))).to_be_visible()
    await lina.emulate_media(media="print")
    await lina.pdf(path=shots / "order.pdf", format="A4")
    await lina.screenshot(path=shots / "order-paper.png", full_page=True)
    await expect(lina.locator("header.top")).to_be_hidden()
    await lina.emulate_media(media="screen")
    await wide_and_narrow(lina, shots, "order-sheet")
    await lina.keyboard.press("u")

    # The gateway is down: said plainly, sent again by itself, one order in the end.
    gateway.weather.append("busy")
    await lina.get_by_role("button", name="送到12345").click()
    await expect(lina.locator(".stage")).to_have_text("已送出")
    await expect(lina.locator(".deliveryline")).to_have_text("12345已收下", timeout=60_000)  # without a reload by hand
    await wang.goto(f"{service.base}/desk/orders")
    await expect(wang.locator("#live")).to_have_attribute("data-state", "live")
    await expect(wang.locator(".row.order")).to_have_count(1)
    await expect(wang.locator(".row.order")).to_contain_text("12345已收下", timeout=20_000)
    assert len(gateway.orders) == 1
    order = next(iter(gateway.orders))
    await wide_and_narrow(wang, shots, "orders")

    # Back on the ticket: the sentence is offered, changed, confirmed; the resident reads it.
    await lina.goto(f"{service.base}/desk/tickets/{order.rpartition('-')[0]}")
    await expect(section).to_contain_text("12345已收下")
    await section.get_by_text("告诉居民", exact=True).click()
    box = section.get_by_label("看过、改好再发")
    await expect(box).to_have_value(re.compile(f"编号{order}"))
    await wide_and_narrow(lina, shots, "order-tell")
    assert await chat.locator(".message.reporter").count() == 0
    await section.get_by_role("button", name="发给居民").click()
    await expect(chat.locator(".message.reporter .bubble")).to_contain_text(order)
    await expect(section.get_by_text("告诉居民", exact=True)).to_have_count(0)

    # 12345 answers: the open ticket and the open list say so without reloading.
    for status, more in (("assigned", {"unit": "三林镇城运中心"}), ("answered", {"text": "今晚18点派车到5号楼"})):
        assert (await gateway.say(service.base, gateway.news(order, status, **more)))[0] == 200
    await expect(section).to_contain_text("派车")
    await expect(wang.locator("#list")).to_contain_text("有答复")
    await expect(lina.locator("#part-head")).to_contain_text("12345有答复了")
    await wang.keyboard.press("j")
    await wang.keyboard.press("Enter")
    await expect(wang.get_by_role("heading", level=1)).to_contain_text(order)
    await wide_and_narrow(wang, shots, "order-answered")
    for page in (chat, lina, wang):
        await page.context.close()
