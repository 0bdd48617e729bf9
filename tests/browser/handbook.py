"""The pictures of the handbook (docs/desk.md), drawn anew: `python -m tests.browser.handbook [a folder of models]`.

Everybody in them is invented. A picture that is not in `docs/pictures/` yet, or no longer looks like the page, is made by
running this again; it starts a service of its own and throws it away.
"""

import asyncio
import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bot import people
from bot.embedded import EmbeddedPostgres
from bot.store.database import Database
from tests.browser.install import find_browser
from tests.desk.conftest import Person, Resident, number_of
from tests.service import ROOT, Record, Service, stop_engines

PICTURES = ROOT / "docs" / "pictures"
STAFF = (
    ("lina", "李娜", "reporter"),
    ("zhou", "周明", "reporter"),
    ("gu", "顾真", "editor"),
    ("chief", "沈岚", "admin"),
)
TALKS = {
    "dialysis": (
        "我外婆尿毒症 三天没透析了 腿肿 喘不上气",
        "电话13800005678，浦东新区三林镇牡丹路60弄5号楼502室",
        "同意转给12345",
    ),
    "drug": ("我爸高血压，降压药只剩两天的量，配不到药", "13900001234，徐汇区田林街道柳州路100弄3号楼201室"),
    "food": ("我们楼两天没收到菜了，家里有两个孩子", "电话13700002345 闵行区莘庄镇水清路588弄12号楼"),
    "birth": ("我太太怀孕39周，肚子一阵一阵痛，医院要48小时核酸才收", "13600003456，静安区共和新路1200弄8号楼"),
    "chemo": (
        "妈妈乳腺癌，后天该化疗，医院说没有核酸证明不给住院",
        "电话13500004567，普陀区长寿路街道澳门路300弄2号楼",
    ),
}
_QUALITY = 72


