"""Who may, and what bad input gets: the right status and a sentence, never a traceback; nothing typed runs in a browser."""

import pytest

from bot.rows.files import LONGEST, own_texts
from tests.desk.conftest import Desk, Person
from tests.rows.conftest import hidden, my_draft, offer, release, save_file, save_reply
from tests.service import Record, Service

PAGES = (
    "/admin/rows", "/admin/rows/files/desk.toml", "/admin/rows/replies", "/admin/rows/replies/thanks",
    "/admin/rows/knowledge", "/admin/rows/knowledge/free", "/admin/rows/knowledge/new", "/admin/rows/sets/0",
)  # fmt: skip
ACTS = (
    "/admin/rows/files/desk.toml", "/admin/rows/replies/thanks", "/admin/rows/knowledge/free", "/admin/rows/sets/0/rollback",
    "/admin/rows/sets/1/seen",
)  # fmt: skip
EVIL = "</textarea><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{ 7 * 7 }}"


@pytest.fixture
async def written(wang: Person) -> str:
    """Somebody's draft."""
    done = await save_reply(wang, "okay", "好，有变化随时说。")
    assert done.status == 303
    return await my_draft(wang)


async def test_who_sees_and_who_does(desk: Desk, written: str, wang: Person, record: Record) -> None:
    before = await record.value("select count(*) from row_drafts")
    person = await desk.hire("doors", "reporter")
    for role in ("reporter", "liaison"):
        await record.rows("update users set role = $1 where login = 'doors' returning login", role)
        for path in (*PAGES, written, f"{written}/preview"):
            assert (await person.get(path)).status == 403, path
        for path in (*ACTS, *(f"{written}/{act}" for act in ("offer", "back", "drop", "release", "urgent", "preview"))):
            assert (await person.form(path)).status == 403, path
    await record.rows("update users set role = 'auditor' where login = 'doors' returning login")
    auditor = person
    for path in (*PAGES, written):
        page = await auditor.get(path)
        assert page.status == 200, path
        for button in ("存草稿</button>", "发布</button>", "请人复核</button>", "退回，请人复核"):
            assert button not in page.text, path
    for path in (*ACTS, f"{written}/release"):
        assert (await auditor.form(path)).status == 403, path
    stranger = desk.stranger()
    assert (await stranger.get("/admin/rows")).headers["Location"].startswith("/login")
    assert (await stranger.form(f"{written}/release")).status in (303, 403)
    assert "话术" in (await wang.get("/desk")).text or "/admin/rows" in (await wang.get("/desk")).text
    assert await record.value("select count(*) from row_drafts") == before


async def test_without_the_pages_own_token_nothing_happens(
    written: str, wang: Person, shen: Person, record: Record
) -> None:
    path = await offer(wang, "口气")
    was = await record.value("select count(*) from row_sets")
    digest = hidden(await shen.get(path), "digest")
    for token in ("", "x" * 32, wang.csrf):
        answer = await shen.ask("POST", f"{path}/release", data={"csrf": token, "digest": digest})
        assert answer.status == 403
        assert "页面已过期" in answer.words
    assert await record.value("select count(*) from row_sets") == was
    # Somebody else's draft is not moved either; an editor may only hand it back.
    for act in ("offer", "drop"):
        assert (await shen.form(f"{path}/{act}", title="偷偷改")).status == 403
    assert (await shen.form(f"{path}/back")).status == 303
    assert (await wang.form(f"{path}/drop")).status == 303
    assert (await wang.form(f"{path}/drop")).status == 409


async def test_what_is_typed_is_shown_as_text(wang: Person, shen: Person, boss: Person) -> None:
    await save_file(wang, "canned.toml", lambda text: text + f"# {EVIL}\n")
    assert (await save_reply(wang, "thanks", EVIL)).status == 303
    path = await my_draft(wang)
    page = await wang.get(path)
    await wang.form(f"{path}/offer", title=EVIL, version=hidden(page, "version"))
    for person, where in (
        (wang, path), (shen, path), (boss, "/admin/rows"), (wang, "/admin/rows/files/canned.toml"), (wang, "/admin/rows/replies"),
        (wang, "/admin/rows/replies/thanks"), (wang, "/admin/rows/files/replies.toml"),
    ):  # fmt: skip
        page = await person.get(where)
        assert page.status == 200, where
        assert "<script>alert" not in page.text, where
        assert "<img src=x" not in page.text, where
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    known = await wang.get("/admin/rows/knowledge/new")
    done = await wang.form(
        "/admin/rows/knowledge/new", code='"><script>', asks=EVIL, answer=EVIL, source=EVIL, since="2022-04-01", until="",
        approved_by=EVIL, version=hidden(known, "version"), base=hidden(known, "base"),
    )  # fmt: skip
    assert done.status == 400
    assert "<script>alert" not in done.text
    assert 'value="&#34;&gt;&lt;script&gt;"' in done.text
    assert (await wang.form(f"{path}/drop")).status == 303


async def test_bad_input_gets_a_sentence(wang: Person, service: Service) -> None:
    for path in (
        "/admin/rows/files/red/rules.csv", "/admin/rows/files/../../etc/passwd", "/admin/rows/files/intents/none.toml",
        "/admin/rows/files/directory.toml", "/admin/rows/replies/none", "/admin/rows/knowledge/none",
        "/admin/rows/drafts/999999", f"/admin/rows/drafts/{'9' * 40}", "/admin/rows/sets/999999", f"/admin/rows/sets/{'9' * 40}",
    ):  # fmt: skip
        assert (await wang.get(path)).status == 404, path
        assert (await wang.form(path, act="save", text="x")).status in (404, 405), path
    page = await wang.get("/admin/rows/files/desk.toml")
    fields = {"act": "save", "version": hidden(page, "version"), "base": hidden(page, "base")}
    for text, more, status, says in (
        ("a\x00b", {}, 400, "坏字符"),
        ("x = 1", {"act": "explode"}, 400, "没有这个按钮"),
        ("x = 1", {"version": "-1"}, 409, "别的页面改过"),
        ("x = 1", {"version": "99999999999999999999"}, 409, "别的页面改过"),
        ("x = 1", {"act": "check", "version": "zzz"}, 200, "要改"),
        ("x = " + "一" * LONGEST, {"act": "check"}, 200, "太长"),
    ):  # fmt: skip
        answer = await wang.form("/admin/rows/files/desk.toml", **{**fields, "text": text, **more})
        assert answer.status == status, (text[:20], answer.words[:300])
        assert says in answer.words, (text[:20], says)
    assert "request_failed" not in service.log.read_text("utf-8")


async def test_checking_saves_nothing_and_what_is_as_it_serves_leaves_the_draft(wang: Person, record: Record) -> None:
    before = await record.value("select count(*) from row_drafts where status = 'open'")
    answer = await save_file(
        wang, "desk.toml", lambda text: text.replace("claim_minutes = 15", "claim_minutes = x"), act="check"
    )
    assert answer.status == 200
    assert "desk.toml" in answer.text
    assert await record.value("select count(*) from row_drafts where status = 'open'") == before
    assert (await save_file(wang, "desk.toml", lambda text: text + "# 注\n")).status == 303
    assert (await save_file(wang, "desk.toml", lambda text: own_texts()["desk.toml"])).status == 303
    path = await my_draft(wang)
    assert "和线上的一样" in (await wang.get(path)).words
    assert (await wang.form(f"{path}/drop")).status == 303
    assert (await release(wang, path)).status == 409
