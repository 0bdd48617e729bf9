"""What pays a label, which rows are frozen, where drawings stand, what is left out when too much comes."""

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.learning import training
from bot.learning.charts import EDGE, SIDE, confusion, curve
from bot.learning.frozen import is_frozen
from bot.learning.picking import worth
from bot.learning.shadow import Shadow
from bot.reload import ReaderHolder
from bot.store.database import Database
from bot.store.learning import Label, keep_look, open_candidate, skip_candidate, take_candidate, undo_look
from bot.store.learning_rows import labelled_rows
from bot.store.learning_runs import Busy, begin_training, end_training, last_training, training_sign
from classifiers.reader import Odds
from classifiers.train import held_out
from conversations.codes import Intent, Urgency
from conversations.events import MessageReceived
from conversations.messages import ContactRef, Inbound
from conversations.reading import Reading, Reason
from data.corpus import load_corpus
from tests.desk.conftest import Resident
from tests.learning.conftest import until
from tests.service import Record, Service

NOW = datetime(2022, 4, 5, tzinfo=UTC)


def heard_as(urgency: Urgency, *codes: str) -> MessageReceived:
    inbound = Inbound(ContactRef("app", "main", "x"), "1", "text", "老人没人管", NOW)
    return MessageReceived(inbound, Reading(urgency=urgency, reasons=tuple(Reason(code, "") for code in codes)))


def odds(critical: float, *intents: float) -> Odds:
    return Odds(dict(zip(Intent, intents, strict=False)), {"critical": critical, "normal": 1 - critical})


@pytest.mark.parametrize(
    ("event", "told", "reason"),
    [
        (heard_as(Urgency.CRITICAL, "R01"), odds(0.05, 0.9, 0.05), "danger"),
        (heard_as(Urgency.NORMAL), odds(0.7, 0.9, 0.05), "danger"),
        (heard_as(Urgency.CRITICAL, "R01"), odds(0.9, 0.9, 0.05), None),
        (heard_as(Urgency.CRITICAL, "R01", "model"), odds(0.1, 0.9, 0.05), None),
        (heard_as(Urgency.NORMAL), odds(0.0, 0.4, 0.35), "unsure"),
        (heard_as(Urgency.NORMAL), odds(0.0, 0.9, 0.05), None),
        (heard_as(Urgency.NORMAL), odds(0.0, 0.9), None),
        (heard_as(Urgency.NORMAL), None, None),
    ],
)
def test_what_pays(event: MessageReceived, told: Odds | None, reason: str | None) -> None:
    found = worth(event, told)
    assert (found.reason if found else None) == reason
    assert found is None or 0 < found.score <= 1


def test_nearer_is_worth_more_and_danger_most() -> None:
    near, far = (worth(heard_as(Urgency.NORMAL), odds(0.0, 0.4, second)) for second in (0.39, 0.2))
    danger = worth(heard_as(Urgency.NORMAL), odds(0.5, 0.9, 0.05))
    assert near is not None
    assert far is not None
    assert danger is not None
    assert far.score < near.score < danger.score


def test_frozen_rows_are_the_trainers_own() -> None:
    rows = load_corpus()
    assert [row.text for row in rows if is_frozen(row.text)] == [row.text for row in held_out(rows)]


def test_a_confusion_is_drawn_of_what_occurs() -> None:
    drawn = confusion(("a", "b", "c"), ((3, 1, 0), (0, 4, 0), (0, 0, 0)), {"a": "甲"})
    assert [name for name, _ in drawn.names] == ["甲", "b"]
    assert [(one.true, one.said, one.count, one.kind, one.shade) for one in drawn.squares] == [
        ("甲", "甲", 3, "hit", 4), ("甲", "b", 1, "miss", 2), ("b", "b", 4, "hit", 4),
    ]  # fmt: skip
    assert confusion((), (), {}).squares == ()


def test_a_curve_stands_in_its_square() -> None:
    drawn = curve([{"confidence": 1.0, "right": 1.0, "rows": 5}, {"confidence": 0.0, "right": 0.0, "rows": 1}])
    assert (drawn.dots[0].x, drawn.dots[0].y) == (EDGE + SIDE, EDGE / 2)
    assert (drawn.dots[1].x, drawn.dots[1].y) == (EDGE, EDGE / 2 + SIDE)
    assert curve([]).dots == ()


