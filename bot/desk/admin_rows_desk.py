"""What an editor has before them: the rows that serve, and what this person has written on them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.desk.admin_rows_view import draft_texts, faults_of, services_of
from bot.desk.session import Staff
from bot.numbers import whole
from bot.rows.files import Texts, current_texts, laid_over, text_digest
from bot.rows.release import in_force, stale_files
from bot.store.rows import Draft, open_draft, save_text
from data.faults import Fault

ELSEWHERE = "这份草稿刚在别的页面改过。您写的还在下面：对照上面的差别看一遍，再按一次存草稿。"
UNCLEAR = "这个文件里的写法认不出来，请用“整个文件”的方式改。"
REPLIES_FILE, KNOWLEDGE_FILE = "replies.toml", "knowledge.toml"


@dataclass(frozen=True, slots=True)
class Desk:
    """What serves and what this person has written on it."""

    number: int
    before: Texts
    draft: Draft | None

    @property
    def version(self) -> int:
        return self.draft.version if self.draft else 0

    @property
    def texts(self) -> dict[str, str]:
        return draft_texts(self.before, self.draft)

    def overlay(self, name: str = "", text: str | None = None) -> dict[str, str]:
        """The overlay that would be released, with `text` typed into one file."""
        mine = dict(self.draft.texts) if self.draft else {}
        if text is not None:
            mine[name] = text
        return laid_over(self.before, mine)

    def base(self, name: str) -> str:
        """Digest of the text a change of this file stands on."""
        if self.draft and name in self.draft.bases:
            return self.draft.bases[name]
        return text_digest(current_texts(self.before)[name])

    def stale(self, name: str) -> bool:
        return self.draft is not None and name in stale_files(self.draft, self.before)


async def desk_of(request: web.Request, staff: Staff) -> Desk:
    services = services_of(request)
    number, before = await in_force(services.database)
    return Desk(number, before, await open_draft(services.database, staff.login))


def base_of(desk: Desk, name: str, form: Mapping[str, Any]) -> str:
    """A change keeps standing on what it was begun on, until its author says that the newer one was read."""
    if str(form.get("rebase", "")) == "yes":
        return text_digest(current_texts(desk.before)[name])
    if desk.draft and name in desk.draft.bases:
        return desk.draft.bases[name]
    return str(form.get("base", ""))[:32]


def version_of(form: Mapping[str, Any]) -> int:
    given = whole(str(form.get("version", "")), 99_999_999)
    return -1 if given is None else given


def unkeepable(text: str) -> str:
    """What the record cannot hold; everything else may stand in a draft, faults included."""
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        return "里面有看不见的坏字符，没有存：请重新贴一次。"
    return ""


async def keep(request: web.Request, staff: Staff, desk: Desk, name: str, text: str, form: Mapping[str, Any]) -> None:
    """An entry's file into the draft; out of it when it is as it serves."""
    database, version = services_of(request).database, version_of(form)
    if text != current_texts(desk.before)[name]:
        await save_text(database, staff.login, name, text, base_of(desk, name, form), version)
    elif desk.draft is not None and name in desk.draft.texts:
        await save_text(database, staff.login, name, None, "", version)


async def faults_about(request: web.Request, desk: Desk, name: str, start: str) -> Sequence[Fault]:
    """Faults of the draft that speak of one entry; those of the rest of the file when the entry has none."""
    faults = await faults_of(services_of(request), desk.overlay(), desk.before)
    return [one for one in faults if one.file == name and one.message.startswith(start)] or faults


def parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
