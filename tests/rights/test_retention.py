"""What is kept how long: nothing that is open, everything private that is over, the audit never but old logins; the end."""

import asyncio
import csv
import re
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from bot.embedded import EmbeddedPostgres
from bot.retaining import ROWS, Nights, switch
from bot.store.database import Database
from bot.store.retention import plan, retain, set_switch
from conversations.playbook import SHANGHAI
from data.faults import Fault, rows_folder
from data.retention import read_retention
from tests.desk.conftest import PHONE, RED, WHERE, Desk, Resident, number_of
from tests.service import Record, Service
from tests.warm import ran


@pytest.fixture(scope="module")
async def database(service: Service) -> AsyncIterator[Database]:
    opened = Database(EmbeddedPostgres(service.home).dsn, size=2, limit=20)
    await opened.open()
    yield opened
    await opened.close()


async def _closed(service: Service, record: Record, sender: str, words: str, urgency: str, days: int) -> str:
    """A ticket that ended so many days ago, and nothing was said since."""
    resident = Resident(service, sender)
    await resident.say(words)
    await resident.say(WHERE)
    number = await number_of(record, sender)
    await record.rows(
        "update tickets set outcome = 'solved', status = 'closed', urgency = $2, closed_at = now() - make_interval(days => $3) "
        "where number = $1",
        number, urgency, days,
    )  # fmt: skip
    await record.rows(
        "update conversations set updated_at = now() - make_interval(days => $2) "
        "where id = (select conversation from tickets where number = $1)",
        number, days,
    )  # fmt: skip
    return number


async def _has_key(record: Record, number: str) -> bool:
    return bool(
        await record.value(
            "select c.data_key is not null from tickets t join contacts c on c.id = t.conversation where number = $1",
            number,
        )
    )


async def test_by_class_and_never_what_is_open(
    desk: Desk, service: Service, record: Record, database: Database
) -> None:
    now = datetime.now(UTC)
    grave_young = await _closed(service, record, "keep-1", RED, "critical", 60)
    grave_old = await _closed(service, record, "keep-2", RED, "critical", 91)
    other_young = await _closed(service, record, "keep-3", "家里没菜了，三口人", "soon", 29)
    other_old = await _closed(service, record, "keep-4", "家里没菜了，三口人", "soon", 31)
    still_open = await _closed(service, record, "keep-5", RED, "urgent", 200)
    await record.rows("update tickets set outcome = null, closed_at = null where number = $1", still_open)
    wrote_again = await _closed(service, record, "keep-6", "家里没菜了，三口人", "soon", 31)
    await record.rows(
        "update conversations set updated_at = now() where id = (select conversation from tickets where number = $1)",
        wrote_again,
    )
    due = {one.keep.code: (one.now, one.week) for one in await plan(database, ROWS, now)}
    assert (due["grave"][0], due["other"]) == (1, (1, 1))
    assert all([await _has_key(record, one) for one in (grave_old, other_old)])  # a plan changes nothing
    done = await retain(database, ROWS, now, "tester")
    assert (done["grave"], done["other"]) == (1, 1)
    kept = {
        one: await _has_key(record, one)
        for one in (grave_young, grave_old, other_young, other_old, still_open, wrote_again)
    }
    assert [one for one, there in kept.items() if not there] == [grave_old, other_old]
    row = (await record.rows("select intent, district, body from tickets where number = $1", grave_old))[0]
    assert (row["intent"], row["body"]) == ("dialysis", b"")  # codes stay for the tally, words do not
    told = await record.value(
        "select detail::text from audit where action = 'retention.retain' order by id desc limit 1"
    )
    assert '"grave": 1' in told
    assert (await retain(database, ROWS, now, "tester"))["grave"] == 0


