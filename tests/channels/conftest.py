"""One running service for what comes in beside WeChat and Douyin, with the desk's people and WeCom's side of the wire."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from bot.embedded import EmbeddedPostgres
from bot.store.contacts import erase_contact
from bot.store.database import Database
from tests.desk.conftest import desk, record
from tests.homes import Homes, serving
from tests.platforms.wecom import WeComPlatform
from tests.service import Service

__all__ = ["desk", "record"]

PUSH_TOKEN = "stub-push-token"


@pytest.fixture(scope="package")
async def wecom() -> AsyncIterator[WeComPlatform]:
    async with WeComPlatform(page=2).serve() as platform:
        yield platform


@pytest.fixture(scope="package")
async def service(homes: Homes, wecom: WeComPlatform) -> AsyncIterator[Service]:
    secrets = wecom.secrets()
    settings = {
        "BANGNONG_CHANNELS": "app:main,wecom:main,toutiao:push",
        "BANGNONG_WECOM_MAIN_CORPID": secrets.corpid.reveal(),
        "BANGNONG_WECOM_MAIN_SECRET": secrets.secret.reveal(),
        "BANGNONG_WECOM_MAIN_TOKEN": secrets.token.reveal(),
        "BANGNONG_WECOM_MAIN_OPEN_KFID": secrets.open_kfid.reveal(),
        "BANGNONG_WECOM_MAIN_AES_KEY": secrets.aes_key.reveal(),
        "BANGNONG_WECOM_MAIN_API_BASE": wecom.base,
        "BANGNONG_TOUTIAO_PUSH_TOKEN": PUSH_TOKEN,
        "BANGNONG_TOUTIAO_PUSH_PUSH": "on",
    }
    async with serving(homes.new("channels"), **settings) as running:
        yield running


async def erase(service: Service, contact: UUID) -> None:
    """As `bangnong erase` does it."""
    database = Database(EmbeddedPostgres(service.home).dsn, size=1, limit=20)
    await database.open()
    assert await erase_contact(database, contact)
    await database.close()