@pytest.fixture
async def database(heard: Service) -> Any:
    async with Record(heard.home) as record:
        opened = Database(record.dsn, size=3, limit=20)
    await opened.open()
    yield opened
    await opened.close()


async def test_two_people_never_have_the_same_message(database: Database, record: Record) -> None:
    await database.execute(
        "update label_candidates set status = 'waiting' where not exists (select from label_looks l "
        "where l.conversation = label_candidates.conversation and l.turn = label_candidates.turn)"
    )
    held = [await take_candidate(database, record.vault, f"p{n}", drawn=bool(n % 2)) for n in range(3)]
    keys = [one.key for one in held if one is not None]
    assert len(keys) == len(set(keys))


async def test_a_label_becomes_a_row_only_when_settled(heard: Service, database: Database, record: Record) -> None:
    before = {row.key for row in await labelled_rows(database, record.vault)}
    await Resident(heard, "settled").say(
        "妈妈住在三林世纪苑12号301，电话幺三八零零零零五六七八，药也没有了，人也没人照顾"
    )
    hashed = record.vault.hash("openid", "app", "main", "settled")
    contact = await record.value("select id from contacts where openid_hash = $1", hashed)
    await record.connection.execute(
        "insert into label_candidates (conversation, turn, reason, score, heard_at, said_intent, said_urgency, model) "
        "select conversation, turn, 'unsure', 1, at, 'care', 'critical', '' from history "
        "where conversation = $1 and kind = 'MessageReceived' on conflict (conversation, turn) "
        "do update set score = 1, said_urgency = 'critical', status = 'waiting'",
        contact,
    )
    one = await take_candidate(database, record.vault, "first", drawn=False)
    while one is not None and one.conversation != contact:
        await skip_candidate(database, one.conversation, one.turn, "first")
        one = await take_candidate(database, record.vault, "first", drawn=False)
    assert one is not None
    for gone in ("三林世纪苑", "301", "五六七八", "12号"):
        assert gone not in one.text
    label = Label(Intent.MEDICINE, Urgency.URGENT, (Intent.CARE,))
    assert await keep_look(database, record.vault, one, "first", label, one.text) == "second"
    assert {row.key for row in await labelled_rows(database, record.vault)} == before
    again = replace(one, status="second", looks=1)
    assert await keep_look(database, record.vault, again, "other", label, one.text) == "done"
    rows = {row.key: row for row in await labelled_rows(database, record.vault)}
    row = rows[one.key]
    assert (row.intent, row.intents, row.urgency, row.checked) == (
        Intent.MEDICINE,
        (Intent.CARE,),
        Urgency.URGENT,
        True,
    )
    assert "〔" not in row.text, "marks are for people; a model reads what they stand for"
    await record.connection.execute("update contacts set data_key = null where id = $1", contact)
    assert one.key not in {row.key for row in await labelled_rows(database, record.vault)}


