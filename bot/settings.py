"""Settings from the environment and `.env`: read once, validated together, every fault named with its cure."""

import dataclasses
import re
import secrets as chance
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters import discover
from adapters.base import Channel, Secret
from bot.durable import make_once
from bot.environment import BadSettings, find_home, read_environment
from bot.numbers import whole
from bot.ocr.setting import fault_of
from bot.oidc import OidcSettings
from bot.people import ROLES
from bot.urls import look_at_inside, parts_of, url_of
from conversations.window import Limits

__all__ = ["Account", "BadSettings", "KeyFile", "Settings", "load_settings", "read_environment"]

ALWAYS = (("staff", "desk"), ("toutiao", "main"))
"""Accounts that need no platform: what staff file by hand, comments they bring in. There without being named."""


@dataclass(frozen=True, slots=True)
class Account:
    """One of our accounts on a channel, with its secrets and what they allow."""

    channel: Channel
    name: str
    secrets: Any
    limits: Limits

    @property
    def key(self) -> tuple[str, str]:
        return self.channel.name, self.name


@dataclass(frozen=True, slots=True)
class Settings:
    home: Path
    host: str = "127.0.0.1"
    port: int = 8080
    database_url: str = ""
    redis_url: str = ""
    secret_key: Secret = field(default_factory=lambda: Secret(""))
    secret_key_previous: Secret | None = None
    clock: str = "system"
    accounts: Mapping[tuple[str, str], Account] = field(default_factory=dict)
    hotline_url: str = ""
    hotline_secret: Secret | None = None
    second_factor_roles: frozenset[str] = frozenset()
    oidc: OidcSettings | None = None
    ocr: str = ""
    """What reads pictures: `auto` (or ""), `off`, or a program's path."""

    @property
    def embedded_database(self) -> bool:
        return not self.database_url

    @property
    def base(self) -> str:
        """Where this process answers, as a browser writes it."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    @property
    def embedded_redis(self) -> bool:
        return not self.redis_url


def load_settings(env: Mapping[str, str], **overrides: Any) -> Settings:
    """Build Settings. Raises BadSettings naming everything that is missing or wrong at once."""
    faults: list[str] = []
    home = find_home(env, faults)
    port = _port(str(overrides.get("port") or env.get("BANGNONG_PORT") or "8080"), faults)
    database_url = url_of(env, "BANGNONG_DATABASE_URL", ("postgresql", "postgres"), faults)
    redis_url = url_of(env, "BANGNONG_REDIS_URL", ("redis", "rediss", "unix"), faults)
    clock = env.get("BANGNONG_CLOCK", "system")
    if clock not in ("system", "rehearsal"):
        faults.append(f"BANGNONG_CLOCK is {clock!r}: leave it unset, or set it to 'rehearsal' for a rehearsal service")
    secret = env.get("BANGNONG_SECRET_KEY", "")
    if secret and len(secret) < 16:
        faults.append("BANGNONG_SECRET_KEY is shorter than 16 characters: use a long random value")
    if not secret and database_url:
        faults.append("BANGNONG_SECRET_KEY is required with BANGNONG_DATABASE_URL: set a long random value and keep it")
    hotline = _hotline(env, faults)
    second = _roles(env, "BANGNONG_SECOND_FACTOR_ROLES", faults)
    oidc = _oidc(env, faults)
    look_at_inside(env, faults)
    ocr = env.get("BANGNONG_OCR", "")
    faults += filter(None, [fault_of(ocr)])
    keys = KeyFile(home / "keys") if not faults else None
    accounts = _accounts(env, keys, faults)
    if faults:
        raise BadSettings(faults)
    assert keys is not None
    previous = env.get("BANGNONG_SECRET_KEY_PREVIOUS", "")
    return Settings(
        home=home,
        host=str(overrides.get("host") or env.get("BANGNONG_HOST") or "127.0.0.1"),
        port=port,
        database_url=database_url,
        redis_url=redis_url,
        secret_key=Secret(secret or keys.get("secret")),
        secret_key_previous=Secret(previous) if previous else None,
        clock=clock,
        accounts=accounts,
        hotline_url=hotline[0],
        hotline_secret=hotline[1],
        second_factor_roles=second,
        oidc=oidc,
        ocr=ocr,
    )


class KeyFile:
    """Keys we made ourselves, one file each under `$BANGNONG_HOME/keys` (mode 0600), made once under a race."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str) -> str:
        path = self.folder / name
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                make_once(path, chance.token_urlsafe(32).encode())
            value = path.read_text().strip()
        except (OSError, ValueError) as error:
            fault = f"{path} can be neither read nor made ({error}): free some room, or give us its rights"
            raise BadSettings([fault]) from error
        return _whole_key(path, value)


_KEY_LENGTH = 43
"""Characters of 32 random bytes as we write them."""


def _whole_key(path: Path, value: str) -> str:
    if len(value) >= _KEY_LENGTH:
        return value
    raise BadSettings(
        [
            f"{path} holds no whole key: restore it from a backup (without it nothing can be unsealed); "
            "if nothing was ever stored here, remove it"
        ]
    )


def _port(value: str, faults: list[str]) -> int:
    if port := whole(value, 65_535):
        return port
    faults.append(f"BANGNONG_PORT is {value!r}: use a number from 1 to 65535")
    return 8080


