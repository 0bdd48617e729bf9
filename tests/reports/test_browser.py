"""A reporter and two editors at their screens: the obstacle in one press, the ladder, the report from proposal to answer."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from yarl import URL

from bot.desk.session import COOKIE, begin
from bot.directory.units import Draft
from bot.people import add_user
from bot.store.database import Database
from bot.store.directory import add_unit
from tests.browser.conftest import browser, service
from tests.browser.test_desk import faults, open_page, shots, wide_and_narrow
from tests.desk.conftest import WHERE, Resident, number_of
from tests.service import Record, Service

__all__ = ["browser", "faults", "service", "shots"]

pytestmark = [pytest.mark.browser, pytest.mark.slow(41)]


async def seated(page: Page, service: Service, database: Database, login: str, name: str, role: str) -> None:
    """At the desk without the walk through the login page."""
    await add_user(database, login, name, role, "long-enough-1", must_change=False)
    host = URL(service.base).host or ""
    await page.context.add_cookies(
        [{"name": COOKIE, "value": await begin(database, login), "domain": host, "path": "/"}]
    )


async def test_from_the_first_press_to_the_answer(
    browser: Browser, service: Service, shots: Path, faults: list[str]
) -> None:
    lina, editor = await open_page(browser, faults), await open_page(browser, faults)
    async with Record(service.home) as record:
        database = Database(record.dsn, limit=20)
        await database.open()
        await seated(lina, service, database, "lina", "李娜", "reporter")
        await seated(editor, service, database, "wang", "王编辑", "editor")
        for n in range(3):
            for text in ("外婆83岁，仁济医院说没有核酸证明不给透析，三天没做了", WHERE):
                await Resident(service, f"seen-{n}").say(text)
        number = await number_of(record, "seen-0")
        now = await record.value("select now()")
        draft = Draft("三林锦绣居委会", "committee", "浦东新区", "三林镇", (), ("021-50009300",), "", "", "官网")
        unit = await add_unit(database, draft, "lina", now)
        key = record.vault.data_key(*(await record.rows(
            "select c.id, c.data_key from contacts c join tickets t on t.conversation = c.id where t.number = $1", number
        ))[0])  # fmt: skip
        await record.rows(
            "insert into calls (number, conversation, unit, dialled, at, by, result, promise_due, promise_state, body) "
            "select $1, conversation, $2, '', now() - interval '6 hours', 'lina', 'agreed', now() - interval '2 hours', "
            "'open', $3 from tickets where number = $1",
            number, unit, key.seal(b'{"promise":"\xe4\xb8\x8b\xe5\x8d\x88\xe6\xb4\xbe\xe8\xbd\xa6","note":""}'),
        )  # fmt: skip

        # The queue marks it; the ticket says the one thing to do; everything by keyboard.
        await lina.goto(f"{service.base}/desk")
        await expect(lina.locator(f"#row-{number}").first).to_contain_text("该提级了")
        await wide_and_narrow(lina, shots, "queue-supervise")
        await lina.goto(f"{service.base}/desk/tickets/{number}")
        await expect(lina.locator("#live")).to_have_attribute("data-state", "live")
        await lina.get_by_role("button", name="接手").click()
        await expect(lina.locator("#part-holder")).to_contain_text("在您手上")
        box = lina.locator("#part-supervision")
        await expect(box).to_contain_text("建议提级到街道镇：三林锦绣居委会答应")
        await box.get_by_text("提级到街道镇", exact=True).focus()
        await lina.keyboard.press("Enter")
        await expect(box.locator("#say-words")).to_contain_text("浦东新区三林镇有一位80多岁的")
        await wide_and_narrow(lina, shots, "ticket-climbing")
        await box.get_by_label("谁接的、什么职务").fill("三林镇值班领导")
        await box.get_by_label("答应什么").fill("一小时内派车")
        await lina.keyboard.press("Enter")
        await expect(box).to_contain_text("三林镇值班领导")
        await expect(box).not_to_contain_text("建议提级")
        stuck = lina.locator("#part-obstacles")
        button = stuck.get_by_role("button", name="没有核酸证明，医院不收")
        await button.focus()
        await lina.keyboard.press("Enter")
        await expect(button).to_have_attribute("aria-pressed", "true")
        await wide_and_narrow(lina, shots, "ticket-stuck")
        await record.rows(
            "insert into ticket_obstacles (number, obstacle, by, at) select number, 'test_demanded', 'lina', now() from tickets "
            "on conflict do nothing"
        )
        await record.rows("update tickets set verification = 'called_back'")

        # Who is waited for; one that is overdue stands first and is settled in one press.
        await record.rows(
            "update supervision set due = now() - interval '20 minutes', at = at - interval '5 hours' where number = $1",
            number,
        )
        await lina.goto(f"{service.base}/desk/supervision")
        await expect(lina.locator("#list")).to_contain_text("过了时间没有回音")
        await expect(lina.locator("#list")).to_contain_text("建议提级到区")
        await wide_and_narrow(lina, shots, "supervision")
        await lina.get_by_role("button", name="办了一部分").first.click()
        await expect(lina.locator("#list")).not_to_contain_text("过了时间没有回音")

        # The proposal, the draft, what slips in, the signature.
        await lina.goto(f"{service.base}/desk/reports")
        await expect(lina.locator("main")).to_contain_text("没有核酸证明，医院不收")
        await wide_and_narrow(lina, shots, "reports")
        await lina.get_by_role("button", name="写速报").first.click()
        await lina.get_by_label("题目").fill("透析病人没有核酸证明进不了医院")
        await lina.get_by_label("事实").fill("家住牡丹路60弄，电话13800005678")
        await lina.get_by_label("卡在哪里").fill("医院门口仍要48小时报告。")
        await lina.get_by_label("建议").fill("今天通知各透析室先收治。")
        await lina.get_by_label("建议").press("Control+Enter")
        await expect(lina.locator(".notice.bad")).to_contain_text("只写到街镇")
        await expect(lina.get_by_label("题目")).to_have_value("透析病人没有核酸证明进不了医院")
        await wide_and_narrow(lina, shots, "report-slip")
        await lina.get_by_label("事实").fill("4月3日起多家医院要报告。")
        await lina.get_by_role("button", name="存草稿").click()
        await expect(lina.locator(".notice.bad")).to_have_count(0)
        await wide_and_narrow(lina, shots, "report-draft")
        await lina.get_by_role("button", name="署名，请人签发").click()
        await expect(lina.locator("main")).to_contain_text("要请另一位编辑签发")

        editor.on("dialog", lambda dialog: dialog.accept())
        await editor.goto(lina.url)
        await editor.get_by_role("button", name="看过了，签发编号").click()
        await expect(editor.get_by_role("heading", level=1)).to_contain_text("速报1号")
        await editor.get_by_label("送给谁").fill("市防控办值班")
        await wide_and_narrow(editor, shots, "report-approved")
        await editor.get_by_role("button", name="已送出，记下").click()
        await editor.get_by_label("谁答复的、怎么办").fill("市卫健委已通知各透析室先收治")
        await editor.get_by_role("button", name="记下", exact=True).click()
        await expect(editor.locator("#tell textarea")).to_have_value(re.compile("我们写进速报1号报了上去"))
        await editor.get_by_label("看过了，发给他们").check()
        await wide_and_narrow(editor, shots, "report-tell")
        await editor.get_by_role("button", name="发给选中的居民").click()
        await expect(editor.locator("#tell")).to_contain_text("已发给居民")
        await expect(editor.locator("#tell")).to_contain_text("同事在办，请他来说")
        await wide_and_narrow(editor, shots, "report-told")
        await editor.goto(f"{lina.url}/sheet")
        await wide_and_narrow(editor, shots, "report-sheet")
        await editor.emulate_media(media="print")
        await expect(editor.get_by_role("button", name="打印或存PDF")).to_be_hidden()
        await expect(editor.locator(".a4")).to_contain_text("速报1号")
        await lina.goto(f"{service.base}/desk/tickets/{number}")
        await expect(lina.locator("#part-obstacles")).to_contain_text("已有速报1号")
        await wide_and_narrow(lina, shots, "ticket-reported")
        await database.close()
    for page in (lina, editor):
        await page.context.close()