async def test_too_much_for_the_shadow_is_left_out_and_counted(
    heard: Service, database: Database, record: Record, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    shutil.copytree(heard.home / "models", models)
    holder = ReaderHolder(tmp_path)
    current = holder.models.current()
    assert current is not None
    waiting = [False]
    shadow = Shadow(database, record.vault, holder, lambda: waiting[0], bound=3)
    # Over already, so that the service's own shadow leaves it to this one.
    run = await record.value(
        "insert into shadow_runs (model, by, ended_at, cursor_at) values ($1, 'bao', now(), '-infinity') returning id",
        current,
    )
    row = (await record.rows("select * from shadow_runs where id = $1", run))[0]
    beside = shadow._open(current)
    async with database.connection() as connection, connection.transaction():
        taken = await shadow._read(connection, row, beside)
    total = await record.value("select count(*) from inbox")
    after = (await record.rows("select read, agreed, left_out from shadow_runs where id = $1", run))[0]
    assert taken == 3
    assert after["read"] == after["agreed"] <= 3, "a model agrees with itself"
    assert total - 3 >= after["left_out"] >= total - 3 - 10
    waiting[0] = True
    row = (await record.rows("select * from shadow_runs where id = $1", run))[0]
    async with database.connection() as connection, connection.transaction():
        assert await shadow._read(connection, row, beside) == 0


async def test_a_dead_training_makes_room_and_says_so(database: Database, record: Record) -> None:
    await record.connection.execute("update training_runs set state = 'stopped' where state = 'running'")
    run = await begin_training(database, "bao")
    with pytest.raises(Busy):
        await begin_training(database, "bao")
    assert await training_sign(database, run, "分词", 0.1)
    await record.connection.execute("update training_runs set at = now() - interval '1 minute' where id = $1", run)
    last = await last_training(database)
    assert last is not None
    assert last.state == "stopped"
    other = await begin_training(database, "wang")
    assert not await training_sign(database, run, "训练", 0.9), "the dead one learns that it is"
    await end_training(database, other, "failed", "", "磁盘满了")
    last = await last_training(database)
    assert last is not None
    assert (last.state, last.told) == ("failed", "磁盘满了")


async def test_what_a_reporter_corrected_is_looked_at(heard: Service, record: Record) -> None:
    number = await record.value(
        "select number from tickets t join contacts c on c.id = t.conversation where c.data_key is not null limit 1"
    )
    await record.connection.execute(
        "insert into labels (number, field, was, value, by) values ($1, 'intent', 'care', 'supplies', 'lina') "
        "on conflict do nothing",
        number,
    )
    await record.connection.execute(
        "delete from label_candidates where conversation = (select conversation from tickets where number = $1)", number
    )
    found = await until(
        lambda: record.value(
            "select reason from label_candidates where conversation = (select conversation from tickets where number = $1) "
            "and reason = 'corrected'",
            number,
        )
    )
    assert found == "corrected"


async def test_taking_back_never_takes_an_older_label_instead(
    heard: Service, database: Database, record: Record
) -> None:
    for n in range(2):
        await Resident(heard, f"undone-{n}").say("妈妈的药没有了，人也没人照顾，怎么办")
    hashes = [record.vault.hash("openid", "app", "main", f"undone-{n}") for n in range(2)]
    places = []
    for hashed in hashes:
        contact = await record.value("select id from contacts where openid_hash = $1", hashed)
        await record.connection.execute(
            "insert into label_candidates (conversation, turn, reason, score, heard_at, said_intent, said_urgency, model) "
            "select conversation, turn, 'unsure', 1, at, 'care', 'critical', '' from history "
            "where conversation = $1 and kind = 'MessageReceived' on conflict (conversation, turn) "
            "do update set status = 'waiting', said_urgency = 'critical', held_by = '', held_until = '-infinity'",
            contact,
        )
        turn = await record.value("select turn from label_candidates where conversation = $1", contact)
        places.append((contact, turn))

    async def look(place: tuple[Any, int], who: str) -> None:
        one = await open_candidate(database, record.vault, *place)
        assert one is not None
        await keep_look(database, record.vault, one, who, Label(Intent.MEDICINE, Urgency.SOON), one.text)

    await look(places[0], "older")
    await look(places[1], "older")
    await look(places[1], "second")
    assert await undo_look(database, "older") is None, "somebody has built on the last one, and the one before stays"
    assert await record.value("select count(*) from label_looks where by = 'older'") == 2
    assert await undo_look(database, "second") == f"{places[1][0]}/{places[1][1]}"
    assert await undo_look(database, "older") == f"{places[1][0]}/{places[1][1]}"


async def test_a_second_training_ends_the_first_and_not_itself(
    database: Database, record: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real, made = asyncio.create_subprocess_exec, []

    async def sleeping(*_: Any, **pipes: Any) -> asyncio.subprocess.Process:
        made.append(await real("/bin/sleep", "60", stdout=pipes["stdout"], stderr=pipes["stderr"]))
        return made[-1]

    monkeypatch.setattr(training.asyncio, "create_subprocess_exec", sleeping)
    monkeypatch.setattr(training, "_SIGN", 0.05)
    await record.connection.execute("update training_runs set state = 'stopped' where state = 'running'")
    trainings = training.Trainings(database, tmp_path)

    async def begun(count: int) -> bool:
        return len(made) == count

    first = await trainings.start("bao")
    await until(lambda: begun(1))
    # No sign of life got through for half a minute.
    monkeypatch.setattr(training, "training_sign", lambda *_: _yes())
    await record.connection.execute("update training_runs set at = now() - interval '31 seconds' where id = $1", first)
    second = await trainings.start("bao")
    await until(lambda: begun(2))
    assert [one.returncode is None for one in made] == [False, True]
    states = await record.rows("select state from training_runs where id in ($1, $2) order by id", first, second)
    assert [row["state"] for row in states] == ["stopped", "running"]
    assert await trainings.stop()
    assert made[1].returncode is not None
    assert await record.value("select state from training_runs where id = $1", second) == "stopped"


async def _yes() -> bool:
    return True
