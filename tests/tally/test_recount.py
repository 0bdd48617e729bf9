"""The SQL against a recount: the same rows, read raw and counted in Python by rules written down here once more."""

import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest

from bot.store.board import board_counts
from bot.store.database import Database
from bot.store.tally import counts_of, keep_manual, manual_of
from bot.tally.figures import Counts
from bot.tally.making import HUMAN, ROWS, make_tally, opening
from bot.tally.period import Period
from conversations.codes import Flag, Intent, Outcome, TicketStatus, Urgency
from conversations.playbook import SHANGHAI
from data.playbook import load_playbook
from tests.tally.conftest import Put, at, did, put

PERIOD = Period(at("04-02 00:00"), at("04-05 00:00"))
NOW = at("04-05 00:00") - timedelta(hours=3)
PLAYBOOK = load_playbook()
FIRST = {code: timedelta(minutes=clock.revisit) for code, clock in PLAYBOOK.clocks.items()}
ASK = {"as_of": NOW, "human": HUMAN, "urgent_levels": ["top", "urgent"], "first_revisit": FIRST}
NOBODY = {"bot", "contact", "colleague", "cli", "hotline", "system"}


async def counted(database: Database, period: Period = PERIOD) -> Counts:
    return await counts_of(database, period, ROWS, **ASK)  # type: ignore[arg-type]


async def fill(database: Database, count: int, seed: int) -> None:
    """A desk's life over four days, some of it outside the period."""
    chance = random.Random(seed)
    tickets: list[Put] = []
    for n in range(count):
        created = at("04-01 20:00") + timedelta(minutes=chance.uniform(0, 78 * 60))
        urgency = str(chance.choice(list(Urgency)))
        minutes = PLAYBOOK.clocks[Urgency(urgency)]
        outcome = str(chance.choice(list(Outcome))) if chance.random() < 0.5 else None
        closed = created + timedelta(minutes=chance.uniform(1, 900)) if outcome else None
        seen = created + timedelta(minutes=chance.expovariate(1 / 20)) if chance.random() < 0.4 else None
        open_status = [one for one in TicketStatus if one != "closed"]
        tickets.append(
            Put(
                f"B204{n % 28 + 1:02}-{n:05}", created, chance.choice(("wechat", "douyin", "app", "toutiao")),
                str(chance.choice(list(Intent))), urgency, "closed" if outcome else str(chance.choice(open_status)), outcome,
                chance.choice(("unverified", "unverified", "called_back", "confirmed")),
                tuple(str(one) for one in chance.sample(list(Flag), chance.randrange(3))),
                chance.choice(("浦东新区", "黄浦区", "徐汇区", "")), chance.choice(("", "lina", "zhou")), closed, seen,
                chance.choice(("lina", "wang", "api:screen")) if seen else "",
                (minutes.acknowledge, minutes.call, minutes.contact_unit, minutes.revisit),
            )
        )  # fmt: skip
    await put(database, *tickets)
    await database.execute(
        "insert into units (name, kind, district, street, scope, numbers, hours, note, source) select 'u' || n, "
        "(array['committee','hospital'])[1 + n % 2], '', '', '{}', '{1}', '', '', 'x' from generate_series(1, 5) n"
    )
    actors = (*NOBODY, "lina", "zhou", "wang", "api:screen", "token:big")
    changes = ("claimed", "replied", "called", "closed", "noted", "added")
    for one in tickets:
        for _ in range(chance.randrange(4)):
            moment = one.created + timedelta(minutes=chance.expovariate(1 / 60))
            await did(database, one.number, moment, chance.choice(actors), chance.choice(changes))
        moment = one.created + timedelta(minutes=chance.expovariate(1 / 90))
        if chance.random() < 0.2:
            unit = chance.choice((None, 1, 2, 3, 4, 5))
            await database.execute(
                "insert into calls (number, conversation, unit, dialled, at, by, result) values ($1, $2, $3, '', $4, 'lina', $5)",
                one.number, one.contact, unit, moment, chance.choice((*HUMAN, "nobody", "dead")),
            )  # fmt: skip
        if chance.random() < 0.2:
            way = chance.choice(("phone", "chat"))
            given = (
                ("yes", "yes", "good") if chance.random() < 0.5 else ("no", "", "") if way == "phone" else ("", "", "")
            )
            await database.execute(
                "insert into revisits (number, conversation, at, by, way, contacted, solved, satisfied) "
                "values ($1, $2, $3, 'lina', $4, $5, $6, $7)",
                one.number, one.contact, moment, way, *given,
            )  # fmt: skip
        if chance.random() < 0.2:
            number, state = f"{one.number}-1", chance.choice(("draft", "sent", "assigned", "answered", "closed"))
            await database.execute(
                "insert into orders (number, ticket, conversation, status, level, kind, called, form, made_by, made_at, "
                "sent_at, updated_at) values ($1, $2, $3, $4, $5, $6, 'no', '', 'lina', $7, $8, $7)",
                number, one.number, one.contact, state, chance.choice(("top", "urgent", "general")),
                chance.choice(("help", "complaint")), moment, None if state == "draft" else moment,
            )  # fmt: skip
            if chance.random() < 0.5:
                await database.execute(
                    "insert into order_events (number, at, actor, change) values ($1, $2, 'hotline', $3)",
                    number, moment, chance.choice(("assigned", "received")),
                )  # fmt: skip
        if chance.random() < 0.1:
            await database.execute(
                "insert into labels (number, field, was, value, by) values ($1, 'urgency', $2, $3, 'lina')",
                one.number, chance.choice(("soon", "critical")), chance.choice(("critical", "normal")),
            )  # fmt: skip


