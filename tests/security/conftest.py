"""One real service with every door that can be switched on for outsiders, a person of every role, and residents."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk.conftest import Desk, Person, desk, record
from tests.service import Service, stop_engines

__all__ = ["desk", "record"]

ROLES = ("reporter", "editor", "liaison", "admin", "auditor")


@pytest.fixture(scope="package")
async def service(trained: Path) -> AsyncIterator[Service]:
    folder = Path(tempfile.mkdtemp(prefix="bangnong-security-"))
    folder.chmod(0o711)
    shutil.copytree(trained, folder / "models")
    settings = {
        "BANGNONG_OPEN311_INTENTS": "medicine,supplies", "BANGNONG_API_A_MINUTE": "100000",
        "BANGNONG_HOTLINE_URL": "http://127.0.0.1:9/orders", "BANGNONG_HOTLINE_SECRET": "a-secret-agreed-with-nobody",
    }  # fmt: skip
    running = await Service(folder, **settings).start()
    yield running
    assert running.process is not None
    assert running.process.poll() is None, f"the service died:\n{running.log.read_text('utf-8')[-3000:]}"
    assert await running.stop() == 0
    stop_engines(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
async def people(desk: Desk) -> dict[str, Person]:
    """A person of every role; `zhou` is a further reporter whom others may wish to look at."""
    found = {role: await desk.hire(f"the-{role}", role) for role in ROLES}
    return {**found, "zhou": await desk.hire("zhou")}
