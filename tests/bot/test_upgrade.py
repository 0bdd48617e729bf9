"""A program takes the place of an older one whose model it cannot read: nobody who writes meanwhile waits for a training."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from tests.desk.conftest import RED, Resident
from tests.homes import Homes
from tests.service import Service, stop_engines


def trainers(parent: int) -> list[Path]:
    """The trainings that `parent` started, as their folders under /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            own = int(stat.read_text().rsplit(")", 1)[1].split()[1]) == parent
            if own and b"\0train\0" in (stat.parent / "cmdline").read_bytes():
                found.append(stat.parent)
        except OSError:
            continue
    return found


@pytest.mark.slow
async def test_danger_is_answered_while_the_model_is_made_anew(homes: Homes) -> None:
    home = homes.new("upgrade")
    about = home / "models" / (home / "models" / "current").read_text().strip() / "model.json"
    about.write_text(json.dumps({**json.loads(about.read_text("utf-8")), "features": "of/another/version"}), "utf-8")
    service = await Service(home).start()
    try:
        assert service.process is not None
        (training,) = trainers(service.process.pid)
        (words,) = await Resident(service, "meanwhile").say(RED)
        assert "120" in words
        assert training.exists(), "it was over before anybody could write: this shows nothing"
        assert await service.stop() == 0
        told = service.log.read_text("utf-8")
        assert "其间先只用规则" in told
        assert told.count("bad_model") == 1, "said once, not every two seconds"
        await asyncio.sleep(1)
        assert not training.exists(), "it goes on without the service that wanted it"
    finally:
        await service.stop()
        stop_engines(home)
        shutil.rmtree(home, ignore_errors=True)
