"""A million tickets, twenty thousand open: how long the queue takes is printed; that it asks its indexes is what is judged."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.codec import encode
from bot.store.database import Database
from bot.store.tickets import Filter, counts, list_tickets
from tests.desk.conftest import Desk, Person
from tests.homes import Homes, serving
from tests.service import Record, Service

TICKETS, OPEN, CONTACTS = 1_000_000, 20_000, 100_000
START = datetime.now(UTC) - timedelta(days=120)
SPAN = timedelta(days=119)

_TICKETS = f"""
insert into tickets (number, conversation, case_key, channel, account, intent, urgency, urgency_rank, status, outcome,
    verification, flags, desk, district, reporter, wants_human, confidence, model, missing, body, created_at, updated_at,
    closed_at, acknowledge_due, call_due, contact_due, revisit_due, acknowledged_at, acknowledged_by, alert, changed, indexed)
select 'B9' || lpad((n / 9000)::text, 4, '0') || '-' || lpad((n % 9000)::text, 4, '0'), p.id, n / {CONTACTS} + 1,
    (array['wechat','douyin','app'])[1 + m % 3], 'main',
    (array['medicine','supplies','consult','dialysis','community'])[1 + m % 5],
    (array['critical','urgent','soon','normal'])[1 + r], r, case when live then 'triaged' else 'closed' end,
    case when live then null when m % 4 = 1 then 'solved' else 'answered' end, 'unverified',
    case when m % 7 = 0 then array['elder'] else array[]::text[] end, 'general',
    (array['浦东新区','黄浦区','徐汇区','静安区',''])[1 + m % 5], case when m % 3 = 0 then '' else 'r' || m % 30 end,
    false, 1, 'm', '{{}}', p.body, t, t, case when live then null else t + interval '2 hours' end,
    t + interval '10 minutes', t + interval '30 minutes', now() + interval '2 hours', now() + interval '4 hours',
    case when m % 3 = 0 then t + interval '5 minutes' end, case when m % 3 = 0 then 'r1' else '' end,
    case when live and n % 997 = 0 then 'critical' else '' end, n, n
