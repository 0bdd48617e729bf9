"""What an operator watches of the record: how much waits, and what nobody looked at in time. Counts only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.store.database import Database

LATE = timedelta(minutes=1)
"""What is due longer than this ago is not merely on its way."""

_QUERY = """
select
    (select json_object_agg(urgency, n) from (
        select urgency, count(*) as n from tickets where outcome is null group by urgency) levels)::text as open,
    (select count(*) from tickets where alert <> '' and outcome is null) as unseen,
    (select count(*) from tickets where alert <> '' and outcome is null and acknowledge_due < $1) as overdue,
    (select count(*) from outbox where status <> 'dead' and due_at < $1 - $2::interval) as late
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """`open`: tickets without an outcome by urgency; `unseen`: alarms nobody acknowledged, `overdue`: of them past their
    time; `late`: messages and timers due more than `LATE` ago."""

    open: Mapping[str, int] = field(default_factory=dict)
    unseen: int = 0
    overdue: int = 0
    late: int = 0


async def read_standing(database: Database, now: datetime) -> Standing:
    """Raises StoreAway."""
    (row,) = await database.fetch(_QUERY, now, LATE)
    return Standing(json.loads(row["open"] or "{}"), row["unseen"], row["overdue"], row["late"])
