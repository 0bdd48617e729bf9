"""The end of the crisis: figures that name nobody, then every contact's key destroyed and whatever else is private gone."""

import csv
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.store.contacts import erase_contact
from bot.store.database import Database
from bot.store.retention import kept_run, rest_of_it

_COLUMNS = ("事由", "缓急", "区", "渠道", "哪天", "结果", "几天办完")
_FIGURES = """
select intent, urgency, channel, to_char(created_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as day, outcome,
       (closed_at at time zone 'Asia/Shanghai')::date - (created_at at time zone 'Asia/Shanghai')::date as days,
       case when district <> '' and count(*) over (partition by intent, district) < $1 then '其他' else district end as district
from tickets order by day, intent, urgency, outcome, district, channel
"""


@dataclass(frozen=True, slots=True)
class Finish:
    """What the end would do. `grouped`: tickets whose district is too rare to be named; `grave`: open, so not yet."""

    tickets: int
    grouped: int
    contacts: int
    media: int
    letters: int
    comments: int
    grave: int


async def finish_plan(database: Database, least: int) -> Finish:
    """Changes nothing."""
    row = await database.row(
        "select (select count(*) from tickets) as tickets, "
        "(select count(*) from contacts where data_key is not null) as contacts, (select count(*) from media) as media, "
        "(select count(*) from dead_letters) as letters, (select count(*) from public_comments) as comments, "
        "(select count(*) from tickets where outcome is null and urgency in ('critical', 'urgent')) as grave, "
        "(select coalesce(sum(n), 0) from (select count(*) as n from tickets where district <> '' "
        "group by intent, district having count(*) < $1) rare) as grouped",
        least,
    )
    return Finish(**{name: int(row[name]) for name in Finish.__dataclass_fields__})


async def write_figures(database: Database, least: int, out: Path) -> int:
    """One line a ticket, in no order of numbers: codes, the day, never a number, a time or a rare place. Whole or not."""
    rows = await database.fetch(_FIGURES, least, limit=60)
    part = out.with_name(f".{out.name}.part")
    with part.open("w", encoding="utf-8-sig", newline="") as target:
        os.fchmod(target.fileno(), 0o600)
        sheet = csv.writer(target)
        sheet.writerow(_COLUMNS)
        for row in rows:
            sheet.writerow(
                [
                    row["intent"],
                    row["urgency"],
                    row["district"],
                    row["channel"],
                    row["day"],
                    row["outcome"] or "",
                    row["days"],
                ]
            )
        target.flush()
        os.fsync(target.fileno())
    part.rename(out)
    return len(rows)


async def finish_record(database: Database, now: datetime, by: str, told: Callable[[int], None]) -> dict[str, int]:
    """Erase everybody, a transaction each, so that a run that is cut off goes on the next time. `told`: how many so far."""
    done = 0
    while rows := await database.fetch("select id from contacts where data_key is not null limit 500"):
        for row in rows:
            done += await erase_contact(database, row["id"])
            told(done)
    async with database.connection(limit=60) as connection, connection.transaction():
        rest = await rest_of_it(connection)
    counts = {"contacts": done, **rest}
    await kept_run(database, "finish", counts, by, now)
    return counts
