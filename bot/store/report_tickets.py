"""Tickets beside reports: the obstacle marked on them, what was tried for them, the cluster a report is about, who was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.codec import decode, encode
from bot.reports.clusters import Cluster, Marked
from bot.reports.counting import Around, Tried
from bot.store.calls import key_of, tell_ticket
from bot.store.database import Database
from bot.store.reports import Body, insert_report
from bot.store.tickets import Filter, Ticket, list_tickets
from bot.tally.figures import REQUESTS
from bot.vault import Unsealable, Vault
from conversations.playbook import SHANGHAI

MARKED, UNMARKED, REPORTED = "obstacle_marked", "obstacle_unmarked", "reported"
"""What a ticket's history calls it."""
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket of a report. `line`: the case in one sentence, "" once its contact is erased; `told`: "" not yet, sent, or
    why the answer could not be sent."""

    number: str
    typical: bool
    line: str
    told: str
    told_at: datetime | None
    told_by: str
    erased: bool

    def heard(self, answered_at: datetime | None) -> bool:
        """Whether they were sent this answer: one that was put right afterwards is another."""
        return (
            self.told == "sent" and answered_at is not None and self.told_at is not None and self.told_at >= answered_at
        )


async def mark_obstacle(
    database: Database, vault: Vault, ticket: Ticket, obstacle: str, title: str, on: bool, by: str, at: datetime
) -> bool:
    """Marked or not any more; twice is once. False when the contact's key is gone."""
    async with database.connection() as connection, connection.transaction():
        if await key_of(connection, ticket.conversation) is None:
            return False
        if on:
            done = await connection.fetchval(
                "insert into ticket_obstacles (number, obstacle, by, at) values ($1, $2, $3, $4) on conflict do nothing "
                "returning number",
                ticket.number, obstacle, by, at,
            )  # fmt: skip
        else:
            done = await connection.fetchval(
                "delete from ticket_obstacles where number = $1 and obstacle = $2 returning number",
                ticket.number,
                obstacle,
            )
        if done is not None:
            await tell_ticket(connection, vault, ticket.number, by, at, MARKED if on else UNMARKED, title)
        return True


async def obstacles_of(database: Database, number: str) -> list[str]:
    """Codes, the first marked first."""
    rows = await database.fetch("select obstacle from ticket_obstacles where number = $1 order by at, obstacle", number)
    return [row["obstacle"] for row in rows]


async def marked_tickets(database: Database, vault: Vault, since: datetime, obstacle: str = "") -> list[Marked]:
    """Open tickets marked since then that stand in no live report of that obstacle; `obstacle` "": of any."""
    rows = await database.fetch(
        """
        select o.number, o.obstacle, o.at from ticket_obstacles o join tickets t using (number)
        join contacts c on c.id = t.conversation and c.data_key is not null
        where t.outcome is null and o.at > $1 and ($2 = '' or o.obstacle = $2) and not exists (
            select from report_tickets i join reports r on r.id = i.report
            where i.number = o.number and r.obstacle = o.obstacle and r.status <> 'dropped')
        order by o.at desc limit $3
        """,
        since, obstacle, _MOST, limit=5,
    )  # fmt: skip
    opened = await tickets_named(database, vault, [row["number"] for row in rows])
    return [
        Marked(opened[row["number"]], row["obstacle"], row["at"])
        for row in rows
        if row["number"] in opened and not opened[row["number"]].erased
    ]


async def tickets_named(database: Database, vault: Vault, numbers: Sequence[str]) -> dict[str, Ticket]:
    if not numbers:
        return {}
    wanted = tuple(dict.fromkeys(numbers))
    found, _ = await list_tickets(database, vault, Filter(numbers=wanted), limit=len(wanted))
    return {one.number: one for one in found}