async def test_the_audit_cannot_be_changed(record: Record, database: Database) -> None:
    await record.rows(
        "insert into audit (at, actor, action, subject) values (now() - interval '8 months', 'old', 'login.ok', 'old'), "
        "(now() - interval '8 months', 'old', 'desk.reveal', 'B1'), (now() - interval '5 months', 'old', 'login.ok', 'young')"
    )
    for statement in (
        "update audit set actor = 'x' where actor = 'old'",
        "delete from audit where actor = 'old'",
        "truncate audit",
        "select set_config('bangnong.retention', 'network_logs', false); delete from audit where action = 'desk.reveal'",
        "select set_config('bangnong.retention', 'network_logs', false); delete from audit where subject = 'young'",
        "select set_config('bangnong.retention', 'network_logs', false); update audit set actor = 'x' where subject = 'old'",
        "select set_config('bangnong.retention', 'network_logs', false); truncate audit",
    ):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await record.connection.execute(statement)
    await record.connection.execute("select set_config('bangnong.retention', '', false)")
    done = await retain(database, ROWS, datetime.now(UTC), "tester")
    assert done["logs"] == 1
    left = await record.rows("select action, subject from audit where actor = 'old' order by id")
    assert [tuple(row) for row in left] == [("desk.reveal", "B1"), ("login.ok", "young")]


async def test_once_a_night_when_switched_on(desk: Desk, record: Record, database: Database) -> None:
    late = datetime.now(SHANGHAI).replace(hour=4, minute=0).astimezone(UTC)
    assert not await Nights(database).tonight(late)  # off by default
    admin = desk.stranger()
    await admin.log_in("admin", desk.service.admin_password)
    page = await admin.get("/admin/retention")
    assert "没有开" in page.words
    assert (await admin.form("/admin/retention/on")).status == 303
    await record.rows("update retention_switch set last_night = null")  # whatever time of the day this is
    assert not await Nights(database).tonight(late - timedelta(hours=2))  # too early
    ran = await asyncio.gather(*(Nights(database).tonight(late) for _ in range(3)))
    assert sorted(ran) == [False, False, True]
    assert not await Nights(database).tonight(late + timedelta(hours=1))
    assert await Nights(database).tonight(late + timedelta(days=1))
    assert "每晚自动" in (await admin.get("/admin/retention")).words
    await set_switch(database, False, "admin", late)
    reporter = await desk.hire("keeper")
    assert (await reporter.get("/admin/retention")).status == 403
    assert (await reporter.form("/admin/retention/run")).status == 403
    auditor = await desk.hire("looker", "auditor")
    assert (await auditor.get("/admin/retention")).status == 200
    assert (await auditor.form("/admin/retention/run")).status == 403


async def test_switched_on_by_day_it_begins_the_night_after(record: Record, database: Database) -> None:
    await record.rows("delete from retention_switch")
    day = datetime(2026, 4, 5, 14, tzinfo=SHANGHAI)
    await switch(database, True, "admin", day)
    assert not await Nights(database).tonight(day + timedelta(minutes=5))
    assert not await Nights(database).tonight(day.replace(hour=23))
    assert await Nights(database).tonight(day + timedelta(hours=14))
    await record.rows("delete from retention_switch")
    await switch(database, True, "admin", day.replace(hour=2))  # before the hour: it is this night's
    assert await Nights(database).tonight(day.replace(hour=4))
    await switch(database, False, "admin", day)
    await record.rows("delete from retention_switch")


