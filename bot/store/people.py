"""Contacts that may be one person: they stated the same telephone. Linked by staff alone, after the resident agreed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.store.database import Database

PHONE = "phone"
CONSENTS = ("chat", "phone")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another conversation of, perhaps, the same person. `number`: its ticket to look at; `spoke_at`: when they last
    wrote there; `by` "" while nobody has linked it; `shares`: it still states the same telephone."""

    conversation: UUID
    channel: str
    account: str
    number: str
    open: bool
    spoke_at: datetime | None
    shares: bool
    asked_at: datetime | None
    by: str
    at: datetime | None
    consent: str


_ELSEWHERE = """
with shared as (
    select distinct t.conversation from tickets mine
    join ticket_marks m on m.number = mine.number and m.kind = 'phone'
    join ticket_marks o on o.mark = m.mark and o.kind = 'phone'
    join tickets t on t.number = o.number
    where mine.conversation = $1 and t.conversation <> $1
), linked as (
    select case when one = $1 then other else one end as conversation, by, at, consent
    from contact_links where one = $1 or other = $1
)
select c.id as conversation, c.channel, c.account, t.number, t.outcome is null as open,
    (select max(at) from messages m where m.conversation = c.id and m.direction = 'i') as spoke_at,
    exists (select from shared s where s.conversation = c.id) as shares,
    a.at as asked_at, coalesce(l.by, '') as by, l.at, coalesce(l.consent, '') as consent
from (select conversation from shared union select conversation from linked) u
join contacts c on c.id = u.conversation and c.data_key is not null
left join linked l on l.conversation = c.id
left join contact_asks a on a.conversation = $1 and a.other = c.id
join lateral (
    select number, outcome from tickets where conversation = c.id
    order by outcome is null desc, created_at desc limit 1
) t on true
order by l.at is null, spoke_at desc nulls last limit $2
"""


async def elsewhere(database: Database, conversation: UUID, most: int = 8) -> list[Elsewhere]:
    """Linked ones first, then those where they wrote last. Raises StoreAway."""
    return [Elsewhere(**dict(row)) for row in await database.fetch(_ELSEWHERE, conversation, most)]


async def spoke_last(database: Database, conversation: UUID) -> datetime | None:
    """When the contact last wrote here."""
    found: datetime | None = await database.value(
        "select max(at) from messages where conversation = $1 and direction = 'i'", conversation
    )
    return found


async def note_ask(database: Database, conversation: UUID, other: UUID, login: str, at: datetime) -> bool:
    """False when it was asked before."""
    done = await database.value(
        "insert into contact_asks (conversation, other, by, at) values ($1, $2, $3, $4) on conflict do nothing "
        "returning conversation",
        conversation, other, login, at,
    )  # fmt: skip
    return done is not None


async def forget_ask(database: Database, conversation: UUID, other: UUID) -> None:
    """The question could not be sent."""
    await database.execute("delete from contact_asks where conversation = $1 and other = $2", conversation, other)


async def link_contacts(
    database: Database, conversation: UUID, other: UUID, consent: str, login: str, at: datetime
) -> bool:
    """False when they are linked already, or one of them has been erased meanwhile."""
    done = await database.value(
        "with alive as (select id from contacts where id in ($1, $2) and data_key is not null for share) "
        "insert into contact_links (one, other, reason, consent, by, at) "
        "select least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), 'phone', $3, $4, $5 "
        "where (select count(*) from alive) = 2 on conflict do nothing returning one",
        conversation, other, consent, login, at,
    )  # fmt: skip
    return done is not None


async def unlink_contacts(database: Database, conversation: UUID, other: UUID) -> bool:
    """False when they were not linked."""
    done = await database.value(
        "delete from contact_links where one = least($1::uuid, $2::uuid) and other = greatest($1::uuid, $2::uuid) "
        "returning one",
        conversation, other,
    )  # fmt: skip
    return done is not None


@dataclass(frozen=True, slots=True)
class Poster:
    """`came`: how many have come by it; `tickets`: how many of their tickets."""

    scene: str
    account: str
    title: str
    by: str
    at: datetime
    retired: bool
    came: int
    tickets: int


async def posters(database: Database) -> list[Poster]:
    """Those in use first, the newest first."""
    rows = await database.fetch(
        "select p.scene, p.account, p.title, p.by, p.at, p.retired_at is not null as retired, "
        "(select count(*) from landings l where l.source = 'poster' and l.item = p.scene) as came, "
        "(select count(*) from landings l join contacts c on c.openid_hash = l.who join tickets t on t.conversation = c.id "
        "where l.source = 'poster' and l.item = p.scene and l.at <= t.created_at) as tickets "
        "from posters p order by p.retired_at is not null, p.at desc limit 300"
    )
    return [Poster(**dict(row)) for row in rows]


async def add_poster(
    database: Database, scene: str, account: str, title: str, picture: bytes, login: str, at: datetime
) -> bool:
    """False when the scene is taken."""
    done = await database.value(
        "insert into posters (scene, account, title, picture, by, at) values ($1, $2, $3, $4, $5, $6) "
        "on conflict do nothing returning scene",
        scene, account, title, picture, login, at,
    )  # fmt: skip
    return done is not None


async def retire_poster(database: Database, scene: str, at: datetime) -> bool:
    """It is taken down; the code goes on working and telling where it hung. False when it was not in use."""
    done = await database.value(
        "update posters set retired_at = $2 where scene = $1 and retired_at is null returning scene", scene, at
    )
    return done is not None


async def poster_picture(database: Database, scene: str) -> tuple[str, bytes] | None:
    """(title, picture)."""
    row = await database.row("select title, picture from posters where scene = $1", scene)
    return (str(row["title"]), bytes(row["picture"])) if row else None


async def is_poster(database: Database, scene: str) -> bool:
    return bool(await database.value("select exists (select from posters where scene = $1)", scene))
