"""An editor changes a sentence; a colleague looks it over; residents read it, from every process; and back again."""

import re

from tests.desk.conftest import Desk, Person, Resident
from tests.rows.conftest import hidden, my_draft, offer, release, save_file, save_reply, soon
from tests.service import Record, Service

ASK = "药吃完了 高血压药没地方配"


async def thanked(service: Service, sender: str) -> str:
    """What a resident reads who says thank you."""
    return "\n".join(await Resident(service, sender).say("谢谢"))


async def test_from_a_draft_to_what_residents_read_and_back(
    service: Service, other: Service, wang: Person, shen: Person, admin: Person, record: Record
) -> None:
    before, sets = await thanked(service, "story-0"), await record.value("select count(*) from row_sets")
    assert before

    # A form of one sentence. A placeholder that does not exist is named beside the text, with its line.
    page = await wang.get("/admin/rows/replies/thanks")
    assert "这一句没有占位符" in page.words
    assert (await save_reply(wang, "thanks", "不用谢，{number}保重。")).status == 303
    page = await wang.get("/admin/rows/replies/thanks")
    assert "不是它的占位符" in page.words
    assert re.search(r"replies\.toml\s*第 \d+ 行", page.words)
    path = await my_draft(wang)
    refused = await wang.form(f"{path}/offer", title="客气一点", version=hidden(await wang.get(path), "version"))
    assert refused.status == 409
    assert "还有错" in refused.words

    # Mended; the difference shows; nothing has changed for residents.
    assert (await save_reply(wang, "thanks", "不用谢，您保重，有事随时来。")).status == 303
    page = await wang.get(path)
    assert "检查没有问题" in page.words
    assert "不用谢，您保重，有事随时来。" in page.words
    assert await thanked(service, "story-1") == before

    # Told again with the draft: the turns that thanked are found.
    assert (await wang.form(f"{path}/preview", last="100")).status == 303

    async def told() -> bool:
        return not (await wang.get(f"{path}/preview")).json["running"]

    await soon(told)
    html = (await wang.get(f"{path}/preview")).json["html"]
    assert re.search(r"<b>[1-9]\d* 轮会不一样</b>", html), html
    assert "您保重，有事随时来" in html

    # The author cannot release it, not even past the page.
    assert await offer(wang, "客气一点") == path
    page = await wang.get(path)
    assert "看过了，发布" not in page.words
    refused = await release(wang, path, digest=hidden(await shen.get(path), "digest"))
    assert refused.status == 403
    assert "自己写的要请另一位同事复核" in refused.words
    assert await record.value("select count(*) from row_sets") == sets

    # A second person can; this process answers with it at once, the other within seconds.
    assert "等人复核" in (await shen.get("/admin/rows")).words
    done = await release(shen, path)
    assert done.status == 303, done.words[:500]
    assert await thanked(service, "story-2") == "不用谢，您保重，有事随时来。"

    turns = iter(range(100))

    async def other_says_so() -> bool:
        return await thanked(other, f"story-other-{next(turns)}") == "不用谢，您保重，有事随时来。"

    await soon(other_says_so)
    row = (await record.rows("select * from row_sets order by id desc limit 1"))[0]
    assert (row["author"], row["approver"], row["urgent"], row["reason"]) == ("wang", "shen", False, "客气一点")
    log = await admin.get("/admin/audit?action=rows.release")
    assert "话术：发布" in log.words
    page = await wang.get("/admin/rows")
    assert f"线上是 第 {row['id']} 套" in page.words

    # Back to what was before: also with a second person.
    done = await wang.form(f"/admin/rows/sets/{row['previous']}/rollback", title="还是原来的好")
    assert done.status == 303
    back = done.headers["Location"]
    assert (await release(wang, back)).status == 403
    assert (await release(shen, back)).status == 303
    assert await thanked(service, "story-3") == before
    assert await record.value("select kind from row_sets order by id desc limit 1") == "rollback"


