"""What is done to a work order: made, changed, sent, filed by hand, told about, closed; each with its line of history."""

from datetime import datetime, timedelta
from uuid import UUID

from bot.hotline.states import judge
from bot.store.database import Database
from bot.store.orders import Form, Held, News, Overwritten, Reply, form_blob, held
from bot.vault import Vault

Clocks = tuple[timedelta, timedelta]
"""How long until it should be received, and until it should be answered."""

_CLOCKS = "receive_due = $3::timestamptz + $4::interval, answer_due = $3::timestamptz + $5::interval, "


async def make_order(
    database: Database, vault: Vault, ticket: str, conversation: UUID, form: Form, by: str, at: datetime
) -> str:
    """A draft; its number. The one that is open already, if any: two people who begin at once write one order.

    An order 12345 returned ends here: the new one is its successor. "" when the contact is erased.
    """
    async with database.connection() as connection, connection.transaction():
        sealed = await connection.fetchval("select data_key from contacts where id = $1 for share", conversation)
        if sealed is None:
            return ""
        await connection.execute(
            "update orders set status = 'closed', untold = false, updated_at = $2 where ticket = $1 and status = 'returned'",
            ticket, at,
        )  # fmt: skip
        count = await connection.fetchval("select count(*) from orders where ticket = $1", ticket)
        key = vault.data_key(conversation, sealed)
        number = await connection.fetchval(
            "insert into orders (number, ticket, conversation, status, level, kind, called, form, made_by, made_at, updated_at) "
            "values ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $9) on conflict do nothing returning number",
            f"{ticket}-{count + 1}", ticket, conversation, form.level, form.kind, form.called,
            key.seal(form_blob(form)), by, at,
        )  # fmt: skip
        if number is None:
            found = await connection.fetchval(
                "select number from orders where ticket = $1 and status <> 'closed'", ticket
            )
            return str(found or "")
        await Held(connection, {"number": number, "ticket": ticket}, key).note(at, by, "made")
        return str(number)


async def save_form(
    database: Database, vault: Vault, number: str, form: Form, seen: str, by: str, at: datetime
) -> bool:
    """A draft as it was last typed over the one with the mark `seen`; False when it is none any more. Raises Overwritten."""
    async with held(database, vault, number) as order:
        if order is None or order.key is None or order.row["status"] != "draft":
            return False
        await _put_form(order, form, seen, at)
        await order.note(at, by, "edited")
        return True


async def _put_form(order: Held, form: Form, seen: str, at: datetime) -> None:
    assert order.key is not None
    if order.form.mark not in (seen, form.mark):
        raise Overwritten
    await order.connection.execute(
        "update orders set level = $2, kind = $3, called = $4, form = $5, updated_at = $6 where number = $1",
        order.row["number"], form.level, form.kind, form.called, order.key.seal(form_blob(form)), at,
    )  # fmt: skip


async def send_order(
    database: Database, vault: Vault, number: str, form: Form, seen: str, payload: bytes, by: str, at: datetime,
    clocks: Clocks,
) -> bool:  # fmt: skip
    """From now it will be sent, whatever dies: the bytes are in the record. False when it is no draft. Raises Overwritten."""
    async with held(database, vault, number) as order:
        if order is None or order.key is None or order.row["status"] != "draft":
            return False
        await _put_form(order, form, seen, at)
        await order.connection.execute(
            f"update orders set status = 'sent', way = 'gateway', sent_by = $2, sent_at = $3, {_CLOCKS}"
            "payload = $6, delivery = 'waiting', due_at = $3, fault = '', attempts = 0, "
            "alarmed = false, lease_until = null, news_at = null, told = '' where number = $1",
            number, by, at, *clocks, order.key.seal(payload),
        )  # fmt: skip
        await order.note(at, by, "sent", form.reason)
        return True


