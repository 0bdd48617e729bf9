"""A reporter keeps a filter under a name and comes back to it by its address; what was searched for is not kept."""

from tests.desk.conftest import Desk, Person
from tests.service import Record


async def test_kept_shared_and_dropped(desk: Desk, record: Record, lina: Person) -> None:
    editor = await desk.hire("viewer", "editor")
    page = await lina.get("/desk/views?intent=medicine&who=free&q=13800005678&nonsense=1")
    assert "没人接手 · " in page.words and "13800005678" not in page.text
    kept = await lina.form(
        "/desk/views", name="没人接的配药", query="intent=medicine&who=free&q=13800005678", shared="yes"
    )
    assert (kept.status, kept.headers["Location"]) == (303, "/desk?who=free&intent=medicine")
    assert "没人接的配药" not in (await editor.get("/desk/views")).text  # only editors share
    await editor.form("/desk/views", name="大家的危急", query="urgency=critical", shared="yes")
    assert "大家的危急" in (await lina.get("/desk")).text
    assert (await lina.form("/desk/views", name="", query="who=mine")).status == 400
    assert (await lina.form("/desk/views", name="空的", query="q=什么")).status == 400
    mine = await record.rows("select id, query from queue_views where owner = 'lina'")
    assert [row["query"] for row in mine] == ["who=free&intent=medicine"]
    theirs = await record.value("select id from queue_views where owner = 'viewer'")
    assert (await lina.form(f"/desk/views/{theirs}/drop")).status == 404
    assert (await lina.form(f"/desk/views/{mine[0]['id']}/drop")).status == 303
    assert (await editor.form(f"/desk/views/{theirs}/drop")).status == 303
