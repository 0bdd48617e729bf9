"""The desk's real service; people of these stories are their own, and time is moved in the record instead of waited for."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.desk.conftest import Desk, Person, Resident, desk, number_of, platform, record, service
from tests.service import Record, Service

__all__ = ["desk", "platform", "record", "service"]

URGENT = "妈妈化疗停了两次，明天再不去要出事，请记者联系，电话13800005678，静安区南京西路1000弄3号101室"


async def until(look: Callable[[], Awaitable[Any]], what: str, seconds: float = 40) -> Any:
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := await look():
            return found
        await asyncio.sleep(0.2)
    raise AssertionError(f"never: {what}")


async def waiting_ticket(service: Service, record: Record, sender: str, words: str, minutes: int = 30) -> str:
    """A ticket nobody has, as if it had come so long ago."""
    await Resident(service, sender).say(words)
    number = await number_of(record, sender)
    await record.rows(
        "update tickets set created_at = created_at - make_interval(mins => $2) where number = $1", number, minutes
    )
    return number


@pytest.fixture(scope="module")
async def editor(desk: Desk) -> AsyncIterator[Person]:
    yield await desk.hire("bianji", "editor")
