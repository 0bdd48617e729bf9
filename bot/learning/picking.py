"""Which messages are worth a person's minute: looked for beside the hot path, behind the inbox, with a cursor.

`inbox` has every delivery with its time and an index on it, so nothing is added to a turn. A message is opened in the
worker, read once more for the model's own odds, and kept as a candidate by code and score; its words stay where they are.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.codec import load_event
from bot.log import get_logger
from bot.store.database import Database, StoreAway
from bot.vault import Unsealable, Vault
from classifiers.reader import Odds, Reader
from conversations.codes import Urgency
from conversations.events import MessageReceived

log = get_logger("learning")

DRAWN_SHARE = 30
"""One message in so many is drawn by chance alone, so that figures over drawn ones say how it goes on the whole."""

CLOSE = 0.3
"""Two intents nearer to each other than this: the model is not sure."""

_SURE_RED, _NOT_RED = 0.4, 0.2
_SHORTEST = 6
_BATCH, _BUSY_BATCH = 40, 4
_SETTLED = timedelta(seconds=3)
"""A commit takes two seconds at the most: what is older than this is all there."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Why a message is worth a label, and how much, 0 to 1."""

    reason: str
    score: float


def worth(event: MessageReceived, odds: Odds | None) -> Worth | None:
    """`odds`: the model's, None without one. None: nothing to learn that pays."""
    reading = event.reading
    if odds is None:
        return None
    red = odds.urgencies.get("critical", 0.0)
    by_rule = reading.urgency is Urgency.CRITICAL and not any(one.code == "model" for one in reading.reasons)
    if (by_rule and red < _NOT_RED) or (not by_rule and red >= _SURE_RED):
        return Worth("danger", round(0.8 + 0.2 * (1 - red if by_rule else red), 4))
    first, second, *_ = [*sorted(odds.intents.values(), reverse=True), 0.0, 0.0]
    margin = first - second
    return Worth("unsure", round(0.4 + 0.4 * (1 - margin / CLOSE), 4)) if margin < CLOSE else None


_NEXT = """
select i.conversation, i.turn, i.received_at, i.key, h.event, k.data_key
from inbox i
left join history h on h.conversation = i.conversation and h.turn = i.turn and h.kind = 'MessageReceived'
left join contacts k on k.id = i.conversation
where (i.received_at, i.key) > ($1, $2) and i.received_at < now() - $3::interval
order by i.received_at, i.key limit $4
"""
_ANY = """
select not exists (select from learning_cursors where name = 'inbox') or exists (
    select from learning_cursors c, inbox i
    where c.name = 'inbox' and (i.received_at, i.key) > (c.at, c.key) and i.received_at < now() - $1::interval
)
"""
"""Asked first: most of the day nobody has written, and a transaction every two seconds is work."""
_KEEP = """
insert into label_candidates (conversation, turn, reason, score, drawn, heard_at, said_intent, said_urgency, model)
select $1, $2, $3, $4, $5, $6, $7, $8, $9 from contacts where id = $1 and data_key is not null
on conflict do nothing
"""


async def pick_some(database: Database, vault: Vault, reader: Callable[[], Reader], most: int) -> int:
    """Looks at the next messages behind the cursor; how many there were. One process at a time: the others find it held."""
    if not await database.value(_ANY, _SETTLED):
        return 0
    async with database.connection() as connection, connection.transaction():
        await connection.execute(
            "insert into learning_cursors (name, at) values ('inbox', '-infinity') on conflict do nothing"
        )
        cursor = await connection.fetchrow(
            "select at, key from learning_cursors where name = 'inbox' for update skip locked"
        )
        if cursor is None:
            return 0
        rows = await connection.fetch(_NEXT, cursor["at"], cursor["key"], _SETTLED, most)
        if not rows:
            return 0
        heard = [(row, event) for row in rows if (event := _opened(vault, row)) is not None]
        odds = await asyncio.to_thread(reader().odds, [event.message.text for _, event in heard])
        for nth, (row, event) in enumerate(heard):
            await _keep(connection, vault, row, event, odds[nth] if odds else None)
        await connection.execute(
            "update learning_cursors set at = $1, key = $2 where name = 'inbox'",
            rows[-1]["received_at"], rows[-1]["key"],
        )  # fmt: skip
    return len(rows)


def _opened(vault: Vault, row: Any) -> MessageReceived | None:
    """What somebody said, if it can be a sentence to learn from."""
    if row["event"] is None or row["data_key"] is None:
        return None
    try:
        event = load_event(vault.data_key(row["conversation"], row["data_key"]).open(row["event"]))[0]
    except Unsealable:
        return None
    except Exception as error:  # one that another program wrote, say: the cursor must get past it
        log.error("not_read", conversation=str(row["conversation"]), turn=row["turn"], kind=type(error).__name__)
        return None
    if not isinstance(event, MessageReceived) or event.more or event.parts:
        return None
    return event if len(event.message.text.strip()) >= _SHORTEST else None


async def _keep(connection: Any, vault: Vault, row: Any, event: MessageReceived, odds: Odds | None) -> None:
    found = worth(event, odds)
    drawn = vault.term(f"drawn/{row['conversation']}/{row['turn']}") % DRAWN_SHARE == 0
    if found is None and not drawn:
        return
    found = found or Worth("drawn", 0.3)
    await connection.execute(
        _KEEP, row["conversation"], row["turn"], found.reason, found.score, drawn, row["received_at"],
        event.reading.intent, event.reading.urgency, event.reading.model,
    )  # fmt: skip


_CORRECTED = """
with fresh as (
    select distinct on (m.conversation, m.turn) m.conversation, m.turn, m.at,
        coalesce(i.was, t.intent) as intent, coalesce(u.was, t.urgency) as urgency, t.model
    from labels l join tickets t using (number)
    join contacts k on k.id = t.conversation and k.data_key is not null
    left join labels i on i.number = l.number and i.field = 'intent'
    left join labels u on u.number = l.number and u.field = 'urgency'
    join lateral (
        select conversation, turn, at from messages
        where conversation = t.conversation and case_key = t.case_key and direction = 'i' order by turn limit 1
    ) m on true
    where l.at > now() - interval '30 days'
)
insert into label_candidates as c (conversation, turn, reason, score, heard_at, said_intent, said_urgency, model)
select conversation, turn, 'corrected', 0.9, at, intent, urgency, model from fresh
where exists (select from history h where h.conversation = fresh.conversation and h.turn = fresh.turn
    and h.kind = 'MessageReceived')
on conflict (conversation, turn) do update set reason = 'corrected', score = greatest(c.score, 0.9)
    where c.status = 'waiting' and c.reason <> 'corrected'
"""


async def pick_corrected(database: Database) -> None:
    """The first message of every ticket a reporter corrected: a person has already said that it was read wrongly."""
    await database.execute(_CORRECTED)


async def run_picker(database: Database, vault: Vault, reader: Callable[[], Reader], busy: Callable[[], bool]) -> None:
    """For ever, in small steps, and smaller ones while residents wait."""
    turn = 0
    while True:
        done = 0
        try:
            done = await pick_some(database, vault, reader, _BUSY_BATCH if busy() else _BATCH)
            if turn % 5 == 0:
                await pick_corrected(database)
        except StoreAway:
            pass
        except Exception as error:  # no text of an error of ours may hold a resident's words
            log.error("picking_failed", kind=type(error).__name__)
        turn += 1
        await asyncio.sleep(0.3 if done == _BATCH else 5)
