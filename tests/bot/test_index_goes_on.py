"""One ticket or message that cannot be read holds up nobody who comes after it."""

from bot.learning.picking import pick_some
from bot.store.indexing import index_some
from tests.inside import DYING, Open


async def test_a_ticket_nothing_can_be_made_of(inside: Open) -> None:
    async with inside(outbox=False) as here:
        database, vault = here.database, here.services.vault
        for who in ("bad", "good", "also good"):
            await here.hear(who, DYING)
        bad = await database.row(
            "select t.number, t.conversation, c.data_key from tickets t join contacts c on c.id = t.conversation "
            "order by t.number limit 1"
        )
        key = vault.data_key(bad["conversation"], bad["data_key"])
        await database.execute(
            "update tickets set body = $2 where number = $1", bad["number"], key.seal(b'{"summary":1}')
        )
        assert await index_some(database, vault, lambda text: []) == 3
        assert await index_some(database, vault, lambda text: []) == 0
        found = await database.fetch("select number from ticket_terms where cardinality(terms) > 0")
        assert len(found) == 2
        assert bad["number"] not in [row["number"] for row in found]


async def test_a_message_another_program_wrote(inside: Open) -> None:
    async with inside(outbox=False) as here:
        database, vault = here.database, here.services.vault
        await here.hear("bad", DYING)
        bad = await database.row("select c.id, c.data_key from contacts c")
        sealed = vault.data_key(bad["id"], bad["data_key"]).seal(b'{"kind":"Unheard"}')
        await database.execute("update history set event = $1", sealed)
        await here.hear("good", DYING)
        await database.execute("update inbox set received_at = received_at - interval '1 minute'")
        assert await pick_some(database, vault, here.services.reader.current, 40) == 2
        assert await pick_some(database, vault, here.services.reader.current, 40) == 0
