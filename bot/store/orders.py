"""Work orders in the record as people see them, and one held for a change: `orders_changes` makes the changes.

Locks are taken in one order everywhere (contact, order, ticket), the same as erasing a contact does.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from bot.codec import decode, encode
from bot.store.database import Database
from bot.vault import DataKey, Unsealable, Vault

MOST = 300
"""Orders a list shows at once; a desk that has more open ones needs people, not a longer page."""


_NUMBER = re.compile(r"B\d{5}-\d{4,9}-\d{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Form:
    """What an order says. `fields` by code; `reason`: why it may go although the resident has not called."""

    level: str
    kind: str
    called: str
    fields: Mapping[str, str]
    reason: str = ""

    @property
    def mark(self) -> str:
        """Of all it says: whoever writes over a draft names the one they saw."""
        said = sorted((code, text) for code, text in self.fields.items() if text)
        return sha256(encode([self.level, self.kind, self.called, self.reason, said])).hexdigest()[:16]


class Overwritten(Exception):
    """Somebody changed the draft since it was seen: nothing was written."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What 12345 gave back so far."""

    number: str = ""
    unit: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One order, unsealed. `erased`: the contact's words are gone."""

    number: str
    ticket: str
    conversation: UUID
    status: str
    way: str
    form: Form
    reply: Reply
    made_by: str
    made_at: datetime
    sent_by: str
    sent_at: datetime | None
    receive_due: datetime | None
    answer_due: datetime | None
    news_at: datetime | None
    told: str
    untold: bool
    delivery: str
    fault: str
    attempts: int
    updated_at: datetime
    erased: bool


@dataclass(frozen=True, slots=True)
class OrderEvent:
    at: datetime
    actor: str
    change: str
    late: bool
    detail: str


@dataclass(frozen=True, slots=True)
class News:
    """What 12345 says of an order. `key`: its own id of this news, "" when a person wrote it down; `at`: its own time."""

    status: str
    at: datetime
    key: str = ""
    reply: Reply = field(default_factory=Reply)


@dataclass(slots=True)
class Held:
    """An order locked for a change, its contact's key beside it (None once erased)."""

    connection: Any
    row: Any
    key: DataKey | None

    def seal(self, value: Any) -> bytes | None:
        return self.key.seal(encode(value)) if self.key else None

    @property
    def reply(self) -> Reply:
        return reply_of(self.row, self.key)

    @property
    def form(self) -> Form:
        body = (
            decode(self.key.open(self.row["form"])) if self.key and self.row["form"] else {"fields": {}, "reason": ""}
        )
        return _form(self.row, body)

    async def note(
        self,
        at: datetime,
        actor: str,
        change: str,
        detail: str = "",
        *,
        key: str = "",
        late: bool = False,
        alert: str = "",
    ) -> bool:
        """A line of the order's history and, unless late, of the ticket's; open desks are told. False: heard before.

        `alert` never takes the place of one nobody has seen: that one may be about a life.
        """
        sealed = self.key.seal(detail.encode()) if detail and self.key else None
        done = await self.connection.fetchval(
            "insert into order_events (number, at, actor, change, late, key, detail) "
            "values ($1, $2, $3, $4, $5, nullif($6, ''), $7) on conflict do nothing returning id",
            self.row["number"], at, actor, change, late, key, sealed,
        )  # fmt: skip
        if done is None:
            return False
        await self.connection.execute(
            "update tickets set changed = nextval('ticket_changes'), "
            "alert = case when alert = '' and outcome is null then $2 else alert end where number = $1",
            self.row["ticket"], alert,
        )  # fmt: skip
        if change in TOLD_TO_TICKET and not late:
            await self.connection.execute(
                "insert into ticket_events (number, at, actor, change, detail) values ($1, $2, $3, $4, $5)",
                self.row["ticket"], at, actor, f"order_{change}",
                self.key.seal(self.row["number"].encode()) if self.key else None,
            )  # fmt: skip
        return True


TOLD_TO_TICKET = frozenset({"sent", "filed", "received", "assigned", "answered", "returned", "closed", "refused"})


@asynccontextmanager
async def held(database: Database, vault: Vault, number: str) -> AsyncIterator[Held | None]:
    """The order, locked until the transaction ends; None when there is no such order."""
    async with database.connection() as connection, connection.transaction():
        contact = await connection.fetchrow(
            "select id, data_key from contacts where id = (select conversation from orders where number = $1) for share",
            number,
        )
        if contact is None:
            yield None
            return
        row = await connection.fetchrow("select * from orders where number = $1 for update", number)
        sealed = contact["data_key"]
        yield Held(connection, row, vault.data_key(contact["id"], sealed) if sealed is not None else None)


_SELECT = "select o.*, c.data_key from orders o join contacts c on c.id = o.conversation"


async def get_order(database: Database, vault: Vault, number: str) -> Order | None:
    row = await database.row(f"{_SELECT} where o.number = $1", number) if _NUMBER.fullmatch(number) else None
    return _order(row, vault) if row else None


async def orders_of(database: Database, vault: Vault, ticket: str) -> list[Order]:
    """Every order of a ticket, the newest first."""
    rows = await database.fetch(f"{_SELECT} where o.ticket = $1 order by o.made_at desc, o.number desc", ticket)
    return [_order(row, vault) for row in rows]


async def list_orders(database: Database, vault: Vault, *, closed: bool = False) -> list[Order]:
    """What somebody has to look at; `closed`: what is done with, the latest first."""
    where = "o.status = 'closed' and not o.untold" if closed else "o.status <> 'closed' or o.untold"
    order = "o.updated_at desc" if closed else "coalesce(o.answer_due, o.made_at), o.number"
    rows = await database.fetch(f"{_SELECT} where {where} order by {order} limit {MOST}")
    return [_order(row, vault) for row in rows]


async def order_events(database: Database, vault: Vault, number: str) -> list[OrderEvent]:
    """An order's history, oldest first."""
    rows = await database.fetch(
        "select e.*, o.conversation, c.data_key from order_events e join orders o using (number) "
        "join contacts c on c.id = o.conversation where e.number = $1 order by e.id",
        number,
    )
    out = []
    for row in rows:
        detail = ""
        if row["detail"] is not None and row["data_key"] is not None:
            detail = vault.data_key(row["conversation"], row["data_key"]).open(row["detail"]).decode()
        out.append(OrderEvent(row["at"], row["actor"], row["change"], row["late"], detail))
    return out


def form_blob(form: Form) -> bytes:
    return encode({"fields": dict(form.fields), "reason": form.reason})


def _form(row: Any, body: dict[str, Any]) -> Form:
    return Form(row["level"], row["kind"], row["called"], body["fields"], body["reason"])


def reply_of(row: Any, key: DataKey | None) -> Reply:
    return Reply(**decode(key.open(row["reply"]))) if key and row["reply"] else Reply()


def _order(row: Any, vault: Vault) -> Order:
    body: dict[str, Any] = {"fields": {}, "reason": ""}
    reply, erased = Reply(), True
    if row["data_key"] is not None and row["form"]:
        try:
            key = vault.data_key(row["conversation"], row["data_key"])
            body, reply, erased = decode(key.open(row["form"])), reply_of(row, key), False
        except Unsealable:
            pass
    plain = {name: row[name] for name in Order.__dataclass_fields__ if name not in ("form", "reply", "erased")}
    return Order(form=_form(row, body), reply=reply, erased=erased, **plain)
