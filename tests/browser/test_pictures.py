"""A reporter shows a resident a picture; the resident begins with a chip, loses the network, and loses nothing by it."""

import asyncio
import base64
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import add_person
from tests.browser.test_desk import RED, faults, log_in, open_page, say, shots, wide_and_narrow
from tests.browser.test_media import photo
from tests.media.samples import PDF
from tests.service import Record, Service

__all__ = ["faults", "shots"]

pytestmark = pytest.mark.browser

DROP = """({ name, type, data }) => {
  const carried = new DataTransfer();
  carried.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, { type }));
  const drop = new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true });
  document.getElementById("reply").dispatchEvent(drop);
}"""


@pytest.mark.slow(25)
async def test_a_picture_for_the_resident(browser: Browser, service: Service, shots: Path, faults: list[str]) -> None:
    first = await add_person(service, "shows", "林岚", "reporter")
    chat, desk = await open_page(browser, faults, 390), await open_page(browser, faults)
    await chat.goto(f"{service.base}/chat")
    await say(chat, RED)
    await expect(chat.locator(".message.bot")).to_have_count(1)
    await log_in(desk, service, "shows", first)
    await desk.locator(".row", has_text="透析").locator("a").first.click()

    await expect(desk.locator("#live")).to_have_attribute("data-state", "live")

    # Chosen, looked at, put away again; then another, sent.
    await desk.locator("#picture").set_input_files(
        {"name": "wrong.jpg", "mimeType": "image/jpeg", "buffer": photo("WRONG", (600, 400), "maroon")}
    )
    box = desk.get_by_role("group", name="要发的照片")
    await expect(box).to_contain_text("算 1 条消息")
    await box.get_by_role("button", name="不发").click()
    await expect(box).to_be_hidden()
    await desk.locator("#picture").set_input_files(
        {"name": "form.jpg", "mimeType": "image/jpeg", "buffer": photo("FORM", (3600, 2700), "teal")}
    )
    await expect(box.locator("img")).to_be_visible()
    await wide_and_narrow(desk, shots, "picture-chosen")

    # The line breaks: said in words, nothing is lost, and the second try is the same message.
    await desk.route("**/picture", lambda route: route.abort())
    await box.get_by_role("button", name="发出这张").click()
    await expect(box.get_by_role("alert")).to_contain_text("照片还在")
    await desk.unroute("**/picture")
    await box.get_by_role("button", name="再发一次").click()
    await expect(box).to_be_hidden()
    await expect(desk.locator("#part-talk .said.reporter .shot img")).to_have_count(1)
    await wide_and_narrow(desk, shots, "picture-sent")

    # The resident sees it come, and opens it.
    shown = chat.locator(".message.reporter .files a.sent img")
    await expect(shown).to_have_count(1)
    await expect(shown).to_have_js_property("complete", True)
    await wide_and_narrow(chat, shots, "picture-in-chat")
    async with chat.context.expect_page() as opened:
        await shown.click()
    whole = await opened.value
    await expect(whole.locator("img")).to_have_js_property("naturalWidth", 2200)
    await chat.reload()
    await expect(shown).to_have_count(1)

    # Dropped on the page: a paper is no picture.
    await desk.evaluate(DROP, {"name": "note.pdf", "type": "application/pdf", "data": base64.b64encode(PDF).decode()})
    await box.get_by_role("button", name="发出这张").click()
    await expect(box.get_by_role("alert")).to_contain_text("只能发照片")
    await desk.screenshot(path=shots / "picture-refused.png")
    await box.get_by_role("button", name="不发").click()
    async with Record(service.home) as record:
        assert await record.value("select count(*) from audit where actor = 'shows' and action = 'desk.replied'") == 1


async def test_without_a_network(browser: Browser, service: Service, shots: Path, faults: list[str]) -> None:
    chat = await open_page(browser, faults, 320)
    await chat.goto(f"{service.base}/chat")
    await chat.screenshot(path=shots / "chips-320.png")
    await chat.get_by_role("button", name="配药、断药").click()
    await expect(chat.locator(".message.me .bubble").first).to_have_text("配药、断药")
    await expect(chat.locator(".message.bot .bubble").first).to_contain_text("还能吃几天")
    await chat.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await chat.locator("#text").fill("妈妈的络活喜只剩")

    # The network goes; the installed page is opened anew: it says so, and the draft is there.
    await chat.context.set_offline(True)
    await chat.reload()
    await expect(chat.locator("#kept")).to_contain_text("现在没有连上")
    await expect(chat.locator("#state")).to_contain_text("没有网络")
    await expect(chat.locator("#text")).to_have_value("妈妈的络活喜只剩")
    assert await chat.locator(".message").count() == 0, "words were kept where anybody with the telephone reads them"
    await chat.locator("#text").fill("妈妈的络活喜只剩两天，电话13800005611，浦东新区三林镇牡丹路60弄5号502室")
    await chat.locator("#text").press("Enter")
    await expect(chat.locator(".mark").first).to_have_text("等网络恢复，会自动发出")
    await chat.locator("#text").fill("还有一件事")
    assert await chat.evaluate("document.documentElement.scrollWidth") <= 320
    await chat.screenshot(path=shots / "offline-320.png")
    await chat.reload()  # and once more: nothing that was written is lost, or written twice
    await expect(chat.locator(".message.me")).to_have_count(1)
    await expect(chat.locator("#text")).to_have_value("还有一件事")

    # It comes back: sent once, and what was said before stands above it.
    await chat.context.set_offline(False)
    await expect(chat.locator("#kept")).to_have_count(0)
    await expect(chat.locator(".message.bot .bubble").last).to_contain_text("已登记“配药断药”")
    await asyncio.sleep(1)
    async with Record(service.home) as record:
        held = await record.value("select count(*) from tickets where intent = 'medicine'")
        told = await record.rows(
            "select kind, count(*) as n from messages where direction = 'i' and conversation in "
            "(select conversation from tickets where intent = 'medicine') group by kind order by kind"
        )
    assert held == 1
    assert [(row["kind"], row["n"]) for row in told] == [("menu", 1), ("text", 1)]
    await expect(chat.locator(".message.me .bubble")).to_have_count(2)
    await expect(chat.locator("#text")).to_have_value("还有一件事")
    await chat.screenshot(path=shots / "back-320.png")


async def test_the_chips_without_scripts(browser: Browser, service: Service, shots: Path, faults: list[str]) -> None:
    chat = await open_page(browser, faults, 320, java_script_enabled=False)
    await chat.goto(f"{service.base}/chat")
    await chat.get_by_role("button", name="缺吃缺用").click()
    await expect(chat.locator(".message.bot .bubble")).to_contain_text("还能撑几天")
    await chat.locator("#text").fill("家里四个人只剩一点米，电话13800005612")
    await chat.get_by_role("button", name="发送").click()
    await expect(chat.locator(".message.bot .bubble")).to_have_count(2)
