"""The chat page in a real Chromium: nothing lost and nothing doubled over a bad line, and usable by everybody."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Error, Page, async_playwright, expect

from tests.platforms.desk import ChatDesk

pytestmark = pytest.mark.browser

SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)
        try:
            browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        except Error:
            if os.environ.get("BANGNONG_REQUIRE_BROWSER") == "1":
                raise
            pytest.skip("NO BROWSER: install Chromium (playwright install chromium) to test the chat page")
        yield browser
        await browser.close()


@pytest.fixture
async def desk() -> AsyncIterator[ChatDesk]:
    async with ChatDesk().serve() as desk:
        yield desk


@pytest.fixture
async def page(browser: Browser, desk: ChatDesk) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 390, "height": 760}, locale="zh-CN")
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    await page.goto(f"{desk.base}/chat")
    yield page
    await context.close()
    assert faults == []


async def type_and_send(page: Page, text: str) -> None:
    await page.locator("#text").fill(text)
    await page.locator("#text").press("Enter")


async def shown(page: Page) -> list[str]:
    return await page.locator("#messages .bubble").all_inner_texts()


async def settled(page: Page, count: int) -> None:
    await expect(page.locator("#messages .bubble")).to_have_count(count, timeout=8000)


async def until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        await asyncio.sleep(0.02)
    pytest.fail("waited 8 seconds in vain")


async def online(desk: ChatDesk, count: int = 1) -> None:
    await until(lambda: len(desk.sockets) >= count)


async def test_a_talk(desk: ChatDesk, page: Page) -> None:
    await online(desk)
    await type_and_send(page, "药断了")
    await settled(page, 2)
    assert await shown(page) == ["药断了", "收到：药断了"]
    await expect(page.locator(".mark")).to_have_text(["已送达", ""])
    await desk.say("我是记者，请说地址，或打 12345；打不了就发短信到12110。")
    await settled(page, 3)
    await expect(page.locator(".message.reporter .who")).to_have_text("记者")
    links = page.locator(".message.reporter a")
    assert [await link.get_attribute("href") for link in await links.all()] == ["tel:12345", "sms:12110"]
    assert len(desk.heard) == 1


async def test_the_danger_line_is_there_and_stays(desk: ChatDesk, page: Page) -> None:
    for number in range(30):
        desk.put("bot", f"第{number}句")
    await page.reload()
    await settled(page, 30)
    danger = page.locator(".danger")
    await expect(danger).to_have_text("有生命危险请先打120")
    await expect(danger).to_be_in_viewport()
    await expect(page.locator("#messages .bubble").last).to_be_in_viewport()


async def test_enter_while_composing_does_not_send(desk: ChatDesk, page: Page) -> None:
    await page.locator("#text").fill("yao")
    await page.locator("#text").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await page.locator("#text").press("Shift+Enter")
    await page.locator("#text").press_sequentially("x")
    assert await page.locator("#text").input_value() == "yao\nx"
    assert desk.heard == []


async def test_an_answer_lost_on_the_way_is_fetched_not_doubled(desk: ChatDesk, page: Page) -> None:
    """The desk has it, the line breaks before its answer: the page sends the same id again."""
    await online(desk)
    desk.swallow = 2
    await type_and_send(page, "救命")
    await settled(page, 2)
    assert await shown(page) == ["救命", "收到：救命"]
    assert len(desk.heard) >= 2
    assert len({name for name, _ in desk.heard}) == 1
    assert [m["text"] for m in desk.said] == ["救命", "收到：救命"]


async def test_what_is_typed_offline_goes_out_in_order(desk: ChatDesk, page: Page) -> None:
    await online(desk)
    await page.context.set_offline(True)
    await desk.drop_all()
    for text in ("一", "二", "三"):
        await type_and_send(page, text)
    await expect(page.locator(".mark").first).to_have_text("等网络恢复，会自动发出")
    await expect(page.locator("#state")).to_contain_text("没有网络")
    await desk.say("离线时说的")
    await page.context.set_offline(False)
    await settled(page, 7)
    assert [text for _, text in desk.heard] == ["一", "二", "三"]
    texts = await shown(page)
    assert len(set(texts)) == 7
    await expect(page.locator("#state")).to_have_text("市民求助台")


async def test_a_reload_in_the_middle_loses_and_doubles_nothing(desk: ChatDesk, page: Page) -> None:
    await online(desk)
    desk.swallow = 1_000
    await type_and_send(page, "药断了")
    await until(lambda: bool(desk.heard))
    await page.reload()  # the desk has it already: it stands in the page and in the queue
    desk.swallow = 0
    await settled(page, 2)
    await expect(page.locator(".message.me")).to_have_count(1)
    assert await shown(page) == ["药断了", "收到：药断了"]
    assert len({name for name, _ in desk.heard}) == 1


async def test_without_a_socket_it_asks(desk: ChatDesk, page: Page) -> None:
    desk.sockets_allowed = False
    await page.reload()
    await type_and_send(page, "没有长连接")
    await settled(page, 2)
    await desk.say("轮询也能看到")
    await settled(page, 3)
    await expect(page.locator("#state")).to_have_text("市民求助台")


async def test_what_was_said_while_the_line_was_down_comes_once(desk: ChatDesk, page: Page) -> None:
    await online(desk)
    await desk.say("第一句")
    await settled(page, 1)
    await desk.drop_all()
    desk.put("reporter", "断线时说的")
    await online(desk)
    await settled(page, 2)
    await desk.drop_all()
    await online(desk)
    await desk.say("又一句")
    await settled(page, 3)
    assert await shown(page) == ["第一句", "断线时说的", "又一句"]


async def test_an_answer_does_not_hide_what_was_said_before_it(desk: ChatDesk, page: Page) -> None:
    """A reporter's word (turn 1) is still on its way when the answer to the next message (turn 3) arrives."""
    await online(desk)
    desk.put("reporter", "先说的")
    await type_and_send(page, "后说的")
    await settled(page, 2)
    await desk.drop_all()
    await settled(page, 3)
    assert await shown(page) == ["后说的", "先说的", "收到：后说的"]  # above the answer, as in the record