async def file_order(
    database: Database, vault: Vault, number: str, form: Form | None, seen: str, theirs: str, by: str, at: datetime,
    clocks: Clocks,
) -> bool:  # fmt: skip
    """Handed in by a person; what was still to be sent is not sent any more. False when 12345 has it already.

    Raises Overwritten.
    """
    async with held(database, vault, number) as order:
        if order is None or order.key is None:
            return False
        row = order.row
        stuck = row["status"] == "sent" and row["delivery"] != "taken"
        if row["status"] != "draft" and not stuck:
            return False
        if form is not None and row["status"] == "draft":
            await _put_form(order, form, seen, at)
        await order.connection.execute(
            f"update orders set status = 'filed', way = 'hand', sent_by = $2, sent_at = $3, {_CLOCKS}"
            "reply = $6, payload = null, due_at = null, lease_until = null, updated_at = $3, "
            "delivery = case when delivery in ('waiting', 'sending', 'unsure') then 'dropped' else '' end where number = $1",
            number, by, at, *clocks, order.seal(Reply(number=theirs)),
        )  # fmt: skip
        await order.note(at, by, "filed", theirs)
        return True


async def take_news(database: Database, vault: Vault, number: str, news: News, by: str, at: datetime) -> str:
    """Write down what 12345 says: "moves", "again", "late", "repeat" (heard before) or "unknown" (no such order out)."""
    async with held(database, vault, number) as order:
        if order is None or order.row["status"] == "draft":
            return "unknown"
        row, known = order.row, order.reply
        verdict = judge(row["status"], news.status, row["news_at"], news.at)
        given = news.reply
        # Closed without a word is something to look at as well, unless the answer came before.
        answered = news.status == "answered" or (news.status == "closed" and row["status"] != "answered")
        fresh = verdict != "late"
        alert = (
            _ALERTS.get(news.status, "")
            if by == "hotline" and fresh and (answered or news.status == "returned")
            else ""
        )
        words = "，".join(filter(None, (given.unit, given.text)))
        if not await order.note(at, by, news.status, words, key=news.key, late=not fresh, alert=alert):
            return "repeat"
        # A number is worth having however late it comes; older words never replace newer ones.
        reply = Reply(
            given.number or known.number,
            (given.unit if fresh else "") or known.unit or given.unit,
            (given.text if fresh and news.status != "received" else "") or known.text,
        )
        await order.connection.execute(
            "update orders set reply = $2, updated_at = $3, status = case when $4 then $5 else status end, "
            "news_at = case when $6 then $7 else news_at end, untold = untold or $8, "
            "told = case when $8 and told = 'answered' then '' else told end, "
            "delivery = case when way = 'gateway' then 'taken' else delivery end, "
            "payload = null, due_at = null, lease_until = null where number = $1",
            number, order.seal(reply), at, verdict == "moves", news.status, fresh, news.at, answered and fresh,
        )  # fmt: skip
        return verdict


_ALERTS = {"answered": "order_answered", "closed": "order_answered", "returned": "order_returned"}


async def keep_number(database: Database, vault: Vault, number: str, theirs: str, by: str, at: datetime) -> bool:
    """The hotline's own number, learnt later by telephone."""
    async with held(database, vault, number) as order:
        if order is None or order.key is None or order.row["status"] == "draft":
            return False
        known = order.reply
        await order.connection.execute(
            "update orders set reply = $2, updated_at = $3 where number = $1",
            number, order.seal(Reply(theirs, known.unit, known.text)), at,
        )  # fmt: skip
        await order.note(at, by, "numbered", theirs)
        return True


async def keep_told(database: Database, vault: Vault, number: str, stage: str, by: str, at: datetime) -> None:
    """The resident has been written to; written down once."""
    async with held(database, vault, number) as order:
        if order is None or order.row["told"] == stage:
            return
        await order.connection.execute(
            "update orders set told = $2, untold = untold and $2 <> 'answered', updated_at = $3 where number = $1",
            number, stage, at,
        )  # fmt: skip
        await order.note(at, by, f"told_{stage}")


async def close_order(database: Database, vault: Vault, number: str, note: str, by: str, at: datetime) -> bool:
    """A person is done with it; nothing of it is sent any more. False when it was closed already."""
    async with held(database, vault, number) as order:
        if order is None or (order.row["status"] == "closed" and not order.row["untold"]):
            return False
        await order.connection.execute(
            "update orders set status = 'closed', untold = false, payload = null, due_at = null, lease_until = null, "
            "updated_at = $2, delivery = case when delivery in ('waiting', 'sending', 'unsure') then 'dropped' else delivery end "
            "where number = $1",
            number, at,
        )  # fmt: skip
        await order.note(at, by, "closed", note)
        return True