async def test_whom_something_is_promised_is_kept(
    desk: Desk, service: Service, record: Record, database: Database
) -> None:
    promised, asked_before, part, whole, ended = [
        await _closed(service, record, f"promise-{n}", "家里没菜了，三口人", "soon", 40) for n in range(5)
    ]
    for number, days in ((promised, 30), (asked_before, -1)):
        await record.rows(
            "insert into revisits (number, conversation, at, by, way, contacted, solved, satisfied, again_at) "
            "select number, conversation, now(), 'lina', 'phone', 'yes', 'partly', 'fair', now() + make_interval(days => $2) "
            "from tickets where number = $1",
            number, days,
        )  # fmt: skip
    await record.rows("update tickets set outcome = null, closed_at = null where number = $1", whole)
    await record.rows("update tickets set outcome = 'duplicate' where number = $1", part)
    await record.rows(
        "insert into ticket_duplicates (number, duplicate_of, by, at) values ($1, $2, 'lina', now())", part, whole
    )
    await retain(database, ROWS, datetime.now(UTC), "tester")
    kept = {one: await _has_key(record, one) for one in (promised, asked_before, part, whole, ended)}
    assert kept == {promised: True, asked_before: False, part: True, whole: True, ended: False}
    await record.rows(
        "update tickets set outcome = 'solved', closed_at = now() - interval '40 days' where number = $1", whole
    )
    await retain(database, ROWS, datetime.now(UTC), "tester")
    assert not await _has_key(record, part)


def _run(service: Service, *words: str) -> "subprocess.CompletedProcess[str]":
    return ran(words, service.env)


@pytest.mark.slow
async def test_the_end_of_it_all(desk: Desk, service: Service, record: Record, tmp_path: Path) -> None:
    number = await _closed(service, record, "finish-1", RED, "critical", 1)
    out = tmp_path / "figures.csv"
    dry = await asyncio.to_thread(_run, service, "retain", "--dry-run")
    assert (dry.returncode, "什么都没有删" in dry.stdout) == (0, True), dry.stderr
    for words, code in ((["finish"], 2), (["finish", "--out", str(out)], 2)):
        assert (await asyncio.to_thread(_run, service, *words)).returncode == code
    open_ones = await record.rows(
        "select number from tickets where outcome is null and urgency in ('critical', 'urgent')"
    )
    sure = ["finish", "--out", str(out), "--confirm", "全部删除"]
    if open_ones:
        stopped = await asyncio.to_thread(_run, service, *sure)
        assert (stopped.returncode, "没办完" in stopped.stderr, out.exists()) == (1, True, False)
    await record.rows(
        "update tickets set outcome = 'solved', status = 'closed', closed_at = now() where outcome is null"
    )
    assert (await asyncio.to_thread(_run, service, "finish", "--dry-run")).returncode == 0
    assert await _has_key(record, number)
    done = await asyncio.to_thread(_run, service, *sure)
    assert done.returncode == 0, done.stderr
    assert await record.value("select count(*) from contacts where data_key is not null or openid is not null") == 0
    assert await record.value("select count(*) from messages") == 0
    text = out.read_text("utf-8-sig")
    assert PHONE not in text
    assert not re.search(r"B\d{5}-\d{4}", text)
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == await record.value("select count(*) from tickets")
    rare = [row for row in rows if row["区"] not in ("", "其他")]
    for row in rare:
        assert sum((one["事由"], one["区"]) == (row["事由"], row["区"]) for one in rows) >= ROWS.least_group
    assert out.stat().st_mode & 0o077 == 0
    assert (await asyncio.to_thread(_run, service, *sure)).returncode == 2  # never over a file that is there


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ("days = 190", "days = 100", "至少留 184 天"),
        ('night = "03:30"', 'night = "25:00"', "night 写成 03:30 这样"),
        ('urgencies = ["soon", "normal"]', 'urgencies = ["soon"]', "四种缓急"),
        ('kind = "media"', 'kind = "photos"', "kind 没有 'photos'"),
        ("least_group = 5", "least_group = 1", "least_group 要是大于 1"),
    ],
)
def test_every_fault_of_the_rows_is_named(tmp_path: Path, find: str, put: str, said: str) -> None:
    text = (rows_folder() / "retention.toml").read_text("utf-8")
    assert find in text
    (tmp_path / "retention.toml").write_text(text.replace(find, put), "utf-8")
    faults: list[Fault] = []
    assert read_retention(tmp_path, faults) is None
    assert any(said in str(one) for one in faults), faults