from (select n, n + 3 * (n / 50) as m, least(3, (n + n / 50) % 20 / 2) as r,
      n % {TICKETS // OPEN} = 0 as live, $1::timestamptz + n * $2::interval as t
      from generate_series(1, {TICKETS}) n) s
join seed_people p on p.place = s.n % {CONTACTS}
"""

_TERMS = """
insert into ticket_terms (number, terms)
select t.number, array[{}] || case when t.changed % 3 = 0 then array[{}] end
    || case when t.changed % 997 = 0 then array[{}] end
    || (select array_agg((hashint8(t.changed * 31 + k) & 2047) * (1 + k)) from generate_series(1, 20) k)
from tickets t
"""

WORDS = ("浦东", "血压", "透析")
"""In all tickets, in a third, in a thousandth."""


async def seed(record: Record) -> None:
    """People, then tickets and their search terms without indexes, then the indexes as the migrations made them."""
    people: list[tuple[int, UUID, bytes, bytes, bytes]] = []
    for place in range(CONTACTS):
        contact = uuid4()
        key, sealed = record.vault.new_data_key(contact)
        body = {"summary": "浦东新区 配药 降压药吃完了", "slots": {}, "reasons": [], "further": []}
        people.append((place, contact, sealed, key.seal(encode(body)), key.seal(b"somebody")))
    at = record.connection
    await at.execute("set maintenance_work_mem = '512MB'; set synchronous_commit = off")
    await at.execute(
        "create table seed_people (place integer primary key, id uuid, key bytea, body bytea, openid bytea)"
    )
    await at.copy_records_to_table("seed_people", records=people, columns=["place", "id", "key", "body", "openid"])
    await at.execute(
        "insert into contacts (id, openid_hash, channel, account, openid, data_key) "
        "select id, decode(md5(place::text), 'hex'), 'app', 'main', openid, key from seed_people"
    )
    indexes = await record.rows(
        "select indexname, indexdef from pg_indexes where tablename in ('tickets', 'ticket_terms') "
        "and indexname not in (select conname from pg_constraint)"
    )
    for row in indexes:
        await at.execute(f"drop index {row['indexname']}")
    await at.execute(_TICKETS, START, SPAN / TICKETS, timeout=300)
    await at.execute(_TERMS.format(*(record.vault.term(word) for word in WORDS)), timeout=300)
    for row in indexes:
        await at.execute(row["indexdef"], timeout=300)
    await at.execute(f"select setval('ticket_changes', {TICKETS})")
    await at.execute("vacuum analyze tickets, ticket_terms, contacts", timeout=300)


class Planned(Database):
    """Asks the record how it would answer before it asks."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn, limit=30)
        self.plans: list[str] = []

    async def fetch(self, query: str, *args: Any, limit: float | None = None) -> list[Any]:
        self.plans.append("\n".join(row[0] for row in await super().fetch(f"explain {query}", *args)))
        return await super().fetch(query, *args, limit=limit)


@pytest.fixture(scope="module")
async def large(homes: Homes) -> AsyncIterator[tuple[Service, float]]:
    """A service over the million, and the seconds they took."""
    async with serving(homes.new("size")) as running:
        begun = time.monotonic()
        async with Record(running.home) as record:
            await seed(record)
        yield running, time.monotonic() - begun


QUERIES = {
    "queue": Filter(status="open", alert="no"),
    "pinned": Filter(status="open", alert="yes"),
    "mine": Filter(status="open", reporter="r2", alert="no"),
    "free": Filter(status="open", unclaimed=True, alert="no"),
    "intent": Filter(status="open", intent="dialysis", alert="no"),
    "none such": Filter(status="open", intent="oncology", alert="no"),
    "closed": Filter(status="closed"),
    "closed intent": Filter(status="closed", intent="dialysis"),
    "all": Filter(),
    "all none such": Filter(intent="oncology"),
    "status": Filter(status="triaged"),
    "word in all": Filter(status="open", q="浦东"),
    "word in a third": Filter(status="open", q="血压"),
    "rare word": Filter(status="open", q="透析"),
    "two words": Filter(status="open", q="血压 透析"),
    "closed, word in a third": Filter(status="closed", q="血压"),
    "closed, rare word": Filter(status="closed", q="透析"),
    "all, word in all": Filter(q="浦东"),
    "nowhere": Filter(q="雪山"),
}


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(600)
async def test_every_view_is_answered_from_an_index(
    large: tuple[Service, float], capsys: pytest.CaptureFixture[str]
) -> None:
    service, seconds = large
    told = []
    async with Record(service.home) as record:
        database = Planned(record.dsn)
        await database.open()
        for name, wanted in QUERIES.items():
            database.plans.clear()
            begun = time.perf_counter()
            newest = wanted.status == "closed"
            found, after = await list_tickets(database, record.vault, wanted, newest=newest)
            told.append(f"{name} {1000 * (time.perf_counter() - begun):.0f} ms")
            if after:
                more, _ = await list_tickets(database, record.vault, wanted, newest=newest, cursor=after)
                assert not {one.number for one in found} & {one.number for one in more}, name
            for plan in database.plans:
                assert "Seq Scan on tickets" not in plan, (name, plan)
                # A word of every ticket is met at once wherever one begins to read; any other comes from its index.
                assert "Seq Scan on ticket_terms" not in plan or wanted.q == WORDS[0], (name, plan)
            assert bool(found) == (wanted.intent != "oncology" and wanted.q != "雪山"), name
        assert (await counts(database))["critical"] == OPEN // 10
        assert "Seq Scan" not in database.plans[-1]
        await database.close()
    with capsys.disabled():
        print(f"\n{TICKETS} tickets in {seconds:.0f} s; {', '.join(told)}")


PAGES = {
    "queue": "/desk", "mine": "/desk?who=mine", "free": "/desk?who=free", "intent": "/desk?intent=dialysis",
    "closed": "/desk?status=closed", "all": "/desk?status=all", "alerts": "/desk?alert=yes",
    "common word": "/desk?q=血压", "rare word": "/desk?q=透析&status=all", "two": "/desk?q=浦东血压",
    "rows": "/desk/rows?numbers=B90000-0050,B90000-0100", "alarm": "/desk/alarm", "changes": "/desk/changes?after=999000",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(600)
async def test_the_pages_at_that_size(large: tuple[Service, float], capsys: pytest.CaptureFixture[str]) -> None:
    service, _ = large
    desk = Desk(service)
    editor: Person = await desk.hire("edith", "editor")
    told = []
    for name, path in PAGES.items():
        took = []
        for _ in range(40):
            begun = time.perf_counter()
            assert (await editor.get(path)).status == 200, path
            took.append(1000 * (time.perf_counter() - begun))
        took.sort()
        told.append(f"{name} {took[20]:.0f}/{took[-1]:.0f}")
    for name in ("today", "7d", "all"):
        begun = time.perf_counter()
        assert (await editor.get(f"/desk/board?range={name}")).status == 200
        told.append(f"board {name} {1000 * (time.perf_counter() - begun):.0f}")
    await editor.http.close()
    with capsys.disabled():
        print(f"\nms, median/slowest of 40: {', '.join(told)}")
