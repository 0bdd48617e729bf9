"""Five families stuck at one door become a flash report; its answer comes back to each of them."""

import asyncio
import io
import re
from datetime import UTC, datetime
from typing import Any, cast
from zipfile import ZipFile

import pytest
from docx import Document

from adapters.base import Secret
from bot.store.contacts import erase_contact
from bot.store.database import Database
from bot.store.report_tickets import cases_of
from bot.store.reports import Body, approve_report, get_report, insert_report, rewrap_reports, sign_report
from bot.tally.making import make_tally
from bot.tally.period import day_of, one_day
from bot.vault import Unsealable, Vault
from data.playbook import load_playbook
from tests.desk.conftest import Answer, Desk, Person, Resident
from tests.directory.conftest import put, seated
from tests.directory.test_calls import ticket
from tests.service import Record, Service, Within

NAME, PHONE, DOOR = "张阿宝", "13866667777", "锦绣路88弄6号楼301室"
STORY = (f"我叫{NAME}，外婆83岁，仁济医院说没有核酸证明不给透析，三天没做了", f"电话{PHONE}，浦东新区三林镇{DOOR}")
PLANTED = (NAME, PHONE, "锦绣路", "88弄", "6号楼", "301", "138")
WRITTEN = {
    "field-title": "透析病人没有核酸证明进不了医院，再拖有生命危险", "field-facts": "4月3日起有医院要48小时核酸报告。",
    "field-obstacle": "医院门口仍要证明，与市里通知不一致。", "field-suggestion": "请卫健部门今天通知各透析室先收治。",
}  # fmt: skip


async def stuck(service: Service, record: Record, person: Person, sender: str, obstacle: str = "test_demanded") -> str:
    """A verified ticket with its obstacle marked."""
    number = await ticket(service, record, sender, *STORY)
    assert (await person.do(f"/desk/tickets/{number}/correct", field="verification", value="called_back")).status == 200
    assert (await person.do(f"/desk/tickets/{number}/obstacle", code=obstacle, on="yes")).status == 200
    return number


async def act(person: Person, report: str, name: str, **fields: str) -> Answer:
    """As the page's form sends it, with the version the page shows."""
    page = await person.get(f"/desk/reports/{report}")
    found = re.search(r'name="version" value="(\d+)"', page.text)
    return await person.form(f"/desk/reports/{report}/{name}", **{"version": found[1] if found else "0", **fields})


async def made(person: Person, obstacle: str, where: str = "all", place: str = "", kind: str = "flash") -> str:
    await person.get("/desk/reports")
    answer = await person.form("/desk/reports", kind=kind, obstacle=obstacle, place_kind=where, place=place)
    assert answer.status == 303, answer.words
    return str(answer.headers["Location"]).rsplit("/", 1)[1]


async def docx_of(person: Person, report: str) -> str:
    async with person.http.get(f"{person.base}/desk/reports/{report}/report.docx") as answer:
        assert answer.status == 200
        blob = await answer.read()
    document = Document(io.BytesIO(blob))
    inside = "".join(
        ZipFile(io.BytesIO(blob)).read(name).decode("utf-8", "replace") for name in ZipFile(io.BytesIO(blob)).namelist()
    )
    assert not [word for word in (NAME, PHONE, "锦绣路") if word in inside]
    return "\n".join(one.text for one in document.paragraphs)


