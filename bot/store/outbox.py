"""The outbox's rows: claimed with a lease, deleted when done, kept for people when given up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.codec import load_event
from bot.lanes import NOBODY, TIMERS
from bot.store.database import Database
from bot.vault import DataKey
from conversations.events import ContactFollowed, MessageReceived
from conversations.messages import Inbound

_PICK = """
    select o.effect_id, o.status as was from outbox o {join}
    where o.due_at <= $1 and o.status <> 'dead' and (o.lease_until is null or o.lease_until < $1) and {lane}
    order by o.due_at limit {room} for update of o skip locked
"""
_PLACE = "lpad(split_part({0}.effect_id, '/', 2), 10, '0'), lpad(split_part({0}.effect_id, '/', 3), 10, '0')"
"""Turn and position, comparable as they are: a cast would fail on a timer's id, wherever the planner puts it."""
_FIRST = f"""o.kind = 'send' and not exists (
        select 1 from outbox p where p.conversation = o.conversation and p.kind = 'send' and p.status <> 'dead'
        and ({_PLACE.format("p")}) < ({_PLACE.format("o")}))"""
"""Of each conversation only the oldest unsent text: what was said first arrives first. Turns of one batch are of the
same moment, so the moment says nothing."""
_TIMERS = _PICK.format(join="", lane="o.kind = 'timer'", room="$3")
_ACCOUNTS = _PICK.format(
    join="join contacts c on c.id = o.conversation",
    lane=f"c.channel = lane.channel and c.account = lane.account and {_FIRST}",
    room="lane.room",
)
_NOBODY = _PICK.format(
    join="join contacts c on c.id = o.conversation",
    lane=f"not exists (select from unnest($7::text[], $8::text[]) as k (a, b) where k.a = c.channel and k.b = c.account) "
    f"and {_FIRST}",
    room="$4",
)
_CLAIMED = """, claimed as (
    update outbox set lease_until = $2, attempts = attempts + 1,
        status = case when kind = 'send' then 'sending' else status end
    from picked, contacts
    where outbox.effect_id = picked.effect_id and contacts.id = outbox.conversation
    returning outbox.effect_id, outbox.kind, outbox.conversation, outbox.case_key, outbox.purpose, outbox.attempts,
        outbox.payload, outbox.created_at, picked.was, contacts.channel, contacts.account, contacts.openid, contacts.data_key,
        case when outbox.kind = 'send' then split_part(outbox.effect_id, '/', 2)::integer end as turn,
        case when outbox.kind = 'send' then split_part(outbox.effect_id, '/', 3)::smallint end as position
)
select claimed.*, m.body from claimed left join messages m
on m.conversation = claimed.conversation and m.turn = claimed.turn and m.position = claimed.position
"""
_CLAIM = f"""
with timers as ({_TIMERS}), sends as (
    select picked.* from unnest($5::text[], $6::text[], $9::integer[]) as lane (channel, account, room)
    cross join lateral ({_ACCOUNTS}) picked
), nobodys as ({_NOBODY}), picked as (
    select * from timers union all select * from sends union all select * from nobodys
){_CLAIMED}"""
_CLAIM_TIMERS = f"with picked as ({_TIMERS}){_CLAIMED}"
"""Most of what falls due by itself; the other statement takes the record longer to plan than this one to answer."""

_SENT = """
with done as (
    delete from outbox where effect_id = any ($1::text[])
), said as (
    select * from unnest($2::uuid[], $3::integer[], $4::smallint[]) as u (conversation, turn, position)
)
update messages m set delivery = 'delivered', note = '' from said
where m.conversation = said.conversation and m.turn = said.turn and m.position = said.position
"""


_AHEAD = """
select exists (select from outbox where kind = 'timer' and {0}) as timer,
    exists (select from outbox where kind = 'send' and {0}) as send,
    (select due_at from outbox where due_at > $1 and status <> 'dead' order by due_at limit 1) as soonest
""".format("due_at <= $1 and status <> 'dead' and (lease_until is null or lease_until < $1)")

BOTH = frozenset({"timer", "send"})


@dataclass(frozen=True, slots=True)
class Due:
    """A claimed row. `interrupted`: an earlier attempt never reported back, so the platform may have taken it."""

    effect_id: str
    kind: str
    conversation: UUID
    case: int
    purpose: str
    attempts: int
    payload: bytes
    body: bytes | None
    created_at: datetime
    interrupted: bool
    channel: str
    account: str
    openid: bytes | None
    data_key: bytes | None
    lease_until: datetime


