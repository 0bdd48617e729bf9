"""Rows of `picture_words`: pictures whose words are owed, claimed with a lease; what was read of them, sealed; who has heard."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.store.database import Database
from bot.vault import Unsealable, Vault

WORTH = timedelta(days=3)
"""Pictures kept longer ago than this are not read any more: an installation that gets the extra late has no backlog."""


@dataclass(frozen=True, slots=True)
class OwedWords:
    """One picture to be read, or read and not told yet (`words`). `name`: its file's; `case`: what its message belongs to."""

    media: int
    link: str
    conversation: UUID
    case: int
    sent_at: datetime
    name: str
    sealed_key: bytes
    words: bytes | None
    attempts: int
    lease_until: datetime


_CLAIM = """
with picked as (
    select w.media from picture_words w join media d on d.id = w.media join contacts c on c.id = d.conversation
    where (w.status = 'waiting' or (w.status = 'read' and not w.told)) and w.due_at <= $1
    and (w.lease_until is null or w.lease_until < $1) and d.status = 'kept' and d.kept_at > $3 and c.data_key is not null
    and not exists (select from picture_words busy where busy.lease_until >= $1)
    order by w.due_at limit 1 for update of w skip locked
), claimed as (
    update picture_words set lease_until = $2, attempts = attempts + (picture_words.status = 'waiting')::integer
    from picked where picture_words.media = picked.media returning picture_words.*
)
select claimed.*, d.link, d.conversation, d.sha256, c.data_key, coalesce(m.case_key, 0) as case_key,
       coalesce(m.at, d.created_at) as sent_at
from claimed join media d on d.id = claimed.media join contacts c on c.id = d.conversation
left join messages m on m.conversation = d.conversation and m.turn = d.turn and m.position = 0 and m.direction = 'i'
"""


async def claim_words(database: Database, now: datetime, lease: timedelta) -> OwedWords | None:
    """The next picture, ours until the lease ends; None while there is none or another process reads one: each takes a
    core and most of a gigabyte."""
    row = await database.row(_CLAIM, now, now + lease, now - WORTH)
    if row is None:
        return None
    return OwedWords(
        row["media"], str(row["link"]), row["conversation"], row["case_key"], row["sent_at"], row["sha256"].hex(),
        row["data_key"], row["words"], row["attempts"], now + lease,
    )  # fmt: skip


_HELD = "where media = $1 and lease_until = $2"


async def keep_words(database: Database, owed: OwedWords, sealed: bytes | None, at: datetime) -> bool:
    """What is written on it, or that nothing is (None). False when somebody else holds it, or the picture is erased."""
    done = await database.value(
        "update picture_words set status = case when $3::bytea is null then 'empty' else 'read' end, words = $3, fault = '', "
        f"read_at = $4, told = $3::bytea is null, lease_until = case when $3::bytea is null then null else lease_until end "
        f"{_HELD} returning media",
        owed.media, owed.lease_until, sealed, at,
    )  # fmt: skip
    return done is not None


async def words_told(database: Database, owed: OwedWords) -> None:
    await database.execute(
        f"update picture_words set told = true, lease_until = null {_HELD}", owed.media, owed.lease_until
    )


async def words_later(database: Database, owed: OwedWords, fault: str, due_at: datetime, *, ours: bool = False) -> None:
    """Not now. `ours`: no recogniser ever began with it, so that this was no attempt."""
    await database.execute(
        f"update picture_words set fault = $3, due_at = $4, lease_until = null, attempts = attempts - $5 {_HELD}",
        owed.media, owed.lease_until, fault, due_at, int(ours and owed.words is None),
    )  # fmt: skip


async def words_given_up(database: Database, owed: OwedWords, fault: str) -> None:
    await database.execute(
        f"update picture_words set status = 'unread', fault = $3, lease_until = null {_HELD}",
        owed.media, owed.lease_until, fault,
    )  # fmt: skip


_WORDS = """
select d.link, w.words, c.data_key from picture_words w join media d on d.id = w.media join contacts c on c.id = d.conversation
left join messages m on m.conversation = d.conversation and m.turn = d.turn and m.position = 0
where d.conversation = $1 and w.status = 'read' and c.data_key is not null
and ($2::integer is null or coalesce(m.case_key, 0) in (0, $2))
order by d.id desc limit 60
"""


async def words_of_pictures(
    database: Database, vault: Vault, conversation: UUID, case: int | None = None
) -> Mapping[str, str]:
    """Picture (as pages name it) → what is written on it, newest first; of one case's messages alone, if it is named.

    What does not open is left out: the page says of the messages that they do not.
    """
    return _opened(vault, conversation, await database.fetch(_WORDS, conversation, case))


def _opened(vault: Vault, conversation: UUID, rows: list[Any]) -> dict[str, str]:
    out: dict[str, str] = {}
    for row in rows:
        try:
            out[str(row["link"])] = vault.data_key(conversation, row["data_key"]).open(row["words"]).decode()
        except Unsealable:
            continue
    return out


async def standing_of_words(database: Database) -> Mapping[str, int]:
    """How many pictures are waiting, read, empty and unread."""
    rows = await database.fetch("select status, count(*) as n from picture_words group by status")
    return {row["status"]: int(row["n"]) for row in rows}
