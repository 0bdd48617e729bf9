"""What the turn processor asks of the record: states and marks in one read, a batch in one commit, ticket numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from bot.store.database import Database
from bot.store.media import OWE
from bot.store.writes import Writes
from conversations.tickets import number_prefix, ticket_number

_STATES = """
select 0 as what, c.id, c.openid_hash as ref, coalesce(v.turn, 0) as turn, v.state as blob, c.data_key, 0 as answered
from contacts c left join conversations v on v.id = c.id where {}
"""
_MARKS = """
select 1, i.conversation, i.key, i.turn, m.body, c.data_key, i.answered
from inbox i join contacts c on c.id = i.conversation
left join messages m on m.conversation = i.conversation and m.turn = i.turn and m.position = i.answered and i.answered > 0
where i.key = any ({})
"""
_BY_HASH, _BY_ID = "c.openid_hash = any ({})", "c.id = any ({})"
_HEARD = f"{_STATES.format(_BY_HASH.format('$1'))} union all {_MARKS.format('$2')}"
_ACTED = _STATES.format(_BY_ID.format("$1"))
_BOTH = " union all ".join(
    (_STATES.format(_BY_HASH.format("$1")), _MARKS.format("$2"), _STATES.format(_BY_ID.format("$3")))
)
"""A batch is mostly of one kind, messages or acts; to plan for both costs the record more than to answer."""

_COMMIT = f"select commit_turns({', '.join(f'${n}' for n in range(1, 79))})"

_COMMIT_OWING = f"""
with turns as materialized ({_COMMIT} as lost),
owed as (
    {OWE}
    from unnest($79::uuid[], $80::integer[], $81::smallint[], $82::text[], $83::bytea[], $84::text[], $85::timestamptz[],
        $86::timestamptz[], $87::bytea[], $88::bigint[], $89::integer[], $90::integer[])
        as u (conversation, turn, position, kind, source, upload, at, expires, name, size, width, height), turns
    where not u.conversation = any (turns.lost)
)
select lost from turns
"""
"""A batch with pictures says in the same statement that they are owed (or, if they are ours, kept): nobody can keep the
message and forget the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """A contact's conversation as stored; `state` None when there is none yet, `data_key` None once erased."""

    contact: UUID
    hash: bytes | None
    turn: int
    state: bytes | None
    data_key: bytes | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A delivery heard before: where, and the message that answered it (sealed), None for none or once erased."""

    conversation: UUID
    turn: int
    position: int
    answer: bytes | None
    data_key: bytes | None


@dataclass(frozen=True, slots=True)
class Loaded:
    by_hash: dict[bytes, Row]
    by_id: dict[UUID, Row]
    marks: dict[bytes, Mark]


class TurnStore:
    def __init__(self, database: Database) -> None:
        self.database = database
        self._numbers: list[str] = []
        self._prefix = ""

    async def load(self, hashes: Sequence[bytes], ids: Sequence[UUID], keys: Sequence[bytes]) -> Loaded:
        """Everything a batch needs to know, in one round trip. Raises StoreAway."""
        if not ids:
            rows = await self.database.fetch(_HEARD, list(hashes), list(keys))
        elif not hashes and not keys:
            rows = await self.database.fetch(_ACTED, list(ids))
        else:
            rows = await self.database.fetch(_BOTH, list(hashes), list(keys), list(ids))
        loaded = Loaded({}, {}, {})
        for row in rows:
            if row["what"] == 1:
                loaded.marks[row["ref"]] = Mark(row["id"], row["turn"], row["answered"], row["blob"], row["data_key"])
                continue
            found = Row(row["id"], row["ref"], row["turn"], row["blob"], row["data_key"])
            loaded.by_id[found.contact] = found
            if found.hash is not None:
                loaded.by_hash[found.hash] = found
        return loaded

    async def commit(self, writes: Writes) -> set[UUID] | None:
        """The conversations that lost; None when the whole batch must be tried again. Raises StoreAway."""
        arguments: list[Any] = writes.arguments()
        owing = writes.owing()
        try:
            return set(await self.database.value(_COMMIT_OWING if owing else _COMMIT, *arguments, *owing))
        except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError):
            return None

    async def numbers(self, now: datetime, wanted: int) -> list[str]:
        """At least `wanted` unused ticket numbers of today, reserved in blocks; take them with `used`."""
        prefix = number_prefix(now)
        if prefix != self._prefix:
            self._numbers, self._prefix = [], prefix
        if len(self._numbers) < wanted:
            block = max(8, wanted)
            last = await self.database.value(
                "insert into ticket_counters as t (prefix, last) values ($1, $2) "
                "on conflict (prefix) do update set last = t.last + $2 returning last",
                prefix,
                block,
            )
            self._numbers += [ticket_number(now, n) for n in range(last - block + 1, last + 1)]
        return self._numbers

    def used(self, count: int) -> None:
        del self._numbers[:count]