class OutboxStore:
    def __init__(self, database: Database) -> None:
        self.database = database

    async def claim(
        self,
        now: datetime,
        lease: timedelta,
        rooms: Mapping[tuple[str, str], int],
        accounts: Sequence[tuple[str, str]],
        kinds: Collection[str] = BOTH,
    ) -> list[Due]:
        """Rows due now, ours until the lease ends, of each lane at most what it has room for; of each conversation only
        the oldest unsent text. `accounts`: all that are configured, so that rows of others are found too. `kinds`: of
        these at least."""
        until = now + lease
        if "send" not in kinds:
            return _dues(await self.database.fetch(_CLAIM_TIMERS, now, until, rooms.get(TIMERS, 0)), until)
        lanes = [key for key in accounts if key in rooms]
        rows = await self.database.fetch(
            _CLAIM, now, until, rooms.get(TIMERS, 0), rooms.get(NOBODY, 0), [one for one, _ in lanes],
            [two for _, two in lanes], [one for one, _ in accounts], [two for _, two in accounts],
            [rooms[key] for key in lanes],
        )  # fmt: skip
        return _dues(rows, until)

    async def ahead(self, now: datetime) -> tuple[frozenset[str], datetime | None]:
        """(of what a claim could find something now, when the next thing falls due): a fifth of a claim's price, for
        whoever asks again and again."""
        row = await self.database.row(_AHEAD, now)
        return frozenset(kind for kind in BOTH if row[kind]), row["soonest"]

    async def sent(self, dues: Sequence[Due]) -> None:
        """All at once: a commit for each would cost more than the sending."""
        places = [due.effect_id.split("/") for due in dues]
        await self.database.execute(
            _SENT, [due.effect_id for due in dues], [due.conversation for due in dues],
            [int(turn) for _, turn, _ in places], [int(position) for _, _, position in places],
        )  # fmt: skip

    async def gave_up(self, due: Due, delivery: str, note: str) -> None:
        """`delivery`: failed or unsure; `note` is what the reporter reads."""
        await self._finish(due, delivery, note)

    async def _finish(self, due: Due, delivery: str, note: str) -> None:
        _, turn, position = due.effect_id.split("/")
        async with self.database.connection() as connection, connection.transaction():
            await connection.execute(
                "update messages set delivery = $4, note = $5 where conversation = $1 and turn = $2 and position = $3",
                due.conversation, int(turn), int(position), delivery, note,
            )  # fmt: skip
            await connection.execute("delete from outbox where effect_id = $1", due.effect_id)

    async def later(self, due: Due, due_at: datetime, *, unsure: bool = False) -> None:
        """Not taken by the platform for sure: again at `due_at`. `unsure`: it may have been, so it is not to be sent then."""
        await self.database.execute(
            "update outbox set status = $4, lease_until = null, due_at = $2 where effect_id = $1 and lease_until = $3",
            due.effect_id, due_at, due.lease_until, "sending" if unsure else "pending",
        )  # fmt: skip

    async def untouched(self, due: Due, due_at: datetime) -> None:
        """Claimed and not tried: the attempt is taken back, and what is not known of an earlier one stays unknown."""
        await self.database.execute(
            "update outbox set status = $4, lease_until = null, due_at = $2, attempts = attempts - 1 "
            "where effect_id = $1 and lease_until = $3",
            due.effect_id, due_at, due.lease_until, "sending" if due.interrupted else "pending",
        )  # fmt: skip

    async def heard(self, conversation: UUID, key: DataKey, most: int = 12) -> tuple[Inbound, ...]:
        """The contact's last arrivals, newest first: a platform may want to know which of them a text answers."""
        rows = await self.database.fetch(
            "select event from history where conversation = $1 and kind in ('MessageReceived', 'ContactFollowed') "
            "order by turn desc limit $2",
            conversation, most,
        )  # fmt: skip
        events = [load_event(key.open(row["event"]))[0] for row in rows]
        return tuple(event.message for event in events if isinstance(event, MessageReceived | ContactFollowed))

    async def spoken_since(self, due: Due) -> bool:
        """Whether the contact wrote after this was said."""
        turn = int(due.effect_id.split("/")[1])
        found = await self.database.value(
            "select 1 from messages where conversation = $1 and direction = 'i' and turn > $2 limit 1",
            due.conversation, turn,
        )  # fmt: skip
        return found is not None

    async def fired(self, due: Due) -> None:
        """A timer did its work; one set again meanwhile (its lease is gone) stays."""
        await self.database.execute(
            "delete from outbox where effect_id = $1 and lease_until = $2", due.effect_id, due.lease_until
        )


def _dues(rows: Sequence[Any], until: datetime) -> list[Due]:
    """As claimed, the oldest first."""
    claimed = [
        Due(
            row["effect_id"], row["kind"], row["conversation"], row["case_key"], row["purpose"], row["attempts"],
            row["payload"], row["body"], row["created_at"], row["was"] == "sending", row["channel"], row["account"],
            row["openid"], row["data_key"], until,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(claimed, key=lambda due: due.created_at)
