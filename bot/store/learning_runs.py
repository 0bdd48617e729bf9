"""Trainings and shadow runs in the record: one of each at a time over all processes, and how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from bot.store.database import Database

_STALE = "30 seconds"
"""A training that has given no sign for this long died with its process."""


class Busy(Exception):
    """One is running already."""


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """`state`: running, done, failed, stopped. `share` 0..1 of the work; `told`: what went wrong, in words."""

    id: int
    by: str
    began_at: datetime
    at: datetime
    state: str
    stage: str
    share: float
    model: str
    told: str


_RUN = "id, by, began_at, at, state, stage, share, model, told"


async def begin_training(database: Database, by: str) -> int:
    """The new run's id. Raises Busy while another gives signs of life."""
    await database.execute(
        "update training_runs set state = 'stopped', told = '进程已经不在了' "
        f"where state = 'running' and at < now() - interval '{_STALE}'"
    )
    try:
        return int(await database.value("insert into training_runs (by) values ($1) returning id", by))
    except asyncpg.UniqueViolationError:
        raise Busy from None


async def training_sign(database: Database, run: int, stage: str, share: float) -> bool:
    """Keeps the run alive; False when it was declared dead meanwhile."""
    row = await database.value(
        "update training_runs set stage = $2, share = $3, at = now() where id = $1 and state = 'running' returning id",
        run, stage, share,
    )  # fmt: skip
    return row is not None


async def end_training(database: Database, run: int, state: str, model: str, told: str) -> None:
    await database.execute(
        "update training_runs set state = $2, model = $3, told = $4, at = now() where id = $1 and state = 'running'",
        run, state, model, told[:2000],
    )  # fmt: skip


async def last_training(database: Database) -> TrainingRun | None:
    row = await database.row(
        f"select id, by, began_at, at, case when state = 'running' and at < now() - interval '{_STALE}' then 'stopped' "
        "else state end as state, stage, share, model, told from training_runs order by id desc limit 1"
    )
    return TrainingRun(**dict(row)) if row else None


@dataclass(frozen=True, slots=True)
class ShadowRun:
    """A candidate read beside. `left_out`: messages that came faster than they could be read."""

    id: int
    model: str
    by: str
    began_at: datetime
    ended_at: datetime | None
    read: int
    agreed: int
    left_out: int
    fault: str


_SHADOW = "select id, model, by, began_at, ended_at, read, agreed, left_out, fault from shadow_runs"


async def begin_shadow(database: Database, model: str, by: str) -> int:
    try:
        return int(await database.value("insert into shadow_runs (model, by) values ($1, $2) returning id", model, by))
    except asyncpg.UniqueViolationError:
        raise Busy from None


async def end_shadow(database: Database, by: str, fault: str = "") -> str | None:
    """The model that was read; None when none was."""
    name = await database.value(
        "update shadow_runs set ended_at = now(), ended_by = $1, fault = $2 where ended_at is null returning model",
        by,
        fault,
    )
    return str(name) if name is not None else None


async def shadow_now(database: Database) -> ShadowRun | None:
    row = await database.row(f"{_SHADOW} where ended_at is null")
    return ShadowRun(**dict(row)) if row else None


async def shadow_last(database: Database, model: str = "") -> ShadowRun | None:
    """The newest run, of this model where one is named."""
    row = await database.row(f"{_SHADOW} where $1 in ('', model) order by id desc limit 1", model)
    return ShadowRun(**dict(row)) if row else None


@dataclass(frozen=True, slots=True)
class Difference:
    """One message two models read differently, and its ticket where it has one."""

    conversation: UUID
    turn: int
    heard_at: datetime
    intent_was: str
    intent_now: str
    urgency_was: str
    urgency_now: str
    check_was: bool
    check_now: bool
    number: str = ""


async def differences_of(database: Database, run: int, most: int) -> list[Difference]:
    """Newest first; those about danger before the others."""
    rows = await database.fetch(
        "select d.conversation, d.turn, d.heard_at, intent_was, intent_now, urgency_was, urgency_now, check_was, check_now, "
        "coalesce(t.number, '') as number from shadow_differences d "
        "left join messages m on m.conversation = d.conversation and m.turn = d.turn and m.position = 0 "
        "left join tickets t on t.conversation = m.conversation and t.case_key = m.case_key where d.run = $1 "
        "order by ((urgency_was = 'critical') <> (urgency_now = 'critical')) desc, (urgency_was <> urgency_now) desc, "
        "d.heard_at desc limit $2",
        run, most,
    )  # fmt: skip
    return [Difference(**dict(row)) for row in rows]


async def moves_of(database: Database, run: int) -> dict[str, list[tuple[str, str, int]]]:
    """`urgency` and `intent`: (serving said, candidate said, how often), the commonest first."""
    out: dict[str, list[tuple[str, str, int]]] = {}
    for field in ("urgency", "intent"):
        rows: Sequence[Any] = await database.fetch(
            f"select {field}_was as was, {field}_now as now, count(*) as n from shadow_differences "
            f"where run = $1 and {field}_was <> {field}_now group by 1, 2 order by 3 desc, 1, 2 limit 40",
            run,
        )
        out[field] = [(row["was"], row["now"], row["n"]) for row in rows]
    return out
