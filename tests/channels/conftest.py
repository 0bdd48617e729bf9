"""One running service for what comes in beside WeChat and Douyin, with the desk's people and WeCom's side of the wire."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from bot.embedded import EmbeddedPostgres
from bot.store.contacts import erase_contact
from bot.store.database import Database
from tests.desk.conftest import desk, record
from tests.platforms.wecom import WeComPlatform
from tests.service import Service, stop_engines

__all__ = ["desk", "record"]

PUSH_TOKEN = "stub-push-token"


@pytest.fixture(scope="package")
async def wecom() -> AsyncIterator[WeComPlatform]:
    async with WeComPlatform(page=2).serve() as platform:
        yield platform


@pytest.fixture(scope="package")
async def service(trained: Path, wecom: WeComPlatform) -> AsyncIterator[Service]:
    folder = Path(tempfile.mkdtemp(prefix="bangnong-channels-"))
    folder.chmod(0o711)
    shutil.copytree(trained, folder / "models")
    secrets = wecom.secrets()
    running = await Service(
        folder,
        BANGNONG_CHANNELS="app:main,wecom:main,toutiao:push",
        BANGNONG_WECOM_MAIN_CORPID=secrets.corpid.reveal(),
        BANGNONG_WECOM_MAIN_SECRET=secrets.secret.reveal(),
        BANGNONG_WECOM_MAIN_TOKEN=secrets.token.reveal(),
        BANGNONG_WECOM_MAIN_OPEN_KFID=secrets.open_kfid.reveal(),
        BANGNONG_WECOM_MAIN_AES_KEY=secrets.aes_key.reveal(),
        BANGNONG_WECOM_MAIN_API_BASE=wecom.base,
        BANGNONG_TOUTIAO_PUSH_TOKEN=PUSH_TOKEN,
        BANGNONG_TOUTIAO_PUSH_PUSH="on",
    ).start(wait=90)
    yield running
    assert running.process is not None
    assert running.process.poll() is None, f"the service died:\n{running.log.read_text('utf-8')[-3000:]}"
    assert await running.stop() == 0
    stop_engines(folder)
    shutil.rmtree(folder, ignore_errors=True)


async def erase(service: Service, contact: UUID) -> None:
    """As `bangnong erase` does it."""
    database = Database(EmbeddedPostgres(service.home).dsn, size=1, limit=20)
    await database.open()
    assert await erase_contact(database, contact)
    await database.close()
