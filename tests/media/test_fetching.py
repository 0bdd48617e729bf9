"""From the platform to our own disk: once, before it expires, or honestly not at all; whoever is killed meanwhile."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.media.files import THUMB, VIEW
from bot.media.sweeping import sweep, sweep_gone
from bot.store.contacts import erase_contact
from bot.vault import Unsealable
from tests.media.conftest import Fetching, all_settled, fetching, push, rows_of
from tests.media.samples import AMR, bomb, picture
from tests.platforms.wechat import WeChatPlatform
from tests.service import ROOT, Record, Service


async def until(true: Callable[[], bool], limit: float = 40) -> None:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.05)


async def kept(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching, **pictures: bytes
) -> list[dict[str, Any]]:
    """The rows of a picture of each of these people, once they are here."""
    platform.media |= {openid: (data, "image/jpeg") for openid, data in pictures.items()}
    await asyncio.gather(*(push(service, platform, openid, "image", openid) for openid in pictures))
    rows = [(await fetch.until(all_settled(rows_of(record, openid))))[0] for openid in pictures]
    assert [(row["status"], row["fault"]) for row in rows] == [("kept", "")] * len(pictures)
    return [dict(row) for row in rows]


async def test_a_picture_is_fetched_drawn_and_sealed(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching
) -> None:
    data = picture(located=True)
    (row,) = await kept(service, platform, record, fetch, oFetched0001=data)
    assert (row["kind"], row["type"], row["size"], row["width"]) == ("image", "image/jpeg", len(data), 360)
    place = await fetch.place(row["link"])
    assert fetch.clear(record, place) == data
    for suffix in (VIEW, THUMB):
        assert b"SomeCamera" not in fetch.clear(record, place, suffix)
    raw = fetch.files.path(place.name).read_bytes()
    assert data[100:140] not in raw
    assert fetch.files.path(place.name).stat().st_mode & 0o077 == 0
    assert {"what": "said", "conversation": str(row["conversation"]), "pull": False} in fetch.told


async def test_what_it_is_the_content_says(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching
) -> None:
    openid = "oContent0001"
    platform.media["voice-1"] = (AMR, "audio/amr")
    platform.media["program-1"] = (b"MZ" + bytes(200), "image/jpeg")
    platform.media["bomb-1"] = (bomb(), "image/png")
    sent = (("voice", "voice-1"), ("image", "program-1"), ("image", "bomb-1"), ("image", "never-there"))
    await asyncio.gather(*(push(service, platform, openid, *one) for one in sent))
    rows = await fetch.until(all_settled(rows_of(record, openid), 4))
    assert sorted((row["status"], row["fault"], row["type"]) for row in rows) == [
        ("kept", "", "audio/amr"), ("lost", "gone", ""), ("lost", "too_many_pixels", ""), ("lost", "wrong_type", ""),
    ]  # fmt: skip


@pytest.mark.slow(5)
async def test_bad_weather_is_waited_out_and_half_a_picture_is_fetched_again(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching
) -> None:
    openid = "oWeather0001"
    data = picture(colour="navy")
    platform.media[openid] = (data[:900], "image/jpeg")
    platform.weather[:] = [("/media/get", "500"), ("/media/get", "drop"), ("/media/get", "html")]
    await push(service, platform, openid, "image", openid)

    async def tried(times: int) -> bool:
        (row,) = await rows_of(record, openid)()
        if row["status"] == "waiting" and row["lease_until"] is None and row["due_at"] is not None:
            await record.rows("update media set due_at = now() where id = $1", row["id"])
        return bool(row["attempts"] >= times and row["lease_until"] is None)

    await fetch.until(lambda: tried(1))
    platform.media[openid] = (data, "image/jpeg")

    async def done() -> list[object]:
        await tried(99)
        return await all_settled(rows_of(record, openid))()

    (row,) = await fetch.until(done)
    assert (row["status"], row["size"]) == ("kept", len(data))
    assert row["attempts"] >= 3


@pytest.mark.slow(5)
async def test_what_the_platform_never_gives_is_given_up_when_it_has_expired(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching
) -> None:
    openid = "oExpired0001"
    await push(service, platform, openid, "image", openid)
    platform.media[openid] = (picture(), "image/jpeg")
    platform.weather[:] = [("/media/get", "500")]
    fetch.ahead = timedelta(hours=72)
    (row,) = await fetch.until(all_settled(rows_of(record, openid)))
    assert (row["status"], row["fault"], row["attempts"]) == ("lost", "expired", 1)


async def test_two_workers_fetch_each_file_once(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching
) -> None:
    openid = "oTwoWorkers1"
    for number in range(12):
        platform.media[f"two-{number}"] = (picture(size=(60 + number, 40)), "image/jpeg")
    await asyncio.gather(*(push(service, platform, openid, "image", f"two-{number}") for number in range(12)))
    platform.calls.clear()
    look = all_settled(rows_of(record, openid), 12)
    async with fetching(service, platform, record) as other:
        beside = asyncio.create_task(other.fetcher.run())
        rows = await fetch.until(look)
        other.fetcher.stop()
        await beside
        assert other.told, "the second worker found nothing to do"
    assert [row["status"] for row in rows] == ["kept"] * 12
    assert platform.calls.count("/cgi-bin/media/get") == 12
    assert {row["attempts"] for row in rows} == {1}


@pytest.mark.slow(5)
async def test_the_same_picture_again_is_one_file_and_of_another_person_another(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching
) -> None:
    data = picture(colour="maroon")
    first, other = await kept(service, platform, record, fetch, oSame0001=data, oSame0002=data)
    await push(service, platform, "oSame0001", "image", "oSame0001")
    _, again = await fetch.until(all_settled(rows_of(record, "oSame0001"), 2))
    assert first["sha256"] == again["sha256"] != other["sha256"]


@pytest.mark.slow(5)
async def test_killed_while_fetching_and_fetched_by_the_next(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching
) -> None:
    """`kill -9` of a real worker with the file on the line; its lease runs out and another one takes it."""
    openid = "oKilled00001"
    platform.media[openid] = (picture(colour="olive"), "image/jpeg")
    platform.weather[:] = [("/media/get", "hang")]
    await push(service, platform, openid, "image", openid)
    platform.calls.clear()
    worker = subprocess.Popen(
        [sys.executable, "-m", "bot", "worker"], env=service.env, cwd=ROOT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await until(lambda: "/cgi-bin/media/get" in platform.calls)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    (row,) = await rows_of(record, openid)()
    assert row["status"] == "waiting"
    assert row["lease_until"] is not None
    await record.rows("update media set lease_until = now() where id = $1", row["id"])
    (row,) = await fetch.until(all_settled(rows_of(record, openid)))
    assert (row["status"], row["attempts"]) == ("kept", 2)


@pytest.mark.slow(5)
async def test_dead_between_the_disk_and_the_record(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    openid = "oBetween0001"
    data = picture(colour="plum")
    platform.media[openid] = (data, "image/jpeg")
    await push(service, platform, openid, "image", openid)

    there = asyncio.Event()

    async def die(*_: object) -> None:
        there.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as dying:
        dying.setattr("bot.media.fetcher.keep", die)
        running = asyncio.create_task(fetch.fetcher.run())
        await asyncio.wait_for(there.wait(), 30)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    (row,) = await rows_of(record, openid)()
    assert row["status"] == "waiting"
    await fetch.fetcher.give_back()  # what a stopping service does; after kill -9 the lease's end does it
    (row,) = await fetch.until(all_settled(rows_of(record, openid)))
    place = await fetch.place(row["link"])
    assert (row["status"], fetch.clear(record, place)) == ("kept", data)
    assert not list(fetch.files.folder.glob("*/*.part"))


async def test_a_full_disk_is_waited_out(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    openid = "oFullDisk001"
    platform.media[openid] = (picture(colour="peru"), "image/jpeg")
    await push(service, platform, openid, "image", openid)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def missed() -> bool:
        (row,) = await rows_of(record, openid)()
        return bool(row["fault"] == "disk")

    with monkeypatch.context() as fullness:
        fullness.setattr(fetch.fetcher.files, "write", full)
        await fetch.until(missed)
    await record.rows("update media set due_at = now() where status = 'waiting'")
    (row,) = await fetch.until(all_settled(rows_of(record, openid)))
    assert row["status"] == "kept"


async def test_erasing_a_person_takes_their_files(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching
) -> None:
    red = picture(colour="red")
    row, other = await kept(service, platform, record, fetch, oErased00001=red, oStays000001=red)
    place, stays = await fetch.place(row["link"]), await fetch.place(other["link"])
    saved = fetch.files.path(place.name).read_bytes()
    platform.media["late"] = (picture(), "image/jpeg")
    await push(service, platform, "oErased00001", "image", "late")  # still owed
    await record.rows(
        "insert into calls (number, conversation, dialled, at, by, result, promise_state, body) "
        "values ('B00000-0001', $1, '', now(), 'lina', 'reached', '', 'sealed words'::bytea)",
        place.conversation,
    )
    assert await erase_contact(fetch.database, place.conversation)
    assert (
        await record.rows("select 1 from calls where conversation = $1 and body is not null", place.conversation) == []
    )
    assert await record.value("select count(*) from calls where conversation = $1", place.conversation) == 1
    assert await record.value("select count(*) from media where conversation = $1", place.conversation) == 0
    assert await sweep_gone(fetch.database, fetch.files) == 1
    assert not fetch.files.path(place.name).exists()
    assert not fetch.files.path(place.name + THUMB).exists()
    assert await record.value("select count(*) from media_gone") == 0
    assert fetch.clear(record, stays)
    # A copy in a backup: the key it needs is gone, whatever keys are still there.
    fetch.files.path(place.name).write_bytes(saved)
    with pytest.raises(Unsealable):
        fetch.files.open(place.name, lambda blob: record.vault.open(blob, place.conversation.bytes))
    fetch.files.remove(place.name)


async def test_erased_between_the_fetch_and_the_record(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    openid = "oErasedLate1"
    platform.media[openid] = (picture(colour="gold"), "image/jpeg")
    await push(service, platform, openid, "image", openid)
    (row,) = await rows_of(record, openid)()
    write = fetch.files.write
    names: list[str] = []

    def watched(name: str, *rest: object) -> None:
        names.append(name)
        write(name, *rest)  # type: ignore[arg-type]

    real = fetch.fetcher._look

    async def erased_meanwhile(*given: object) -> object:
        await erase_contact(fetch.database, row["conversation"])
        return await real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(fetch.files, "write", watched)
    monkeypatch.setattr(fetch.fetcher, "_look", erased_meanwhile)

    async def written() -> bool:
        return len(names) == 3

    await fetch.until(written)
    assert not any(fetch.files.path(name).exists() for name in names)


@pytest.mark.slow(5)
async def test_the_sweep_takes_what_no_row_names(
    service: Service, platform: WeChatPlatform, record: Record, fetch: Fetching
) -> None:
    (row,) = await kept(service, platform, record, fetch, oSwept000001=picture(colour="pink"))
    place = await fetch.place(row["link"])
    orphan, young = "ab" * 16, "cd" * 16
    for name in (orphan, orphan + THUMB, young):
        fetch.files.write(name, b"x", lambda key: key)
    old = time.time() - 7200
    for path in (fetch.files.path(orphan), fetch.files.path(orphan + THUMB), fetch.files.path(place.name)):
        os.utime(path, (old, old))
    await sweep(fetch.database, fetch.files, time.time())
    assert not fetch.files.path(orphan).exists()
    assert not fetch.files.path(orphan + THUMB).exists()
    assert fetch.files.path(young).exists()
    assert fetch.clear(record, place)
    fetch.files.remove(young)
