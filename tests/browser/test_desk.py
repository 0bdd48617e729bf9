"""A night at the desk, told once from end to end: the resident on /chat, two reporters on /desk, real pages all three.

What people see is pinned here; how it is done is nobody's business in this file.
"""

import os
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import add_person
from tests.service import Service

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("BANGNONG_SHOTS", "")

RED = "我外婆尿毒症 三天没透析了 腿肿 喘不上气"
PHONE = "13800005678"
WHERE = f"好的好的 电话是{PHONE} 我们住浦东新区三林镇牡丹路60弄5号楼502室 谢谢你们"
BELLS = "navigator.locks.query().then(({ held }) => held.filter(({ name }) => name === 'bangnong-bell').length)"


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the screenshots go: BANGNONG_SHOTS, for whoever wants to look at them."""
    if not SHOTS:
        return tmp_path_factory.mktemp("screenshots")
    Path(SHOTS).mkdir(parents=True, exist_ok=True)
    return Path(SHOTS)


@pytest.fixture
async def faults() -> AsyncIterator[list[str]]:
    """Whatever a page complained about: script errors and refusals of the content security policy."""
    found: list[str] = []
    yield found
    assert found == []


async def open_page(browser: Browser, faults: list[str], width: int = 1280, **more: object) -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": 860},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        **more,  # type: ignore[arg-type]
    )
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    return page


async def log_in(page: Page, service: Service, login: str, password: str) -> None:
    """First login: the given password must be changed, then the queue is there."""
    await page.goto(f"{service.base}/desk")
    await expect(page).to_have_url(re.compile(r"/login\?next="))
    await page.get_by_label("用户名").fill(login)
    await page.get_by_label("密码", exact=True).fill(password)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="换一个密码")).to_be_visible()
    await page.get_by_label("现在的密码").fill(password)
    await page.get_by_label("新密码", exact=True).fill(f"{login}-longer-one")
    await page.get_by_label("再输一遍").fill(f"{login}-longer-one")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_role("heading", name="求助单")).to_be_visible()


async def say(chat: Page, text: str) -> None:
    await chat.locator("#text").fill(text)
    await chat.locator("#text").press("Enter")


async def menu(page: Page, group: str, word: str) -> None:
    """Through the menu as people go: open the group, press the word."""
    nav = page.locator(".nav")
    await nav.locator("summary", has_text=group).click()
    await nav.get_by_role("link", name=word, exact=True).click()


async def wide_and_narrow(page: Page, shots: Path, name: str) -> None:
    """Nothing that has to be scrolled sideways at either width, and pictures of both where they are kept."""
    for width in (390, 1280):
        await page.set_viewport_size({"width": width, "height": 860})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width}"
        if SHOTS:  # a picture costs more than most clicks
            await page.screenshot(path=shots / f"{name}-{width}.png", full_page=True)


async def test_a_red_case_from_the_first_word_to_the_end(
    browser: Browser, service: Service, shots: Path, faults: list[str]
) -> None:
    first = await add_person(service, "lina", "李娜", "reporter")
    second = await add_person(service, "zhou", "周明", "reporter")
    chat = await open_page(browser, faults, 390)
    lina = await open_page(browser, faults)
    zhou = await open_page(browser, faults)
    await chat.goto(f"{service.base}/chat")
    await log_in(lina, service, "lina", first)
    await log_in(zhou, service, "zhou", second)
    await expect(lina).to_have_title("帮侬忙")
    await expect(lina.locator("#live")).to_have_attribute("data-state", "live")

    # The resident writes: the 120 line and one ask, in one message.
    await say(chat, RED)
    answer = chat.locator(".message.bot .bubble")
    await expect(answer).to_have_count(1)
    await expect(answer).to_contain_text("120")
    await expect(answer).to_contain_text("电话")
    await expect(answer).to_contain_text("地址")

    # The desk learns it without reloading: on top, in red and in words, the title counts, the page says it aloud.
    row = lina.locator("#pinned .row").first
    await expect(row).to_contain_text("危急")
    await expect(row).to_contain_text("透析")
    await expect(row).to_contain_text("没透析")
    await expect(lina).to_have_title("(1) 帮侬忙")
    await expect(lina.locator("#alarm")).to_contain_text("危急")
    await expect(zhou).to_have_title("(1) 帮侬忙")
    await lina.wait_for_function(f"{BELLS}.then(bells => bells === 1)")  # it rings, and goes on
    await wide_and_narrow(lina, shots, "queue-red")

    # 知道了: silent everywhere, and the ticket stays on top of the queue.
    await lina.keyboard.press("a")
    await expect(lina).to_have_title("帮侬忙")
    await expect(zhou).to_have_title("帮侬忙")
    for page in (lina, zhou):
        await page.wait_for_function(f"{BELLS}.then(bells => bells === 0)")
    await expect(lina.locator("#queue .row").first).to_contain_text("危急")

    # Open by keyboard, claim; a second reporter sees who has it and cannot.
    await lina.keyboard.press("j")
    await expect(lina.locator("#queue .row a").first).to_be_focused()
    await lina.keyboard.press("Enter")
    await expect(lina.get_by_role("heading", level=1)).to_contain_text(re.compile(r"B\d{5}-\d{4}"))
    await zhou.locator("#queue .row a").first.click()
    await expect(zhou.get_by_role("button", name="接手")).to_be_visible()
    await lina.get_by_role("button", name="接手").click()
    await expect(lina.locator("#part-holder")).to_contain_text("在您手上")
    await expect(zhou.locator("#part-holder")).to_contain_text("李娜")
    await expect(zhou.get_by_role("button", name="接手")).to_have_count(0)

    # Phone and address in one sentence with other words around: they appear on the open ticket, masked.
    await say(chat, WHERE)
    facts = lina.locator("#part-facts")
    reach = lina.locator("#part-contact")
    await expect(reach.locator("[data-slot=phone]")).to_contain_text("138****5678")
    await expect(reach.locator("[data-slot=address]")).to_contain_text("牡丹路")
    await expect(lina.locator("#part-talk")).to_contain_text("好的好的")
    assert PHONE not in await lina.content()
    assert "502室" not in await lina.content()
    await expect(answer).to_have_count(1)  # the bot is silent beside a reporter
    await reach.locator("[data-slot=phone]").get_by_role("button", name="显示").click()
    await expect(reach.get_by_role("link", name=PHONE)).to_have_attribute("href", f"tel:{PHONE}")
    await reach.get_by_role("button", name="电话打过了").click()
    await expect(facts.get_by_label("核实", exact=True)).to_have_value("called_back")
    await wide_and_narrow(lina, shots, "ticket")

    # The reporter writes; twice on the button is once in the chat.
    box = lina.get_by_label("写给居民")
    await box.fill("您好，我是记者李娜。已经联系三林镇，请保持电话畅通。")
    await box.press("Control+Enter")
    await box.press("Control+Enter")
    read = chat.locator(".message.reporter .bubble")
    await expect(read).to_have_text(["您好，我是记者李娜。已经联系三林镇，请保持电话畅通。"])
    await expect(box).to_have_value("")
    await expect(lina.locator("#part-talk .said.reporter")).to_contain_text("请保持电话畅通")

    # One click on the right intent is tomorrow's training row.
    await facts.get_by_label("改类别").select_option("emergency")
    await expect(lina.locator("#part-history")).to_contain_text("类别改为急危重症")

    # Handed back: the bot listens again; food is a need of its own and gets its own ticket.
    await lina.get_by_text("交回", exact=True).click()
    await lina.get_by_label("交回说明").fill("已联系镇里，等车")
    await lina.get_by_role("button", name="交回给自动助手").click()
    await expect(lina.locator("#part-holder")).to_contain_text("没有人接手")
    await say(chat, "另外家里已经断粮两天了 米和菜都没有了")
    await expect(lina.locator("#part-others a")).to_have_count(1)
    await expect(lina.locator("#part-others")).to_contain_text("生活物资")

    # Closed with an outcome, the resident is told, the queue no longer shows it.
    await lina.get_by_text("结束这张单").click()
    await lina.get_by_label("已解决", exact=True).check()
    await lina.get_by_role("button", name="结束", exact=True).click()
    await expect(lina.locator("#part-head")).to_contain_text("已解决")
    await expect(chat.locator(".message.bot .bubble").last).to_contain_text("已办结")
    await wide_and_narrow(lina, shots, "ticket-closed")
    await zhou.goto(f"{service.base}/desk")
    await expect(zhou.locator("#queue .row, #pinned .row")).to_have_count(1)
    await expect(zhou.locator("body")).to_contain_text("生活物资")
    for page in (chat, lina, zhou):
        await page.context.close()


@pytest.mark.slow(19)
async def test_what_comes_while_writing_is_shown_and_nothing_is_lost(
    browser: Browser, service: Service, shots: Path, faults: list[str]
) -> None:
    first = await add_person(service, "gu", "顾真", "reporter")
    chat, desk = await open_page(browser, faults, 390), await open_page(browser, faults)
    await desk.set_viewport_size(
        {"width": 1280, "height": 1200}
    )  # at night the 120 line is longer: all of it is in sight
    await chat.goto(f"{service.base}/chat")
    await say(chat, "我爸爸胸口痛 出冷汗")
    await expect(chat.locator(".message.bot")).to_have_count(1)
    await log_in(desk, service, "gu", first)
    await desk.locator("#pinned .row", has_text="胸口痛").locator("a").focus()
    await desk.keyboard.press("c")  # from the list: taken and opened
    await expect(desk).to_have_url(re.compile("/desk/tickets/"))
    await expect(desk.locator("#live")).to_have_attribute("data-state", "live")
    await expect(desk.locator("#part-holder")).to_contain_text("在您手上")
    await expect(desk.locator("#part-head")).not_to_contain_text("知道了")  # taken is seen

    # A message crosses the half-written reply: it is said beside it, and the draft stays as it was.
    box = desk.get_by_label("写给居民")
    await box.fill("您好，我是顾真，请先")
    await say(chat, "我们在家里等您电话")
    await expect(desk.locator("#crossed")).to_contain_text("我们在家里等您电话")
    await expect(box).to_have_value("您好，我是顾真，请先")
    await wide_and_narrow(desk, shots, "ticket-crossed")

    # Away and back: the draft is there, and a line stands above what was not seen yet.
    await desk.goto(f"{service.base}/desk")
    await say(chat, "人已经站不起来了")
    await desk.locator(".row", has_text="胸口痛").locator("a").first.click()
    await expect(box).to_have_value("您好，我是顾真，请先")
    await expect(desk.locator(".said", has=desk.locator(".newmark"))).to_contain_text("人已经站不起来了")
    await box.press("Control+Enter")
    await expect(chat.locator(".message.reporter .bubble")).to_have_text(["您好，我是顾真，请先"])
    await expect(desk.locator("#crossed")).to_be_hidden()

    # The claim runs out soon: it counts down, and one press keeps it.
    renew = desk.get_by_role("button", name="我还在办")
    await expect(renew).to_be_hidden()
    for _ in range(10):  # a part that is read anew just now takes the true time back
        await desk.evaluate(
            "document.querySelector('[data-claim]').dataset.claim = new Date(Date.now() + 100_000).toISOString()"
        )
        with suppress(AssertionError):
            await expect(desk.locator("#toast")).to_contain_text("我还在办", timeout=2000)
            break
    await expect(desk.locator("[data-claim]")).to_contain_text("会自动放回")
    await renew.click()
    await expect(renew).to_be_hidden()

    # Lowered only with a reason; no code of the machine stands anywhere on the page.
    await desk.get_by_role("button", name="较急", exact=True).click()
    await desk.get_by_label(re.compile("为什么降到")).fill("已经上了救护车")
    await desk.get_by_role("button", name="降级").click()
    await expect(desk.locator("#part-history")).to_contain_text("缓急改为较急（已经上了救护车）")
    words = await desk.locator("main").inner_text()
    assert set(re.findall(r"[A-Za-z]{2,}", words)) <= {"Ctrl", "Enter"}, words
    for page in (chat, desk):
        await page.context.close()


@pytest.mark.slow(28)
async def test_two_colleagues_a_canned_text_and_a_note(
    browser: Browser, service: Service, shots: Path, faults: list[str]
) -> None:
    first, second = [
        await add_person(service, login, name, "reporter") for login, name in (("he", "何敏"), ("xu", "徐青"))
    ]
    chat, he, xu = (
        await open_page(browser, faults, 390),
        await open_page(browser, faults),
        await open_page(browser, faults),
    )
    await chat.goto(f"{service.base}/chat")
    await say(chat, "妈妈没气了 叫不醒")
    await expect(chat.locator(".message.bot")).to_have_count(1)
    for page, login, password in ((he, "he", first), (xu, "xu", second)):
        await log_in(page, service, login, password)
        await page.locator(".row", has_text="叫不醒").locator("a").first.click()
        await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await expect(he.locator("#here")).to_have_text("徐青也在看")
    await he.keyboard.press("c")
    await expect(he.locator("#part-holder")).to_contain_text("在您手上")
    await he.keyboard.press("m")  # and not into the reply
    await he.keyboard.type("居委说车已经出来了")
    await he.keyboard.press("Control+Enter")
    await expect(xu.locator("#part-notes")).to_contain_text("居委说车已经出来了")
    await expect(he.locator("#note-text")).to_have_value("")

    await he.keyboard.press("Escape")
    await he.keyboard.press("t")
    await he.keyboard.type("jw")
    await wide_and_narrow(he, shots, "canned")
    await he.keyboard.press("Enter")
    box = he.get_by_label("写给居民")
    await expect(box).to_have_value(re.compile("^已经联系＿＿"))
    await expect(xu.locator("#here")).to_have_text("何敏正在写回复")
    await box.press("Control+Enter")
    await expect(he.locator("#reply-error")).to_contain_text("还有空没填")
    await he.keyboard.type("三林镇")
    await box.press("Control+Enter")
    await he.keyboard.type("马上派车")
    await box.press("Control+Enter")
    read = chat.locator(".message.reporter .bubble")
    await expect(read).to_have_text([re.compile("已经联系三林镇，对方说马上派车。")])
    assert "居委说车" not in await chat.locator("body").inner_text()
    await wide_and_narrow(xu, shots, "together")
    await he.goto(
        f"{service.base}/desk"
    )  # leaving as people do: a browser that is killed counts as here for half a minute
    await expect(xu.locator("#here")).to_be_hidden()
    for page in (chat, xu, he):
        await page.context.close()


async def test_the_desk_says_when_the_line_is_down(browser: Browser, service: Service, faults: list[str]) -> None:
    page = await open_page(browser, faults)
    await page.goto(f"{service.base}/login")
    await page.get_by_label("用户名").fill("admin")
    await page.get_by_label("密码", exact=True).fill(service.admin_password)
    await page.get_by_role("button", name="登录").click()
    live = page.locator("#live")
    await expect(live).to_have_attribute("data-state", "live")
    context: BrowserContext = page.context
    await context.set_offline(True)
    await expect(live).to_contain_text("连接断开，正在重连", timeout=15_000)
    await context.set_offline(False)
    await expect(live).to_have_attribute("data-state", "live", timeout=15_000)
    await context.close()