async def test_knowledge_by_form_is_answered_in_both_processes(
    service: Service, other: Service, wang: Person, shen: Person
) -> None:
    page = await wang.get("/admin/rows/knowledge/new")
    fields = {
        "code": "pharmacy_hours", "asks": "药店几点开门\n药店开到几点", "answer": "保供药店每天9点到17点。", "source": "市商务委",
        "since": "2022-04-01", "until": "", "approved_by": "王编辑", "version": hidden(page, "version"),
        "base": hidden(page, "base"),
    }  # fmt: skip
    wrong = await wang.form("/admin/rows/knowledge/new", **{**fields, "since": "四月"})
    assert wrong.status == 400
    assert "日期要写成" in wrong.words
    assert "保供药店每天9点到17点。" in wrong.text
    assert (await wang.form("/admin/rows/knowledge/new", **{**fields, "code": "Bad Code"})).status == 400
    assert (await wang.form("/admin/rows/knowledge/new", **{**fields, "asks": "你们是谁\n药店几点开门"})).status == 303
    page = await wang.get("/admin/rows/knowledge/pharmacy_hours")
    assert "“你们是谁”也写在 who_we_are 里" in page.words  # two entries with a way of asking in common
    done = await wang.form(
        "/admin/rows/knowledge/pharmacy_hours",
        **{**fields, "version": hidden(page, "version"), "base": hidden(page, "base")},
    )
    assert done.status == 303
    assert "检查没有问题" in (await wang.get(done.headers["Location"])).words
    path = await offer(wang, "药店时间")
    assert (await release(shen, path)).status == 303
    heard = "\n".join(await Resident(service, "known-1").say("药店几点开门"))
    assert "保供药店每天9点到17点。" in heard
    assert "市商务委" in heard
    turns = iter(range(100))

    async def other_knows() -> bool:
        said = "\n".join(await Resident(other, f"known-other-{next(turns)}").say("药店开到几点"))
        return "保供药店每天9点到17点。" in said

    await soon(other_knows)

    async def counted() -> bool:
        words = (await wang.get("/admin/rows/knowledge")).words
        return re.search(r"保供药店每天9点到17点。 没有期限 · 说过 [2-9] 次", words) is not None

    await soon(counted)


async def test_canned_texts_and_old_conversations_go_on(
    service: Service, wang: Person, admin: Person, record: Record
) -> None:
    resident = Resident(service, "goes-on")
    await resident.say(ASK)
    done = await save_file(wang, "canned.toml", lambda text: text.replace("马上打电话", "这就打电话"))
    assert done.status == 303
    done = await save_file(
        wang, "intents/medicine.toml", lambda text: re.sub(r'(?m)^need = "soon"$', 'need = "desk"', text)
    )
    assert done.status == 303
    path = await offer(wang, "少问几句")
    assert (await release(admin, path)).status == 303
    said = await resident.say("电话13800005678，浦东新区三林镇牡丹路60弄5号楼502室")
    assert said
    number = await record.value("select number from tickets order by created_at desc limit 1")
    assert "这就打电话" in (await admin.get(f"/desk/tickets/{number}")).words


async def test_an_urgent_release_is_shown_until_somebody_has_looked(
    service: Service, desk: Desk, admin: Person, shen: Person, boss: Person, record: Record
) -> None:
    assert (await save_reply(admin, "spam", "收到。")).status == 303
    path = await my_draft(admin)
    assert (await release(admin, path, act="urgent", title="短一点", reason="")).status == 409
    done = await release(admin, path, act="urgent", title="短一点", reason="夜里没有第二个人")
    assert done.status == 303, done.words[:400]
    number = await record.value("select max(id) from row_sets")
    assert await record.value("select urgent from row_sets where id = $1", number) is True
    for page in ("/admin", "/admin/tokens", "/admin/rows"):
        assert "一个人紧急发布的，还没有第二个人看过" in (await admin.get(page)).words
    assert (await admin.form(f"/admin/rows/sets/{number}/seen")).status == 409  # not by the same person
    assert "夜里没有第二个人" in (await shen.get(f"/admin/rows/sets/{number}")).words
    assert (await shen.form(f"/admin/rows/sets/{number}/seen")).status == 303
    assert "还没有第二个人看过" not in (await admin.get("/admin/rows")).words
    log = await boss.get("/admin/audit?action=rows.release")
    assert "一个人紧急发布 是" in log.words


async def test_danger_sentences_need_an_admin_and_typing(
    service: Service, wang: Person, shen: Person, admin: Person, boss: Person, record: Record
) -> None:
    was = await record.value("select count(*) from row_sets")
    assert (await save_reply(wang, "danger_short", "情况变重请立刻打急救电话。")).status == 303
    assert "少了 120" in (await wang.get("/admin/rows/replies/danger_short")).words
    words = "【请马上打120】情况变重请现在就拨120，打不通一直重拨。值班记者已再次收到提醒。"
    assert (await save_reply(wang, "danger_short", words)).status == 303
    path = await offer(wang, "医学顾问改的")
    assert (await release(shen, path, typed=True)).status == 403  # an editor
    refused = await release(admin, path)
    assert refused.status == 409
    assert "危急用语我已逐字核对" in refused.words
    assert await record.value("select count(*) from row_sets") == was
    assert (await release(admin, path, typed=True)).status == 303
    assert await record.value("select dangers from row_sets order by id desc limit 1") == ["danger_short"]
    # Nor may an admin do it alone, whatever the hurry.
    assert (await save_reply(admin, "danger_short", words.replace("现在就", "马上"))).status == 303
    mine = await my_draft(admin)
    refused = await release(admin, mine, typed=True, act="urgent", title="x改", reason="夜里没有人")
    assert refused.status == 403
    assert "不能一个人发布" in refused.words
    assert (await admin.form(f"{mine}/drop")).status == 303
