"""The account page in a real browser: this device is asked, subscribed, woken by a real service worker, and let go again.

A headless browser has no push service behind it, so only the subscribing itself is played; the message is then given to the
worker as the browser's own service would.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import add_person
from tests.browser.test_desk import faults, log_in, open_page, shots, wide_and_narrow
from tests.platforms.push import Phone, text
from tests.service import Record, Service

__all__ = ["faults", "shots"]

pytestmark = pytest.mark.browser

PLAYED = """
    const given = { endpoint: ENDPOINT, toJSON: () => (GIVEN), unsubscribe: async () => sessionStorage.removeItem("played") };
    PushManager.prototype.subscribe = async function (options) {
        sessionStorage.setItem("played", options.applicationServerKey);
        return given;
    };
    PushManager.prototype.getSubscription = async function () { return sessionStorage.getItem("played") ? given : null; };
"""


async def shown(page: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await page.evaluate(
        "navigator.serviceWorker.getRegistration('/desk/').then((one) => one.getNotifications())"
        ".then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))"
    )
    return found


@pytest.mark.slow(35)
async def test_a_telephone_is_asked_woken_and_let_go(
    browser: Browser, service: Service, shots: Path, faults: list[str]
) -> None:
    first = await add_person(service, "song", "宋林", "reporter")
    phone = Phone("https://push.example.net/song", "")
    given = {"endpoint": phone.endpoint, "keys": {"p256dh": text(phone.point), "auth": text(phone.auth)}}
    page = await open_page(browser, faults)
    await page.context.grant_permissions(["notifications"], origin=service.base)
    played = PLAYED.replace("ENDPOINT", json.dumps(phone.endpoint)).replace("GIVEN", json.dumps(given))
    await page.add_init_script(played)
    await log_in(page, service, "song", first)
    await page.goto(f"{service.base}/account")
    box = page.locator("#push")
    await expect(box).to_contain_text("这台设备：没有开")
    wire = await page.context.new_cdp_session(page)
    workers: list[str] = []
    wire.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: workers.extend(one["registrationId"] for one in told["registrations"]),
    )
    await wire.send("ServiceWorker.enable")
    await box.get_by_role("button", name="在这台设备上提醒我").click()
    await expect(box).to_contain_text("开好了")
    assert await page.evaluate("sessionStorage.getItem('played')") == await box.get_attribute("data-key")
    await page.reload()
    await expect(box).to_contain_text("这台设备：开着")
    await expect(box.get_by_role("listitem")).to_have_count(1)
    await wide_and_narrow(page, shots, "push")

    # What the browser's service hands over once it is unsealed: a number, how urgent; nonsense wakes too.
    assert workers
    for words in ('{"number":"B20405-0831","urgency":"critical"}', '{"number":"<b>","urgency":"critical"}', "nonsense"):
        await wire.send(
            "ServiceWorker.deliverPushMessage", {"origin": service.base, "registrationId": workers[-1], "data": words}
        )
    await page.wait_for_function(
        "navigator.serviceWorker.getRegistration('/desk/').then((one) => one.getNotifications()).then((all) => all.length > 1)"
    )
    told = sorted(await shown(page), key=lambda one: one["tag"])
    assert [(one["title"], one["body"], one["data"]["path"]) for one in told] == [
        ("有危急求助，请打开工作台", "B20405-0831", "/desk/tickets/B20405-0831"),
        ("有危急求助，请打开工作台", "", "/desk"),
    ]

    await box.get_by_role("button", name="这台设备不再提醒").click()
    await expect(box).to_contain_text("这台设备不再响")
    async with Record(service.home) as record:
        assert await record.value("select count(*) from push_devices") == 0
    await page.context.close()
