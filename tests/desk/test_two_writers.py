"""Two people write in one draft or fill in one day: the second reads of the first, and wipes out nothing."""

from tests.api.test_every_route import a_ticket
from tests.desk.conftest import Desk, Person
from tests.service import Record, Service


def hidden(text: str, name: str) -> str:
    return text.split(f'name="{name}" value="', 1)[1].partition('"')[0]


async def test_a_draft_somebody_changed_meanwhile_is_not_written_over(
    desk: Desk, service: Service, record: Record, lina: Person
) -> None:
    number = await a_ticket(service, record, "two-writers")
    edi = await desk.hire("edi", "editor")
    await lina.get(f"/desk/tickets/{number}")
    path = (await lina.form(f"/desk/tickets/{number}/order")).headers["Location"]
    seen = {person: hidden((await person.get(path)).text, "seen") for person in (lina, edi)}
    first = {"field-subject": "配降压药", "field-need": "今天送药", "seen": seen[lina]}
    for _ in range(2):  # pressed twice is saved once and no quarrel with oneself
        assert (await lina.form(f"{path}/save", **first)).status == 303
    second = {"field-subject": "配药", "field-need": "送到楼下", "called": "tried_not_through", "agreed": "yes"}
    for act in ("save", "file"):
        late = await edi.form(f"{path}/{act}", **second, seen=seen[edi])
        assert late.status == 409, act
        assert "同事刚改过这张草稿" in late.words and "同事写的：今天送药" in late.words
        assert 'value="配药"' in late.text and "送到楼下" in late.text  # nothing typed is lost
    assert "今天送药" in (await lina.get(f"{path}/sheet")).text
    assert (await edi.form(f"{path}/save", **second, seen=hidden(late.text, "seen"))).status == 303
    assert "送到楼下" in (await lina.get(f"{path}/sheet")).text


async def test_two_people_fill_in_one_day(desk: Desk, record: Record) -> None:
    one, two = await desk.hire("fills-1", "editor"), await desk.hire("fills-2", "editor")
    path = "/desk/board/day?date=2022-04-09"
    for person in (one, two):
        page = (await person.get(path)).text
        assert hidden(page, "was-flash") == ""
    empty = {"was-flash": "", "was-exposure": ""}
    assert (await one.form(path, **empty, flash="3", exposure="")).status == 303
    assert (await two.form(path, **empty, flash="", exposure="12")).status == 303
    wrong = await two.form(path, **empty, flash="", exposure="三")
    assert wrong.status == 400 and hidden(wrong.text, "was-exposure") == ""  # what they saw, not what is there now
    rows = await record.rows("select code, value from tally_manual where day = '2022-04-09' order by code")
    assert [tuple(row) for row in rows] == [("exposure", "12"), ("flash", "3")]
    cleared = {"was-flash": "3", "was-exposure": "12", "flash": "", "exposure": "12"}
    assert (await one.form(path, **cleared)).status == 303
    rows = await record.rows("select code from tally_manual where day = '2022-04-09'")
    assert [row["code"] for row in rows] == ["exposure"]