async def test_a_refused_message_can_be_mended(desk: ChatDesk, page: Page) -> None:
    await online(desk)
    desk.refuse = "text 不能超过 20000 个字符"
    await type_and_send(page, "太长")
    await expect(page.locator(".mark")).to_contain_text("没有发出：text 不能超过")
    desk.refuse = ""
    await page.reload()
    await page.get_by_role("button", name="改一改再发").click()
    await expect(page.locator("#text")).to_have_value("太长")
    await page.locator("#text").press("Enter")
    await settled(page, 2)


async def test_the_honest_answer_is_shown_once_and_the_message_kept(desk: ChatDesk, page: Page) -> None:
    desk.sockets_allowed = False
    desk.down = True
    await desk.drop_all()
    await page.reload()
    await type_and_send(page, "收下吗")
    await expect(page.locator(".mark").first).to_have_text("对方系统忙，会自动再发")
    await asyncio.sleep(2.5)
    assert (await shown(page)).count("没能收下，请打12345或稍后再发") == 1
    desk.down = False
    await settled(page, 3)
    await expect(page.locator(".mark").first).to_have_text("已送达")


async def test_a_draft_survives(desk: ChatDesk, page: Page) -> None:
    await page.locator("#text").fill("还没写完")
    await page.reload()
    await expect(page.locator("#text")).to_have_value("还没写完")


async def test_nothing_said_is_read_as_html(desk: ChatDesk, page: Page) -> None:
    evil = '<img src=x onerror="alert(1)"> <b>x</b> javascript:alert(1)'
    desk.put("bot", evil)
    await page.reload()
    await online(desk)
    await type_and_send(page, evil)
    await settled(page, 3)
    assert await shown(page) == [evil, evil, f"收到：{evil}"]
    assert await page.locator(".bubble img, .bubble b, .bubble a").count() == 0


@pytest.mark.parametrize("width", [320, 390, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_fits_and_can_be_read(browser: Browser, desk: ChatDesk, width: int, scheme: Any) -> None:
    desk.put("bot", "请问" + "x" * 200)
    desk.put("me", "三林镇" * 30)
    desk.put("reporter", "我是记者，详情见 https://example.cn/a")
    context = await browser.new_context(viewport={"width": width, "height": 640}, color_scheme=scheme)
    page = await context.new_page()
    await page.goto(f"{desk.base}/chat")
    await settled(page, 3)
    for larger in (False, True):
        if larger:
            await page.locator("#larger").click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        for name in ("#send", "#text", ".danger"):
            await expect(page.locator(name)).to_be_in_viewport()
        poor = await page.evaluate(CONTRAST)
        assert poor == []
    assert await page.locator("[role=log][aria-live=polite]").count() == 1
    await context.close()


async def test_without_scripts_the_form_does_it(browser: Browser, desk: ChatDesk) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{desk.base}/chat")
    await page.locator("#text").fill("没有脚本")
    await page.locator("#send").click()
    await page.wait_for_url("**/chat#end")
    assert await shown(page) == ["没有脚本", "收到：没有脚本"]
    assert await page.get_by_role("link", name="点这里看新的回复").count() == 1
    await context.close()


CONTRAST = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const words = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!words || !node.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${node.tagName}.${node.className}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
