"""A person's appointments as a calendar any telephone reads: revisits and promises, by number and kind only (RFC 5545)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.store.database import Database

TITLES = {"revisit": "回访", "promise": "承诺到期"}
LENGTH = timedelta(minutes=15)
BEHIND, AHEAD = timedelta(days=7), timedelta(days=60)
_MOST = 500

_OF = """
select kind, number, at from (
    select 'promise' as kind, number, promise_due as at from calls where by = $1 and promise_state = 'open'
    union all
    select 'revisit', number, again_at from (
        select distinct on (number) number, by, again_at from revisits order by number, id desc
    ) r where by = $1 and again_at is not null
    union all
    select 'revisit', number, revisit_due from tickets t where reporter = $1 and outcome is null
        and not exists (select from revisits r where r.number = t.number)
) a join tickets t using (number) join contacts c on c.id = t.conversation
where c.data_key is not null and at > $2 and at < $3 order by at limit $4
"""


@dataclass(frozen=True, slots=True)
class Appointment:
    kind: str
    number: str
    at: datetime


async def appointments_of(database: Database, login: str, now: datetime) -> list[Appointment]:
    """What this person has taken upon themselves, a week back and two months ahead. Raises StoreAway."""
    rows = await database.fetch(_OF, login, now - BEHIND, now + AHEAD, _MOST)
    return [Appointment(row["kind"], row["number"], row["at"]) for row in rows]


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def calendar(appointments: Sequence[Appointment], now: datetime) -> bytes:
    """Every line is short, so none is folded; nothing in it needs escaping."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bangnong//desk//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        "X-WR-CALNAME:帮侬忙", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]  # fmt: skip
    for one in appointments:
        lines += [
            "BEGIN:VEVENT", f"UID:{one.kind}-{one.number}-{_stamp(one.at)}@bangnong", f"DTSTAMP:{_stamp(now)}",
            f"DTSTART:{_stamp(one.at)}", f"DTEND:{_stamp(one.at + LENGTH)}", f"SUMMARY:{TITLES[one.kind]} {one.number}",
            "CLASS:PRIVATE", "BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{TITLES[one.kind]} {one.number}",
            "TRIGGER:-PT10M", "END:VALARM", "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
