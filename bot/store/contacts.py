"""Contacts: erasing one destroys its data key, so that every sealed word of theirs is noise, in backups too."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from bot.store.database import Connection, Database
from bot.store.similar import forget_marks

Still = Callable[[Connection], Awaitable[bool]]


async def erase_contact(database: Database, contact: UUID, still: Still | None = None) -> bool:
    """Destroy the contact's key and their words; codes, times and counts stay for the tally. False if there was none.

    What was open of theirs ends here, as the conversation itself ends it: nobody could end it later without its words.
    The person may write again: they come back as a new contact. Work orders and files go by triggers on the key; the
    files themselves leave the disk within seconds, and cannot be read from now on.

    `still`: asked when nothing can move the conversation on any more; where it says no, nothing is erased. Whoever
    found the contact due has waited since, and they may have written.
    """
    async with database.connection(limit=10) as connection, connection.transaction():
        known = await connection.fetchval(
            "select 1 from contacts where id = $1 and erased_at is null for update", contact
        )
        if not known:
            return False
        await connection.execute("select 1 from conversations where id = $1 for update", contact)
        if still is not None and not await still(connection):
            return False
        await connection.execute(
            "update contacts set openid_hash = null, openid = null, data_key = null, erased_at = now() where id = $1",
            contact,
        )
        await connection.execute("delete from conversations where id = $1", contact)
        await connection.execute("delete from history where conversation = $1", contact)
        await connection.execute("delete from messages where conversation = $1", contact)
        await connection.execute("delete from outbox where conversation = $1", contact)
        await connection.execute(
            "update ticket_events set detail = null where number in (select number from tickets where conversation = $1)",
            contact,
        )
        await connection.execute(
            "delete from ticket_terms where number in (select number from tickets where conversation = $1)", contact
        )
        await forget_marks(connection, contact)
        await _end_open(connection, contact)
        await connection.execute("update calls set body = null where conversation = $1", contact)
        await connection.execute("update revisits set body = null where conversation = $1", contact)
        await connection.execute("update tickets set body = '', indexed = changed where conversation = $1", contact)
        return True


async def _end_open(connection: Connection, contact: UUID) -> None:
    """Tickets still open: withdrawn, silent and nobody's. Their timers went with the outbox."""
    await connection.execute(
        "with ended as (update tickets set outcome = 'withdrawn', status = 'closed', reporter = '', claim_until = null, "
        "alert = '', updated_at = now(), closed_at = coalesce(closed_at, now()), changed = nextval('ticket_changes') "
        "where conversation = $1 and outcome is null returning number) "
        "insert into ticket_events (number, at, actor, change) select number, now(), 'bot', 'erased' from ended",
        contact,
    )
