"""What the desk asks of the record beside tickets and messages: who wrote last, names, what changed, reply room, labels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.codec import load_state
from bot.services import Services
from bot.settings import Account
from bot.store.database import Database
from bot.store.tickets import Ticket
from bot.vault import Unsealable
from conversations.codec import UnknownVersion
from conversations.window import UNLIMITED


async def names_of_staff(database: Database) -> dict[str, str]:
    """Login → name of everybody, also of those who left."""
    return {row["login"]: row["name"] for row in await database.fetch("select login, name from users")}


_LAST = """
select t.number, l.direction = 'i' as contact_last, h.author as person_last
from unnest($1::text[], $2::uuid[], $3::integer[]) as t (number, conversation, case_key)
left join lateral (
    select direction from messages m where m.conversation = t.conversation and m.case_key = t.case_key
    order by at desc, turn desc, position desc limit 1
) l on true
left join lateral (
    select author from messages m where m.conversation = t.conversation and m.case_key = t.case_key and m.author <> 'bot'
    order by at desc, turn desc, position desc limit 1
) h on true
"""


async def waiting_numbers(database: Database, tickets: Sequence[Ticket]) -> frozenset[str]:
    """Open tickets whose contact wrote last: to the reporter who has it, or without any answer at all."""
    held = [one for one in tickets if one.outcome is None]
    if not held:
        return frozenset()
    rows = await database.fetch(
        _LAST, [one.number for one in held], [one.conversation for one in held], [one.case for one in held]
    )
    reporters = {one.number: one.reporter for one in held}
    return frozenset(
        row["number"]
        for row in rows
        if row["contact_last"] or (reporters[row["number"]] and row["person_last"] == "contact")
    )


NOT_ONLINE = {
    "staff": "这是代为登记的求助，居民不在网上，写了也送不到：请打电话，打完在“该打给谁”里记一笔。",
    "toutiao": "这是头条评论里的求助，私下写不到他：请先打电话；没有电话，就在评论下贴公开答复，请他来私下说。",
}
"""Channels on which nobody waits for a text: why there is no box to write in."""
_NO_PUSH = "这个账号只能在居民来消息时当场答复，不能主动发；急事请打电话。"


@dataclass(frozen=True, slots=True)
class ReplyRoom:
    """Whether and how much may still be written to a contact. `left` None: no limit. `closed`: why not, in words.
    `picture_bytes`: as in the account's limits."""

    left: int | None
    until: datetime | None
    text_bytes: int
    closed: str = ""
    picture_bytes: int = 0


async def reply_room(services: Services, ticket: Ticket) -> ReplyRoom:
    """From the conversation's window and the account's limits, as the engine will see them."""
    account = services.accounts.get((ticket.channel, ticket.account))
    if account is None:
        return ReplyRoom(0, None, 2047, "这个账号没有接入，发不出去。")
    return replace(await _room(services, ticket, account), picture_bytes=account.limits.picture_bytes)


async def _room(services: Services, ticket: Ticket, account: Account) -> ReplyRoom:
    row = await services.database.row(
        "select v.state, c.data_key from conversations v join contacts c on c.id = v.id where v.id = $1",
        ticket.conversation,
    )
    if row is None or row["data_key"] is None:
        return ReplyRoom(0, None, account.limits.text_bytes, "居民的资料已删除，发不出去。")
    try:
        state = load_state(services.vault.data_key(ticket.conversation, row["data_key"]).open(row["state"]))
    except (Unsealable, UnknownVersion):
        return ReplyRoom(0, None, account.limits.text_bytes, "这段对话打不开，请告诉管理员。")
    limits, now = account.limits, services.clock()
    left, until = state.window.remaining(limits, now), state.window.ends_at(limits)
    if not state.following:
        return ReplyRoom(0, None, limits.text_bytes, "居民已不再关注，发不到；请打电话。")
    if ticket.channel in NOT_ONLINE or not (limits.push or limits.pull):
        return ReplyRoom(0, None, limits.text_bytes, NOT_ONLINE.get(ticket.channel, _NO_PUSH))
    if left >= UNLIMITED:
        return ReplyRoom(None, None, limits.text_bytes)
    closed = "" if left else "现在不能发：条数用完或窗口已关。居民再写一句就能发；急事请打电话。"
    return ReplyRoom(left, until, limits.text_bytes, closed)


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket as the queue must know it: codes only."""

    number: str
    changed: int
    urgency: str
    alert: str
    open: bool
    conversation: UUID

    def news(self) -> dict[str, Any]:
        """What goes over the wire. `red`: it rings until acknowledged."""
        return {
            "number": self.number,
            "alert": self.alert if self.open else "",
            "urgency": self.urgency,
            "open": self.open,
        }


async def changes_after(database: Database, after: int, limit: int = 400) -> list[Change]:
    """Tickets changed after that mark, in order of change."""
    rows = await database.fetch(
        "select number, changed, urgency, alert, outcome is null as open, conversation from tickets "
        "where changed > $1 order by changed limit $2",
        after, limit,
    )  # fmt: skip
    return [Change(**dict(row)) for row in rows]


async def newest_change(database: Database) -> int:
    return int(await database.value("select coalesce(max(changed), 0) from tickets"))


async def labels_of(database: Database, number: str) -> dict[str, tuple[str, str]]:
    """Field → (what it was, who corrected it)."""
    rows = await database.fetch("select field, was, by from labels where number = $1", number)
    return {row["field"]: (row["was"], row["by"]) for row in rows}


async def lately(database: Database, actor: str, action: str, minutes: int = 10) -> int:
    """How often somebody did something in the last minutes."""
    return int(
        await database.value(
            "select count(*) from audit where at > now() - make_interval(mins => $3::integer) and actor = $1 and action = $2",
            actor, action, minutes,
        )
    )  # fmt: skip
