"""The tally of a period, from the record and the rows: the one way for the pages and the commands."""

from datetime import datetime, timedelta

from bot.store.database import Database
from bot.store.tally import counts_of, first_and_last
from bot.tally.figures import Tally, tally_of
from bot.tally.period import Period
from conversations.codes import Urgency
from conversations.playbook import SHANGHAI, Playbook
from data.directory import load_directory
from data.hotline import load_hotline
from data.tally import TallyRows, load_tally

_PRESSING = {str(Urgency.CRITICAL), str(Urgency.URGENT)}

ROWS: TallyRows = load_tally()
HUMAN = load_directory().human
_URGENT_LEVELS = [one.code for one in load_hotline().levels if _PRESSING & set(one.urgencies)]


async def opening(database: Database, now: datetime) -> datetime:
    """When the desk opened: as the rows say, else the full hour of the first request. Raises StoreAway."""
    if ROWS.opened is not None:
        return ROWS.opened
    first, _ = await first_and_last(database)
    return (first or now).astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)


async def make_tally(database: Database, playbook: Playbook, period: Period, as_of: datetime) -> Tally:
    """The figures of what of `period` the desk was open for, up to `as_of`. Raises StoreAway."""
    last = min(as_of, ROWS.closed) if ROWS.closed else as_of
    kept = period.within(await opening(database, as_of), last)
    counts = await counts_of(
        database, kept, ROWS, as_of=as_of, human=HUMAN, urgent_levels=_URGENT_LEVELS,
        first_revisit={code: timedelta(minutes=clock.revisit) for code, clock in playbook.clocks.items()},
        days=period.days,
    )  # fmt: skip
    return tally_of(counts, kept, ROWS, playbook.hours)
