"""A reporter's browser in a rehearsal: logs in by the page's own form and acts through the desk's own routes."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import uuid4

import aiohttp

from conversations.codes import Intent, Urgency

_AT_ONCE = 200
"""As many tickets as the API gives in one answer."""
_BACK = 32
"""How far behind the newest mark to look again: a change is numbered before it is committed."""
_CSRF = re.compile(r'name="csrf" (?:content|value)="([^"]+)"')


class DeskAway(Exception):
    """The desk did not let somebody in."""


class Browser:
    def __init__(self, base: str, login: str, counts: "Counter[str]") -> None:
        self.base = base
        self.login = login
        self.counts = counts
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._csrf = ""

    async def log_in(self, password: str) -> None:
        """Raises DeskAway."""
        async with self.http.get(self.base + "/login") as page:
            self._read(await page.text())
        fields = {"csrf": self._csrf, "login": self.login, "password": password}
        async with self.http.post(self.base + "/login", data=fields, allow_redirects=False) as answer:
            if answer.status != 303:
                raise DeskAway(f"{self.login}: the login answered {answer.status}")
        async with self.http.get(self.base + "/password") as page:
            self._read(await page.text())

    def _read(self, text: str) -> None:
        if found := _CSRF.search(text):
            self._csrf = found[1]

    async def act(self, number: str, act: str, **fields: str) -> bool:
        """POST to a ticket, as the page's script does. Whether it was taken; refusals are counted by their code."""
        headers = {"X-Requested-With": "bangnong", "X-CSRF-Token": self._csrf, "X-Parts": "no"}
        path = f"{self.base}/desk/tickets/{number}/{act}"
        async with self.http.post(path, data=fields, headers=headers, allow_redirects=False) as answer:
            body = await answer.read()
            if answer.status == 200:
                self.counts[act] += 1
                return True
            self.counts[f"{act} refused {answer.status} {_code(body)}"] += 1
            return False

    async def reply(self, number: str, text: str) -> bool:
        return await self.act(number, "reply", text=text, reply_id=uuid4().hex)

    async def file_order(self, number: str) -> bool:
        """A work order filled from the ticket and filed by hand."""
        form = {"csrf": self._csrf}
        async with self.http.post(
            f"{self.base}/desk/tickets/{number}/order", data=form, allow_redirects=False
        ) as answer:
            page = answer.headers.get("Location", "")
        if not page.startswith("/desk/orders/"):
            self.counts["order refused"] += 1
            return False
        form |= {"field-need": "请尽快联系居民并落实", "reason": "居民电话打不进", "agreed": "yes"}
        async with self.http.post(f"{self.base}{page}/file", data=form, allow_redirects=False) as answer:
            done = answer.status == 303
        self.counts["order" if done else "order not filed"] += 1
        return done

    async def close(self) -> None:
        await self.http.close()


def _code(body: bytes) -> str:
    found = re.search(rb'"code":\s*"(\w+)"', body)
    return found[1].decode() if found else ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket as the queue shows it."""

    number: str
    sender: str
    urgency: str
    rank: int
    request: bool = True
    """Whether the tally counts it: it asks for something."""


class Screen:
    """What came up: the desk's own news say that there is something, the API who wrote it."""

    def __init__(self, browser: Browser, tokens: Sequence[str]) -> None:
        """`tokens`: of several programs, since what each may ask in a real minute is for a rehearsed one's work."""
        self.browser = browser
        self._tokens = cycle(tokens)
        self._mark = 0
        self._seen: set[str] = set()

    async def new(self) -> list[Seen]:
        """Tickets not seen before, in the order of their numbers."""
        found: list[Seen] = []
        changed = await self._changed()
        if changed is None:
            found = [one for one in await self._open() if one.number not in self._seen]
        else:
            wanted = sorted(changed - self._seen)
            for first in range(0, len(wanted), _AT_ONCE):
                numbers = ",".join(wanted[first : first + _AT_ONCE])
                found += (await self._tickets(numbers=numbers))[0]
        self._seen.update(one.number for one in found)
        return sorted(found, key=lambda one: one.number)

    async def _changed(self) -> set[str] | None:
        """Numbers of tickets something happened to since about the last look; None: too many to be told one by one."""
        url, after = f"{self.browser.base}/desk/changes", max(0, self._mark - _BACK)
        async with self.browser.http.get(url, params={"after": str(after)}) as answer:
            answer.raise_for_status()
            news: dict[str, Any] = await answer.json()
        self._mark = max(self._mark, news["mark"])
        return None if news.get("reload") else {str(one["number"]) for one in news["tickets"]}

    async def _open(self) -> list[Seen]:
        found, cursor = await self._tickets(status="open")
        while cursor:
            page, cursor = await self._tickets(status="open", cursor=cursor)
            found += page
        return found

    async def _tickets(self, **query: str) -> tuple[list[Seen], str]:
        """A page of them, and where the next one begins."""
        url = f"{self.browser.base}/api/v1/tickets"
        headers = {"Authorization": f"Bearer {next(self._tokens)}"}
        async with self.browser.http.get(url, params={**query, "limit": str(_AT_ONCE)}, headers=headers) as answer:
            answer.raise_for_status()
            body: dict[str, Any] = await answer.json()
        return [
            Seen(
                one["number"],
                one["sender"],
                one["urgency"],
                Urgency(one["urgency"]).rank,
                Intent(one["intent"]).opens_case,
            )
            for one in body["items"]
        ], body["next"] or ""
