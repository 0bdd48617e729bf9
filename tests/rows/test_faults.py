"""Bad days: a set that no longer loads, a process killed between release and reload, two who release at once, two who write
the same file, a contact who is erased."""

import asyncio
import json
import subprocess

import aiohttp
import pytest

from tests.desk.conftest import PHONE, RED, WHERE, Person, Resident, number_of
from tests.rows.conftest import hidden, my_draft, offer, release, save_file, save_reply, soon
from tests.rows.test_story import thanked
from tests.service import Record, Service
from tests.warm import ran

INSERT = (
    "insert into row_sets (previous, kind, author, approver, urgent, reason, digest, texts, shipped) "
    "select coalesce(max(id), 0), 'release', 'x', 'y', false, $1, '', $2::jsonb, '{}' from row_sets returning id"
)


async def ready(service: Service) -> str:
    async with aiohttp.ClientSession() as http, http.get(service.base + "/readyz") as answer:
        assert answer.status == 200
        return str((await answer.json())["checks"]["rows"])


async def bangnong(service: Service, *words: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(ran, words, service.env)


@pytest.mark.slow
async def test_a_set_that_no_longer_loads_is_set_aside_and_a_start_does_not_fail(
    service: Service, other: Service, wang: Person, shen: Person, admin: Person, record: Record
) -> None:
    before = await thanked(service, "aside-0")
    broken = json.dumps({"replies.toml": 'danger = "只有这一句"\n', "intents/of_another_version.toml": "x = 1\n"})
    number = await record.value(INSERT, "别的版本写的", broken)

    async def alarmed() -> bool:
        return all([f"SET ASIDE: set {number}" in await ready(one) for one in (service, other)])

    await soon(alarmed)
    assert await thanked(service, "aside-1") == before  # what runs goes on as it was
    assert f"发布的第 {number} 套话术这一版程序装不上" in (await admin.get("/admin")).words
    assert "intents/of_another_version.toml" in (await wang.get("/admin/rows")).words
    assert '"rows_set_aside"' in service.log.read_text("utf-8")
    third = await Service(service.home).start()
    try:
        assert f"SET ASIDE: set {number}" in await ready(third)
        assert await thanked(third, "aside-2")
        assert "120" in "\n".join(await Resident(third, "aside-3").say("我爸突然昏过去了叫不醒"))
    finally:
        assert await third.stop() == 0
    for command in ("check", "doctor"):
        done = await bangnong(service, command)
        assert done.returncode == 1
        assert f"第 {number} 套" in done.stdout
        assert "装不上" in done.stdout

    # Going back to it is refused in words; going back to the one before mends everything.
    previous = await record.value("select previous from row_sets where id = $1", number)
    done = await wang.form(f"/admin/rows/sets/{previous}/rollback", title="别的版本写的装不上")
    assert done.status == 303, done.words[:300]
    assert (
        await release(shen, done.headers["Location"])
    ).status == 403  # its danger sentences differ: an admin's to do
    assert (await release(admin, done.headers["Location"], typed=True)).status == 303
    done = await wang.form(f"/admin/rows/sets/{number}/rollback", title="试试")
    refused = await release(admin, done.headers["Location"], typed=True)
    assert refused.status == 409
    assert "还有错，不能发布" in refused.words
    assert (await wang.form(f"{done.headers['Location']}/drop")).status == 303

    async def well() -> bool:
        return all(["ASIDE" not in await ready(one) for one in (service, other)])

    await soon(well)
    assert "装不上" not in (await admin.get("/admin")).words


@pytest.mark.slow
async def test_killed_between_release_and_reload(service: Service, record: Record, wang: Person, shen: Person) -> None:
    third = await Service(service.home).start()
    assert (await save_reply(wang, "thanks", "不客气，请多保重身体。")).status == 303
    path = await offer(wang, "被打断的发布")
    shen_there = Person(third.base)
    shen_there.http.cookie_jar.update_cookies({c.key: c.value for c in shen.http.cookie_jar})
    digest = hidden(await shen_there.get(path), "digest")
    try:
        asking = asyncio.create_task(shen_there.form(f"{path}/release", digest=digest))

        async def committed() -> bool:
            return await record.value("select count(*) from row_sets where reason = '被打断的发布'") == 1

        await soon(committed)
        third.kill()
        await asyncio.gather(asking, return_exceptions=True)
    finally:
        await shen_there.http.close()
    assert await committed()
    number = await record.value("select max(id)::text from row_sets")
    assert await record.value("select count(*) from audit where action = 'rows.release' and subject = $1", number) == 1
    fourth = await Service(service.home).start()
    try:
        assert await thanked(fourth, "killed-1") == "不客气，请多保重身体。"  # from its very first message on
    finally:
        assert await fourth.stop() == 0


async def test_of_two_released_at_once_one_looks_again(
    service: Service, wang: Person, shen: Person, admin: Person, boss: Person, record: Record
) -> None:
    assert (await save_reply(wang, "feedback", "谢谢您告诉我们。")).status == 303
    assert (
        await save_file(shen, "desk.toml", lambda text: text.replace("nudge_minutes = 3", "nudge_minutes = 4"))
    ).status == 303
    first, second = await offer(wang, "第一份"), await offer(shen, "第二份")
    was = await record.value("select count(*) from row_sets")
    answers = await asyncio.gather(release(admin, first), release(boss, second))
    assert sorted(answer.status for answer in answers) in ([303, 303], [303, 409])
    for person, path, answer in ((admin, first, answers[0]), (boss, second, answers[1])):
        if answer.status == 409:
            assert any(words in answer.words for words in ("内容又变了", "刚有人动过"))
            assert (await release(person, path)).status == 303
    assert await record.value("select count(*) from row_sets") == was + 2
    texts = json.loads(await record.value("select texts::text from row_sets order by id desc limit 1"))
    assert "谢谢您告诉我们。" in texts["replies.toml"]
    assert "nudge_minutes = 4" in texts["desk.toml"]
    # The same draft, by two people at once: one set.
    assert (await save_reply(wang, "okay", "好。有变化就发到这里。")).status == 303
    path = await offer(wang, "第三份")
    answers = await asyncio.gather(*(release(person, path) for person in (admin, boss, shen)))
    assert sorted(answer.status for answer in answers) == [303, 409, 409]
    assert await record.value("select count(*) from row_sets") == was + 3


async def test_of_two_who_write_the_same_file_the_second_sees_the_first(
    wang: Person, shen: Person, admin: Person
) -> None:
    assert (await save_reply(wang, "slowly", "不急，您慢慢说。")).status == 303
    assert (await save_reply(shen, "skipped", "好，没关系。")).status == 303
    assert (await release(admin, await offer(wang, "先来的"))).status == 303
    path = await my_draft(shen)
    refused = await shen.form(f"{path}/offer", title="后到的", version=hidden(await shen.get(path), "version"))
    assert refused.status == 409
    assert "已有人发布了新的" in refused.words
    page = await shen.get("/admin/rows/files/replies.toml")
    assert "别人发布了新的文字" in page.words
    assert "不急，您慢慢说。" in page.words  # it would be taken away: the difference says so
    done = await save_file(
        shen, "replies.toml", lambda text: text.replace("好的，您慢慢说。", "不急，您慢慢说。"), rebase="yes"
    )
    assert done.status == 303
    assert (await release(admin, await offer(shen, "后到的"))).status == 303
    for key, words in (("slowly", "不急，您慢慢说。"), ("skipped", "好，没关系。")):
        assert words in (await admin.get(f"/admin/rows/replies/{key}")).words


async def test_whoever_is_erased_is_gone_from_a_preview_and_doors_are_masked(
    service: Service, wang: Person, record: Record
) -> None:
    resident = Resident(service, "erased-1")
    await resident.say(RED)
    assert PHONE in "".join(await resident.say(WHERE))
    number = await number_of(record, "erased-1")
    assert (await save_reply(wang, "noted", "登记好了：{items}。")).status == 303
    path = await my_draft(wang)
    assert (await wang.form(f"{path}/preview", last="1000")).status == 303

    async def told() -> bool:
        return not (await wang.get(f"{path}/preview")).json["running"]

    await soon(told)
    html = (await wang.get(f"{path}/preview")).json["html"]
    assert number in html
    assert "登记好了" in html
    assert PHONE not in html
    assert "502室" not in html
    kept = await record.rows("select body from row_preview_turns")
    assert kept
    assert not any("登记好了".encode() in row["body"] for row in kept)
    assert (await bangnong(service, "erase", "--contact", number)).returncode == 0
    assert number not in (await wang.get(f"{path}/preview")).json["html"]
    assert (await wang.form(f"{path}/drop")).status == 303
    assert await record.value("select count(*) from row_preview_turns") == 0


@pytest.mark.slow
async def test_on_the_command_line(service: Service, admin: Person, record: Record) -> None:
    listed = await bangnong(service, "rows", "list")
    assert listed.returncode == 0
    current = await record.value("select max(id) from row_sets")
    assert f"* {current:>4}" in listed.stdout
    shown = await bangnong(service, "rows", "show", str(current))
    assert "replies.toml" in shown.stdout
    assert "\n+ " in shown.stdout
    assert (await bangnong(service, "rows", "show", "99999")).returncode == 1
    assert (await bangnong(service, "rows", "rollback", "0")).returncode == 2  # a reason is asked for
    done = await bangnong(service, "rows", "rollback", "0", "--reason", "夜里出了错")
    assert done.returncode == 0, done.stderr
    assert await record.value("select texts::text from row_sets order by id desc limit 1") == "{}"

    async def shown_to_staff() -> bool:
        return "还没有第二个人看过" in (await admin.get("/admin/rows")).words

    await soon(shown_to_staff)
    back = await record.value("select max(id) from row_sets")
    assert "命令行" in (await admin.get("/admin/rows")).words
    assert (await admin.form(f"/admin/rows/sets/{back}/seen")).status == 303
    again = await bangnong(service, "rows", "rollback", "0", "--reason", "夜里出了错")
    assert "现在用的就是这些" in again.stdout
    log = [row["action"] for row in await record.rows("select action from audit where actor = 'cli' order by id")]
    assert "rows.rollback" in log
