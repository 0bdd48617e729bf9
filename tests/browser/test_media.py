"""A photo on its way: chosen on the resident's phone, small on the ticket, whole in a dialog by mouse and keys, written down."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Browser, expect

from tests.browser.conftest import add_person
from tests.browser.test_desk import RED, WHERE, faults, log_in, open_page, say, shots, wide_and_narrow
from tests.media.samples import AMR, PDF
from tests.service import Record, Service

__all__ = ["faults", "shots"]

pytestmark = [pytest.mark.browser, pytest.mark.slow(50)]


def photo(words: str, size: tuple[int, int], colour: str) -> bytes:
    image = Image.effect_noise(size, 90).convert("RGB")  # as hard to compress as a real one
    image.paste(Image.new("RGB", (size[0], size[1] // 3), colour), (0, 0))
    ImageDraw.Draw(image).text((40, 40), words, fill="white", font_size=size[0] // 12)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


async def test_from_the_phone_to_the_desk(browser: Browser, service: Service, shots: Path, faults: list[str]) -> None:
    first = await add_person(service, "media", "林岚", "reporter")
    chat, desk = await open_page(browser, faults, 390), await open_page(browser, faults)
    await chat.goto(f"{service.base}/chat")
    await say(chat, RED)
    await expect(chat.locator(".message.bot")).to_have_count(1)
    await say(chat, WHERE)

    # Two photos at once, the first too large to be sent as it is: made smaller here, seen at once, delivered.
    big = photo("BOX 1", (3600, 2700), "teal")
    assert len(big) > 2 << 20
    await chat.get_by_label("发照片、语音或文件").set_input_files(
        [
            {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": big},
            {"name": "IMG_2.jpg", "mimeType": "image/jpeg", "buffer": photo("BOX 2", (700, 900), "maroon")},
        ]
    )
    await expect(chat.locator(".message.me .files img")).to_have_count(2)
    await expect(chat.locator(".mark[data-mark=delivered]")).to_have_count(4, timeout=30_000)
    await chat.get_by_label("发照片、语音或文件").set_input_files(
        [
            {"name": "voice.amr", "mimeType": "audio/amr", "buffer": AMR},
            {"name": "note.pdf", "mimeType": "application/pdf", "buffer": PDF},
            {"name": "tool.exe", "mimeType": "application/octet-stream", "buffer": b"MZ" + bytes(99)},
        ]
    )
    await expect(chat.locator(".mark[data-mark=refused]")).to_contain_text("收不了", timeout=30_000)
    await wide_and_narrow(chat, shots, "chat-media")

    # The ticket: small pictures in the talk, a voice that browsers cannot play, a paper.
    await log_in(desk, service, "media", first)
    await desk.locator(".row", has_text="透析").locator("a").first.click()
    talk = desk.locator("#part-talk")
    await expect(talk.locator(".shot img")).to_have_count(2, timeout=30_000)
    for place in (0, 1):
        await talk.locator(".shot img").nth(place).scroll_into_view_if_needed()
        await expect(talk.locator(".shot img").nth(place)).to_have_js_property("complete", True)
    assert await talk.locator(".shot img").first.evaluate("one => one.naturalWidth") == 360
    await expect(talk).to_contain_text("浏览器放不了这种语音")
    await expect(talk.get_by_role("link", name="下载文件")).to_have_count(1)
    await wide_and_narrow(desk, shots, "ticket-media")

    # Whole, by keys alone: Enter opens, the arrow goes on, Escape puts away and gives the place back.
    await talk.locator("[data-shot]").first.focus()
    await desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog", name="照片")
    await expect(dialog).to_contain_text("1 / 2")
    await expect(dialog.locator("img")).to_have_js_property("naturalWidth", 2200, timeout=20_000)
    await wide_and_narrow(desk, shots, "whole-picture")
    await desk.keyboard.press("ArrowRight")
    await expect(dialog).to_contain_text("2 / 2")
    await expect(dialog.locator("img")).to_have_js_property("naturalWidth", 700, timeout=20_000)
    await expect(dialog.get_by_role("button", name="后一张")).to_be_hidden()
    await desk.keyboard.press("ArrowRight")
    await expect(dialog).to_contain_text("2 / 2")
    async with desk.expect_download() as got:
        await dialog.get_by_role("link", name="下载").click()
    assert (await got.value).suggested_filename.endswith(".jpg")
    await desk.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(talk.locator("[data-shot]").nth(1)).to_be_focused()
    assert await desk.locator(".whole-picture img").get_attribute("src") is None

    async with Record(service.home) as record:
        looks = await record.rows("select subject from audit where actor = 'media' and detail ->> 'field' = 'media'")
    assert len(looks) == 3  # two pictures and the download

    # What cannot be shown is said in words.
    await desk.route(
        "**/desk/media/*",
        lambda route: route.fulfill(
            status=429,
            content_type="application/json",
            body='{"error":{"code":"too_many","message":"十分钟内看得太多了，请稍后再看。"}}',
        ),
    )
    await talk.locator("[data-shot]").first.click()
    await expect(dialog).to_contain_text("十分钟内看得太多了")
    await desk.screenshot(path=shots / "whole-refused.png")
    await dialog.get_by_role("button", name="关上").click()
    await expect(dialog).to_be_hidden()

    # The resident comes back to their own pictures.
    await chat.reload()
    await expect(chat.locator(".message.me .files img")).to_have_count(2)
    await expect(chat.locator(".message.me .files img").first).to_have_js_property("complete", True)
    assert await chat.locator(".message.me .files img").first.evaluate("one => one.naturalWidth") == 360


async def test_without_scripts(browser: Browser, service: Service, shots: Path, faults: list[str]) -> None:
    chat = await open_page(browser, faults, 390, java_script_enabled=False)
    await chat.goto(f"{service.base}/chat")
    await chat.screenshot(path=shots / "chat-plain.png")
    await chat.locator("#file").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo("A", (400, 300), "navy")}
    )
    await chat.get_by_role("button", name="发出").click()
    await expect(chat.locator(".message.me")).to_have_count(1)
    for _ in range(40):
        await chat.reload()
        if await chat.locator(".message.me .files img").count():
            break
        await chat.wait_for_timeout(250)
    await expect(chat.locator(".message.me .files img")).to_have_count(1)
