"""The rehearsal's clock, and the mark that keeps invented residents and real ones apart.

A record is a rehearsal's from its first start on or never. A rehearsal refuses a record with real conversations, the
service refuses a rehearsal's, and no rehearsal may write to a real platform.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime

from bot.settings import BadSettings, Settings
from bot.store.database import Database

Clock = Callable[[], datetime]

_MARK = "rehearsal"
BEGINS = datetime(2000, 1, 1, tzinfo=UTC)
"""Where the clock of a fresh rehearsal stands: before anything anybody may want to rehearse."""


def system_clock() -> datetime:
    return datetime.now(UTC)


class RehearsalClock:
    """Stands still until it is set. It never goes back, since what has happened has happened."""

    def __init__(self, now: datetime = BEGINS) -> None:
        self._now = now

    def __call__(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Raises ValueError for a moment that is over."""
        if now < self._now:
            raise ValueError(f"the clock stands at {self._now.isoformat()} and does not go back")
        self._now = now


async def open_clock(settings: Settings, database: Database) -> Clock:
    """The system's clock, or the rehearsal's where it was left. Raises BadSettings where the record is the other kind's."""
    stood = await stands(database)
    if settings.clock != "rehearsal":
        if stood is not None:
            raise BadSettings(
                ["This database is a rehearsal's, its residents are invented: use another BANGNONG_HOME or "
                 "BANGNONG_DATABASE_URL, or set BANGNONG_CLOCK=rehearsal"]
            )  # fmt: skip
        return system_clock
    if faults := list(_real_platforms(settings)):
        raise BadSettings(faults)
    if stood is None:
        if await database.value("select exists (select from contacts)"):
            raise BadSettings(
                ["BANGNONG_CLOCK is 'rehearsal', but this database holds conversations of real residents: use an empty "
                 "BANGNONG_HOME or BANGNONG_DATABASE_URL for a rehearsal"]
            )  # fmt: skip
        await keep_clock(database, BEGINS)
        return RehearsalClock()
    heard = await database.value("select max(received_at) from inbox")
    return RehearsalClock(max(stood, heard or stood))


async def stands(database: Database) -> datetime | None:
    """Where the clock of the record's rehearsal was when it was written down last; None in a record that is none."""
    marked = await database.value("select value from installation where name = $1", _MARK)
    return datetime.fromisoformat(bytes(marked).decode()) if marked is not None else None


async def keep_clock(database: Database, now: datetime) -> None:
    """Write down where the clock stands; with it the record is a rehearsal's for good."""
    await database.execute(
        "insert into installation (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
        _MARK, now.isoformat().encode(),
    )  # fmt: skip


def _real_platforms(settings: Settings) -> list[str]:
    faults = []
    for (channel, account), one in settings.accounts.items():
        usual = next((row.default for row in fields(one.secrets) if row.name == "api_base"), None)
        if usual is not None and one.secrets.api_base == usual:
            name = f"BANGNONG_{channel}_{account}_API_BASE".upper()
            faults.append(
                f"{name} is the real platform's: a rehearsal writes to nobody, so point it at a platform of your own"
            )
    return faults
