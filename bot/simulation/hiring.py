"""Who works at the desk in a rehearsal: accounts made in the record, logged in through the page."""

import asyncio
import secrets as chance
from collections import Counter

from bot.people import add_user
from bot.simulation.desk import Browser
from bot.store.database import Database
from bot.vault import token_hash


async def hire(database: Database, base: str, count: int, counts: Counter[str]) -> list[Browser]:
    """Reporters 演练01 and so on, each in a browser of their own. Raises DeskAway, BadUser where they are there already."""
    door = asyncio.Semaphore(1)  # the login checks few passwords at once, and sends more than that away

    async def one(nth: int) -> Browser:
        login = f"sim-{nth:02d}"
        password = await add_user(database, login, f"演练{nth:02d}", "reporter", must_change=False)
        browser = Browser(base, login, counts)
        async with door:
            await browser.log_in(password)
        return browser

    # Side by side: to make a password costs as much as to check one, a fifth of a second on purpose.
    return list(await asyncio.gather(*(one(nth) for nth in range(1, count + 1))))


async def open_door(database: Database) -> str:
    """A token that reads tickets for a day."""
    token = f"bn_{chance.token_urlsafe(32)}"
    await database.execute(
        "insert into tokens (token_hash, name, role, created_by, expires_at) "
        "values ($1, 'simulate', 'reporter', 'cli', now() + interval '1 day')",
        token_hash(token),
    )
    return token
