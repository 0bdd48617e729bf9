"""Rows of `media`: what is owed, claimed with a lease; what was kept or is lost; what pages may show of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from bot.codec import encode
from bot.store.database import Database
from bot.vault import DataKey, Unsealable, Vault
from conversations.messages import Attachment, Picture

FETCHED = frozenset({"image", "voice", "video", "file", "douyin_image", "douyin_video"})
"""Kinds of attachments that a platform or an upload may give us; of the others nothing is owed."""
LONGEST_WAIT = timedelta(days=7)

OWE = (
    "insert into media (conversation, turn, position, kind, source, upload, created_at, due_at, expires_at, status, sha256, "
    "type, size, width, height, kept_at) select u.conversation, u.turn, u.position, u.kind, u.source, u.upload, u.at, u.at, "
    "u.expires, case when u.name is null then 'waiting' else 'kept' end, u.name, "
    "case when u.name is null then '' else 'image/jpeg' end, u.size, u.width, u.height, "
    "case when u.name is not null then u.at end "
)
_UPLOAD = "upload:"


def upload_of(attachment: Attachment) -> str:
    """The upload an attachment of the app names; "" for none."""
    name = attachment.media_id.removeprefix(_UPLOAD)
    return name if name != attachment.media_id else ""


def naming_upload(kind: str, upload: str) -> Attachment:
    """An attachment of a file that lies in our own folder."""
    return Attachment(kind, _UPLOAD + upload)


def owed_rows(
    contact: UUID, turn: int, attachments: Sequence[Attachment], key: DataKey, channel: str, now: datetime
) -> list[tuple[Any, ...]]:
    """A row of `OWE` for every attachment that can be fetched. When it expires is the fetcher's to know better."""
    out: list[tuple[Any, ...]] = []
    for place, one in enumerate(attachments):
        if one.kind in FETCHED:
            upload = upload_of(one) if channel == "app" else ""
            kind = one.kind.removeprefix("douyin_")
            source = key.seal(encode(one))
            out.append((contact, turn, place, kind, source, upload, now, now + LONGEST_WAIT, None, 0, 0, 0))
    return out


def picture_row(
    contact: UUID, turn: int, position: int, picture: Picture, key: DataKey, now: datetime
) -> tuple[Any, ...]:
    """A row of `OWE` for a picture of ours, which is on disk already. A reporter's turn has no message of the
    contact's, so its position cannot be taken."""
    source = key.seal(encode(Attachment("image")))
    size, width, height = picture.size, picture.width, picture.height
    return (contact, turn, position, "image", source, "", now, now, bytes.fromhex(picture.name), size, width, height)


@dataclass(frozen=True, slots=True)
class Owed:
    """One file to be fetched now. `attachment` None: its row cannot be unsealed. `openid` tells whose an upload is."""

    id: int
    conversation: UUID
    turn: int
    kind: str
    attachment: Attachment | None
    upload: str
    channel: str
    account: str
    openid: str
    sealed_key: bytes
    attempts: int
    created_at: datetime
    lease_until: datetime
    lane: str


UPLOADS, NOBODY = "uploads", "nobody"
"""Lanes that are no account's: what lies on our own disk, and accounts that are not configured any more."""


def lane_of(channel: str, account: str) -> str:
    """The lane of what an account's platform has."""
    return f"{channel}/{account}"


_CLAIM = """
with picked as (
    select p.id, lane.name as lane from unnest($3::text[], $4::int[]) as lane (name, room) cross join lateral (
        select d.id from media d join contacts c on c.id = d.conversation
        where d.status = 'waiting' and d.due_at <= $1 and (d.lease_until is null or d.lease_until < $1)
        and c.data_key is not null and lane.name = case when d.upload <> '' then 'uploads'
            when c.channel || '/' || c.account = any ($5::text[]) then c.channel || '/' || c.account else 'nobody' end
        order by d.due_at limit lane.room for update of d skip locked
    ) p
), claimed as (
    update media set lease_until = $2, attempts = attempts + 1 from picked where media.id = picked.id
    returning media.*, picked.lane
)
select claimed.*, c.channel, c.account, c.openid, c.data_key from claimed join contacts c on c.id = claimed.conversation
"""

_ANY = "select exists (select from media where status = 'waiting' and due_at <= $1 and (lease_until is null or lease_until < $1))"

_attachment = msgspec.json.Decoder(Attachment)


async def claim(
    database: Database, vault: Vault, now: datetime, lease: timedelta, rooms: Mapping[str, int], accounts: Sequence[str]
) -> list[Owed]:
    """Due now and ours until the lease ends; what a dead worker held comes again after it.

    `rooms`: lane → how many at most; `accounts`: the lanes of all that are configured.
    """
    out: list[Owed] = []
    until = now + lease
    if not await database.value(_ANY, now):  # most of the time: a tenth of the price of a claim that finds nothing
        return out
    for row in await database.fetch(_CLAIM, now, until, list(rooms), list(rooms.values()), list(accounts)):
        attachment, openid = None, ""
        try:
            key = vault.data_key(row["conversation"], row["data_key"])
            attachment = _attachment.decode(key.open(row["source"]))
            openid = key.open(row["openid"]).decode()
        except (Unsealable, msgspec.DecodeError):
            pass
        out.append(
            Owed(
                row["id"], row["conversation"], row["turn"], row["kind"], attachment, row["upload"], row["channel"],
                row["account"], openid, row["data_key"], row["attempts"], row["created_at"], until,
                row["lane"],
            )
        )  # fmt: skip
    return out


@dataclass(frozen=True, slots=True)
class Kept:
    """What the record is told of a file on disk. `hash`: its name; `width`: 0 where nothing can be shown."""

    hash: bytes
    kind: str
    type: str
    size: int
    width: int = 0
    height: int = 0


