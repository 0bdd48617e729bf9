"""The grouped menu, the next ticket at a key, coming on and off duty, the first guide, one's own account: at both widths."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import add_person
from tests.browser.test_desk import RED, WHERE, faults, log_in, menu, open_page, say, shots, wide_and_narrow
from tests.service import Service

__all__ = ["faults", "shots"]

pytestmark = [pytest.mark.browser, pytest.mark.slow(80)]


async def _menu_by_keyboard(page: Page) -> None:
    """Every group opens, is walked and closes by keys alone; nothing of it lies outside the window."""
    for group in ("单子", "电话与督办", "稿子与看板", "管理"):
        summary = page.locator(".nav summary", has_text=group)
        await summary.focus()
        await page.keyboard.press("Enter")
        box = page.locator(".nav details[open] .menu")
        await expect(box).to_have_count(1)
        place = await box.bounding_box()
        assert place is not None and place["x"] >= 0
        assert place["x"] + place["width"] <= page.viewport_size["width"]  # type: ignore[index]
        await page.keyboard.press("Tab")
        await expect(box.locator("a").first).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.locator(".nav details[open]")).to_have_count(0)
        await expect(summary).to_be_focused()


async def test_a_helpers_first_shift(browser: Browser, service: Service, shots: Path, faults: list[str]) -> None:
    first = await add_person(service, "wei", "魏来", "reporter")
    boss_first = await add_person(service, "bao", "包主编", "editor")
    chat, wei, bao = (
        await open_page(browser, faults, 390), await open_page(browser, faults), await open_page(browser, faults),
    )  # fmt: skip
    await log_in(wei, service, "wei", first)
    await log_in(bao, service, "bao", boss_first)

    # The editor says what the helper can do.
    await menu(bao, "管理", "专长和区")
    await bao.locator("#wei summary").click()
    box = bao.locator("#wei")
    await box.get_by_label("就医", exact=True).check()
    await box.get_by_label("浦东新区").check()
    await box.get_by_label("外部门来帮忙").check()
    await box.get_by_role("textbox", name="部门").fill("体育部")
    await wide_and_narrow(bao, shots, "people")
    await box.get_by_role("button", name="存").click()
    await expect(bao.locator("#wei")).to_contain_text("已存")

    # Five cards, turned with the arrows, then put away.
    await wei.goto(f"{service.base}/desk")
    await expect(wei.locator("main")).to_contain_text("十分钟上手")
    await wide_and_narrow(wei, shots, "queue-guide")
    await wei.get_by_role("link", name="开始").click()
    await wide_and_narrow(wei, shots, "start-1")
    for card in ("二、取一件", "三、打电话", "四、写一句", "五、办不下去"):
        await expect(wei.locator("#live")).to_have_attribute("data-state", "live")  # its script listens
        await wei.keyboard.press("ArrowRight")
        await expect(wei.get_by_role("heading", level=2).first).to_contain_text(card)
    await wide_and_narrow(wei, shots, "start-5")
    await wei.get_by_role("button", name="看完了").click()
    await expect(wei.get_by_role("heading", name="求助单")).to_be_visible()
    await expect(wei.locator("main")).not_to_contain_text("十分钟上手")

    # On duty; a red case comes, the wide alarm covers no menu; one key and it is theirs.
    await menu(wei, "管理", "值班")
    await wei.get_by_role("button", name="我现在上班").click()
    await expect(wei.locator("main")).to_contain_text("您在班")
    await wide_and_narrow(wei, shots, "shifts")
    await wei.goto(f"{service.base}/desk")
    await expect(wei.locator("#live")).to_have_attribute("data-state", "live")
    await chat.goto(f"{service.base}/chat")
    await say(chat, RED)
    await expect(chat.locator(".message.bot")).to_have_count(1)
    await say(chat, WHERE)
    await expect(wei.locator("#alarm")).to_be_visible()
    for width in (1280, 900, 390):
        await wei.set_viewport_size({"width": width, "height": 860})
        for group in ("单子", "电话与督办", "稿子与看板", "管理"):
            await wei.locator(".nav summary", has_text=group).click(trial=True)  # nothing lies over it
        assert await wei.evaluate("document.documentElement.scrollWidth") <= width
        await _menu_by_keyboard(wei)
        await wei.locator(".nav summary", has_text="电话与督办").click()
        await wei.screenshot(path=shots / f"menu-{width}.png")
        await wei.keyboard.press("Escape")
    await wei.set_viewport_size({"width": 1280, "height": 860})
    await wei.locator("h1").click()
    await wei.keyboard.press("g")
    await expect(wei.locator("#part-holder")).to_contain_text("在您手上")
    await expect(wei.locator("#part-history")).to_contain_text("取下一件")

    # Going: the hand-over lists the ticket and takes no silence.
    await menu(wei, "管理", "值班")
    await wei.get_by_role("link", name="写交班").click()
    await wide_and_narrow(wei, shots, "shifts-end")
    await wei.get_by_label("办到哪里").fill("已打120，等车")
    await wei.get_by_label("这一班的情况").fill("没有")
    await wei.get_by_role("button", name="交班").click()
    await expect(wei.locator("main")).to_contain_text("放回给大家")
    await wide_and_narrow(wei, shots, "shifts-handed")

    # One's own account.
    await wei.locator("details.me summary").click()
    await wei.get_by_role("link", name="我的账号").click()
    await expect(wei.locator("main")).to_contain_text("就是这台")
    await wide_and_narrow(wei, shots, "account")
    await wei.get_by_role("link", name="设置").click()
    await wei.get_by_role("button", name="开始设置").click()
    await expect(wei.locator(".square img")).to_be_visible()
    await wide_and_narrow(wei, shots, "second")