async def test_from_five_tickets_to_the_answer_at_each_resident(
    service: Service, record: Record, database: Database, lina: Person, zhou: Person, editor: Person
) -> None:
    unit = await put(database, name="三林锦绣居委会", street="三林镇", numbers=("50009300",))
    numbers = [await stuck(service, record, lina, f"stuck-{n}") for n in range(5)]
    await lina.do(f"/desk/tickets/{numbers[0]}/calls", unit=str(unit), result="refused", note=f"{NAME}说{PHONE}不接")
    proposed = (await lina.get("/desk/reports")).words
    assert "没有核酸证明，医院不收 24小时里核实了 5 件，都没有办完" in proposed

    report = await made(lina, "test_demanded")
    for path in (f"/desk/reports/{report}", f"/desk/reports/{report}/sheet"):
        page = await lina.get(path)
        assert "求助 5 件" in page.words, path
        assert "浦东新区三林镇，一位80多岁的" in page.words, path
        assert "居委村委：打了 1 次，有人接 1 次，说办不了或让找别人 1 次。" in page.words, path
        assert not [word for word in PLANTED if word in page.words], path
    assert "求助 5 件" in await docx_of(lina, report)
    assert "没有核酸证明，医院不收 24小时里" not in (await lina.get("/desk/reports")).words  # being written already

    # What slips in is stopped and nothing that was typed is lost; without what is needed nobody signs.
    for slip in (f"请打{PHONE}", f"{NAME}家", "在锦绣路", "88弄"):
        wrong = await act(lina, report, "save", **{**WRITTEN, "field-facts": f"事实：{slip}。"})
        assert (wrong.status, "只写到街镇" in wrong.words) == (400, True), slip
        assert WRITTEN["field-title"] in wrong.text
    assert "还缺" in (await act(lina, report, "sign")).words
    assert (await act(lina, report, "save", **WRITTEN)).status == 303
    row = (await record.rows("select body from reports where id = $1", int(report)))[0]
    assert "透析病人".encode() not in row["body"]
    stale = await lina.form(f"/desk/reports/{report}/save", version="1", **{**WRITTEN, "field-title": "旧的一版"})
    assert (stale.status, "旧的一版" in stale.text) == (409, True)

    # One signs, another approves; then it has its number.
    assert (await act(lina, report, "sign")).status == 303
    assert (await act(lina, report, "approve")).status == 403
    assert (await act(editor, report, "send", to="市卫健委", way="paper")).status == 409
    assert (await act(editor, report, "approve")).status == 303
    page = (await lina.get(f"/desk/reports/{report}")).words
    assert "速报1号" in page
    assert "署名：lina先生" in page
    assert "签发：report-editor先生" in page
    assert (await act(editor, report, "drop")).status == 400

    # It is sent: each of its tickets says so, and somebody above is waited for.
    assert (await act(editor, report, "send", to="", way="paper")).status == 400
    assert (await act(editor, report, "send", to="市防控办值班", way="paper", due="0")).status == 303
    history = (await lina.get(f"/desk/tickets/{numbers[0]}/parts")).json["parts"]["history"]
    assert "写进：速报第1份" in history
    assert await record.value("select status from tickets where number = $1", numbers[0]) == "reported_up"
    steps = await record.rows("select level, state from supervision where report = $1", int(report))
    assert [(one["level"], one["state"]) for one in steps] == [("city", "open")] * 5
    late = await stuck(service, record, lina, "stuck-later")
    shown = (await lina.get(f"/desk/tickets/{late}/parts")).json["parts"]["obstacles"]
    assert f'已有<a href="/desk/reports/{report}">速报1号</a>' in shown

    # The answer goes back to each as a reply; who cannot be written to is a list to call.
    assert (await act(editor, report, "tell", text="好了", sure="yes")).status == 400
    assert (await act(editor, report, "answer", answer=f"请联系{NAME}", result="kept")).status == 400
    answered = "市卫健委今天已通知各透析室，没有报告也先收治"
    assert (await act(editor, report, "answer", answer=answered, result="kept")).status == 303
    assert await record.value("select count(*) from supervision where report = $1 and state = 'kept'", int(report)) == 5
    await zhou.do(f"/desk/tickets/{numbers[1]}/claim")
    await lina.do(f"/desk/tickets/{numbers[2]}/close", outcome="solved", tell="no")
    page = await editor.get(f"/desk/reports/{report}")
    assert f"我们写进速报1号报了上去。答复是：{answered}。" in page.words
    text = "您反映的难处有答复了：没有报告也先收治。"
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version

    async def tell(**more: str) -> Answer:
        data = [("csrf", editor.csrf), ("version", version[1]), ("text", text), *more.items()]
        return await editor.ask(
            "POST", f"/desk/reports/{report}/tell", data=[*data, *(("number", one) for one in numbers)]
        )

    unsure = await tell()
    assert (unsure.status, "看过了" in unsure.words) == (400, True)
    assert (await tell(sure="yes")).status == 303
    told = {one.number: one.told for one in await cases_of(database, record.vault, int(report))}
    assert told == {
        numbers[0]: "sent", numbers[1]: "claimed", numbers[2]: "closed", numbers[3]: "sent", numbers[4]: "sent",
    }  # fmt: skip
    assert f"您的求助 {numbers[3]}：{text}" in await Resident(service, "stuck-3").heard()
    assert await record.value("select reporter from tickets where number = $1", numbers[3]) == ""  # the bot hears on
    page = (await editor.get(f"/desk/reports/{report}")).words
    assert "同事在办，请他来说" in page
    assert "report-editor先生 把答复告诉居民" in page
    assert re.search(rf"要打电话的 1 {numbers[2]} .*138\*\*\*\*7777 单子已结束，请打电话", page)
    assert (await tell(sure="yes")).status == 303
    heard = [one for one in await Resident(service, "stuck-3").heard() if text in one]
    assert len(heard) == 1

    # An answer that is put right goes to whoever read the wrong one.
    before = text
    text = "更正：仁济今天停诊，请去瑞金医院。"
    nobody = await tell(sure="yes")
    assert nobody.status == 303 or "没有选中" in nobody.words  # of the same answer nobody is told twice
    assert not [one for one in await Resident(service, "stuck-3").heard() if text in one]
    assert (await act(editor, report, "answer", answer="更正：仁济今天停诊，请去瑞金", result="kept")).status == 303
    page = await editor.get(f"/desk/reports/{report}")
    assert "已发的是更正前的答复" in page.words
    assert re.search(rf'value="{numbers[3]}" checked', page.text)
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version
    for _ in range(2):
        await tell(sure="yes")
    heard = await Resident(service, "stuck-3").heard()
    assert [sum(words in one for one in heard) for words in (before, text)] == [1, 1]


