"""`bangnong doctor`: every check of the installation, with its cure."""

import argparse
import asyncio
import os
import shutil
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from bot.settings import BadSettings, Settings, load_settings, read_environment
from bot.store.database import StoreAway, newer_than_us

Check = Callable[[Settings], Awaitable[tuple[bool, str]]]

_LEAST_SPACE = 1 << 30


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser(
        "doctor", help="check the installation; each fault with its cure"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    try:
        settings = load_settings(read_environment())
    except BadSettings as error:
        for fault in error.faults:
            print(f"✗ settings: {fault}")
        return 1
    print("✓ settings")
    return asyncio.run(_all(settings))


async def _all(settings: Settings) -> int:
    faults = 0
    for name, check in CHECKS.items():
        try:
            good, words = await check(settings)
        except Exception as error:
            good, words = False, f"{type(error).__name__}: {error}"
        faults += not good
        print(f"{'✓' if good else '✗'} {name}: {words}")
    return 1 if faults else 0


async def _home(settings: Settings) -> tuple[bool, str]:
    from bot.restoring import cut_off

    if cut_off(settings.home):
        return False, "a restore was cut off: run `bangnong restore FILE --replace` again before anything else"
    free = shutil.disk_usage(settings.home).free
    if free < _LEAST_SPACE:
        return False, f"only {free >> 20} MB free in {settings.home}: make room, or set BANGNONG_HOME elsewhere"
    return True, f"{settings.home}, {free >> 30} GB free"


async def _rows(settings: Settings) -> tuple[bool, str]:
    from bot.rows.standing import standing_of
    from data.playbook import load_playbook

    good, words = await standing_of(settings)
    return good, f"playbook {load_playbook().version} with the program (all rows: bangnong check); {words}"


async def _model(settings: Settings) -> tuple[bool, str]:
    from bot.understanding import open_models

    models = open_models(settings.home)
    current = models.current()
    if current is None:
        return False, "none serves: run `bangnong train`"
    models.load(current)
    return True, current


async def _database(settings: Settings) -> tuple[bool, str]:
    import asyncpg

    from bot.embedded import EmbeddedPostgres

    dsn = settings.database_url or EmbeddedPostgres(settings.home).dsn
    try:
        connection = await asyncpg.connect(dsn, timeout=3)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        cure = (
            "check BANGNONG_DATABASE_URL" if settings.database_url else "start `bangnong serve` (it starts PostgreSQL)"
        )
        return False, f"does not answer ({type(error).__name__}): {cure}"
    try:
        version = await connection.fetchval("show server_version")
        durable = (
            await connection.fetchval("show fsync") == "on"
            and await connection.fetchval("show synchronous_commit") != "off"
        )
        if not durable:
            return (
                False,
                f"PostgreSQL {version} runs without fsync or synchronous_commit: turn both on, or messages get lost",
            )
        if newest := await newer_than_us(connection):
            return False, f"has migration {newest} of a newer program: use that, or `restore --replace` an older backup"
        return True, f"PostgreSQL {version}, fsync on"
    finally:
        await connection.close()


async def _redis(settings: Settings) -> tuple[bool, str]:
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    from bot.embedded import EmbeddedValkey

    url = settings.redis_url or EmbeddedValkey(settings.home).url
    redis: Any = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        await redis.ping()
    except (RedisError, OSError) as error:
        cure = "check BANGNONG_REDIS_URL" if settings.redis_url else "start `bangnong serve` (it starts Valkey)"
        return False, f"does not answer ({type(error).__name__}): {cure}; nothing is lost meanwhile"
    finally:
        await redis.aclose()
    return True, "answers"


async def _media(settings: Settings) -> tuple[bool, str]:
    """How much residents have sent and what is still owed; a platform forgets after three days."""
    from bot.embedded import EmbeddedPostgres
    from bot.media.files import MediaFiles
    from bot.store.database import Database
    from bot.store.media import overdue, standing

    files, size = await asyncio.to_thread(MediaFiles(settings.home / "media").weight)
    words = f"{files} files, {size / (1 << 20):.1f} MB"
    database = Database(settings.database_url or EmbeddedPostgres(settings.home).dsn)
    try:
        await database.open()
        kept, waiting, lost = await standing(database)
        late = await overdue(database)
    except (StoreAway, OSError):
        return True, f"{words} (the record does not answer: see database)"
    finally:
        await database.close()
    words += f"; {kept} kept, {waiting} to fetch, {lost} lost"
    if late:
        return False, f"{words}; {late} wait for over an hour: does `serve` or `worker` run, is the platform reachable?"
    return True, words


async def _spool(settings: Settings) -> tuple[bool, str]:
    from bot.spooled import standing_of

    standing = await asyncio.to_thread(standing_of, settings.home / "spool")
    return standing.good, f"{standing.waiting} waiting for the record; kept from it: {standing.words}"


async def _ocr(settings: Settings) -> tuple[bool, str]:
    """Whether words on pictures are read, and that the program starts; without the extra all else works as it is."""
    from bot.embedded import EmbeddedPostgres
    from bot.ocr.program import Program, Unavailable
    from bot.ocr.setting import INSTALL, command_of
    from bot.store.database import Database
    from bot.store.picture_words import standing_of_words

    if settings.ocr == "off":
        return True, "off (BANGNONG_OCR): words on pictures are not read"
    command = command_of(settings.ocr)
    if not command:
        return True, f"not installed: words on pictures are not read; to have them read, {INSTALL} and start again"
    program = Program(command)
    try:
        name = await program.greeting()
    except Unavailable as error:
        return False, f"does not start ({error}): {INSTALL}, or set BANGNONG_OCR=off"
    finally:
        await program.close()
    database = Database(settings.database_url or EmbeddedPostgres(settings.home).dsn)
    try:
        await database.open()
        counts = await standing_of_words(database)
    except (StoreAway, OSError):
        return True, f"{name} (the record does not answer: see database)"
    finally:
        await database.close()
    return True, f"{name}; " + ", ".join(
        f"{counts.get(one, 0)} {one}" for one in ("waiting", "read", "empty", "unread")
    )


async def _channels(settings: Settings) -> tuple[bool, str]:
    return True, ", ".join(f"{channel}:{name}" for channel, name in settings.accounts)


async def _authorised(settings: Settings) -> tuple[bool, str]:
    """Accounts a person must authorise now and then: the app's own secret, then how long the authorisation holds."""
    import aiohttp

    from adapters.base import Authorised, SendFailed, World
    from adapters.douyin_secrets import DouyinSecrets
    from adapters.douyin_token import get_client_token
    from bot.embedded import EmbeddedPostgres
    from bot.grants import GrantStore, standings
    from bot.rehearsal.clock import system_clock
    from bot.store.database import Database
    from bot.tokens import RedisTokenCache
    from bot.vault import Vault

    accounts = [one for one in settings.accounts.values() if isinstance(one.channel, Authorised)]
    if not accounts:
        return True, "none needs it"
    database = Database(settings.database_url or EmbeddedPostgres(settings.home).dsn)
    good, words = True, []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=8, connect=4)) as http:
        with suppress(StoreAway):
            await database.open()
        vault = Vault(settings.secret_key, settings.secret_key_previous)
        world = World(http, RedisTokenCache(None), GrantStore(database, vault))
        for account in accounts:
            if isinstance(account.secrets, DouyinSecrets):
                try:
                    await get_client_token(world, account.secrets, aiohttp.ClientTimeout(total=8))
                except SendFailed as error:
                    good = False
                    words.append(f"{account.channel.name}:{account.name} {error.failure.code}（{error.failure.note}）")
        for name, standing in (await standings(settings, world, system_clock())).items():
            good = good and standing.good
            words.append(f"{name} {standing.words}")
        await database.close()
    return good, "; ".join(words)


async def _port(settings: Settings) -> tuple[bool, str]:
    with socket.socket() as probe:
        probe.settimeout(1)
        busy = probe.connect_ex((settings.host if settings.host != "0.0.0.0" else "127.0.0.1", settings.port)) == 0
    return True, f"{settings.port} {'is in use (a running service?)' if busy else 'is free'}"


async def _user(settings: Settings) -> tuple[bool, str]:
    return True, "root: PostgreSQL runs as an ordinary user" if os.getuid() == 0 else f"user {os.getuid()}"


CHECKS: dict[str, Check] = {
    "home": _home, "rows": _rows, "model": _model, "database": _database, "redis": _redis, "media": _media, "ocr": _ocr,
    "spool": _spool, "channels": _channels, "authorised": _authorised, "port": _port, "user": _user,
}  # fmt: skip