Rows = list[Mapping[str, Any]]


def person(actor: str) -> bool:
    return bool(actor) and actor not in NOBODY and ":" not in actor


def inside(moment: datetime | None) -> bool:
    return moment is not None and PERIOD.start <= moment < PERIOD.end


class Raw:
    """Every row of every table, and one question a method."""

    @classmethod
    async def read(cls, database: Database) -> "Raw":
        raw = cls()
        for name in ("tickets", "ticket_events", "calls", "revisits", "orders", "order_events", "labels", "units"):
            setattr(raw, name, [dict(row) for row in await database.fetch(f"select * from {name}")])
        return raw

    tickets: Rows
    ticket_events: Rows
    calls: Rows
    revisits: Rows
    orders: Rows
    order_events: Rows
    labels: Rows
    units: Rows

    @property
    def arrived(self) -> Rows:
        return [one for one in self.tickets if inside(one["created_at"])]

    @property
    def requests(self) -> Rows:
        return [one for one in self.arrived if Intent(one["intent"]).opens_case and one["outcome"] != "duplicate"]

    def seen(self, ticket: Mapping[str, Any]) -> datetime | None:
        times = [one["at"] for one in self.ticket_events if one["number"] == ticket["number"] and person(one["actor"])]
        return min([*times, *([ticket["acknowledged_at"]] if ticket["acknowledged_at"] else [])], default=None)

    def clock(self, ticket: Mapping[str, Any], name: str) -> str:
        number, status = ticket["number"], ticket["status"]
        calls = [one for one in self.calls if one["number"] == number]
        if name == "acknowledge":
            due, times, untimed = ticket["acknowledge_due"], [self.seen(ticket)], False
        elif name == "call":
            due, untimed = ticket["call_due"], ticket["verification"] != "unverified"
            times = [one["at"] for one in calls if one["unit"] is None and one["result"] in HUMAN]
        elif name == "contact_unit":
            due = ticket["contact_due"]
            untimed = status in ("ticket_12345", "local_coord", "escalated", "reported_up", "claimed_done", "revisited")
            times = [one["at"] for one in calls if one["unit"] is not None]
            times += [one["sent_at"] for one in self.orders if one["ticket"] == number]
        else:
            due, untimed = ticket["revisit_due"], status == "revisited"
            times = [one["at"] for one in self.revisits if one["number"] == number]
        done = min((one for one in times if one is not None), default=None)
        if done is not None:
            return "kept" if done <= due else "late"
        if untimed:
            return "untimed"
        if ticket["closed_at"] is not None and ticket["closed_at"] <= due:
            return "ended"
        return "waiting" if due > NOW else "late"

    def order_went_on(self, order: Mapping[str, Any]) -> bool:
        told = {one["change"] for one in self.order_events if one["number"] == order["number"]}
        return order["status"] in ("assigned", "answered") or bool(told & {"assigned", "answered"})


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_figure_is_the_recount(fresh: Database, seed: int) -> None:
    await fill(fresh, 260, seed)
    found, raw = await counted(fresh), await Raw.read(fresh)
    requests, arrived = raw.requests, raw.arrived
    assert 100 < len(requests) < len(arrived) < len(raw.tickets)
    assert found.raw == len(arrived)
    assert found.duplicates == sum(one["outcome"] == "duplicate" for one in arrived)
    assert found.raw - found.duplicates - found.others == len(requests)
    for cut in ("channel", "intent", "district", "urgency", "status"):
        assert found.cuts[cut] == Counter(one[cut] for one in requests), cut
    assert found.cuts["end"] == Counter(one["outcome"] or "open" for one in requests)
    kinds = {one["ticket"]: one["kind"] for one in raw.orders}
    own = {"consult": "consult", "offer": "offer"}
    assert found.cuts["type"] == Counter(kinds.get(one["number"]) or own.get(one["intent"], "help") for one in requests)

    for name in ("acknowledge", "call", "contact_unit", "revisit"):
        assert found.clocks[name] == Counter(raw.clock(one, name) for one in requests), name

    acts = [(one["actor"], one["at"]) for one in raw.ticket_events if person(one["actor"]) and inside(one["at"])]
    acts += [
        (one["acknowledged_by"], one["acknowledged_at"])
        for one in raw.tickets
        if person(one["acknowledged_by"]) and inside(one["acknowledged_at"])
    ]
    shifts: dict[tuple[str, Any], list[datetime]] = {}
    for login, moment in acts:
        shifts.setdefault((login, moment.astimezone(SHANGHAI).date()), []).append(moment)
    assert {(one.login, one.day): (one.first, one.last, one.acts) for one in found.staff} == {
        key: (min(times), max(times), len(times)) for key, times in shifts.items()
    }
    assert {day: one.requests for day, one in found.days.items() if one.requests} == Counter(
        one["created_at"].astimezone(SHANGHAI).date() for one in requests
    )

    left = [one for one in raw.orders if inside(one["sent_at"])]
    pressing = [one for one in left if one["level"] in ("top", "urgent")]
    solved = {one["number"] for one in raw.tickets if one["outcome"] == "solved"}
    assert found.orders.filed == len(left)
    assert found.orders.urgent_filed == len(pressing)
    assert found.orders.urgent_dispatched == sum(raw.order_went_on(one) for one in pressing)
    assert found.orders.urgent_solved == sum(one["ticket"] in solved for one in pressing)
    rung = {one["number"] for one in raw.calls if one["unit"] is not None}
    assert found.local == sum(one["status"] == "local_coord" or one["number"] in rung for one in requests)
    reached = {one["unit"] for one in raw.calls if one["unit"] and inside(one["at"]) and one["result"] in HUMAN}
    assert (found.units, found.unit_kinds) == (
        len(reached),
        len({one["kind"] for one in raw.units if one["id"] in reached}),
    )

    seen = {one["number"]: raw.seen(one) for one in requests}
    assert found.handled == Counter(
        "human"
        if seen[one["number"]]
        else "bot"
        if {one["outcome"], one["status"]} & {"answered", "referred"}
        else "nobody"
        for one in requests
    )
    grave = [one for one in requests if one["urgency"] == "critical"]
    waits = [(seen[one["number"]] - one["created_at"]).total_seconds() for one in grave if seen[one["number"]]]
    assert (found.alarms.count, found.alarms.seen) == (len(grave), len(waits))
    assert found.alarms.half == pytest.approx(median(max(0, one) for one in waits))
    assert found.missed == len(
        {one["number"] for one in raw.labels if one["value"] == "critical" and one["was"] != "critical"}
        & {one["number"] for one in requests}
    )

    asked = [one for one in raw.revisits if inside(one["at"])]
    for name in ("contacted", "solved", "satisfied"):
        assert getattr(found.revisits, name) == Counter(one[name] for one in asked if one[name]), name
    spoken = {
        "ticket_12345",
        "local_coord",
        "answered",
        "referred",
        "escalated",
        "reported_up",
        "revisited",
        "claimed_done",
    }
    due = [
        one for one in requests
        if (one["outcome"] is None and one["status"] in spoken and one["revisit_due"] <= NOW)
        or (one["outcome"] in ("solved", "partly", "answered", "referred")
            and one["closed_at"] + FIRST[Urgency(one["urgency"])] <= NOW)
    ]  # fmt: skip
    told = {one["number"] for one in raw.revisits}
    assert (found.revisits.due, found.revisits.done) == (len(due), sum(one["number"] in told for one in due))

    shown = await board_counts(fresh, PERIOD, "hour", NOW, HUMAN)
    assert shown.cuts == {name: cut for name, cut in found.cuts.items() if name != "type"}
    assert shown.clocks == found.clocks
    assert Counter({hour: sum(levels.values()) for hour, levels in shown.series.items()}) == Counter(
        one["created_at"].replace(minute=0, second=0, microsecond=0) for one in requests
    )
    open_now = [one for one in raw.tickets if one["outcome"] is None and Intent(one["intent"]).opens_case]
    assert {(d, u): n for d, levels in shown.standing.items() for u, n in levels.items()} == Counter(
        (one["district"], one["urgency"]) for one in open_now
    )
    firsts: dict[str, tuple[datetime, str]] = {}
    for one in sorted(raw.ticket_events, key=lambda event: event["at"]):
        if one["number"] in seen and one["change"] in ("replied", "called") and person(one["actor"]):
            firsts.setdefault(one["number"], (one["at"], one["actor"]))
    opened = {one["number"]: one["created_at"] for one in requests}
    for line in shown.reporters:
        mine = [
            (moment - opened[number]).total_seconds() for number, (moment, who) in firsts.items() if who == line.login
        ]
        assert (line.answered, line.median) == (len(mine), pytest.approx(median(mine)) if mine else None)
        assert line.open == sum(one["reporter"] == line.login and one["outcome"] is None for one in raw.tickets)
        ended = {
            e["number"]
            for e in raw.ticket_events
            if (e["actor"], e["change"]) == (line.login, "closed") and inside(e["at"])
        }
        assert line.closed == len(ended)


