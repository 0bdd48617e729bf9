"""The second step: set up by a square, asked for at every login, each code good once, lost telephones, roles that must."""

import re
import time

import pyotp
import pytest

from adapters.base import Secret
from bot.commands.keys import rotate
from bot.embedded import EmbeddedPostgres
from bot.settings import BadSettings, load_settings
from bot.store.database import Database
from bot.store.second_factor import step_of
from bot.vault import Vault
from tests.desk.conftest import Desk, Person
from tests.service import Record, Service
from tests.warm import told


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_vectors_of_rfc_6238(at: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"
    assert step_of(secret, code, at) == at // 30
    assert step_of(secret, code, at + 30) == at // 30  # a telephone half a minute slow
    assert step_of(secret, code, at + 90) is None
    assert step_of(secret, "abcdef", at) is None
    assert step_of(secret, "１２３４５６", at) is None


async def _enrol(person: Person) -> tuple[str, list[str]]:
    """(secret, recovery codes)."""
    await person.get("/account/second")
    assert (await person.form("/account/second/begin")).headers["Location"] == "/account/second"
    page = await person.get("/account/second")
    assert 'src="data:image/svg+xml' in page.text
    secret = re.search(r'class="key">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")  # type: ignore[index]
    assert (await person.form("/account/second/confirm", code="000000")).status == 400
    done = await person.form("/account/second/confirm", code=pyotp.TOTP(secret).now())
    codes = re.findall(r"<li><code>([^<]+)</code>", done.text)
    assert len(codes) == 8, done.words
    return secret, codes


async def _fresh_code(record: Record, login: str, secret: str) -> str:
    """A code that was not used yet, without waiting for half a minute to pass."""
    await record.rows("update second_factors set last_step = 0 where login = $1", login)
    return pyotp.TOTP(secret).now()


async def test_from_the_square_to_the_lost_telephone(desk: Desk, service: Service, record: Record) -> None:
    anna = await desk.hire("anna")
    elsewhere = desk.stranger()
    await elsewhere.log_in("anna", "anna-longer-one")
    secret, codes = await _enrol(anna)
    assert (await elsewhere.get("/desk")).headers["Location"].startswith("/login")  # a login by password alone ends
    assert (await anna.get("/desk")).status == 200
    kept = await record.rows("select f.secret, to_jsonb(f)::text as line from second_factors f")
    assert all(secret.encode() not in row["secret"] and secret not in row["line"] for row in kept)

    # The password alone opens nothing, nor does a code that was used.
    used = pyotp.TOTP(secret).now()
    half = await elsewhere.log_in("anna", "anna-longer-one")
    assert half.headers["Location"].startswith("/login/second")
    assert (await elsewhere.get("/desk")).headers["Location"].startswith("/login")
    page = await elsewhere.get("/login/second")
    assert "6 位验证码" in page.words
    assert (await elsewhere.form("/login/second", csrf="forged", code=used)).status == 403
    await elsewhere.get("/login/second")
    await record.rows("update second_factors set last_step = $1 where login = 'anna'", int(time.time()) // 30 + 2)
    replayed = await elsewhere.form("/login/second", code=used)
    assert (replayed.status, "验证码不对" in replayed.words) == (403, True)
    code = await _fresh_code(record, "anna", secret)
    assert (await elsewhere.form("/login/second?next=/desk/calls", code=code)).headers["Location"] == "/desk/calls"
    assert (await elsewhere.get("/desk")).status == 200
    assert (await elsewhere.get("/login/second")).headers["Location"] == "/login"  # used up

    # A recovery code opens once.
    third = desk.stranger()
    for expected in (303, 403):
        await third.log_in("anna", "anna-longer-one")
        await third.get("/login/second")
        answer = await third.form("/login/second", code=codes[0].upper())
        assert answer.status == expected
        if expected == 303:
            await third.form("/logout", csrf=re.search(r'csrf" content="([^"]+)', (await third.get("/desk")).text)[1])  # type: ignore[index]
    assert "备用码还剩 7 个" in (await anna.get("/account/second")).words

    # Guessing is slowed down.
    statuses = [(await third.form("/login/second", code="111111")).status for _ in range(8)]
    assert 429 in statuses
    await record.rows("delete from throttle")

    # The command for a lost telephone.
    assert "已关" in await told(["users", "second-reset", "anna"], service.env)
    assert (await third.log_in("anna", "anna-longer-one")).headers["Location"] == "/desk"


async def test_a_role_that_must(desk: Desk, record: Record) -> None:
    bob = await _hire_only(desk, "bob")
    assert (await bob.log_in("bob", "bob-longer-one")).headers["Location"] == "/desk"
    assert (await bob.get("/desk")).headers["Location"] == "/account/second"
    fetched = await bob.do("/desk/next")
    assert (fetched.status, fetched.json["error"]["code"]) == (403, "second")
    secret, _ = await _enrol(bob)
    assert (await bob.get("/desk")).status == 200
    off = await bob.form("/account/second/off", code=await _fresh_code(record, "bob", secret))
    assert (off.status, "不能关" in off.words) == (403, True)

    # An admin resets it; then it has to be set up again.
    admin = desk.stranger()
    assert (await admin.log_in("admin", desk.service.admin_password)).status == 303
    page = await admin.get("/admin/users/bob")
    assert "手机丢了，重设" in page.words
    assert (await admin.form("/admin/users/bob/second")).headers["Location"] == "/admin/users/bob"
    assert (await bob.get("/desk")).headers["Location"].startswith("/login")
    await bob.log_in("bob", "bob-longer-one")
    assert (await bob.get("/desk")).headers["Location"] == "/account/second"
    assert (await admin.form("/admin/users/bob/second")).status == 404
    assert (await admin.form("/admin/users/admin/second")).status == 400
    assert (await admin.get("/admin/users/nobody")).status == 404
    log = await admin.get("/admin/audit?subject=bob")
    assert "重设第二步验证" in log.words


async def _hire_only(desk: Desk, login: str, role: str = "liaison") -> Person:
    from bot import people

    database = Database(EmbeddedPostgres(desk.service.home).dsn, size=1, limit=20)
    await database.open()
    await people.add_user(database, login, f"{login}先生", role, f"{login}-longer-one", must_change=False)
    await database.close()
    return desk.stranger()


async def test_devices_can_be_told_apart_and_ended(desk: Desk, record: Record) -> None:
    cara = await desk.hire("cara")
    phone = desk.stranger()
    await phone.ask("GET", "/login")
    headers = {
        "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17) MicroMessenger/8",
        "X-Forwarded-For": "203.0.113.77",
    }
    fields = {"csrf": phone.csrf, "login": "cara", "password": "cara-longer-one"}
    assert (await phone.ask("POST", "/login", data=fields, headers=headers)).status == 303
    page = await cara.get("/account")
    for words in ("苹果手机，微信", "203.0.*.*", "就是这台"):
        assert words in page.words
    assert "203.0.113" not in page.text
    assert await record.value("select count(*) from sessions where address like '%113%' or agent like '%Mozilla%'") == 0
    other = re.search(r'name="id" value="([0-9a-f-]+)"', page.text)[1]  # type: ignore[index]
    dora = await desk.hire("dora")
    assert (await dora.form("/account/sessions/end", id=other)).status == 404  # not hers
    assert (await phone.get("/desk")).status == 200
    assert (await cara.form("/account/sessions/end", id=other)).headers["Location"] == "/account"
    assert (await phone.get("/desk")).headers["Location"].startswith("/login")
    assert (await cara.form("/account/sessions/end", id="nonsense")).status == 404
    admin = desk.stranger()
    await admin.log_in("admin", desk.service.admin_password)
    assert "登录着的设备" in (await admin.get("/admin/users/dora")).words
    assert (await admin.form("/admin/users/dora/end-all")).status == 303
    assert (await dora.get("/desk")).headers["Location"].startswith("/login")
    assert (await cara.form("/account/sessions/end", everywhere="yes")).headers["Location"] == "/login"
    assert (await cara.get("/desk")).headers["Location"].startswith("/login")
    assert (await desk.stranger().get("/account")).headers["Location"].startswith("/login")
    assert await record.value("select count(*) from sessions where login = 'cara'") == 0


async def test_a_new_service_key_takes_everything_along(desk: Desk, service: Service, record: Record) -> None:
    eve = await desk.hire("eve")
    await _enrol(eve)
    old = record.vault
    new = Vault(Secret("a-wholly-different-service-key"), Secret(_secret(service)))
    grant = old.seal(b"refresh-token", b"douyin:main")
    await record.rows("insert into installation (name, value) values ('douyin:main', $1), ('mark', 'plain')", grant)
    database = Database(EmbeddedPostgres(service.home).dsn, size=2, limit=20)
    await database.open()
    only_new = Vault(Secret("a-wholly-different-service-key"))
    try:
        assert await rotate(database, new) >= 3
        sealed = await record.value("select value from installation where name = 'douyin:main'")
        assert only_new.open(sealed, b"douyin:main") == b"refresh-token"
        assert await record.value("select value from installation where name = 'mark'") == b"plain"
        factor = await record.value("select secret from second_factors where login = 'eve'")
        assert len(only_new.open(factor, b"second_factor\x1feve")) == 32
    finally:  # the service goes on under its own key
        back = Vault(Secret(_secret(service)), Secret("a-wholly-different-service-key"))
        await rotate(database, back)
        await database.close()
    assert old.open(await record.value("select value from installation where name = 'douyin:main'"), b"douyin:main")


def _secret(service: Service) -> str:
    return (service.home / "keys" / "secret").read_text().strip()


def test_a_role_that_does_not_exist_is_named(tmp_path: object) -> None:
    with pytest.raises(BadSettings, match="BANGNONG_SECOND_FACTOR_ROLES has 'king'"):
        load_settings({"BANGNONG_HOME": str(tmp_path), "BANGNONG_SECOND_FACTOR_ROLES": "admin, king"})
