"""A service where one role must come in by two steps, and people who work there."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk.conftest import desk, record
from tests.rights.issuer import Issuer
from tests.service import Service, stop_engines

__all__ = ["desk", "record"]


@pytest.fixture(scope="package")
async def issuer() -> AsyncIterator[Issuer]:
    async with Issuer().serve() as stand_in:
        yield stand_in


@pytest.fixture(scope="package")
async def service(trained: Path, issuer: Issuer) -> AsyncIterator[Service]:
    folder = Path(tempfile.mkdtemp(prefix="bangnong-rights-"))
    folder.chmod(0o711)
    shutil.copytree(trained, folder / "models")
    running = await Service(folder, BANGNONG_SECOND_FACTOR_ROLES="liaison", **issuer.env).start()
    yield running
    assert running.process is not None
    assert running.process.poll() is None, f"the service died:\n{running.log.read_text('utf-8')[-3000:]}"
    assert await running.stop() == 0
    stop_engines(folder)
    shutil.rmtree(folder, ignore_errors=True)