async def test_one_wish_is_one_draft(service: Service, record: Record, lina: Person, zhou: Person) -> None:
    for n in range(3):
        await stuck(service, record, lina, f"twice-{n}", obstacle="no_transport")
    drafts = await asyncio.gather(*(made(one, "no_transport") for one in (lina, lina, zhou)))
    assert len(set(drafts)) == 1


async def test_nobody_approves_their_own_and_numbers_have_no_gaps(
    service: Service, record: Record, database: Database, lina: Person, editor: Person, chief: Person
) -> None:
    number = await stuck(service, record, lina, "own", "no_rule")
    report = await made(editor, "no_rule", "ticket", number, "reference")
    assert (await act(editor, report, "save", **WRITTEN)).status == 303
    assert (await act(editor, report, "sign")).status == 303
    own = await act(editor, report, "approve")
    assert (own.status, "另一位编辑" in own.words) == (400, True)
    assert (await act(chief, report, "approve")).status == 303
    assert "内参1号" in (await lina.get(f"/desk/reports/{report}")).words

    # Twelve at once, of which one is taken back in between: each number once, none missing.
    now, vault = datetime.now(UTC), record.vault
    async with database.connection() as connection, connection.transaction():
        made_now = [
            await insert_report(connection, vault, "reference", "no_rule", Body(WRITTEN), "lina", now)
            for _ in range(12)
        ]
    for one in made_now:
        draft = await get_report(database, vault, one)
        assert draft is not None
        assert await sign_report(database, vault, draft, "lina", now)
    signed = [await get_report(database, vault, one) for one in made_now]
    serials = await asyncio.gather(
        *(approve_report(database, vault, one, {}, "chief", now) for one in signed if one),
        *(approve_report(database, vault, one, {}, "chief", now) for one in signed[:4] if one),
        *(approve_report(database, vault, one, {}, "lina", now) for one in signed if one),
    )  # fmt: skip
    given = sorted(one for one in serials if one is not None)
    assert given == list(range(2, 14))
    await record.rows("update reports set status = 'dropped' where id = any ($1)", made_now)


async def test_erasing_takes_the_case_out_of_what_is_not_sent(
    service: Service, record: Record, database: Database, lina: Person, editor: Person
) -> None:
    first, second = [await stuck(service, record, lina, f"erase-{n}", "no_transport") for n in range(2)]
    report = await made(lina, "no_transport")
    await act(lina, report, "save", **WRITTEN)
    await act(lina, report, "sign")
    await act(editor, report, "approve")
    assert "求助 2 件" in (await lina.get(f"/desk/reports/{report}/sheet")).words
    contact = await record.value("select conversation from tickets where number = $1", first)
    assert await erase_contact(database, contact)
    page = (await lina.get(f"/desk/reports/{report}")).words
    assert "求助 1 件" in page
    assert "有居民要求删除资料，这一件已拿掉" in page
    assert first not in page
    row = (await record.rows("select status, serial, signed_by from reports where id = $1", int(report)))[0]
    assert (row["status"], row["signed_by"]) == ("draft", "")
    serial = row["serial"]
    await act(lina, report, "sign")
    await act(editor, report, "approve")
    await act(editor, report, "send", to="区城运中心", way="message")
    assert await record.value("select serial from reports where id = $1", int(report)) == serial  # the same number
    contact = await record.value("select conversation from tickets where number = $1", second)
    assert await erase_contact(database, contact)
    assert (
        await record.value("select count(*) from report_tickets where conversation = $1 and body is not null", contact)
        == 0
    )
    assert "这一件不再写出" in (await lina.get(f"/desk/reports/{report}/sheet")).words
    assert (await lina.do(f"/desk/tickets/{second}/obstacle", code="no_transport", on="yes")).status == 404


