"""A real service and a real Chromium for the stories of this folder; one loud line where there is no browser."""

import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Error, async_playwright, expect

from tests.browser.install import find_browser
from tests.homes import Homes, serving
from tests.service import Service
from tests.warm import told

NO_BROWSER = "NO BROWSER: install Chromium (python -m tests.browser.install) to test the desk as people use it"

# Three browsers share two cores with their services: what is late there is not wrong.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        try:
            chromium = await playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        except Error:
            if os.environ.get("BANGNONG_REQUIRE_BROWSER") == "1":
                raise
            pytest.skip(NO_BROWSER)
        yield chromium
        await chromium.close()


@pytest.fixture(scope="module")
async def service(homes: Homes) -> AsyncIterator[Service]:
    async with serving(homes.new("browser")) as running:
        yield running


async def add_person(service: Service, login: str, name: str, role: str) -> str:
    """A member of staff as `bangnong users add` makes one; the first password."""
    said = await told(["users", "add", login, "--name", name, "--role", role], service.env)
    return said.split("/")[1].split()[0]