async def open_counts(database: Database) -> dict[str, int]:
    """Obstacle → open tickets marked with it."""
    rows = await database.fetch(
        "select o.obstacle, count(*) as n from ticket_obstacles o join tickets t using (number) "
        "where t.outcome is null group by 1"
    )
    return {row["obstacle"]: row["n"] for row in rows}


async def tried_for(database: Database, numbers: Sequence[str], now: datetime) -> dict[str, Tried]:
    """Number → what was done. A promise that is overdue counts as missed."""
    wanted = list(numbers)
    calls: dict[str, list[tuple[str, str, str]]] = {}
    for row in await database.fetch(
        "select l.number, u.kind, l.result, case when l.promise_state = 'open' and l.promise_due <= $2 then 'missed' "
        "else l.promise_state end as promise from calls l join units u on u.id = l.unit where l.number = any ($1) order by l.id",
        wanted, now,
    ):  # fmt: skip
        calls.setdefault(row["number"], []).append((row["kind"], row["result"], row["promise"]))
    orders: dict[str, list[str]] = {}
    for row in await database.fetch(
        "select ticket, case when exists (select from order_events e where e.number = o.number and e.change = 'returned') "
        "then 'returned' else status end as status from orders o where ticket = any ($1) and sent_at is not null",
        wanted,
    ):
        orders.setdefault(row["ticket"], []).append(row["status"])
    steps: dict[str, list[tuple[str, str]]] = {}
    for row in await database.fetch(
        "select number, level, state from supervision where number = any ($1) and level <> '' and report is null order by id",
        wanted,
    ):
        steps.setdefault(row["number"], []).append((row["level"], row["state"]))
    return {
        one: Tried(tuple(calls.get(one, ())), tuple(orders.get(one, ())), tuple(steps.get(one, ()))) for one in wanted
    }


async def around(database: Database, obstacle: str, numbers: Sequence[str], now: datetime) -> Around:
    """What the cluster is a part of, over seven days."""
    since = now - timedelta(days=7)
    alike = await database.value(
        "select count(*) from ticket_obstacles o join tickets t using (number) "
        "where o.obstacle = $1 and t.outcome is null and not o.number = any ($2)",
        obstacle, list(numbers),
    )  # fmt: skip
    requests = await database.value(
        "select count(*) from tickets where created_at > $1 and created_at <= $2 and intent = any ($3) "
        "and outcome is distinct from 'duplicate'",
        since, now, list(REQUESTS),
    )  # fmt: skip
    days = await database.fetch(
        "select (at at time zone 'Asia/Shanghai')::date as day, count(*) as n from ticket_obstacles "
        "where obstacle = $1 and at > $2 group by 1",
        obstacle, since,
    )  # fmt: skip
    return Around(
        alike, requests, {row["day"]: row["n"] for row in days if row["day"] <= now.astimezone(SHANGHAI).date()}
    )


_SAME_DRAFT = """
select r.id from reports r where r.kind = $1 and r.obstacle = $2 and r.status = 'draft' and $3::text[] = array(
    select i.number from report_tickets i where i.report = r.id order by i.number collate "C"
) order by r.id limit 1
"""


async def make_report(
    database: Database, vault: Vault, kind: str, cluster: Cluster, lines: Mapping[str, str], typical: int, by: str,
    at: datetime,
) -> tuple[int, bool] | None:  # fmt: skip
    """A draft about these tickets: its id, and whether it is new; a second wish for the same draft is the first one's. None
    when none of their contacts is there any more. `lines`: each case in one sentence, kept under its contact's key."""
    async with database.connection() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtext('make_report'))")
        same = await connection.fetchval(_SAME_DRAFT, kind, cluster.obstacle, sorted(cluster.numbers))
        if same is not None:
            return int(same), False
        kept = []
        for one in sorted(cluster.marked, key=lambda each: each.ticket.conversation):  # locks always in one order
            sealed = await key_of(connection, one.ticket.conversation)
            if sealed is not None:
                key = vault.data_key(one.ticket.conversation, sealed)
                kept.append((one.ticket, key.seal(encode(lines[one.ticket.number]))))
        if not kept:
            return None
        report = await insert_report(connection, vault, kind, cluster.obstacle, Body(place=cluster.place), by, at)
        first = set(cluster.numbers[:typical])
        await connection.executemany(
            "insert into report_tickets (report, number, conversation, typical, body) values ($1, $2, $3, $4, $5)",
            [(report, one.number, one.conversation, one.number in first, blob) for one, blob in kept],
        )
        return report, True