async def keep(database: Database, owed: Owed, kept: Kept, at: datetime) -> str:
    """The file is on disk: say so. "kept"; "late" when another worker has it; "erased" when its contact is gone."""
    async with database.connection() as connection, connection.transaction():
        key = await connection.fetchval("select data_key from contacts where id = $1 for share", owed.conversation)
        if key is None:
            return "erased"
        done = await connection.fetchval(
            "update media set status = 'kept', fault = '', lease_until = null, sha256 = $3, kind = $4, type = $5, size = $6, "
            "width = $7, height = $8, kept_at = $9 where id = $1 and status = 'waiting' and lease_until = $2 returning id",
            owed.id, owed.lease_until, kept.hash, kept.kind, kept.type, kept.size, kept.width, kept.height, at,
        )  # fmt: skip
        return "kept" if done else "late"


async def later(database: Database, owed: Owed, fault: str, due_at: datetime) -> None:
    """Not this time; again at `due_at`. Nothing when somebody else holds it by now."""
    await database.execute(
        "update media set fault = $3, due_at = $4, lease_until = null "
        "where id = $1 and status = 'waiting' and lease_until = $2",
        owed.id, owed.lease_until, fault, due_at,
    )  # fmt: skip


async def lose(database: Database, owed: Owed, fault: str) -> bool:
    """Given up, and why: the desk shows it. False when somebody else holds it by now."""
    done = await database.value(
        "update media set status = 'lost', fault = $3, lease_until = null "
        "where id = $1 and status = 'waiting' and lease_until = $2 returning id",
        owed.id, owed.lease_until, fault,
    )  # fmt: skip
    return done is not None


@dataclass(frozen=True, slots=True)
class Shown:
    """One file as a page names it. `status`: waiting, kept, lost; `width` 0: nothing to show but its kind."""

    link: str
    kind: str
    status: str
    fault: str
    type: str
    size: int
    width: int
    height: int


async def media_of(database: Database, conversation: UUID) -> dict[int, tuple[Shown, ...]]:
    """Turn of the message → its files in their order."""
    return _by_turn(
        await database.fetch("select * from media where conversation = $1 order by turn, position", conversation)
    )


async def media_of_hash(database: Database, contact_hash: bytes) -> dict[int, tuple[Shown, ...]]:
    """As `media_of`, of whoever has that keyed hash."""
    query = "select d.* from media d join contacts c on c.id = d.conversation where c.openid_hash = $1 order by turn, position"
    return _by_turn(await database.fetch(query, contact_hash))


def _by_turn(rows: Sequence[Any]) -> dict[int, tuple[Shown, ...]]:
    found: dict[int, tuple[Shown, ...]] = {}
    for row in rows:
        one = Shown(
            str(row["link"]), row["kind"], row["status"], row["fault"], row["type"], row["size"], row["width"], row["height"]
        )  # fmt: skip
        found[row["turn"]] = (*found.get(row["turn"], ()), one)
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """A kept file and whose it is. `number`: the ticket it belongs to, "" when its conversation has none."""

    name: str
    kind: str
    type: str
    width: int
    conversation: UUID
    sealed_key: bytes
    openid_hash: bytes | None
    number: str


async def find_media(database: Database, link: str) -> Place | None:
    """By the name pages use; None for an unknown one, one not kept, or one whose contact is erased."""
    try:
        name = UUID(link)
    except ValueError:
        return None
    row = await database.row(
        "select d.*, c.data_key, c.openid_hash, (select t.number from tickets t where t.conversation = d.conversation "
        "order by t.case_key = (select m.case_key from messages m where m.conversation = d.conversation and m.turn = d.turn "
        "order by m.position limit 1) desc nulls last, t.case_key desc limit 1) as number "
        "from media d join contacts c on c.id = d.conversation "
        "where d.link = $1 and d.status = 'kept' and c.data_key is not null",
        name,
    )
    if row is None:
        return None
    return Place(
        row["sha256"].hex(), row["kind"], row["type"], row["width"], row["conversation"], row["data_key"],
        row["openid_hash"], row["number"] or "",
    )  # fmt: skip


async def gone(database: Database, limit: int = 200) -> list[str]:
    """Files an erasure gave up."""
    return [row["name"] for row in await database.fetch("select name from media_gone order by at limit $1", limit)]


async def forget_gone(database: Database, names: Sequence[str]) -> None:
    await database.execute("delete from media_gone where name = any ($1)", list(names))


async def unknown(database: Database, hashes: Sequence[bytes]) -> set[bytes]:
    """Those of these names that no row has."""
    rows = await database.fetch("select distinct sha256 from media where sha256 = any ($1)", list(hashes))
    return set(hashes) - {row["sha256"] for row in rows}


async def settled_uploads(database: Database, uploads: Sequence[str]) -> set[str]:
    """Those of these uploads whose message has what it needs of them, or never will."""
    rows = await database.fetch(
        "select upload from media where upload = any ($1) group by upload having bool_and(status <> 'waiting')",
        list(uploads),
    )
    return {row["upload"] for row in rows}


async def standing(database: Database) -> tuple[int, int, int]:
    """(kept, waiting, lost) of all."""
    row = await database.row(
        "select count(*) filter (where status = 'kept') as kept, count(*) filter (where status = 'waiting') as waiting, "
        "count(*) filter (where status = 'lost') as lost from media"
    )
    return row["kept"], row["waiting"], row["lost"]


async def overdue(database: Database) -> int:
    """Files owed for over an hour: something is wrong with the platform, the network or the workers."""
    count = await database.value(
        "select count(*) from media where status = 'waiting' and created_at < now() - interval '1 hour'"
    )
    return int(count)
