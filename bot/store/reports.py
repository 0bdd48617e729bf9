"""Reports in the record: written, signed by one person, approved by another, numbered without gaps, sent, answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.codec import decode, encode
from bot.store.database import Connection, Database
from bot.store.rewrapping import Told, rewrap_column
from bot.vault import Unsealable, Vault

UNSENT = ("draft", "signed", "approved")
SENT = ("sent", "answered")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Body:
    """What of a report is sealed. `place`: of its cluster; `counted`: the program's lines as they stood at the approval;
    `to`, `way`, `note`: how it was sent; `reply`: what residents are told."""

    fields: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    counted: Mapping[str, list[str]] = field(default_factory=dict)
    to: str = ""
    way: str = ""
    note: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One report, unsealed. `serial` None until it is approved; `number` of it in words by `name_of`."""

    id: int
    kind: str
    obstacle: str
    status: str
    serial: int | None
    version: int
    made_by: str
    made_at: datetime
    edited_by: str
    signed_by: str
    signed_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    sent_by: str
    sent_at: datetime | None
    answered_by: str
    answered_at: datetime | None
    updated_at: datetime
    tickets: int
    body: Body


@dataclass(frozen=True, slots=True)
class ReportEvent:
    at: datetime
    actor: str
    change: str


_SELECT = "select r.*, (select count(*) from report_tickets t where t.report = r.id) as tickets from reports r"


def _context(report: int) -> bytes:
    """Binds a body to its row."""
    return b"report:%d" % report


def _report(row: Any, vault: Vault) -> Report:
    try:
        body = Body(**decode(vault.open(row["body"], _context(row["id"]))))
    except Unsealable:
        body = Body({"title": "（解不开：密钥不对）"})
    return Report(body=body, **{name: row[name] for name in Report.__dataclass_fields__ if name != "body"})


async def _note(connection: Connection, report: int, at: datetime, actor: str, change: str) -> None:
    await connection.execute(
        "insert into report_events (report, at, actor, change) values ($1, $2, $3, $4)", report, at, actor, change
    )


async def insert_report(
    connection: Connection, vault: Vault, kind: str, obstacle: str, body: Body, by: str, at: datetime
) -> int:
    """A draft; its id. Its tickets are the caller's, in the same transaction."""
    report: int = await connection.fetchval("select nextval(pg_get_serial_sequence('reports', 'id'))")
    await connection.execute(
        "insert into reports (id, kind, obstacle, status, made_by, made_at, edited_by, updated_at, body) "
        "values ($1, $2, $3, 'draft', $4, $5, $4, $5, $6)",
        report, kind, obstacle, by, at, vault.seal(encode(body), _context(report)),
    )  # fmt: skip
    await _note(connection, report, at, by, "made")
    return report


async def get_report(database: Database, vault: Vault, report: int) -> Report | None:
    row = await database.row(f"{_SELECT} where r.id = $1", report)
    return _report(row, vault) if row else None


async def list_reports(database: Database, vault: Vault, statuses: Sequence[str]) -> list[Report]:
    """The latest first."""
    rows = await database.fetch(
        f"{_SELECT} where r.status = any ($1) order by r.updated_at desc, r.id desc limit {_MOST}", list(statuses)
    )
    return [_report(row, vault) for row in rows]


async def events_of_report(database: Database, report: int) -> list[ReportEvent]:
    """Newest first."""
    rows = await database.fetch(
        "select at, actor, change from report_events where report = $1 order by id desc", report
    )
    return [ReportEvent(row["at"], row["actor"], row["change"]) for row in rows]


async def sent_about(database: Database, obstacles: Sequence[str]) -> list[tuple[int, str, int, str, str]]:
    """(id, kind, serial, status, obstacle) of the sent reports about these, the newest first."""
    if not obstacles:
        return []
    rows = await database.fetch(
        "select id, kind, serial, status, obstacle from reports where obstacle = any ($1) and status = any ($2) "
        "order by sent_at desc limit 6",
        list(obstacles), list(SENT),
    )  # fmt: skip
    return [(row["id"], row["kind"], row["serial"], row["status"], row["obstacle"]) for row in rows]


async def save_report(
    database: Database, vault: Vault, report: Report, fields: Mapping[str, str], by: str, at: datetime
) -> bool:
    """A draft as it was last typed. False when it is none any more or somebody was faster."""
    body = Body(dict(fields), report.body.place)
    return await _move(database, vault, report, ("draft",), "draft", by, at, "saved", body, "edited_by = $7")


