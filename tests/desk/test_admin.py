"""Who may what: auditors read masked and act on nothing, admins keep accounts, tokens and models, all of it logged."""

import re

from bot.desk.audit_words import ACTIONS
from tests.desk.conftest import PHONE, RED, WHERE, Desk, Person, Resident, number_of
from tests.service import Record, Service


async def test_an_auditor_looks_and_does_not_touch(desk: Desk, service: Service, record: Record) -> None:
    auditor = await desk.hire("shen", "auditor")
    resident = Resident(service, "audited")
    await resident.say(RED)
    await resident.say(WHERE)
    number = await number_of(record, "audited")
    page = await auditor.get(f"/desk/tickets/{number}")
    assert page.status == 200
    assert "您可以查看，不能处理" in page.words
    assert PHONE not in page.text
    for there in ("接手</button>", "data-reveal", "data-correct", "写给居民", "知道了</button>"):
        assert there not in page.text, there
    for act, fields in (
        ("claim", {}), ("reply", {"text": "x", "reply_id": "reply-0001"}), ("hand-back", {}), ("close", {"outcome": "solved"}),
        ("correct", {"field": "urgency", "value": "normal"}), ("reveal", {"field": "words"}), ("acknowledge", {}),
    ):  # fmt: skip
        answer = await auditor.do(f"/desk/tickets/{number}/{act}", **fields)
        assert (answer.status, answer.json["error"]["code"]) == (403, "role"), act
    log = await auditor.get("/admin/audit")
    assert log.status == 200
    assert "登录" in log.words
    for path in ("/admin", "/admin/tokens", "/admin/understanding"):
        assert (await auditor.get(path)).status == 403
    assert await record.value("select reporter from tickets where number = $1", number) == ""


async def test_reporters_are_no_admins(lina: Person, record: Record) -> None:
    for path in ("/admin", "/admin/tokens", "/admin/understanding", "/admin/audit"):
        assert (await lina.get(path)).status == 403
    before = await record.value("select count(*) from users")
    for path in ("/admin/users", "/admin/users/lina/role", "/admin/tokens", "/admin/understanding/training/begin"):
        assert (await lina.form(path, login="evil", name="x", role="admin", days="")).status == 403
    assert await record.value("select count(*) from users") == before
    assert await record.value("select role from users where login = 'lina'") == "reporter"


async def _admin(desk: Desk) -> Person:
    admin = desk.stranger()
    assert (await admin.log_in("admin", desk.service.admin_password)).status == 303
    await admin.get("/admin")
    return admin


async def test_accounts(desk: Desk, record: Record) -> None:
    admin = await _admin(desk)
    added = await admin.form("/admin/users", login="Chen", name="陈晨", role="editor")
    password = re.search(r"<code>([^<]+)</code>", added.text)[1]  # type: ignore[index]
    chen = desk.stranger()
    assert (await chen.log_in("chen", password)).headers["Location"] == "/desk"
    assert (await admin.form("/admin/users", login="chen", name="又一个", role="editor")).status == 400
    assert (await admin.form("/admin/users", login="x y", name="坏", role="editor")).status == 400
    assert (await admin.form("/admin/users", login="good", name="坏", role="emperor")).status == 400
    again = await admin.form("/admin/users/chen/reset")
    fresh = re.search(r"<code>([^<]+)</code>", again.text)[1]  # type: ignore[index]
    assert (await chen.get("/desk")).headers["Location"].startswith("/login")
    assert (await chen.log_in("chen", password)).status == 403
    assert (await chen.log_in("chen", fresh)).status == 303
    assert (await admin.form("/admin/users/chen/role", role="liaison")).status == 200
    assert (await admin.form("/admin/users/chen/off")).status == 200
    assert (await chen.get("/password")).headers["Location"].startswith("/login")
    assert (await chen.log_in("chen", fresh)).status == 403  # the same words as for a wrong password
    assert (await admin.form("/admin/users/chen/on")).status == 200
    assert (await chen.log_in("chen", fresh)).status == 303
    for act in ("off", "role"):
        assert (await admin.form(f"/admin/users/admin/{act}", role="auditor")).status == 400
    assert (await admin.form("/admin/users/nobody/reset")).status == 404
    done = [
        row["action"]
        for row in await record.rows("select action from audit where actor = 'admin' and subject = 'chen' order by id")
    ]
    assert done == ["admin.user_added", "admin.user_reset", "admin.user_role", "admin.user_off", "admin.user_on"]
    assert await record.value("select role from users where login = 'chen'") == "liaison"
    for secret in (password, fresh):
        kept = await record.rows("select detail::text || subject as line from audit")
        assert not any(secret in row["line"] for row in kept)


async def test_tokens(desk: Desk, record: Record) -> None:
    admin = await _admin(desk)
    made = await admin.form("/admin/tokens", name="大屏", role="auditor", days="30")
    token = re.search(r"<code>([^<]+)</code>", made.text)[1]  # type: ignore[index]
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await desk.stranger().get("/api/v1/tickets", headers=bearer)).status == 200
    assert token not in (await admin.get("/admin/tokens")).text
    name = re.search(r'name="id" value="([0-9a-f]+)"', made.text)[1]  # type: ignore[index]
    assert (await admin.form("/admin/tokens/revoke", id=name)).status == 303
    assert (await desk.stranger().get("/api/v1/tickets", headers=bearer)).status == 401
    assert (await admin.form("/admin/tokens/revoke", id=name)).status == 404
    assert (await admin.form("/admin/tokens", name="", role="auditor", days="30")).status == 400
    assert (await admin.form("/admin/tokens", name="x", role="auditor", days="-1")).status == 400


async def test_the_log_speaks_in_words(desk: Desk, service: Service, record: Record, lina: Person) -> None:
    await Resident(service, "logged").say(RED)
    number = await number_of(record, "logged")
    await lina.do(f"/desk/tickets/{number}/correct", field="urgency", value="soon", reason="已送医")
    await lina.do(f"/desk/tickets/{number}/reveal", field="words")
    await lina.do(f"/desk/tickets/{number}/close", outcome="solved")
    page = await (await _admin(desk)).get(f"/admin/audit?subject={number}")
    assert "哪一项 缓急，原来 危急，改成 较急，降级 是" in page.words
    assert "哪一项 原话" in page.words
    assert "结果 已解决" in page.words
    assert "已送医" not in page.words  # a reason may hold words of a resident
    kept = {row["action"] for row in await record.rows("select distinct action from audit")}
    assert kept <= set(ACTIONS)


async def test_the_log_can_be_searched_and_not_changed(desk: Desk, record: Record, lina: Person) -> None:
    admin = await _admin(desk)
    page = await admin.get("/admin/audit?action=login.ok&actor=lina")
    assert "lina先生 登录 lina" in page.words
    assert "看了被遮住的内容 B" not in page.words
    assert (await admin.get("/admin/audit?before=nonsense&actor=%27%3B--")).status == 200
    assert (await admin.form("/admin/audit")).status == 405
