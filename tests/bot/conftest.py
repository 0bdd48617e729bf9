"""One real service for the HTTP tests of this folder, with WeChat's stand-in behind it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.homes import Homes, serving
from tests.inside import inside, record_engines
from tests.platforms.wechat import WeChatPlatform
from tests.service import Service

__all__ = ["inside", "record_engines"]

VECTOR_ACCOUNT = {
    "BANGNONG_CHANNELS": "app:main,wechat:main,wechat:vectors",
    "BANGNONG_WECHAT_VECTORS_TOKEN": "bnmTestToken2022",
    "BANGNONG_WECHAT_VECTORS_APPID": "wx00000000test0001",
    "BANGNONG_WECHAT_VECTORS_SECRET": "stub-app-secret-0001",
    "BANGNONG_WECHAT_VECTORS_AES_KEY": "yujzed70TvzFSdV2Fi39sLeKR93gbbfjsX7ffkzVaTQ",
    "BANGNONG_WECHAT_VECTORS_AES_KEY_PREVIOUS": "UpuAaLL8NpM+wyfdHaaQcftNZsSA4WdQWQIeTzuLjwA",
}
"""A second account, with the keys of the published vectors."""


@dataclass
class Running:
    service: Service
    platform: WeChatPlatform
    http: aiohttp.ClientSession

    @property
    def base(self) -> str:
        return self.service.base

    @property
    def home(self) -> Path:
        return self.service.home


@pytest.fixture(scope="package")
async def running(homes: Homes) -> AsyncIterator[Running]:
    async with (
        WeChatPlatform().serve() as platform,
        serving(homes.new("running"), platform=platform.base, **VECTOR_ACCOUNT) as service,
        aiohttp.ClientSession() as http,
    ):
        yield Running(service, platform, http)