async def test_sent_reports_stand_in_the_tally_until_an_editor_fills_in(
    service: Service, database: Database, editor: Person, record: Record
) -> None:
    today = day_of(datetime.now(UTC))
    tally = await make_tally(database, load_playbook(), one_day(today), datetime.now(UTC))
    values = {code: value for code, _, value in tally.manual}
    sent = await record.value("select count(*) from reports where sent_at is not null and kind = 'flash'")
    assert sent >= 1
    assert values["flash"] == f"{sent} 篇"
    assert "没有核酸证明，医院不收" in values["flash_topics"]
    assert tally.counts.ladder["city"][0] >= 5
    page = (await editor.get("/desk/board/day")).words
    assert re.search(r"提级到市 \d+次，办到\d+次", page)
    await editor.form(f"/desk/board/day?date={today}", flash="82")
    tally = await make_tally(database, load_playbook(), one_day(today), datetime.now(UTC))
    assert {code: value for code, _, value in tally.manual}["flash"] == "82 篇"
    await editor.form(f"/desk/board/day?date={today}", flash="")


async def test_a_rotation_of_the_service_key_takes_the_reports_along(record: Record, database: Database) -> None:
    async with database.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        old = record.vault
        report = await insert_report(
            connection, old, "flash", "no_rule", Body({"title": "题"}), "lina", datetime.now(UTC)
        )
        await connection.execute(
            "delete from reports where id <> $1 and id not in (select report from report_tickets)", report
        )
        fresh = Vault(Secret("another-service-key-another-one"))
        both = Vault(Secret("another-service-key-another-one"))
        both._services += old._services
        assert await rewrap_reports(cast(Any, Within(connection)), both, lambda _: None) >= 1
        blob = await connection.fetchval("select body from reports where id = $1", report)
        assert "题".encode() in fresh.open(blob, b"report:%d" % report)
        with pytest.raises(Unsealable):
            old.open(blob, b"report:%d" % report)
        await transaction.rollback()


@pytest.mark.parametrize(
    ("role", "writes", "edits"),
    [("reporter", 409, 403), ("liaison", 409, 403), ("editor", 409, 409), ("admin", 409, 409), ("auditor", 403, 403)],
)
async def test_who_may_look_write_and_approve(
    desk: Desk, database: Database, record: Record, lina: Person, role: str, writes: int, edits: int
) -> None:
    report = await record.value("select max(id) from reports")
    person = await seated(desk, database, f"report-{role}1", role)
    await person.get("/desk")
    for path in ("/desk/reports", f"/desk/reports/{report}", f"/desk/reports/{report}/sheet"):
        assert (await person.get(path)).status == 200, path
    for name in ("save", "sign", "cases", "back", "drop"):
        assert (await person.form(f"/desk/reports/{report}/{name}", version="0")).status == writes, name
    for name in ("approve", "send", "answer", "tell"):
        assert (await person.form(f"/desk/reports/{report}/{name}", version="0")).status == edits, name
        assert (await person.ask("POST", f"/desk/reports/{report}/{name}", data={"version": "0"})).status == 403
    assert (await person.get("/desk/reports/99999999")).status == 404
    assert (await person.get("/desk/reports/999999999999999999999")).status == 404
    assert (await person.form("/desk/reports", kind="novel", obstacle="x")).status == (
        403 if role == "auditor" else 400
    )
    nothing = await person.form("/desk/reports", kind="flash", obstacle="donation_stuck", place_kind="all")
    assert nothing.status == (403 if role == "auditor" else 409)
    assert (await desk.stranger().get("/desk/reports")).status == 303