async def sign_report(database: Database, vault: Vault, report: Report, by: str, at: datetime) -> bool:
    return await _move(
        database, vault, report, ("draft",), "signed", by, at, "signed", report.body, "signed_by = $7, signed_at = $4"
    )


async def hand_back_report(database: Database, vault: Vault, report: Report, by: str, at: datetime) -> bool:
    """A draft again; a number it was given stays its own."""
    return await _move(
        database, vault, report, ("signed", "approved"), "draft", by, at, "back", Body(report.body.fields, report.body.place),
        "signed_by = '', signed_at = null, approved_by = '', approved_at = null",
    )  # fmt: skip


async def drop_report(database: Database, vault: Vault, report: Report, by: str, at: datetime) -> bool:
    """Not to be written; only what has no number yet, so that none is missing."""
    return await _move(
        database, vault, report, ("draft", "signed"), "dropped", by, at, "dropped", report.body, "", fresh=True
    )


async def approve_report(
    database: Database, vault: Vault, report: Report, counted: Mapping[str, list[str]], by: str, at: datetime
) -> int | None:
    """Its number, the next of its kind: the counter's lock and the approval end together. None when it cannot be any more.

    Whoever signed or wrote last does not approve.
    """
    body = Body(report.body.fields, report.body.place, dict(counted))
    async with database.connection() as connection, connection.transaction():
        held = await connection.fetchrow(
            "select serial from reports where id = $1 and version = $2 and status = 'signed' and signed_by <> $3 "
            "and edited_by <> $3 for update",
            report.id, report.version, by,
        )  # fmt: skip
        if held is None:
            return None
        serial: int | None = held["serial"]
        if serial is None:
            serial = await connection.fetchval(
                "insert into report_counters (kind, last) values ($1, 1) "
                "on conflict (kind) do update set last = report_counters.last + 1 returning last",
                report.kind,
            )
        await connection.execute(
            "update reports set status = 'approved', serial = $2, approved_by = $3, approved_at = $4, updated_at = $4, "
            "version = version + 1, body = $5 where id = $1",
            report.id, serial, by, at, vault.seal(encode(body), _context(report.id)),
        )  # fmt: skip
        await _note(connection, report.id, at, by, "approved")
        return serial


async def send_report(
    database: Database, vault: Vault, report: Report, to: str, way: str, note: str, by: str, at: datetime
) -> bool:
    was = report.body
    body = Body(was.fields, was.place, was.counted, to, way, note)
    return await _move(
        database, vault, report, ("approved",), "sent", by, at, "sent", body, "sent_by = $7, sent_at = $4"
    )


async def answer_report(database: Database, vault: Vault, report: Report, answer: str, by: str, at: datetime) -> bool:
    """What came back; a later answer takes the place of the earlier one."""
    was = report.body
    body = Body(was.fields, was.place, was.counted, was.to, was.way, was.note, answer)
    return await _move(
        database, vault, report, SENT, "answered", by, at, "answered", body, "answered_by = $7, answered_at = $4"
    )


async def note_told(database: Database, report: int, by: str, at: datetime) -> None:
    """A line of the report's history: residents were written to."""
    async with database.connection() as connection:
        await _note(connection, report, at, by, "told")


async def _move(
    database: Database, vault: Vault, report: Report, states: Sequence[str], to: str, by: str, at: datetime, change: str,
    body: Body, also: str, *, fresh: bool = False,
) -> bool:  # fmt: skip
    """One step; False when it has moved on since it was read. `also`: more columns, $7 is who; `fresh`: only while it has
    no number.
    """
    sealed = vault.seal(encode(body), _context(report.id))
    args: list[Any] = [report.id, report.version, to, at, sealed, list(states), *([by] if "$7" in also else [])]
    more = f", {also}" if also else ""
    async with database.connection() as connection, connection.transaction():
        done = await connection.fetchval(
            f"update reports set status = $3, updated_at = $4, version = version + 1, body = $5{more} "
            f"where id = $1 and version = $2 and status = any ($6){' and serial is null' if fresh else ''} returning id",
            *args,
        )
        if done is None:
            return False
        await _note(connection, report.id, at, by, change)
        return True


async def rewrap_reports(database: Database, vault: Vault, told: Told) -> int:
    """Every body under the current service key; how many. Raises Unsealable."""
    return await rewrap_column(database, vault, "reports", "bigint", "body", _context, told)
