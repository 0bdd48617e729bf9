"""The house's sign-on: whoever is who the issuer says comes in; nothing forged, old, for somebody else or replayed does."""

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey

from adapters.base import Secret
from bot.oidc import OidcSettings, Refused, check, login_of
from bot.settings import BadSettings, load_settings
from tests.desk.conftest import Desk, Person
from tests.rights.issuer import CLIENT, SECRET, Issuer
from tests.service import Record


def _settings(issuer: Issuer, **more: Any) -> OidcSettings:
    return OidcSettings(
        **{
            "issuer": issuer.base, "client_id": CLIENT, "client_secret": Secret(SECRET), "domains": frozenset({"paper.example"}),
            "groups": {"desk": "reporter"}, **more,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": [CLIENT, "another"]}, "audience"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "audience"),
        ({"azp": "another"}, "audience"),
        ({"exp": 1}, "expired"),
        ({"exp": True}, "expired"),
        ({"exp": None}, "expired"),
        ({"iat": 4_000_000_000}, "too_early"),
        ({"nonce": "other"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": ""}, "subject"),
        ({"email": "zheng@evil.example"}, "domain"),
        ({"email": "zheng@paper.example.evil.example"}, "domain"),
        ({"email_verified": False}, "domain"),
        ({"email_verified": "true"}, "domain"),
        ({"groups": ["others"]}, "group"),
        ({"groups": "desk"}, "group"),
    ],
)
async def test_what_is_not_right_does_not_come_in(issuer: Issuer, claims: dict[str, Any], why: str) -> None:
    token = issuer.token(issuer.claims(**claims))
    with pytest.raises(Refused, match=why):
        check(_settings(issuer), issuer.keys, token, "n", time.time())


async def test_only_the_issuers_own_signature_counts(issuer: Issuer) -> None:
    good = issuer.claims()
    assert check(_settings(issuer), issuer.keys, issuer.token(good), "n", time.time()).role == "reporter"
    other = RSAKey.generate_key(2048, {"kid": "one"})
    secret = OctKey.import_key(SECRET, {"kid": "one"})
    head, body, _ = issuer.token(good).split(".")
    none = "eyJhbGciOiJub25lIn0." + body + "."
    for forged in (
        issuer.token(good, other),
        issuer.token(good, secret, "HS256"),
        none,
        f"{head}.{body}.",
        "x",
        "",
        "a.b.c",
    ):
        with pytest.raises(Refused, match="signature"):
            check(_settings(issuer), issuer.keys, forged, "n", time.time())


async def _begin(person: Person) -> str:
    page = await person.get("/login")
    assert "用单位账号登录" in page.words
    return str((await person.get("/login/oidc?next=/desk/calls")).headers["Location"])


async def test_in_by_the_houses_sign_on(desk: Desk, issuer: Issuer, record: Record) -> None:
    zheng = desk.stranger()
    address = await _begin(zheng)
    assert address.startswith(f"{issuer.base}/authorize?")
    state = issuer.sign_in(address, "code-1")
    stranger = desk.stranger()  # another browser cannot use it, nor this one with another state
    assert (await stranger.get(f"/login/oidc/back?code=code-1&state={state}")).status == 403
    done = await zheng.get(f"/login/oidc/back?code=code-1&state={state}")
    assert (done.status, urlsplit(done.headers["Location"]).path) == (303, "/desk/calls")
    page = await zheng.get("/desk")
    assert "郑一" in page.words
    login = login_of(issuer.base, "u-1")
    assert await record.value("select role from users where login = $1", login) == "reporter"
    assert (await zheng.get(f"/login/oidc/back?code=code-1&state={state}")).status == 403  # once

    # Another day in another group: the role follows. Switched off here: nobody comes in, whatever the issuer says.
    state = issuer.sign_in(await _begin(desk.stranger()), "lost")
    again = desk.stranger()
    state = issuer.sign_in(str((await again.get("/login/oidc")).headers["Location"]), "code-2", groups=["desk-editors"])
    assert (await again.get(f"/login/oidc/back?code=code-2&state=wrong{state}")).status == 403
    again = desk.stranger()
    state = issuer.sign_in(str((await again.get("/login/oidc")).headers["Location"]), "code-3", groups=["desk-editors"])
    assert (await again.get(f"/login/oidc/back?code=code-3&state={state}")).status == 303
    assert await record.value("select role from users where login = $1", login) == "editor"
    await record.rows("update users set active = false where login = $1", login)
    off = desk.stranger()
    state = issuer.sign_in(str((await off.get("/login/oidc")).headers["Location"]), "code-4")
    refused = await off.get(f"/login/oidc/back?code=code-4&state={state}")
    assert (refused.status, "没有登录成功" in refused.words) == (403, True)
    assert (await off.get("/desk")).headers["Location"].startswith("/login")


async def test_what_the_issuer_gets_wrong_is_a_sentence(desk: Desk, issuer: Issuer) -> None:
    for more, query in (
        ({"nonce": "stale"}, ""),
        ({"aud": "another"}, ""),
        ({}, "&iss=https://evil.example"),
        ({}, "&error=x"),
    ):
        person = desk.stranger()
        state = issuer.sign_in(str((await person.get("/login/oidc")).headers["Location"]), "bad", **more)
        answer = await person.get(f"/login/oidc/back?code=bad&state={state}{query}")
        assert (answer.status, "没有登录成功" in answer.words) == (403, True), (more, query)
        assert "bangnong_desk" not in str(answer.headers.getall("Set-Cookie", []))
    lin = await desk.hire("lin")  # passwords go on working
    assert (await lin.get("/desk")).status == 200


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"BANGNONG_OIDC_ISSUER": "https://id.example"}, "BANGNONG_OIDC_CLIENT_ID is missing"),
        ({"BANGNONG_OIDC_ISSUER": "http://id.example"}, "does not begin with https"),
        ({"BANGNONG_OIDC_ISSUER": "https://id.example"}, "say whose addresses or groups"),
        ({"BANGNONG_OIDC_ISSUER": "https://id.example", "BANGNONG_OIDC_GROUPS": "a:king"}, "has 'king'"),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: object, env: dict[str, str], said: str) -> None:
    with pytest.raises(BadSettings, match=said):
        load_settings({"BANGNONG_HOME": str(tmp_path), **env})
