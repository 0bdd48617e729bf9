"""The desk's real service and people; a database of its own for what is counted; tickets put there by plain SQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from bot.store.database import Database
from conversations.playbook import SHANGHAI
from tests.desk.conftest import desk, lina, platform, record, service, zhou
from tests.homes import EMPTY
from tests.service import Record

__all__ = ["desk", "lina", "platform", "record", "service", "zhou"]

_names = count(1)


def at(text: str) -> datetime:
    """04-05 10:30 → that moment of 2022 in Shanghai."""
    return datetime.strptime(f"2022-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.fixture
async def fresh(record: Record) -> AsyncIterator[Database]:
    """An empty, migrated database beside the service's own."""
    name = f"tally_{next(_names)}_{uuid4().hex[:8]}"
    await record.connection.execute(f"create database {name} template {EMPTY}")
    parts = urlsplit(record.dsn)
    dsn = record.dsn.replace(
        f"{parts.path}?" if parts.query else parts.path, f"/{name}?" if parts.query else f"/{name}", 1
    )
    opened = Database(dsn, limit=30)
    await opened.open()
    yield opened
    await opened.close()
    await record.connection.execute(f"drop database {name} with (force)")


@dataclass
class Put:
    """A ticket as a test wants it; everything else as an untouched one has it. `number` must be its own."""

    number: str
    created: datetime
    channel: str = "wechat"
    intent: str = "medicine"
    urgency: str = "soon"
    status: str = "triaged"
    outcome: str | None = None
    verification: str = "unverified"
    flags: tuple[str, ...] = ()
    district: str = "浦东新区"
    reporter: str = ""
    closed: datetime | None = None
    acknowledged: datetime | None = None
    acknowledged_by: str = ""
    dues: tuple[int, int, int, int] = (120, 600, 600, 1440)
    contact: UUID = field(default_factory=uuid4)


_RANKS = {"critical": 0, "urgent": 1, "soon": 2, "normal": 3}

_INSERT = """
insert into tickets (number, conversation, case_key, channel, account, intent, urgency, urgency_rank, status, outcome,
    verification, flags, desk, district, reporter, wants_human, confidence, model, missing, body, created_at, updated_at,
    closed_at, acknowledge_due, call_due, contact_due, revisit_due, acknowledged_at, acknowledged_by, changed)
values ($1, $2, 1, $3, 'main', $4, $5, $6, $7, $8, $9, $10, 'general', $11, $12, false, 1, '', '{}', '', $13, $13, $14,
    $15, $16, $17, $18, $19, $20, nextval('ticket_changes'))
"""


async def put(database: Database, *tickets: Put) -> None:
    async with database.connection() as connection:
        await connection.executemany(
            _INSERT,
            [
                (
                    one.number, one.contact, one.channel, one.intent, one.urgency, _RANKS[one.urgency], one.status,
                    one.outcome, one.verification, list(one.flags), one.district, one.reporter, one.created, one.closed,
                    *(one.created + timedelta(minutes=minutes) for minutes in one.dues), one.acknowledged,
                    one.acknowledged_by,
                )
                for one in tickets
            ],
        )  # fmt: skip


async def did(database: Database, number: str, moment: datetime, actor: str, change: str) -> None:
    await database.execute(
        "insert into ticket_events (number, at, actor, change) values ($1, $2, $3, $4)", number, moment, actor, change
    )
