"""The SQL of the board: what came when, what is open where, who answers how fast. The period's own figures are the tally's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Database
from bot.store.tally import CLOCKS, COHORT, CUTS, STAFF, clocks_of, fetch_all, nested
from bot.tally.figures import REQUESTS
from bot.tally.period import Period

_SERIES = f"""
select date_trunc($4, created_at at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai' as bucket, urgency,
    count(*) as n
from tickets where {COHORT} group by 1, 2
"""

_OPEN = """
select district, urgency, count(*) as n from tickets where outcome is null and intent = any ($1) group by 1, 2
"""

_HELD = "select reporter, count(*) as n from tickets where outcome is null and reporter <> '' group by 1"

_ENDED = f"""
select actor, count(distinct number) as n from ticket_events
where at >= $1 and at < $2 and change = 'closed' and {STAFF} group by 1
"""

_ANSWERED = f"""
select actor, count(*) as n, percentile_cont(0.5) within group (order by greatest(0, extract(epoch from at - created_at)))
    as median
from (select number, created_at from tickets where {COHORT}) c cross join lateral (
    select actor, at from ticket_events where number = c.number and change in ('replied', 'called') and {STAFF}
    order by at limit 1
) a group by 1
"""


@dataclass(frozen=True, slots=True)
class ReporterLine:
    """`open`: held now; `closed`: ended in the period; `answered`: of the period's requests first answered by this person
    (a reply or a call), with the median of seconds from the first message."""

    login: str
    open: int = 0
    closed: int = 0
    answered: int = 0
    median: float | None = None


@dataclass(frozen=True, slots=True)
class BoardCounts:
    """`series`: start of the hour or day → level → requests; `cuts`, `clocks`: as in the tally; `standing`: open now."""

    series: dict[datetime, dict[str, int]]
    cuts: dict[str, dict[str, int]]
    clocks: dict[str, dict[str, int]]
    standing: dict[str, dict[str, int]]
    reporters: tuple[ReporterLine, ...]


async def board_counts(
    database: Database, period: Period, unit: str, as_of: datetime, human: Sequence[str]
) -> BoardCounts:
    """`unit`: hour or day. Raises StoreAway."""
    span, known = (period.start, period.end), list(REQUESTS)
    series, cuts, clocks, standing, held, ended, answered = await fetch_all(
        database,
        (_SERIES, (*span, known, unit)), (CUTS, (*span, known)), (CLOCKS, (*span, known, as_of, list(human))),
        (_OPEN, (known,)), (_HELD, ()), (_ENDED, span), (_ANSWERED, (*span, known)),
    )  # fmt: skip
    open_now, closed = {r["reporter"]: r["n"] for r in held}, {r["actor"]: r["n"] for r in ended}
    first = {r["actor"]: (r["n"], r["median"]) for r in answered}
    lines = [
        ReporterLine(login, open_now.get(login, 0), closed.get(login, 0), *first.get(login, (0, None)))
        for login in sorted(open_now.keys() | closed.keys() | first.keys())
    ]
    buckets: dict[datetime, dict[str, int]] = {}
    for row in series:
        buckets.setdefault(row["bucket"], {})[row["urgency"]] = row["n"]
    return BoardCounts(
        buckets, nested(cuts, "cut", "code"), clocks_of(clocks),
        nested(standing, "district", "urgency"), tuple(lines),
    )  # fmt: skip
