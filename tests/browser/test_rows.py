"""An editor and a colleague change what the bot says, on real pages: a sentence, a fault, a preview, a release, and back."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import add_person
from tests.browser.test_desk import RED, WHERE, faults, log_in, menu, open_page, say, shots, wide_and_narrow
from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.slow(80)]
__all__ = ["faults", "shots"]


async def test_a_sentence_is_changed_by_two_people(
    browser: Browser, service: Service, shots: Path, faults: list[str]
) -> None:
    first = await add_person(service, "wang", "王编辑", "editor")
    second = await add_person(service, "bao", "包主任", "admin")
    chat, wang, bao = [await open_page(browser, faults, width) for width in (390, 1280, 1280)]
    await chat.goto(f"{service.base}/chat")
    await say(chat, RED)
    await say(chat, WHERE)
    await expect(chat.locator(".message.bot .bubble").last).to_contain_text("已记下")
    await log_in(wang, service, "wang", first)
    await log_in(bao, service, "bao", second)

    # From the menu; what can be changed, and what is in force.
    await menu(wang, "管理", "系统管理")
    await expect(wang.get_by_role("heading", level=1)).to_have_text("话术")
    await expect(wang.locator("main")).to_contain_text("线上用的是程序自带的")
    await wide_and_narrow(wang, shots, "rows")
    await wang.get_by_role("link", name="机器人说的话").first.click()
    await wang.get_by_label("找一句").fill("已记下：")
    await expect(wang.locator("#sentences li:visible")).to_have_count(1)
    await wide_and_narrow(wang, shots, "rows-replies")
    await wang.locator("#sentences li:visible a").click()

    # A wrong placeholder is named; the file as text marks its line.
    await wang.get_by_label("怎么说").fill("记下来了：{item}。")
    await wang.get_by_role("button", name="存草稿").click()
    await expect(wang.get_by_role("alert").last).to_contain_text("要改")
    await expect(wang.locator(".faults")).to_contain_text("不是它的占位符")
    await wide_and_narrow(wang, shots, "rows-reply-fault")
    await wang.locator(".faults a").first.click()
    await expect(wang.locator(".gutter b")).to_have_count(1)
    chosen = (
        "document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)"
    )
    assert "{item}" in await wang.evaluate(chosen)
    await wide_and_narrow(wang, shots, "rows-file")

    # Leaving with something typed asks first; checking shows the faults and saves nothing.
    box = wang.get_by_label("机器人说的话的全文")
    await box.fill((await box.input_value()).replace("记下来了：{item}。", "记下来了：{items}。"))
    await wang.get_by_role("button", name="检查").click()
    await expect(wang.get_by_role("status").filter(has_text="检查过，没有问题")).to_be_visible()
    await wang.get_by_role("button", name="存草稿").click()
    await wang.get_by_role("link", name="去看差别、试讲、请人复核").click()
    await expect(wang.locator(".diff .new")).to_contain_text("记下来了：{items}。")

    # Told again: the turn is found, the number is masked.
    await wang.get_by_role("button", name="试讲一遍").click()
    await expect(wang.locator("#toldbox")).to_contain_text(
        re.compile("[1-9]轮会不一样|[1-9] 轮会不一样"), timeout=20_000
    )
    await expect(wang.locator(".turn ins").first).to_contain_text("138****5678")
    await wang.get_by_label("改了什么、为什么").fill("说得更口语一点")
    await wang.get_by_role("button", name="请人复核").click()
    await expect(wang.get_by_role("heading", name="等另一位同事复核")).to_be_visible()
    await expect(wang.get_by_role("button", name="看过了，发布")).to_have_count(0)
    await wide_and_narrow(wang, shots, "rows-draft")

    # The second person, by keyboard.
    await bao.goto(f"{service.base}/admin/rows")
    await bao.get_by_role("link", name="说得更口语一点").focus()
    await bao.keyboard.press("Enter")
    await expect(bao.locator(".diff .new")).to_contain_text("记下来了")
    await wide_and_narrow(bao, shots, "rows-review")
    await bao.get_by_role("button", name="看过了，发布").focus()
    await bao.keyboard.press("Enter")
    await expect(bao.get_by_role("heading", level=1)).to_contain_text("第 1 套")
    await expect(bao.get_by_role("heading", level=1)).to_contain_text("在用")
    await say(chat, "是502室 我妈82岁 上次透析是礼拜一")
    await expect(chat.locator(".message.bot .bubble").last).to_contain_text("记下来了")

    # Knowledge as a form.
    await wang.goto(f"{service.base}/admin/rows/knowledge")
    await wide_and_narrow(wang, shots, "rows-knowledge")
    await wang.get_by_role("link", name="加一条").click()
    await wang.get_by_label(re.compile("代号")).fill("pharmacy_hours")
    await wang.get_by_label(re.compile("居民会怎么问")).fill("药店几点开门\n你们是谁")
    await wang.get_by_label(re.compile("怎么答")).fill("保供药店每天9点到17点。")
    await wang.get_by_label(re.compile("出处")).fill("市商务委")
    await wang.get_by_label(re.compile("到哪天为止")).fill("2099-04-30")
    await wang.get_by_role("button", name="存草稿").click()
    await expect(wang.locator(".faults")).to_contain_text("也写在 who_we_are 里")
    await wide_and_narrow(wang, shots, "rows-known")

    # Back again: asked for by one, and an admin alone may in an emergency, with a reason, and it is shown.
    await bao.goto(f"{service.base}/admin/rows/sets/0")
    await bao.get_by_label("为什么退回").fill("有人看不懂")
    await bao.get_by_role("button", name="退回，请人复核").click()
    await bao.get_by_text("等不到第二个人：紧急发布").click()
    await bao.get_by_label("为什么等不到第二个人").fill("夜里没有别人")
    await wide_and_narrow(bao, shots, "rows-urgent")
    await bao.get_by_role("button", name="一个人紧急发布").click()
    await expect(bao.get_by_role("alert").filter(has_text="还没有第二个人看过")).to_be_visible()
    await wang.goto(f"{service.base}/admin/rows")
    await wide_and_narrow(wang, shots, "rows-alarm")
    await wang.get_by_role("link", name="看、退回").or_(wang.get_by_role("link", name="看", exact=True)).first.click()
    await wang.get_by_role("button", name="我看过了，没有问题").click()
    await expect(wang.get_by_role("alert").filter(has_text="还没有第二个人看过")).to_have_count(0)
    for page in (chat, wang, bao):
        await page.context.close()