def _hotline(env: Mapping[str, str], faults: list[str]) -> tuple[str, Secret | None]:
    """(gateway of 12345, its secret): both or none. Without them orders are filed by hand."""
    url, secret = url_of(env, "BANGNONG_HOTLINE_URL", ("https", "http"), faults), env.get("BANGNONG_HOTLINE_SECRET", "")
    if secret and len(secret) < 16:
        faults.append("BANGNONG_HOTLINE_SECRET is shorter than 16 characters: use the long one agreed with the hotline")
    if env.get("BANGNONG_HOTLINE_URL") and not secret:
        faults.append("BANGNONG_HOTLINE_SECRET is missing: BANGNONG_HOTLINE_URL needs it, or unset the address")
    if secret and not env.get("BANGNONG_HOTLINE_URL"):
        faults.append("BANGNONG_HOTLINE_URL is missing: BANGNONG_HOTLINE_SECRET alone does nothing, or unset it")
    return url, Secret(secret) if secret else None


def _oidc(env: Mapping[str, str], faults: list[str]) -> OidcSettings | None:
    """The house's sign-on: issuer, client and secret together, and a domain or a group that may come in; None: off."""
    names = [f"BANGNONG_OIDC_{one}" for one in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")]
    values = [env.get(one, "") for one in names]
    domains = frozenset(filter(None, (one.strip().lower() for one in env.get("BANGNONG_OIDC_DOMAINS", "").split(","))))
    pairs = [one.partition(":") for one in env.get("BANGNONG_OIDC_GROUPS", "").split(",") if one.strip()]
    groups = {group.strip(): role.strip() for group, _, role in pairs}
    if not any(values):
        return None
    before = len(faults)
    faults += [
        f"{name} is missing: set all three of {', '.join(names)}, or none"
        for name, one in zip(names, values, strict=True)
        if not one
    ]
    issuer = parts_of(values[0], names[0], faults)
    if values[0] and issuer and issuer.scheme != "https" and issuer.hostname not in ("127.0.0.1", "localhost"):
        faults.append("BANGNONG_OIDC_ISSUER does not begin with https:// : write the issuer exactly as it names itself")
    if not domains and not groups:
        faults.append(
            "BANGNONG_OIDC_DOMAINS or BANGNONG_OIDC_GROUPS is missing: say whose addresses or groups may come in"
        )
    if strange := sorted({role for role in groups.values() if role not in ROLES}):
        faults.append(
            f"BANGNONG_OIDC_GROUPS has {', '.join(map(repr, strange))}: write group:role, role one of {', '.join(ROLES)}"
        )
    if len(faults) > before:
        return None
    return OidcSettings(values[0], values[1], Secret(values[2]), domains, groups)


def _roles(env: Mapping[str, str], name: str, faults: list[str]) -> frozenset[str]:
    """Roles separated by commas."""
    found = frozenset(filter(None, (one.strip() for one in env.get(name, "").split(","))))
    if strange := sorted(found - set(ROLES)):
        faults.append(f"{name} has {', '.join(map(repr, strange))}: write roles out of {', '.join(ROLES)}, or unset it")
    return found


def _accounts(env: Mapping[str, str], keys: KeyFile | None, faults: list[str]) -> dict[tuple[str, str], Account]:
    channels = discover()
    accounts: dict[tuple[str, str], Account] = {}
    for item in (env.get("BANGNONG_CHANNELS") or "app:main").split(","):
        name, _, account = item.strip().partition(":")
        if name not in channels or not re.fullmatch(r"[a-z0-9_]+", account):
            known = ", ".join(sorted(channels))
            faults.append(f"BANGNONG_CHANNELS has {item.strip()!r}: write channel:account, channel one of {known}")
            continue
        channel = channels[name]
        before = len(faults)
        values = _secrets(env, channel, account, keys, faults)
        if len(faults) > before:
            continue
        made = channel.Secrets(**values)
        try:
            accounts[name, account] = Account(channel, account, made, channel.limits(made))
        except ValueError as error:
            faults.append(f"BANGNONG_{name.upper()}_{account.upper()}_{error}")
    for name, account in ALWAYS:
        if (name, account) not in accounts:
            made = channels[name].Secrets(**_absent(channels[name]))
            accounts[name, account] = Account(channels[name], account, made, channels[name].limits(made))
    return accounts


def _absent(channel: Channel) -> dict[str, Any]:
    """The secrets a channel does without as long as it does not listen: none of them opens anything."""
    rows = [row for row in dataclasses.fields(channel.Secrets) if "absent" in row.metadata]
    return {row.name: Secret(row.metadata["absent"]) for row in rows}


def _secrets(
    env: Mapping[str, str], channel: Channel, account: str, keys: KeyFile | None, faults: list[str]
) -> dict[str, Any]:
    """The account's secrets from the environment. Only our own app's key may be made up here: a platform's never."""
    values: dict[str, Any] = {}
    for row in dataclasses.fields(channel.Secrets):
        variable = f"BANGNONG_{channel.name}_{account}_{row.name}".upper()
        value = env.get(variable, "")
        check = row.metadata.get("check")
        if value:
            wrong = check(value) if check else ""
            if wrong:
                faults.append(f"{variable}: {wrong}")
            values[row.name] = Secret(value) if "Secret" in str(row.type) else value
        elif channel.name == "app" and row.name == "key":
            values[row.name] = Secret(keys.get(f"app-{account}") if keys else "")
        elif "absent" in row.metadata:
            values[row.name] = Secret(row.metadata["absent"])
        elif row.default is dataclasses.MISSING and row.default_factory is dataclasses.MISSING:
            faults.append(f"{variable} is missing: take its value from the platform's console")
    return values
