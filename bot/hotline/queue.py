"""Orders on their way out: claimed with a lease, told what became of the try. Durable as the outbox is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.database import Database
from bot.store.orders import Reply, held
from bot.vault import Unsealable, Vault

_CLAIM = """
with picked as (
    select o.number, o.delivery as was from orders o join contacts c on c.id = o.conversation
    where o.delivery in ('waiting', 'sending', 'unsure') and o.due_at <= $1 and o.payload is not null
      and (o.lease_until is null or o.lease_until < $1) and c.data_key is not null
    order by o.level <> 'top', o.due_at limit $3 for update of o skip locked
), claimed as (
    update orders set lease_until = $2, attempts = attempts + 1,
        delivery = case when delivery = 'waiting' then 'sending' else 'unsure' end
    from picked where orders.number = picked.number
    returning orders.*, picked.was
)
select claimed.*, c.data_key from claimed join contacts c on c.id = claimed.conversation
"""


@dataclass(frozen=True, slots=True)
class Leaving:
    """An order to be sent now. `payload`: its bytes, the same at every try, unless it cannot be unsealed."""

    number: str
    payload: bytes | None
    attempts: int
    sent_at: datetime
    unsure: bool
    alarmed: bool
    lease_until: datetime


async def claim(database: Database, vault: Vault, now: datetime, lease: timedelta, limit: int) -> list[Leaving]:
    """Due now and ours until the lease ends; a try that never reported back may have arrived, so it is unsure."""
    until = now + lease
    out = []
    for row in await database.fetch(_CLAIM, now, until, limit):
        try:
            payload = vault.data_key(row["conversation"], row["data_key"]).open(row["payload"])
        except Unsealable:
            payload = None
        out.append(
            Leaving(
                row["number"], payload, row["attempts"], row["sent_at"], row["was"] != "waiting", row["alarmed"], until
            )
        )
    return out


async def taken(database: Database, vault: Vault, number: str, theirs: str, at: datetime) -> None:
    """12345 has it. Also written down when a person filed it meanwhile: two orders there are worth knowing of."""
    async with held(database, vault, number) as order:
        if order is None:
            return
        row, known = order.row, order.reply
        mine = row["way"] == "gateway"
        reply = Reply(known.number or theirs, known.unit, known.text)
        await order.connection.execute(
            "update orders set reply = coalesce($2, reply), delivery = case when way = 'gateway' then 'taken' else delivery end, "
            "fault = '', payload = null, due_at = null, lease_until = null, updated_at = $3 where number = $1",
            number, order.seal(reply), at,
        )  # fmt: skip
        if row["delivery"] != "taken":
            await order.note(at, "hotline", "taken" if mine else "taken_too", theirs)


async def later(
    database: Database, vault: Vault, leaving: Leaving, fault: str, due_at: datetime, at: datetime,
    *, unsure: bool, alarm: bool,
) -> None:  # fmt: skip
    """Not taken for sure, or (`unsure`) nobody can say: again at `due_at`. `alarm`: the desk is told, once."""
    async with held(database, vault, leaving.number) as order:
        if order is None or order.row["lease_until"] != leaving.lease_until:
            return  # filed by hand, closed, erased, or taken by another worker meanwhile
        changed = order.row["fault"] != fault or alarm
        await order.connection.execute(
            "update orders set delivery = $2, fault = $3, due_at = $4, lease_until = null, alarmed = alarmed or $5, "
            "updated_at = $6 where number = $1",
            leaving.number, "unsure" if unsure else "waiting", fault, due_at, alarm, at,
        )  # fmt: skip
        if changed:  # one line a kind of fault, not one a try
            await order.note(
                at, "system", "unsure" if unsure else "delayed", fault, alert="order_stuck" if alarm else ""
            )


async def refused(database: Database, vault: Vault, leaving: Leaving, detail: str, at: datetime) -> None:
    """12345 will never take these bytes: a draft again, for a person to mend."""
    async with held(database, vault, leaving.number) as order:
        if order is None or order.row["lease_until"] != leaving.lease_until:
            return
        await order.connection.execute(
            "update orders set status = 'draft', way = '', delivery = 'refused', fault = 'rejected', payload = null, "
            "due_at = null, lease_until = null, receive_due = null, answer_due = null, updated_at = $2 where number = $1",
            leaving.number, at,
        )  # fmt: skip
        await order.note(at, "hotline", "refused", detail, alert="order_refused")