class Camera:
    """Pages of the desk on their way to small files; every file must stay below 80 KB."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base

    async def go(self, path: str) -> None:
        await self.page.goto(self.base + path)
        if await self.page.locator("#live").count():
            await self.page.locator("#live[data-state=live]").wait_for()

    async def take(self, name: str, *, height: int = 0, part: str = "") -> None:
        """The window, made `height` tall, or one part of the page."""
        if height:
            size = self.page.viewport_size
            assert size is not None
            await self.page.set_viewport_size({"width": size["width"], "height": height})
        await self.page.wait_for_timeout(300)
        shot = await (self.page.locator(part).screenshot() if part else self.page.screenshot())
        target = PICTURES / f"{name}.webp"
        quality = _QUALITY
        while True:
            Image.open(io.BytesIO(shot)).convert("RGB").save(target, "WEBP", quality=quality, method=6)
            if target.stat().st_size <= 80_000 or quality < 30:
                break
            quality -= 10
        print(f"{target.relative_to(ROOT)} {target.stat().st_size // 1000} KB")


async def _touched(page: Page) -> None:
    """The first touch lets a page sound; until then it says that it cannot."""
    await page.locator("h1").first.click()


async def _do(person: Person, path: str, **fields: str) -> str:
    answer = await person.form(path, **fields)
    assert answer.status in (200, 303), (path, answer.status, answer.words[-300:])
    return str(answer.headers.get("Location", ""))


async def _staff(service: Service) -> dict[str, Person]:
    database = Database(EmbeddedPostgres(service.home).dsn, size=1, limit=20)
    await database.open()
    found = {}
    for login, name, role in STAFF:
        await people.add_user(database, login, name, role, f"{login}-longer-one", must_change=False)
        found[login] = Person(service.base)
        await found[login].log_in(login, f"{login}-longer-one")
        await found[login].get("/account")
    await database.close()
    return found


async def _told(service: Service) -> dict[str, str]:
    """Residents write; the numbers of their tickets."""
    numbers = {}
    for sender, words in TALKS.items():
        for one in words:
            await Resident(service, sender).say(one)
    async with Record(service.home) as record:
        for sender in TALKS:
            try:
                numbers[sender] = await number_of(record, sender)
            except IndexError:  # the bot would ask on: they want a person
                await Resident(service, sender).say("请转人工")
                numbers[sender] = await number_of(record, sender)
    return numbers


async def _as_of_this_morning(service: Service, numbers: dict[str, str]) -> None:
    """A desk has been open for hours: when they came, as the lists show it."""
    async with Record(service.home) as record:
        for sender, minutes in (("dialysis", 130), ("drug", 400), ("food", 25), ("birth", 55), ("chemo", 700)):
            await record.rows(
                "update tickets set created_at = created_at - make_interval(mins => $2) where number = $1",
                numbers[sender], minutes,
            )  # fmt: skip


async def _worked(staff: dict[str, Person], numbers: dict[str, str]) -> dict[str, str]:
    """What the desk did this morning; addresses of what came of it."""
    lina, zhou, gu = staff["lina"], staff["zhou"], staff["gu"]
    units = []
    for name, kind, number in (
        ("三林镇牡丹居委会", "居委村委", "021-50001111"), ("三林镇应急值班室", "街道镇", "021-50002222"),
        ("浦东试验医院透析室", "医院", "021-50003333"),
    ):  # fmt: skip
        made = await _do(
            gu, "/desk/directory/new", name=name, kind=kind, district="浦东新区", street="" if kind == "医院" else "三林镇",
            numbers=number, source="街镇通讯录", note="", verified="yes",
        )  # fmt: skip
        units.append(made.rpartition("/")[2])
    await _do(lina, "/desk/shifts/start")
    await _do(lina, "/desk/views", name="没人接的危急", query="urgency=critical&who=free")
    await _do(lina, "/desk/views", name="断药", query="intent=medicine")
    ticket = f"/desk/tickets/{numbers['dialysis']}"
    await _do(lina, f"{ticket}/claim")
    call = {"unit": units[0], "result": "answered", "promise": "今晚派车来接", "due": "0", "note": "王书记接的"}
    await _do(lina, f"{ticket}/calls", **call)
    await _do(lina, f"{ticket}/calls", unit=units[2], result="refused", note="要48小时核酸证明")
    await _do(lina, f"{ticket}/note", text="女儿晚上在家，楼下能停担架车")
    await _do(
        lina, f"{ticket}/reply", text="您好，我是记者李娜。已经联系居委派车，请保持电话畅通。", reply_id="handbook-0001"
    )
    for sender in ("dialysis", "birth", "chemo"):
        one = f"/desk/tickets/{numbers[sender]}"
        if sender != "dialysis":
            await _do(zhou, f"{one}/claim")
            await _do(zhou, f"{one}/correct", field="verification", value="called_back")
        await _do(lina if sender == "dialysis" else zhou, f"{one}/obstacle", code="test_demanded", on="yes")
    await _do(lina, f"{ticket}/correct", field="verification", value="called_back")
    step = {"who": "三林镇应急值班室", "promise": "今晚回话", "way": "phone", "due": "0", "note": ""}
    await _do(lina, f"{ticket}/supervise", level="street", **step)
    await _do(lina, f"{ticket}/order")
    report = await _do(gu, "/desk/reports", kind="flash", obstacle="test_demanded", place_kind="all", place="")
    drug = f"/desk/tickets/{numbers['drug']}"
    await _do(zhou, f"{drug}/claim")
    await _do(zhou, f"{drug}/close", outcome="solved")
    return {"ticket": ticket, "order": f"/desk/orders/{numbers['dialysis']}-1", "report": report}


async def _desk(
    browser: Browser, service: Service, person: Person, width: int, height: int
) -> tuple[BrowserContext, Camera]:
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", color_scheme="light"
    )
    await context.add_cookies([{"name": "bangnong_desk", "value": person.token, "url": service.base}])
    return context, Camera(await context.new_page(), service.base)


async def _pictures(browser: Browser, service: Service) -> None:
    staff = await _staff(service)
    numbers = await _told(service)
    await _as_of_this_morning(service, numbers)
    made = await _worked(staff, numbers)
    await Resident(service, "red").say("我爸爸胸口痛 出冷汗 说不出话")
    context, desk = await _desk(browser, service, staff["lina"], 1280, 860)
    page = desk.page
    await desk.go("/desk")
    await _touched(page)
    await desk.take("queue")
    await page.keyboard.press("?")
    await desk.take("keys", part="#help")
    async with Record(service.home) as record:
        for row in await record.rows("select number from tickets where alert <> ''"):
            await _do(staff["zhou"], f"/desk/tickets/{row['number']}/acknowledge")
    await desk.go(made["ticket"])
    await _touched(page)
    await desk.take("ticket", height=1080)
    await page.locator("#canned-open").click()
    await page.keyboard.type("jw")
    await desk.take("canned", height=860)
    await desk.go(made["ticket"])
    await desk.take("calls", part="#part-calls")
    await desk.take("facts", part="#part-facts")
    await desk.go(made["order"])
    await _touched(page)
    await desk.take("order", height=980)
    await context.close()

    context, desk = await _desk(browser, service, staff["gu"], 1280, 900)
    for name, path, height in (
        ("report", made["report"], 1000), ("revisits", "/desk/revisits", 560), ("board", "/desk/board", 1000),
    ):  # fmt: skip
        await desk.go(path)
        await _touched(desk.page)
        await desk.take(name, height=height)
    await context.close()

    context, desk = await _desk(browser, service, staff["lina"], 390, 780)
    await desk.go("/desk")
    await _touched(desk.page)
    await desk.take("phone-queue")
    await desk.go(made["ticket"])
    await _touched(desk.page)
    await desk.take("phone-ticket")
    await context.close()
    for one in staff.values():
        await one.http.close()


async def draw(models: Path) -> None:
    PICTURES.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bangnong-handbook-"))
    folder.chmod(0o711)
    shutil.copytree(models, folder / "models")
    service = await Service(folder).start()
    try:
        async with async_playwright() as playwright:
            more: dict[str, Any] = {"executable_path": find_browser(), "args": ["--no-sandbox"]}
            browser = await playwright.chromium.launch(**more)
            await _pictures(browser, service)
            await browser.close()
    finally:
        await service.stop()
        stop_engines(folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    found = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var" / "models"
    if not found.is_dir():
        sys.exit(f"no models in {found}: run `bangnong train`, or name a folder")
    asyncio.run(draw(found))
