"""Filters of the queue that somebody keeps under a name; an editor's may be everybody's. Codes only."""

from dataclasses import dataclass

from bot.store.database import Database

MOST = 20


@dataclass(frozen=True, slots=True)
class View:
    id: int
    owner: str
    name: str
    query: str
    shared: bool


async def views_of(database: Database, login: str) -> list[View]:
    """One's own, then what others share."""
    rows = await database.fetch(
        "select id, owner, name, query, shared from queue_views where owner = $1 or shared order by owner <> $1, name",
        login,
    )
    return [View(**dict(row)) for row in rows]


async def keep_view(database: Database, login: str, name: str, query: str, *, shared: bool) -> bool:
    """The same name again is the same view; False when there are too many."""
    done = await database.value(
        "insert into queue_views (owner, name, query, shared) select $1, $2, $3, $4 "
        "where (select count(*) from queue_views where owner = $1 and name <> $2) < $5 "
        "on conflict (owner, name) do update set query = excluded.query, shared = excluded.shared, at = now() returning id",
        login, name, query, shared, MOST,
    )  # fmt: skip
    return done is not None


async def drop_view(database: Database, login: str, view: int, *, editor: bool) -> bool:
    """One's own; an editor also takes back what is shared."""
    done = await database.value(
        "delete from queue_views where id = $1 and (owner = $2 or $3 and shared) returning id", view, login, editor
    )
    return done is not None