async def cases_of(database: Database, vault: Vault, report: int) -> list[Case]:
    """The gravest and oldest first."""
    rows = await database.fetch(
        "select i.*, c.data_key from report_tickets i join contacts c on c.id = i.conversation join tickets t using (number) "
        "where i.report = $1 order by t.urgency_rank, t.created_at, i.number",
        report,
    )
    out = []
    for row in rows:
        line, erased = "", row["data_key"] is None or row["body"] is None
        if not erased:
            try:
                line = decode(vault.data_key(row["conversation"], row["data_key"]).open(row["body"]))
            except Unsealable:
                erased = True
        out.append(
            Case(row["number"], row["typical"], line, row["told"], row["told_at"], row["told_by"], erased)
        )  # fmt: skip
    return out


async def choose_cases(
    database: Database, report: int, version: int, typical: Sequence[str], leave: Sequence[str]
) -> bool:
    """Which cases stand in the text, and which are not counted. False when the draft has moved on."""
    async with database.connection() as connection, connection.transaction():
        held = await connection.fetchval(
            "update reports set version = version + 1 where id = $1 and version = $2 and status = 'draft' returning id",
            report, version,
        )  # fmt: skip
        if held is None:
            return False
        await connection.execute(
            "delete from report_tickets where report = $1 and number = any ($2) and exists ("
            "select from report_tickets where report = $1 and not number = any ($2))",
            report, list(leave),
        )  # fmt: skip
        await connection.execute(
            "update report_tickets set typical = number = any ($2) where report = $1", report, list(typical)
        )
        return True


async def keep_told(database: Database, report: int, number: str, told: str, by: str, at: datetime) -> None:
    await database.execute(
        "update report_tickets set told = $3, told_at = $4, told_by = $5 where report = $1 and number = $2",
        report, number, told, at, by,
    )  # fmt: skip


async def note_reported(
    database: Database, vault: Vault, numbers: Sequence[str], name: str, by: str, at: datetime
) -> None:
    """A line in each ticket's history: 写进速报3号."""
    async with database.connection() as connection, connection.transaction():
        for number in sorted(numbers):
            await tell_ticket(connection, vault, number, by, at, REPORTED, name)


async def keep_report_steps(
    database: Database, vault: Vault, tickets: Sequence[Ticket], report: int, level: tuple[str, int], who: str, way: str,
    due: datetime, by: str, at: datetime,
) -> None:  # fmt: skip
    """The report is the ladder's highest step for each of its open tickets: who was told, and by when an answer is due."""
    async with database.connection() as connection, connection.transaction():
        for one in sorted(tickets, key=lambda each: each.conversation):
            sealed = await key_of(connection, one.conversation)
            if sealed is not None:
                body = vault.data_key(one.conversation, sealed).seal(encode({"who": who, "promise": "", "note": ""}))
                await connection.execute(
                    "insert into supervision (number, conversation, level, rank, trigger, way, at, by, due, state, body, report) "
                    "values ($1, $2, $3, $4, '', $5, $6, $7, $8, 'open', $9, $10)",
                    one.number, one.conversation, *level, way, at, by, due, body, report,
                )  # fmt: skip


async def settle_report_steps(database: Database, report: int, state: str, by: str, at: datetime) -> None:
    """The answer came: nobody is waited for any more."""
    await database.execute(
        "update supervision set state = $2, settled_at = $3, settled_by = $4 where report = $1 and state = 'open'",
        report, state, at, by,
    )  # fmt: skip
