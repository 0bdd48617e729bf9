"""Coming in: what strangers learn (nothing), what guessing costs, what ends a session."""

import asyncio
import re
import time

from tests.desk.conftest import Desk, Person, add_user
from tests.service import Record, Service


async def test_nobody_gets_in_without_a_session(desk: Desk) -> None:
    stranger = desk.stranger()
    for path in ("/desk", "/desk/rows", "/desk/tickets/B20405-0001", "/admin", "/admin/audit", "/password"):
        answer = await stranger.get(path)
        assert answer.status == 303, path
        assert answer.headers["Location"] == f"/login?next={path}"
    for path in ("/desk/rows", "/desk/alarm", "/desk/changes", "/desk/tickets/B20405-0001/parts"):
        answer = await stranger.get(path, headers={"X-Requested-With": "bangnong"})
        assert (answer.status, answer.json["error"]["code"]) == (401, "logged_out")
    assert (await stranger.get("/desk/events", headers={"Accept": "text/event-stream"})).status == 401
    for act in ("claim", "reply", "reveal", "acknowledge"):
        assert (await stranger.do(f"/desk/tickets/B20405-0001/{act}")).status == 401
    assert (await stranger.form("/logout")).status == 303


async def test_the_cookie_is_for_the_server_only(desk: Desk, service: Service) -> None:
    password = await add_user(service, "cookie")
    plain, behind_https = desk.stranger(), desk.stranger()
    answer = await plain.log_in("cookie", password)
    cookie = answer.headers["Set-Cookie"]
    assert re.search(r"bangnong_desk=[\w-]{43};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    await behind_https.get("/login")
    answer = await behind_https.ask(
        "POST", "/login", data={"csrf": behind_https.csrf, "login": "cookie", "password": password},
        headers={"X-Forwarded-Proto": "https"},
    )  # fmt: skip
    assert "Secure" in answer.headers["Set-Cookie"]


async def test_the_record_does_not_hold_the_token(lina: Person, record: Record) -> None:
    token = next(cookie.value for cookie in lina.http.cookie_jar if cookie.key == "bangnong_desk")
    hashes = [row["token_hash"] for row in await record.rows("select token_hash from sessions")]
    assert hashes
    assert token.encode() not in hashes


async def test_a_first_password_must_be_changed(desk: Desk, service: Service, record: Record) -> None:
    first = await add_user(service, "fresh")
    person = desk.stranger()
    await person.log_in("fresh", first)
    assert (await person.get("/desk")).headers["Location"] == "/password"
    assert (await person.get("/desk/alarm", headers={"X-Requested-With": "bangnong"})).json["error"][
        "code"
    ] == "must_change"
    await person.get("/password")
    for old, new, again, words in (
        ("wrong-password", "a-longer-one", "a-longer-one", "现在的密码不对"),
        (first, "a-longer-one", "another-one", "两次输入的新密码不一样"),
        (first, "short", "short", "至少 10 个字符"),
        (first, first, first, "不能和现在的一样"),
    ):
        answer = await person.form("/password", old=old, new=new, again=again)
        assert answer.status == 400
        assert words in answer.words
    other = desk.stranger()
    await other.log_in("fresh", first)
    assert (await person.form("/password", old=first, new="a-longer-one", again="a-longer-one")).status == 303
    assert (await person.get("/desk")).status == 200
    assert (await other.get("/desk")).headers["Location"].startswith("/login")  # every other session has ended
    actions = [row["action"] for row in await record.rows("select action from audit where actor = 'fresh' order by id")]
    assert "password.changed" in actions


async def test_logging_out_ends_it(desk: Desk, service: Service, record: Record) -> None:
    person = await desk.hire("leaver")
    token = next(cookie.value for cookie in person.http.cookie_jar if cookie.key == "bangnong_desk")
    assert (await person.form("/logout")).headers["Location"] == "/login"
    answer = await desk.stranger().get("/desk", headers={"Cookie": f"bangnong_desk={token}"})
    assert answer.status == 303
    actions = [
        row["action"] for row in await record.rows("select action from audit where actor = 'leaver' order by id")
    ]
    assert actions == ["login.ok", "logout"]


async def test_logging_out_everywhere(desk: Desk, service: Service, record: Record) -> None:
    here = await desk.hire("roamer")
    phone, office = desk.stranger(), desk.stranger()
    for device in (phone, office):
        await device.log_in("roamer", "roamer-longer-one")
    await office.get("/desk")
    await office.form("/logout")
    assert (await here.get("/desk")).status == 200  # leaving one leaves the others
    assert (await phone.get("/desk")).status == 200
    assert (await here.form("/logout", everywhere="yes")).headers["Location"] == "/login"
    for device in (here, phone):
        assert (await device.get("/desk")).headers["Location"].startswith("/login")
    assert await record.value("select count(*) from sessions where login = 'roamer'") == 0
    assert (
        await record.value("select action from audit where actor = 'roamer' order by id desc limit 1")
        == "logout.everywhere"
    )


async def test_a_session_ends_by_itself(desk: Desk, record: Record) -> None:
    person = await desk.hire("sleeper")
    await record.rows("update sessions set seen_at = now() - interval '2 minutes', expires_at = now() + interval '1 second' "
                      "where login = 'sleeper'")  # fmt: skip
    assert (await person.get("/desk")).status == 200  # looking keeps it alive
    left = await record.value("select extract(epoch from expires_at - now()) from sessions where login = 'sleeper'")
    assert left > 11.9 * 3600
    await record.rows("update sessions set expires_at = now() where login = 'sleeper'")
    assert (await person.get("/desk")).status == 303


async def test_guessing_is_slowed_down_and_said_so(desk: Desk, service: Service, record: Record) -> None:
    password = await add_user(service, "target")
    guesser = desk.stranger()
    for _ in range(5):
        answer = await guesser.log_in("target", "wrong-password")
        assert answer.status == 403
        assert "用户名或密码不对" in answer.words
    answer = await guesser.log_in("target", password)
    assert answer.status == 429
    assert re.search(r"请等 \d+ 秒", answer.words)
    assert int(answer.headers["Retry-After"]) >= 1
    await record.rows("update throttle set until = now()")
    assert (await guesser.log_in("target", "wrong-password")).status == 403
    assert (await guesser.log_in("target", password)).status == 429  # the wait grows
    waits = [row["s"] for row in await record.rows("select extract(epoch from until - now()) as s from throttle")]
    assert max(waits) > 6
    await record.rows("update throttle set until = now()")
    assert (await guesser.log_in("target", password)).status == 303
    failed = await record.rows("select actor, subject from audit where action = 'login.failed' and subject = 'target'")
    assert len(failed) == 6
    assert {row["actor"] for row in failed} == {"stranger"}


async def test_many_guesses_at_once_are_no_way_around(desk: Desk, service: Service) -> None:
    await add_user(service, "crowd")
    people = [desk.stranger() for _ in range(12)]
    answers = await asyncio.gather(*(one.log_in("crowd", "wrong-password") for one in people))
    assert sum(one.status == 403 for one in answers) <= 5
    assert sum(one.status == 429 for one in answers) >= 7


async def test_unknown_and_wrong_look_and_last_the_same(desk: Desk, service: Service, record: Record) -> None:
    await add_user(service, "known")
    spans: dict[str, list[float]] = {"known": [], "unknown": []}
    texts = set()
    for turn in range(3):
        for login in spans:
            person = desk.stranger()
            await person.get("/login")
            began = time.perf_counter()
            answer = await person.form("/login", login=login, password=f"wrong-password-{turn}")
            spans[login].append(time.perf_counter() - began)
            texts.add(re.sub(r'(?s)name="csrf" value="[^"]+"|value="(un)?known"', "", answer.text))
            assert answer.status == 403
    assert len(texts) == 1
    assert 0.4 < min(spans["unknown"]) / min(spans["known"]) < 2.5
    logged = {row["subject"] for row in await record.rows("select subject from audit where action = 'login.failed'")}
    assert "unknown" in logged  # a name that is nobody's may be a password: it is not written down


async def test_another_site_cannot_log_somebody_in(desk: Desk, service: Service) -> None:
    password = await add_user(service, "victim")
    person = desk.stranger()
    answer = await person.form("/login", login="victim", password=password)
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers or "bangnong_desk" not in answer.headers["Set-Cookie"]


async def test_after_the_login_only_our_own_pages(desk: Desk, service: Service) -> None:
    password = await add_user(service, "wander")
    for given, goes in (
        ("/desk/tickets/B20405-0001", "/desk/tickets/B20405-0001"),
        ("//evil.example/x", "/desk"),
        ("https://evil.example/", "/desk"),
        ("/\\evil.example", "/desk"),
        ("/desk%0d%0aX: y", "/desk"),
    ):
        person = desk.stranger()
        await person.get("/login")
        answer = await person.ask(
            "POST", f"/login?next={given}", data={"csrf": person.csrf, "login": "wander", "password": password}
        )
        assert answer.headers["Location"] == goes
        assert (await person.get(f"/login?next={given}")).headers["Location"] == goes  # already inside
