"""Every page as somebody meets it who reads with a screen reader, by keyboard or in the dark: axe finds nothing serious.

Which pages there are is read from the table of rights, so that a new one is looked at without being named here.
"""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.test_desk import RED, WHERE, faults, open_page, say, shots, wide_and_narrow
from tests.desk.conftest import Person
from tests.security.test_rights import ROWS
from tests.service import Record, Service

__all__ = ["faults", "shots"]

pytestmark = [pytest.mark.browser, pytest.mark.slow(60)]

AXE = Axe().axe_script
NO_PAGES = re.compile(
    r"/(events|changes|alarm|callees|parts|code|preview|training)$|/desk/\w*/?rows$|export\.|\.docx|\.xlsx|/media/"
)


NARROW = (
    "color-contrast",
    "link-name",
    "button-name",
    "label",
    "select-name",
    "scrollable-region-focusable",
    "target-size",
)
"""What may differ where it is narrow and dark; the rest was looked at where it is wide."""


async def _faults_of(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What is serious or critical, with where it is; everything that can be unfolded is unfolded first."""
    options: dict[str, Any] = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    await page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(f"{AXE}; null")
    found = await page.evaluate("(options) => axe.run(document, options).then((told) => told.violations)", options)
    return [
        f"{page.url} {one['id']}: {node['html'][:160]} {node['failureSummary'].splitlines()[-1].strip()[:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:4]
    ]


@pytest.fixture(scope="module")
async def chief(service: Service) -> Any:
    person = Person(service.base)
    await person.log_in("admin", service.admin_password)
    await person.get("/password")
    await person.form("/password", old=service.admin_password, new="admin-longer-one", again="admin-longer-one")
    await person.get("/desk")
    yield person
    await person.http.close()


async def _do(person: Person, path: str, **fields: str) -> str:
    answer = await person.form(path, **fields)
    assert answer.status in (200, 303), (path, answer.status, answer.words[-300:])
    return str(answer.headers.get("Location", ""))


async def _a_days_work(chief: Person, record: Record) -> dict[str, str]:
    """Something on every page; what the table's placeholders stand for."""
    rows = await record.rows("select number from tickets order by number")
    number, other = rows[0]["number"], rows[-1]["number"]
    ticket = f"/desk/tickets/{number}"
    unit = await _do(
        chief, "/desk/directory/new", name="三林镇试验居委会", kind="居委村委", district="浦东新区", street="三林镇",
        numbers="021-50001111", source="楼组长给的", note="找王书记", verified="yes",
    )  # fmt: skip
    await _do(chief, f"{ticket}/claim")
    await _do(chief, f"{ticket}/note", text="居委说车已经出来了")
    place = unit.rpartition("/")[2]
    await _do(chief, f"{ticket}/calls", unit=place, result="answered", promise="派车来接", due="0", note="王书记接的")
    await _do(chief, f"{ticket}/calls", result="answered", note="说还喘得上气")
    await _do(chief, f"{ticket}/obstacle", code="test_demanded", on="yes")
    step = {"who": "街道值班室", "promise": "一小时内来人", "way": "phone", "due": "0"}
    await _do(chief, f"{ticket}/supervise", level="street", **step)
    order = (await _do(chief, f"{ticket}/order")).rpartition("/")[2]
    if not order.startswith("B"):
        order = str(await record.value("select number from orders where ticket = $1", number))
    report = await _do(chief, "/desk/reports", kind="flash", obstacle="test_demanded", place_kind="all", place="")
    await _do(chief, "/desk/toutiao", pasted="我妈三天没吃上药了\n记者辛苦了")
    await _do(chief, "/desk/views", name="没人接的危急", query="urgency=critical&who=free", shared="yes")
    await _do(chief, "/desk/shifts/start")
    await _do(chief, "/admin/tokens", name="大屏", role="auditor", days="")
    await _do(chief, "/admin/webhooks", name="大屏", url="https://example.org/x", event="ticket.opened")
    await _do(chief, f"/desk/tickets/{other}/claim")
    await _do(chief, f"/desk/tickets/{other}/close", outcome="solved")
    return {
        "{ticket}": number, "{unit}": place, "orders/none": f"orders/{order}", "zhou": "admin",
        "reports/987654": f"reports/{report.rpartition('/')[2]}",
        "shifts/987654": f"shifts/{await record.value('select max(id) from shifts')}",
    }  # fmt: skip


async def _both_looks(desk: Page) -> list[str]:
    """The faults of what is shown, where it is wide and light, and then where it is narrow and dark."""
    found = await _faults_of(desk)
    await desk.emulate_media(color_scheme="dark")
    await desk.set_viewport_size({"width": 390, "height": 860})
    found += await _faults_of(desk, NARROW)
    await desk.emulate_media(color_scheme="light")
    await desk.set_viewport_size({"width": 1280, "height": 860})
    return found


async def _pages(desk: Page, base: str, paths: Sequence[str]) -> tuple[int, list[str]]:
    """How many of these addresses are pages, and their faults."""
    seen, found = 0, list[str]()
    for path in paths:
        answer = await desk.goto(f"{base}{path}")
        if answer is not None and answer.headers["content-type"].startswith("text/html"):
            seen += 1
            found += await _both_looks(desk)
            if not await desk.locator("h1, h2").count():
                found.append(f"{path}: no heading")
    return seen, found


def _addresses(stands_for: dict[str, str]) -> list[str]:
    """Whatever an admin may look at."""
    paths = []
    for row in ROWS:
        if row.method != "GET" or row.marks["a"] != "+" or NO_PAGES.search(row.path):
            continue
        path = row.path
        for name, value in stands_for.items():
            path = path.replace(name, value)
        paths.append(path)
    return paths


async def _every_page(browser: Browser, base: str, session: str, stands_for: dict[str, str]) -> list[str]:
    """The faults of the login and of every page behind it; two pages at a time."""
    found: list[str] = []
    one, other = [await open_page(browser, found, color_scheme="light") for _ in range(2)]
    await one.goto(f"{base}/login")
    found += await _both_looks(one)
    for desk in (one, other):
        await desk.context.add_cookies([{"name": "bangnong_desk", "value": session, "url": base}])
    paths = _addresses(stands_for)
    halves = await asyncio.gather(_pages(one, base, paths[::2]), _pages(other, base, paths[1::2]))
    for _, faulty in halves:
        found += faulty
    assert sum(seen for seen, _ in halves) > 45, "the pages were not there"
    for desk in (one, other):
        await desk.context.close()
    return found


async def test_no_page_has_a_serious_fault(
    browser: Browser, service: Service, chief: Person, faults: list[str]
) -> None:
    chat = await open_page(browser, faults, 390)
    await chat.goto(f"{service.base}/chat")
    found = await _faults_of(chat)
    for turn, words in enumerate((RED, WHERE, "另外家里已经断粮两天了 米和菜都没有了"), 1):
        await say(chat, words)
        await expect(chat.locator(".message.me")).to_have_count(turn)
        await expect(chat.locator(".message.bot")).to_have_count(turn)
    found += await _faults_of(chat)
    await chat.context.close()
    async with Record(service.home) as record:
        stands_for = await _a_days_work(chief, record)
    found += await _every_page(browser, service.base, chief.token, stands_for)
    assert not found, f"{len(found)}:\n" + "\n".join(found[:40])


async def test_kept_filters_and_the_list_of_keys_without_a_mouse(
    browser: Browser, service: Service, chief: Person, faults: list[str], shots: Path
) -> None:
    page = await open_page(browser, faults)
    await page.context.add_cookies([{"name": "bangnong_desk", "value": chief.token, "url": service.base}])
    await page.goto(f"{service.base}/desk?who=free&intent=dialysis")
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await page.keyboard.press("s")
    await expect(page.get_by_label("名字")).to_be_focused()
    await page.keyboard.type("没人接的透析")
    await page.keyboard.press("Enter")
    kept = page.get_by_role("navigation", name="常用筛选").get_by_role("link", name="没人接的透析")
    await expect(kept).to_have_attribute("aria-current", "true")
    key = await kept.get_attribute("aria-keyshortcuts")
    assert key
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await wide_and_narrow(page, shots, "kept")
    for pressed, goes in (("0", re.compile(r"/desk$")), (key, re.compile(r"who=free&intent=dialysis"))):
        await page.keyboard.press(pressed)
        await expect(page).to_have_url(goes)
        await expect(page.locator("#live")).to_have_attribute("data-state", "live")  # its script hears keys now
    await page.locator(
        "#q"
    ).focus()  # whoever walks with Tab comes past it, and typing a number into a field stays typing
    await page.keyboard.type("0")
    await expect(page.locator("#q")).to_have_value("0")
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="清除筛选").focus()
    for _ in range(8):
        await page.keyboard.press("Tab")
        if await kept.evaluate("(one) => one === document.activeElement"):
            break
    await expect(kept).to_be_focused()

    # The list of keys is at "?" on every page, and goes by Escape.
    for path in ("/desk", "/desk/directory", "/admin"):
        await page.goto(f"{service.base}{path}")
        await expect(page.locator("#live")).to_have_attribute("data-state", "live")
        await page.keyboard.press("?")
        keys = page.get_by_role("dialog", name="快捷键")
        await expect(keys).to_contain_text("第几个常用筛选")
        if path == "/desk":
            await wide_and_narrow(page, shots, "keys")
        await page.keyboard.press("Escape")
        await expect(keys).to_be_hidden()
    await page.context.close()
