"""An editor answers all who asked the same thing at once: each hears the approved words, and what became of it stands there."""

import re

from tests.desk.conftest import Desk, Person, Resident, number_of
from tests.service import Record, Service

CODE = "wages"


async def asks(service: Service, record: Record, sender: str, text: str) -> str:
    """An open question: the bot's answer did not help."""
    resident = Resident(service, sender)
    await resident.say(text)
    await resident.say("没有解决")
    number = await number_of(record, sender)
    assert (
        await record.value("select intent || ' ' || (outcome is null) from tickets where number = $1", number)
        == "consult true"
    )
    return number


async def test_all_who_asked_hear_it_once(service: Service, record: Record, desk: Desk, lina: Person) -> None:
    editor = await desk.hire("answers", "editor")
    page = await editor.get(f"/admin/rows/knowledge/{CODE}/told")
    assert page.status == 200 and "现在没有还开着、问这件事的求助" in page.words
    number = await asks(service, record, "wages-one", "拖欠工资打什么电话")
    page = await editor.get(f"/admin/rows/knowledge/{CODE}/told")
    assert number in page.text
    text = re.search(r'name="text" value="([^"]+)"', page.text)
    assert text and "12333" in text[1]
    path = f"/admin/rows/knowledge/{CODE}/told"
    assert (await editor.form(path, number=number, text=text[1])).status == 400
    assert (await editor.form(path, number=number, text="别的话", sure="yes")).status == 409
    assert (await editor.form(path, text=text[1], sure="yes")).status == 400
    assert (await lina.form(path, number=number, text=text[1], sure="yes")).status == 403
    done = await editor.form(path, number=number, text=text[1], sure="yes")
    assert done.status == 303, done.words
    page = await editor.get(path)
    outcome = await record.value("select outcome from knowledge_told where number = $1", number)
    state = await record.rows("select status, outcome, reporter from tickets where number = $1", number)
    assert outcome == "sent", (outcome, dict(state[0]))
    assert "已发出" in page.words and "从这一页发出 1 次" in page.words
    heard = await Resident(service, "wages-one").heard()
    assert sum("12333" in one for one in heard) >= 1
    assert (await editor.form(path, number=number, text=text[1], sure="yes")).status == 400
    assert (await editor.get("/admin/rows/knowledge/nonsense/told")).status == 404
    assert not await record.value(
        "select count(*) from knowledge_told where code = $1", CODE
    )  # not even the code in clear
