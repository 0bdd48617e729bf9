"""Reporters' corrections: each is tomorrow's training row."""

from bot.codec import decode
from bot.store.database import Database
from bot.vault import Unsealable, Vault


async def corrected_rows(database: Database, vault: Vault) -> list[tuple[str, str, str]]:
    """(first words of the case, intent, urgency) of every ticket a person corrected; erased contacts are gone."""
    rows = await database.fetch(
        """select t.intent, t.urgency, m.body, m.conversation, c.data_key
        from (select distinct number from labels) l join tickets t using (number)
        join contacts c on c.id = t.conversation
        join lateral (
            select body, conversation from messages
            where conversation = t.conversation and case_key = t.case_key and direction = 'i' order by turn limit 1
        ) m on true
        where c.data_key is not null""",
        limit=30,
    )
    found: list[tuple[str, str, str]] = []
    for row in rows:
        try:
            text = str(
                decode(vault.data_key(row["conversation"], row["data_key"]).open(row["body"])).get("text", "")
            ).strip()
        except Unsealable:
            continue
        if text:
            found.append((text, row["intent"], row["urgency"]))
    return found
