"""What came from Toutiao: from which article a chat's visitor came, and the comments the desk brought in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.codec import decode, encode
from bot.store.database import Database
from bot.store.rewrapping import Told, rewrap_column
from bot.vault import Unsealable, Vault

KEPT = timedelta(days=30)
"""Comments nobody made a case of are dropped after this time."""
_CONTEXT = b"public_comment"


@dataclass(frozen=True, slots=True)
class Landing:
    """`source`: a channel's code; `item`: the article's number, "" where the link named none."""

    source: str
    item: str
    at: datetime


async def keep_landing(database: Database, who: bytes, landing: Landing) -> None:
    """The latest article counts: somebody who comes back by another one came by that."""
    await database.execute(
        "insert into landings as l (who, source, item, at) values ($1, $2, $3, $4) on conflict (who) do update "
        "set source = excluded.source, item = excluded.item, at = excluded.at "
        "where (l.source, l.item) <> (excluded.source, excluded.item)",
        who, landing.source, landing.item, landing.at,
    )  # fmt: skip


async def landing_of(database: Database, contact: UUID) -> Landing | None:
    row = await database.row(
        "select l.source, l.item, l.at from landings l join contacts c on c.openid_hash = l.who where c.id = $1",
        contact,
    )
    return Landing(**dict(row)) if row else None


@dataclass(frozen=True, slots=True)
class NewComment:
    """One comment as brought in, with how it was read. `written_at` None: nobody knows."""

    link: str
    author: str
    text: str
    written_at: datetime | None
    intent: str
    urgency: str
    red: bool

    def mark(self, vault: Vault) -> bytes:
        return vault.hash("public_comment", self.link, self.author, " ".join(self.text.split()))

    def words(self, vault: Vault) -> bytes:
        return vault.hash("public_words", "".join(self.text.split()).lower())


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that waits. `copies`: others with the same words; `opened` False: no key of ours opens it."""

    id: int
    link: str
    author: str
    text: str
    written_at: datetime | None
    intent: str
    urgency: str
    red: bool
    status: str
    number: str
    by: str
    at: datetime
    copies: int
    mark: bytes


async def add_comments(
    database: Database, vault: Vault, comments: Sequence[NewComment], login: str, at: datetime
) -> list[int]:
    """The ids of those that were not there before, in the order given. Old ones nobody wanted are dropped on the way."""
    await database.execute(
        "update public_comments set body = null, status = case when status = 'new' then 'dropped' else status end "
        "where at < $1 and body is not null", at - KEPT,
    )  # fmt: skip
    added = []
    for one in comments:
        body = vault.seal(encode({"link": one.link, "author": one.author, "text": one.text}), _CONTEXT)
        row = await database.value(
            "insert into public_comments (mark, words, body, written_at, intent, urgency, red, by, at) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id",
            one.mark(vault), one.words(vault), body, one.written_at, one.intent, one.urgency, one.red, login, at,
        )  # fmt: skip
        if row is not None:
            added.append(int(row))
    return added


_LIST = """
select c.*, (select count(*) from public_comments o where o.words = c.words and o.id <> c.id) as copies
from public_comments c
"""


async def waiting_comments(database: Database, vault: Vault, most: int) -> list[Comment]:
    """Those nobody dealt with, red ones first, then the newest."""
    rows = await database.fetch(f"{_LIST} where c.status = 'new' order by c.red desc, c.at desc, c.id limit $1", most)
    return [_comment(row, vault) for row in rows]


async def done_comments(database: Database, vault: Vault, most: int) -> list[Comment]:
    """What people lately made of others, latest first."""
    rows = await database.fetch(
        f"{_LIST} where c.status <> 'new' and c.done_at is not null order by c.done_at desc limit $1", most
    )
    return [_comment(row, vault) for row in rows]


async def get_comment(database: Database, vault: Vault, comment: int) -> Comment | None:
    row = await database.row(f"{_LIST} where c.id = $1", comment)
    return _comment(row, vault) if row else None


def _comment(row: Any, vault: Vault) -> Comment:
    values: dict[str, Any] = dict(row)
    body = {"link": "", "author": "", "text": ""}
    if values["body"] is not None:
        try:
            body = decode(vault.open(values["body"], _CONTEXT))
        except Unsealable:
            body["text"] = "［打不开：密钥不对］"
    return Comment(
        values["id"], body["link"], body["author"], body["text"], values["written_at"], values["intent"], values["urgency"],
        values["red"], values["status"], values["number"] or "", values["by"], values["at"], int(values["copies"]),
        values["mark"],
    )  # fmt: skip


async def settle_comment(
    database: Database, comment: int, status: str, login: str, at: datetime, number: str | None = None
) -> bool:
    """What became of it; a case and a dropped one keep no words here. False when somebody was quicker."""
    done = await database.value(
        "update public_comments set status = $2, number = $3, done_by = $4, done_at = $5, "
        "body = case when $2 in ('case', 'dropped') then null else body end "
        "where id = $1 and status in ('new', 'answered') returning id",
        comment, status, number, login, at,
    )  # fmt: skip
    return done is not None


async def comment_of(database: Database, number: str) -> int | None:
    """The comment a ticket was made of."""
    row = await database.value("select id from public_comments where number = $1 limit 1", number)
    return None if row is None else int(row)


async def rewrap_comments(database: Database, vault: Vault, told: Told) -> int:
    """Part of changing the service key: how many were sealed anew. Raises Unsealable."""
    return await rewrap_column(database, vault, "public_comments", "bigint", "body", lambda _: _CONTEXT, told)