async def test_a_day_begins_at_midnight_in_shanghai(fresh: Database) -> None:
    await put(
        fresh,
        Put("B20405-0001", at("04-04 23:59")), Put("B20405-0002", at("04-05 00:00")), Put("B20405-0003", at("04-05 23:59")),
        Put("B20405-0004", at("04-06 00:00")), Put("B20405-0005", at("04-05 07:59")),
    )  # fmt: skip
    tally = await make_tally(fresh, PLAYBOOK, Period(at("04-05 00:00"), at("04-06 00:00")), at("04-09 00:00"))
    assert tally.total == 3
    assert [f"{day}" for day in tally.counts.days] == ["2022-04-05"]


async def test_the_desk_opened_with_its_first_request_and_nothing_is_counted_beyond_now(fresh: Database) -> None:
    await put(fresh, Put("B20325-0001", at("03-25 22:13")), Put("B20405-0001", at("04-05 19:30")))
    now = at("04-05 20:00")
    assert await opening(fresh, now) == at("03-25 22:00")
    tally = await make_tally(fresh, PLAYBOOK, Period(at("03-25 00:00"), at("04-06 00:00")), now)
    assert (tally.period.hours, tally.working_hours, tally.total) == (262, 196, 2)
    day = await make_tally(fresh, PLAYBOOK, Period(at("04-05 00:00"), at("04-06 00:00")), now)
    assert (day.period.hours, day.working_hours, day.total) == (20, 14, 1)


