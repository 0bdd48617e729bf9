"""A hundred thousand tickets: the pages still give the right figures; how long they take is printed, not judged."""

import time

import pytest

from bot.store.board import board_counts
from bot.store.database import Database
from bot.tally.making import HUMAN, make_tally
from bot.tally.period import Period
from data.playbook import load_playbook
from tests.tally.conftest import at

TICKETS = 100_000
START, END = at("03-25 22:00"), at("04-25 22:00")

_TICKETS = """
insert into tickets (number, conversation, case_key, channel, account, intent, urgency, urgency_rank, status, outcome,
    verification, flags, desk, district, reporter, wants_human, confidence, model, missing, body, created_at, updated_at,
    closed_at, acknowledge_due, call_due, contact_due, revisit_due, acknowledged_at, acknowledged_by, changed)
select 'B20325-' || lpad(n::text, 6, '0'), gen_random_uuid(), 1, (array['wechat','douyin','app'])[1 + n % 3], 'main',
    (array['medicine','supplies','consult','dialysis','community'])[1 + n % 5],
    (array['critical','urgent','soon','normal'])[1 + least(3, n % 20 / 2)], least(3, n % 20 / 2),
    case when n % 4 = 0 then 'assigned' else 'closed' end,
    case when n % 4 = 0 then null when n % 4 = 1 then 'solved' else 'answered' end, 'unverified',
    case when n % 7 = 0 then array['elder'] else array[]::text[] end, 'general',
    (array['浦东新区','黄浦区','徐汇区','静安区',''])[1 + n % 5], 'r' || n % 30, false, 1, 'm', '{}',
    decode(repeat('ab', 500), 'hex'),
    t, t, t + interval '2 hours', t + interval '10 minutes', t + interval '30 minutes', t + interval '2 hours',
    t + interval '4 hours', case when n % 3 = 0 then t + interval '5 minutes' end, case when n % 3 = 0 then 'r1' else '' end, n
from (select n, $2::timestamptz + n * interval '26.784 seconds' as t from generate_series(0, $1 - 1) n) s
"""

_EVENTS = """
insert into ticket_events (number, at, actor, change)
select t.number, t.created_at + k * interval '6 minutes',
    case when k < 3 then 'bot' else t.reporter end, (array['opened','added','claimed','replied','closed'])[k]
from tickets t cross join generate_series(1, 5) k
"""


@pytest.mark.slow(60)
async def test_a_hundred_thousand_tickets(fresh: Database, capsys: pytest.CaptureFixture[str]) -> None:
    async with fresh.connection() as connection:
        await connection.execute(_TICKETS, TICKETS, START, timeout=120)
        await connection.execute(_EVENTS, timeout=120)
        await connection.execute("vacuum analyze tickets, ticket_events", timeout=120)
    whole, day, week = Period(START, END), Period(at("04-10 00:00"), at("04-11 00:00")), Period(at("04-18 22:00"), END)
    playbook, told = load_playbook(), []

    async def timed(name: str, work: object) -> object:
        best = 1e9
        for _ in range(3):
            begun = time.perf_counter()
            result = await work()  # type: ignore[operator]
            best = min(best, time.perf_counter() - begun)
        told.append(f"{name} {1000 * best:.0f} ms")
        return result

    shown = await timed("board all", lambda: board_counts(fresh, whole, "day", END, HUMAN))
    assert sum(sum(levels.values()) for levels in shown.series.values()) == TICKETS  # type: ignore[attr-defined]
    assert sum(sum(levels.values()) for levels in shown.standing.values()) == TICKETS // 4  # type: ignore[attr-defined]
    await timed("board 7d", lambda: board_counts(fresh, week, "hour", END, HUMAN))
    await timed("board day", lambda: board_counts(fresh, day, "hour", END, HUMAN))
    tally = await timed("tally day", lambda: make_tally(fresh, playbook, day, END))
    assert tally.total == sum(n for n in tally.cut("channel").values()) > 3000  # type: ignore[attr-defined]
    tally = await timed("tally all", lambda: make_tally(fresh, playbook, whole, END))
    assert tally.total == TICKETS  # type: ignore[attr-defined]
    assert tally.share("solved").n == TICKETS // 4  # type: ignore[attr-defined]
    assert tally.reporters == 30  # type: ignore[attr-defined]
    with capsys.disabled():
        print(f"\n{TICKETS} tickets: {', '.join(told)}")
