"""Open311 GeoReport v2: what may be reported, what became of it, and a way to report. Never a word of anybody.

What is public is an operator's choice, intent by intent (`BANGNONG_OPEN311_INTENTS`); nothing is until somebody chose. Of a
request only its service, its state, its times and its district are told: how it ended may be a death. The specification:
GeoReport v2 of open311.org.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from bot.settings import read_environment
from bot.store.database import Database
from conversations.codes import Intent

INTENTS = "BANGNONG_OPEN311_INTENTS"
MOST = 200
DAYS = 90
"""As the specification has it: the longest span asked for at once."""


@dataclass(frozen=True, slots=True)
class Service311:
    """One thing that may be reported, under the intent's own code."""

    code: str
    name: str
    group: str

    def shown(self) -> dict[str, Any]:
        return {
            "service_code": self.code, "service_name": self.name, "description": self.name, "metadata": False,
            "type": "realtime", "keywords": self.group, "group": self.group,
        }  # fmt: skip


def public_intents() -> frozenset[str]:
    """What an operator opened; codes nobody knows open nothing."""
    given = {one.strip() for one in read_environment().get(INTENTS, "").split(",")}
    return frozenset(given & {str(one) for one in Intent})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests. `status`: open, closed or "" for both; `numbers` None: any."""

    intents: Sequence[str]
    status: str = ""
    start: datetime | None = None
    end: datetime | None = None
    numbers: Sequence[str] | None = None
    page: int = 1
    size: int = MOST


_REQUESTS = """
select t.number, t.intent, t.outcome, t.district, t.created_at, t.updated_at, t.closed_at, t.revisit_due from tickets t
join contacts c on c.id = t.conversation
where t.intent = any ($1) and c.data_key is not null and t.outcome is distinct from 'duplicate'
  and ($2 = '' or ($2 = 'open') = (t.outcome is null))
  and ($3::timestamptz is null or t.created_at >= $3) and ($4::timestamptz is null or t.created_at < $4)
  and ($5::text[] is null or t.number = any ($5))
order by t.created_at desc, t.number desc limit $6 offset $7
"""


async def requests_of(database: Database, wanted: Wanted, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """As the specification names them, newest first. Raises StoreAway."""
    rows = await database.fetch(
        _REQUESTS, list(wanted.intents), wanted.status, wanted.start, wanted.end,
        None if wanted.numbers is None else list(wanted.numbers), wanted.size, (wanted.page - 1) * wanted.size,
    )  # fmt: skip
    return [
        {
            "service_request_id": row["number"], "status": "closed" if row["outcome"] else "open",
            "status_notes": "", "service_name": names.get(row["intent"], row["intent"]),
            "service_code": row["intent"], "description": "", "agency_responsible": "帮侬忙", "service_notice": "",
            "requested_datetime": _time(row["created_at"]), "updated_datetime": _time(row["updated_at"]),
            "expected_datetime": "", "address": row["district"], "address_id": "", "zipcode": "", "lat": "", "long": "",
            "media_url": "",
        }
        for row in rows
    ]  # fmt: skip


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def moment(text: str) -> datetime:
    """A w3 date with its zone. Raises ValueError."""
    at = datetime.fromisoformat(text.replace(" ", "+") if "+" not in text and " " in text else text)
    if at.tzinfo is None or not 1900 <= at.year <= 9000:
        raise ValueError("no zone, or a year at the edge of what can be reckoned with")
    return at


def as_xml(root: str, item: str, items: Sequence[Mapping[str, Any]]) -> bytes:
    """`<root><item>…</item></root>`, each value an element, also when it is empty."""
    top = Element(root)
    for one in items:
        element = SubElement(top, item)
        for name, value in one.items():
            SubElement(element, name).text = str(value).lower() if isinstance(value, bool) else str(value)
    body: bytes = tostring(top, encoding="utf-8", xml_declaration=True)
    return body
