"""Keeps what finds tickets, by their words and as similar ones, up to date: beside the hot path, from the same opened words.

Read for many tickets at once, written one by one: a statement holds the row of one ticket only, so that a batch of turns
never waits for two of them in the other order.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bot.codec import TicketBody, decode, load_body
from bot.log import get_logger
from bot.similar import Mark, ReadAddresses, marks_of, sketches_of
from bot.store.database import Database, StoreAway
from bot.store.picture_words import words_of_pictures
from bot.store.search import pieces
from bot.vault import Unsealable, Vault
from classifiers.similar import Sketch

log = get_logger("search")

_MOST = 4000
_BATCH, _BUSY_BATCH = 40, 4
_REST, _SHORT_REST, _BUSY_REST = 2.0, 0.2, 0.8
"""Seconds between two rounds."""

_CHANGED = """
select t.number, t.changed, t.conversation, t.case_key, t.body, c.data_key from tickets t
join contacts c on c.id = t.conversation where t.indexed < t.changed order by t.changed limit $1
"""

_SAID = """
select t.number, m.body, m.direction = 'i' as heard
from unnest($1::text[], $2::uuid[], $3::integer[]) as t (number, conversation, case_key) cross join lateral (
    select body, direction, turn from messages where conversation = t.conversation and case_key = t.case_key
    order by turn desc limit 60
) m order by t.number, m.turn desc
"""

_WITH_PICTURES = """
select distinct d.conversation from media d join picture_words w on w.media = d.id
where d.conversation = any ($1::uuid[]) and w.status = 'read'
"""

_KEEP = """
with alive as (select 1 from contacts where id = $2 and data_key is not null for share),
worded as (
    insert into ticket_terms (number, terms) select $1, $4::integer[] from alive
    on conflict (number) do update set terms = excluded.terms where ticket_terms.terms <> excluded.terms
), gone as (
    delete from ticket_marks where number = $1 and mark <> all ($6::bytea[])
), marked as (
    insert into ticket_marks (number, kind, mark)
    select $1, u.kind, u.mark from unnest($5::text[], $6::bytea[]) as u (kind, mark), alive
    on conflict do nothing
), sketched as (
    insert into ticket_sketches as s (number, pieces, keys)
    select $1, $7::integer[], $8::integer[] from alive where cardinality($7::integer[]) > 0
    on conflict (number) do update set pieces = excluded.pieces, keys = excluded.keys where s.pieces <> excluded.pieces
)
update tickets set indexed = $3 where number = $1
"""


@dataclass(frozen=True, slots=True)
class Index:
    """What a ticket is found by; nothing of an erased one."""

    terms: Sequence[int] = ()
    marks: Collection[Mark] = ()
    sketches: tuple[Sketch, Sketch] = ((), ())


async def keep_index(database: Database, number: str, contact: UUID, index: Index, changed: int) -> None:
    """Waits for an erasing of the contact that is under way, and then keeps nothing. `changed`: what of the ticket it is
    true for."""
    pieces_of, keys = index.sketches
    await database.execute(
        _KEEP, number, contact, changed, list(index.terms), [kind for kind, _ in index.marks],
        [mark for _, mark in index.marks], list(pieces_of), list(keys),
    )  # fmt: skip


async def index_some(database: Database, vault: Vault, addresses: ReadAddresses, limit: int = 40) -> int:
    """Bring the tickets that changed up to date; how many were done."""
    rows = await database.fetch(_CHANGED, limit)
    alive = [row for row in rows if row["data_key"] is not None]
    said = await _said(database, alive)
    pictured = await _with_pictures(database, alive)
    for row in rows:
        number, contact, changed = row["number"], row["conversation"], row["changed"]
        try:
            index = Index()
            if row["data_key"] is not None:
                written: Mapping[str, str] = {}
                if contact in pictured:
                    written = await words_of_pictures(database, vault, contact, row["case_key"])
                index = _index(vault, row, said[number], list(written.values()), addresses)
            await keep_index(database, number, contact, index, changed)
        except StoreAway:
            raise
        except Exception:  # a ticket that nothing can be made of must not hold up all that come after it
            log.exception("not_indexed", number=number)
            await keep_index(database, number, contact, Index(), changed)
        await asyncio.sleep(0)  # whoever waits for a turn comes in between
    return len(rows)


async def _said(database: Database, rows: Sequence[Any]) -> Mapping[str, list[Any]]:
    """The last messages of each ticket, still sealed."""
    out: defaultdict[str, list[Any]] = defaultdict(list)
    if rows:
        columns = [[row[name] for row in rows] for name in ("number", "conversation", "case_key")]
        for message in await database.fetch(_SAID, *columns):
            out[message["number"]].append(message)
    return out


async def _with_pictures(database: Database, rows: Sequence[Any]) -> frozenset[UUID]:
    """Contacts on whose pictures anything was read: few send any."""
    if not rows:
        return frozenset()
    found = await database.fetch(_WITH_PICTURES, [row["conversation"] for row in rows])
    return frozenset(row["conversation"] for row in found)


def _index(vault: Vault, row: Any, said: Sequence[Any], written: list[str], addresses: ReadAddresses) -> Index:
    """Of an opened ticket; what its key does not open is found by nothing."""
    try:
        key = vault.data_key(row["conversation"], row["data_key"])
        texts = [str(decode(key.open(message["body"])).get("text", "")) for message in said]
        body = load_body(key.open(row["body"]))
    except Unsealable:
        log.error("unsealable", number=row["number"])
        return Index()
    heard = [text for text, message in zip(texts, said, strict=True) if message["heard"]]
    return Index(
        _terms(vault, row["number"], body, [*texts, *written]),
        marks_of(body, vault, addresses),
        sketches_of(body, heard, vault),
    )


def _terms(vault: Vault, number: str, body: TicketBody, texts: list[str]) -> list[int]:
    words = {number.lower()} | pieces(number, indexing=True)
    for text in (body.summary, *(str(slot["value"]) for slot in body.slots.values()), *texts):
        words |= pieces(text, indexing=True)
    return sorted(vault.term(word) for word in sorted(words)[:_MOST])


async def run_indexer(database: Database, vault: Vault, addresses: ReadAddresses, busy: Callable[[], bool]) -> None:
    """Keep the index fresh, for ever, in small steps; a few a second while messages are waiting, more when it is calm.

    Only a round that found no end is followed by another at once: a ticket somebody writes to and somebody works on changes
    several times in a breath, and is indexed once for all of them.
    """
    while True:
        most = _BUSY_BATCH if busy() else _BATCH
        try:
            done = await index_some(database, vault, addresses, most)
        except StoreAway:
            done = 0
        except Exception:
            log.exception("index_failed")
            done = 0
        await asyncio.sleep(_BUSY_REST if busy() else _SHORT_REST if done == most else _REST)
