"""Full-text search over sealed words: keyed short hashes of words and two-character pieces, made beside the hot path.

What finds similar tickets (`bot/store/similar.py`) is made in the same round, from the same opened words.
"""

import asyncio
import re
import unicodedata
from collections.abc import Callable
from typing import Any
from uuid import UUID

from bot.codec import TicketBody, decode, load_body
from bot.log import get_logger
from bot.similar import ReadAddresses, marks_of, sketches_of
from bot.store.database import Database, StoreAway
from bot.store.picture_words import words_of_pictures
from bot.store.similar import keep_marks
from bot.vault import Unsealable, Vault

log = get_logger("search")

_RUN = re.compile(r"[㐀-鿿\U00020000-\U0003134f]+|[a-z0-9]+")
_MOST = 4000


def pieces(text: str, *, indexing: bool) -> set[str]:
    """What of a text can be searched for: two-character pieces of Han runs, whole words and numbers, last four digits.

    A single Han character is indexed only where it stands alone, so that the index stays small.
    """
    found: set[str] = set()
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        if run[0] > "\u3000":
            found.update(run[n : n + 2] for n in range(len(run) - 1))
            if len(run) == 1:
                found.add(run)
            continue
        found.add(run)
        if indexing and run.isdigit() and len(run) >= 7:
            found.add(run[-4:])
    return found


def query_terms(vault: Vault, query: str) -> list[int]:
    """The terms a ticket must hold to match; [] when nothing in the query can be searched for."""
    return sorted(vault.term(piece) for piece in pieces(query, indexing=False))


_KEEP = """
with alive as (select 1 from contacts where id = $4 and data_key is not null for share),
kept as (
    insert into ticket_terms (number, terms) select $1, $2::integer[] from alive
    on conflict (number) do update set terms = excluded.terms
)
update tickets set indexed = $3 where number = $1
"""


async def keep_terms(database: Database, number: str, contact: UUID, terms: list[int], changed: int) -> None:
    """Waits for an erasing of the contact that is under way, and then keeps nothing. `changed`: what of the ticket they
    are true for."""
    await database.execute(_KEEP, number, terms, changed, contact)


async def index_some(database: Database, vault: Vault, addresses: ReadAddresses, limit: int = 40) -> int:
    """Bring the terms and marks of tickets that changed up to date; how many were done."""
    rows = await database.fetch(
        "select t.number, t.changed, t.conversation, t.case_key, t.body, c.data_key from tickets t "
        "join contacts c on c.id = t.conversation where t.indexed < t.changed order by t.changed limit $1",
        limit,
    )
    for row in rows:
        terms: list[int] = []
        if row["data_key"] is not None and (opened := await _opened(database, vault, row)):
            body, heard, texts = opened
            terms = _terms(vault, row["number"], body, texts)
            await keep_marks(
                database,
                row["number"],
                row["conversation"],
                marks_of(body, vault, addresses),
                sketches_of(body, heard, vault),
            )
        await keep_terms(database, row["number"], row["conversation"], terms, row["changed"])
    return len(rows)


async def _opened(database: Database, vault: Vault, row: Any) -> tuple[TicketBody, list[str], list[str]] | None:
    """(body, what the contact wrote, everything said) of a ticket; None when its key does not open it."""
    messages = await database.fetch(
        "select body, direction = 'i' as heard from messages where conversation = $1 and case_key = $2 "
        "order by turn desc limit 60",
        row["conversation"], row["case_key"],
    )  # fmt: skip
    try:
        key = vault.data_key(row["conversation"], row["data_key"])
        texts = [str(decode(key.open(message["body"])).get("text", "")) for message in messages]
        written = await words_of_pictures(database, vault, row["conversation"], row["case_key"])
        heard = [text for text, message in zip(texts, messages, strict=True) if message["heard"]]
        return load_body(key.open(row["body"])), heard, [*texts, *written.values()]
    except Unsealable:
        log.error("unsealable", number=row["number"])
        return None


def _terms(vault: Vault, number: str, body: TicketBody, texts: list[str]) -> list[int]:
    words = {number.lower()} | pieces(number, indexing=True)
    for text in (body.summary, *(str(slot["value"]) for slot in body.slots.values()), *texts):
        words |= pieces(text, indexing=True)
    return sorted(vault.term(word) for word in sorted(words)[:_MOST])


async def run_indexer(database: Database, vault: Vault, addresses: ReadAddresses, busy: Callable[[], bool]) -> None:
    """Keep the index fresh, for ever, in small steps; a few a second while messages are waiting, more when it is calm."""
    while True:
        try:
            done = await index_some(database, vault, addresses, 4 if busy() else 40)
        except StoreAway:
            done = 0
        except Exception:
            log.exception("index_failed")
            done = 0
        await asyncio.sleep(0.8 if busy() else 0.2 if done else 1.5)
