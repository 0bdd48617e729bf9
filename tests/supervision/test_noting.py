"""What newly fell due is noted beside batches of turns: neither ever waits for the other in a circle."""

import asyncio
from datetime import UTC, datetime

import asyncpg

from bot.store.database import Database
from bot.store.supervision_facts import note_proposals
from tests.service import Record
from tests.tally.conftest import Put, put

ONE, TWO = "B220405-9001", "B220405-9002"
_WAITING = (
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' "
    "and query like '%ticket_changes%'"
)


async def test_a_batch_that_holds_the_second_may_have_the_first(database: Database, record: Record) -> None:
    now = datetime.now(UTC)
    await put(database, Put(ONE, now), Put(TWO, now))
    batch = await asyncpg.connect(database.dsn)
    try:
        async with batch.transaction():
            await batch.execute("update tickets set changed = changed where number = $1", TWO)
            noting = asyncio.create_task(note_proposals(database, [(ONE, "raised", now), (TWO, "raised", now)]))
            while not await record.value(_WAITING):
                assert not noting.done()
                await asyncio.sleep(0.01)
            await batch.execute("update tickets set changed = changed where number = $1", ONE)
        assert await noting == [ONE, TWO]
        assert await note_proposals(database, [(ONE, "raised", now), (TWO, "raised", now)]) == []
        assert await note_proposals(database, [(ONE, "refused", now), (ONE, "raised", now)]) == [ONE]
    finally:
        await batch.close()
        await database.execute("delete from tickets where number = any ($1)", [ONE, TWO])
        await database.execute("delete from supervision_noted where number = any ($1)", [ONE, TWO])
