"""Labelling in a real browser with the keyboard alone, a training followed live, the pages at both widths."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import browser
from tests.browser.test_desk import faults, menu, open_page, shots, wide_and_narrow
from tests.desk.conftest import Desk
from tests.learning.conftest import CANDIDATE, REFUSED, until
from tests.service import Record, Service

pytestmark = [pytest.mark.browser, pytest.mark.slow(80)]
__all__ = ["browser", "faults", "shots"]
HOME = "/admin/understanding"


@pytest.fixture
async def admin(browser: Browser, heard: Service, desk: Desk, faults: list[str]) -> AsyncIterator[Page]:
    await desk.hire("he", "admin")
    page = await open_page(browser, faults)
    await page.goto(f"{heard.base}/login")
    await page.get_by_label("用户名").fill("he")
    await page.get_by_label("密码", exact=True).fill("he-longer-one")
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="求助单")).to_be_visible()
    yield page
    await page.context.close()


async def listening(page: Page) -> None:
    """The page's script hears keys."""
    await expect(page.locator("body[data-keys]")).to_be_visible()


async def test_labelling_and_models_as_an_admin_uses_them(
    admin: Page, heard: Service, record: Record, shots: Path
) -> None:
    # Whatever another test of this folder has done, these wait to be labelled.
    await record.connection.execute("delete from label_looks")
    await record.connection.execute(
        "update label_candidates set status = 'waiting', skipped_by = '{}', held_until = '-infinity'"
    )
    await menu(admin, "管理", "系统管理")
    await admin.get_by_role("link", name="理解").click()
    await expect(admin.get_by_role("heading", level=1)).to_have_text("先标这些")
    await wide_and_narrow(admin, shots, "understanding")

    # Keys alone: urgency, intent, a further need, Enter; nothing chosen is said.
    await admin.get_by_role("link", name="开始标注").click()
    said = admin.locator("#said")
    first = await said.text_content()
    await wide_and_narrow(admin, shots, "label")
    await listening(admin)
    await admin.keyboard.press("Enter")
    await expect(admin.locator("#toast")).to_contain_text("还没有选")
    for key in ("2", "p", "Shift+A", "7"):
        await admin.keyboard.press(key)
    await expect(admin.locator("[name=urgency]:checked")).to_have_value("urgent")
    await expect(admin.locator("[name=further]:checked")).to_have_count(1)
    await admin.keyboard.press("Enter")
    await expect(admin.get_by_text("今天您 1 条")).to_be_visible()
    await expect(said).not_to_have_text(first or "")
    kept = (await record.rows("select urgency, further, flags from label_looks where by = 'he'"))[0]
    assert (kept["urgency"], len(kept["further"]), kept["flags"]) == ("urgent", 1, ["lone_elder"])

    # U takes it back; typing finds an intent; a chosen word is struck out; S leaves one.
    await listening(admin)
    await admin.keyboard.press("u")
    await expect(said).to_have_text(first or "")
    await listening(admin)
    await admin.keyboard.press("/")
    await admin.keyboard.type("断药")
    await admin.keyboard.press("Enter")
    await expect(admin.locator("[name=intent]:checked")).to_have_value("medicine")
    await admin.evaluate("getSelection().setBaseAndExtent(said.firstChild, 0, said.firstChild, 2)")
    await admin.keyboard.press("-")
    await expect(admin.locator("#said mark").first).to_have_text((first or "")[:2])
    await admin.screenshot(path=shots / "label-chosen.png", full_page=True)
    await admin.keyboard.press("3")
    await admin.keyboard.press("Enter")
    await expect(said).not_to_have_text(first or "")
    await listening(admin)
    async with admin.expect_navigation():
        await admin.keyboard.press("s")
    await until(lambda: record.value("select count(*) from label_candidates where skipped_by = '{he}'"))

    # Pictures of what two disagree on, a candidate compared, one refused.
    await record.connection.execute(
        "update label_candidates set status = 'settle' where (conversation, turn) in "
        "(select conversation, turn from label_looks)"
    )
    await admin.goto(f"{heard.base}{HOME}/settle")
    await expect(admin.get_by_role("button", name="就这样定").first).to_be_visible()
    await wide_and_narrow(admin, shots, "settle")
    await admin.goto(f"{heard.base}{HOME}/models/{CANDIDATE}")
    await admin.get_by_role("button", name="和在用的比一比").click(timeout=90_000)  # both models read every frozen row
    await expect(admin.get_by_role("heading", name=re.compile("同样的"))).to_be_visible(timeout=60_000)
    await wide_and_narrow(admin, shots, "model")
    await admin.goto(f"{heard.base}{HOME}/models/{REFUSED}")
    await expect(admin.get_by_role("button", name="启用")).to_be_disabled()
    await wide_and_narrow(admin, shots, "refused")
    await admin.goto(f"{heard.base}{HOME}/shadow")
    await wide_and_narrow(admin, shots, "shadow")

    # A training shows how far it is without a reload, and is stopped.
    await admin.goto(f"{heard.base}{HOME}")
    await admin.get_by_role("button", name="训练", exact=True).click()
    await expect(admin.locator("#trainingbox progress")).to_be_visible()
    await expect(admin.locator("#trainingbox")).to_contain_text("交叉验证", timeout=120_000)
    await wide_and_narrow(admin, shots, "training")
    admin.once("dialog", lambda dialog: dialog.accept())
    await admin.get_by_role("button", name="停下").click()
    await expect(admin.locator("#trainingbox")).to_contain_text("停下了")
