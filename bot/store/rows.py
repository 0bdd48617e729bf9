"""Released sets of rows and drafts, as the record keeps them. A release is one transaction; of two at once one loses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.audit import audit
from bot.codec import decode, encode
from bot.store.database import Database

_SET = (
    "id, previous, kind, target, draft, author, approver, urgent, reason, urgency_reason, at, digest, texts, shipped, "
    "dangers, seen_by, seen_at"
)
_DRAFT = "id, kind, target, author, title, status, version, texts, bases, created_at, updated_at, offered_at, ended_at, ended_by"

_RELEASE = """
insert into row_sets (previous, kind, target, draft, author, approver, urgent, reason, urgency_reason, digest, texts,
    shipped, dangers)
select $1::bigint, $2::text, $3::bigint, $4::bigint, $5::text, $6::text, $7::boolean, $8::text, $9::text, $10::text,
    $11::jsonb, $12::jsonb, $13::text[]
where $1 = (select coalesce(max(id), 0) from row_sets)
on conflict (previous) do nothing
returning id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSet:
    """A released set. `texts`: only the files that differ from the program's own of that day."""

    id: int
    previous: int
    kind: str
    target: int | None = None
    draft: int | None = None
    author: str
    approver: str
    urgent: bool
    reason: str
    urgency_reason: str = ""
    at: datetime
    digest: str
    texts: Mapping[str, str]
    shipped: Mapping[str, str]
    dangers: tuple[str, ...] = ()
    seen_by: str = ""
    seen_at: datetime | None = None

    @property
    def unseen(self) -> bool:
        """Released by one person, and nobody else has looked."""
        return self.urgent and not self.seen_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody would change. Of a rollback `texts` is the whole overlay to return to."""

    id: int
    kind: str
    target: int | None
    author: str
    title: str
    status: str
    version: int
    texts: Mapping[str, str]
    bases: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    offered_at: datetime | None
    ended_at: datetime | None
    ended_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSet:
    """What a release writes. `previous`: the set it was judged against."""

    previous: int
    kind: str
    target: int | None
    author: str
    approver: str
    urgent: bool
    reason: str
    urgency_reason: str
    digest: str
    texts: Mapping[str, str]
    shipped: Mapping[str, str]
    dangers: tuple[str, ...] = ()
    audited: Mapping[str, Any] = field(default_factory=dict)


class Overtaken(Exception):
    """Somebody was faster: the draft or what serves is no longer what was looked at. Nothing was written."""


def _set(row: Any) -> RowSet:
    values = dict(row)
    values |= {name: decode(values[name].encode()) for name in ("texts", "shipped")}
    return RowSet(**{**values, "dangers": tuple(values["dangers"])})


def _draft(row: Any) -> Draft:
    values = dict(row)
    return Draft(**{**values, **{name: decode(values[name].encode()) for name in ("texts", "bases")}})


def _json(value: Mapping[str, str]) -> str:
    return encode(dict(value)).decode()


async def newest_id(database: Database) -> tuple[int, int]:
    """(the set in force, 0 for the program's own; how many urgent ones nobody has looked at)."""
    row = await database.row(
        "select coalesce(max(id), 0) as id, count(*) filter (where urgent and seen_by = '') as unseen from row_sets"
    )
    return row["id"], row["unseen"]


async def get_set(database: Database, number: int) -> RowSet | None:
    row = await database.row(f"select {_SET} from row_sets where id = $1", number)
    return _set(row) if row else None


async def list_sets(database: Database, most: int = 30) -> list[RowSet]:
    """Newest first."""
    return [_set(row) for row in await database.fetch(f"select {_SET} from row_sets order by id desc limit $1", most)]


async def mark_seen(database: Database, number: int, by: str) -> bool:
    """A second person has looked at an urgent release; not the one who released it."""
    async with database.connection() as connection, connection.transaction():
        done = await connection.fetchval(
            "update row_sets set seen_by = $2, seen_at = now() "
            "where id = $1 and urgent and seen_by = '' and approver <> $2 and author <> $2 returning id",
            number, by,
        )  # fmt: skip
        if done:
            await audit(connection, by, "rows.seen", str(number))
    return done is not None


async def get_draft(database: Database, number: int) -> Draft | None:
    row = await database.row(f"select {_DRAFT} from row_drafts where id = $1", number)
    return _draft(row) if row else None


async def open_draft(database: Database, author: str) -> Draft | None:
    """What this person is writing."""
    row = await database.row(
        f"select {_DRAFT} from row_drafts where author = $1 and status = 'open' and kind = 'change'", author
    )
    return _draft(row) if row else None


async def waiting_drafts(database: Database) -> list[Draft]:
    """Offered for a second look, oldest first; then what others are writing."""
    rows = await database.fetch(
        f"select {_DRAFT} from row_drafts where status in ('offered', 'open') order by status <> 'offered', updated_at limit 50"
    )
    return [_draft(row) for row in rows]


async def save_text(database: Database, author: str, name: str, text: str | None, base: str, version: int) -> Draft:
    """Put one file into the author's draft (None: take it out), opening one if there is none.

    `version`: that of the draft the text was written on, 0 for none. Raises Overtaken when it has moved on meanwhile.
    """
    async with database.connection() as connection, connection.transaction():
        if version == 0:
            row = await connection.fetchrow(
                "insert into row_drafts (kind, author, status, version) values ('change', $1, 'open', 0) "
                f"on conflict (author) where status = 'open' and kind = 'change' do nothing returning {_DRAFT}",
                author,
            )  # fmt: skip
        else:
            row = await connection.fetchrow(
                f"select {_DRAFT} from row_drafts where author = $1 and status = 'open' and kind = 'change' "
                "and version = $2 for update",
                author, version,
            )  # fmt: skip
        if row is None:
            raise Overtaken
        draft = _draft(row)
        texts, bases = dict(draft.texts), dict(draft.bases)
        texts.pop(name, None), bases.pop(name, None)
        if text is not None:
            texts[name], bases[name] = text, base
        row = await connection.fetchrow(
            "update row_drafts set texts = $2::jsonb, bases = $3::jsonb, version = version + 1, updated_at = now() "
            f"where id = $1 returning {_DRAFT}",
            draft.id, _json(texts), _json(bases),
        )  # fmt: skip
        saved = _draft(row)
        await audit(connection, author, "rows.saved", str(saved.id), file=name)
        return saved


async def offer_rollback(database: Database, author: str, target: int, title: str, texts: Mapping[str, str]) -> Draft:
    """Ask a second person to go back to an earlier set."""
    async with database.connection() as connection, connection.transaction():
        row = await connection.fetchrow(
            "insert into row_drafts (kind, target, author, title, status, texts, offered_at) "
            f"values ('rollback', $1, $2, $3, 'offered', $4::jsonb, now()) returning {_DRAFT}",
            target, author, title, _json(texts),
        )  # fmt: skip
        draft = _draft(row)
        await audit(connection, author, "rows.offered", str(draft.id), target=target)
        return draft


async def move_draft(database: Database, draft: Draft, status: str, by: str, title: str = "", note: str = "") -> None:
    """open ⇄ offered, or dropped. Raises Overtaken when the draft is no longer as it was read, or the author has another."""
    was = {"offered": ("open",), "open": ("offered",), "dropped": ("open", "offered")}[status]
    async with database.connection() as connection, connection.transaction():
        if status == "open" and await connection.fetchval(
            "select 1 from row_drafts where author = $1 and status = 'open' and kind = 'change'", draft.author
        ):
            raise Overtaken
        done = await connection.fetchval(
            "update row_drafts set status = $3, version = version + 1, updated_at = now(), "
            "title = case when $5 = '' then title else $5 end, "
            "offered_at = case when $3 = 'offered' then now() else offered_at end, "
            "ended_at = case when $3 = 'dropped' then now() end, ended_by = case when $3 = 'dropped' then $6 else '' end "
            "where id = $1 and version = $2 and status = any ($4::text[]) returning id",
            draft.id, draft.version, status, list(was), title, by,
        )  # fmt: skip
        if done is None:
            raise Overtaken
        if status == "dropped":
            await connection.execute("delete from row_previews where draft = $1", draft.id)
        detail = {"note": note} if note else {}
        action = {"offered": "rows.offered", "open": "rows.back", "dropped": "rows.dropped"}[status]
        await audit(connection, by, action, str(draft.id), **detail)


async def release(database: Database, new: NewSet, draft: Draft | None) -> int:
    """Write the set and end its draft, both or neither; the set's number. Raises Overtaken."""
    async with database.connection() as connection, connection.transaction():
        if draft is not None:
            done = await connection.fetchval(
                "update row_drafts set status = 'released', version = version + 1, ended_at = now(), ended_by = $3, "
                "title = $4 where id = $1 and version = $2 and status in ('open', 'offered') returning id",
                draft.id, draft.version, new.approver, new.reason,
            )  # fmt: skip
            if done is None:
                raise Overtaken
            await connection.execute("delete from row_previews where draft = $1", draft.id)
        number = await connection.fetchval(
            _RELEASE,
            new.previous,
            new.kind,
            new.target,
            draft.id if draft else None,
            new.author,
            new.approver,
            new.urgent,
            new.reason,
            new.urgency_reason,
            new.digest,
            _json(new.texts),
            _json(new.shipped),
            list(new.dangers),
        )
        if number is None:
            raise Overtaken
        await audit(connection, new.approver, f"rows.{new.kind}", str(number), **new.audited)
        return int(number)
