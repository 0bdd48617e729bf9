"""A ticket that turns critical in a transaction that commits late is told to every open page all the same."""

import asyncio

import asyncpg
import pytest

from bot.desk import feed
from tests.inside import DYING, Open

AGAIN = "update tickets set changed = nextval('ticket_changes') where number = $1"


@pytest.mark.parametrize("others", [3, 300])
async def test_what_others_overtook_is_told(inside: Open, monkeypatch: pytest.MonkeyPatch, others: int) -> None:
    monkeypatch.setattr(feed, "_LOOK", 0.2)
    async with inside(outbox=False) as here:
        for who in ("slow", "quick"):
            await here.hear(who, DYING)
        slow, quick = [row["number"] for row in await here.database.fetch("select number from tickets order by number")]
        news = feed.Feed(here.services)
        running = asyncio.create_task(news.run())
        late = await asyncpg.connect(here.database.dsn)
        told: list[str] = []

        async def hears(number: str) -> None:
            async with asyncio.timeout(5):
                while number not in told:
                    event = await queue.get()
                    assert event is not None
                    told.extend(one["number"] for one in event["tickets"])

        try:
            async with news.listen() as queue:
                turn = late.transaction()
                await turn.start()
                await late.execute(AGAIN, slow)
                for _ in range(others):
                    await here.database.execute(AGAIN, quick)
                await hears(quick)
                await asyncio.sleep(0.5)
                while not queue.empty():
                    queue.get_nowait()
                told.clear()
                await turn.commit()
                await hears(slow)
        finally:
            running.cancel()
            await late.close()