async def test_an_empty_record_has_a_tally_too(fresh: Database) -> None:
    now = datetime(2022, 4, 5, 4, 30, tzinfo=UTC)
    tally = await make_tally(fresh, PLAYBOOK, Period(now - timedelta(days=1), now), now)
    assert (tally.total, tally.gap, tally.reporters, tally.counts.alarms.half) == (0, None, 0, None)
    shown = await board_counts(fresh, Period(now - timedelta(days=1), now), "hour", now, HUMAN)
    assert (shown.series, shown.standing, shown.reporters) == ({}, {}, ())


async def test_what_is_filled_in_by_hand_is_kept_changed_and_removed(fresh: Database) -> None:
    day = at("04-05 00:00").date()
    await keep_manual(fresh, day, {"flash": "3", "reference": ""}, "sun", NOW)
    await keep_manual(fresh, day, {"flash": "4", "exposure": "12"}, "sun", NOW)
    assert await manual_of(fresh, day) == {"flash": "4", "exposure": "12"}
    await keep_manual(fresh, day, {"flash": ""}, "sun", NOW)
    assert await manual_of(fresh, day) == {"exposure": "12"}
    assert (await counted(fresh, Period(at("04-05 00:00"), at("04-06 00:00")))).manual == [(day, "exposure", "12")]
