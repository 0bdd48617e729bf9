"""Who may release what: two people, an admin for the danger sentences, one admin alone in an emergency. Pure rules, then
the one way a set comes into force."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.rows.checking import check_rows
from bot.rows.files import Texts, current_texts, digest_of, laid_over, own_texts, text_digest
from bot.rows.guards import dangers
from bot.rows.serving import ServingRows
from bot.store.database import Database, StoreAway
from bot.store.rows import Draft, NewSet, RowSet, get_set, newest_id, release
from data.faults import Fault

TYPED = "危急用语我已逐字核对"
"""What is typed before a danger sentence changes; the number they call depends on it."""
LEAST_REASON = 4
EDITORS = frozenset({"editor", "admin"})


class Refused(Exception):
    """A release that may not be; the message is what the person reads. `faults`: of the rows themselves; `forbidden`: it is
    not this person's to do, whatever the rows are like."""

    def __init__(self, sentence: str, faults: tuple[Fault, ...] = (), *, forbidden: bool = False) -> None:
        super().__init__(sentence)
        self.faults, self.forbidden = faults, forbidden


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft held against what is in force at this moment."""

    draft: Draft
    in_force: int
    before: Texts
    after: Texts
    stale: tuple[str, ...]
    """Files that somebody else released since the draft was begun on them."""
    dangers: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Of all that was shown to whoever decides."""
        return digest_of({**self.after, "": f"{self.draft.id}/{self.draft.version}/{self.in_force}"})

    @property
    def empty(self) -> bool:
        return self.before == self.after


async def in_force(database: Database) -> tuple[int, Texts]:
    """The set in force (0: the program's own) and its overlay, whether this process can load it or not."""
    number, _ = await newest_id(database)
    found = await get_set(database, number) if number else None
    return number, found.texts if found else {}


async def propose(database: Database, draft: Draft) -> Proposal:
    number, before = await in_force(database)
    if draft.kind == "rollback":
        after, stale = dict(draft.texts), ()  # type: tuple[dict[str, str], tuple[str, ...]]
    else:
        after, stale = laid_over(before, draft.texts), stale_files(draft, before)
    return Proposal(draft, number, before, after, stale, dangers(before, after))


def stale_files(draft: Draft, before: Texts) -> tuple[str, ...]:
    now = current_texts(before)
    return tuple(
        name
        for name, base in draft.bases.items()
        if text_digest(now.get(name, "")) != base and now.get(name) != draft.texts[name]
    )


def not_theirs(proposal: Proposal, *, login: str, role: str, urgent: bool) -> str | None:
    """Why this person of all people may not release this; None when they may."""
    draft = proposal.draft
    if role not in EDITORS:
        return "只有编辑和管理员能发布。"
    if urgent:
        if role != "admin":
            return "只有管理员能一个人紧急发布。"
        if login != draft.author:
            return "您不是作者，看过差别直接发布就行，不用紧急发布。"
        if proposal.dangers and draft.kind != "rollback":
            return "危急用语不能一个人发布：请另一位管理员复核。"
        return None
    if login == draft.author:
        return "自己写的要请另一位同事复核，不能自己发布。"
    if proposal.dangers and role != "admin":
        return "改了危急用语，要由管理员复核发布。"
    return None


def not_now(proposal: Proposal, *, login: str, urgent: bool, typed: str, reason: str, title: str) -> str | None:
    """What is still to be done before anybody may; None when nothing is."""
    draft = proposal.draft
    if draft.status != "offered" and not (urgent and draft.status == "open" and draft.author == login):
        return "这份草稿不在等复核：可能已经发布或收回，请刷新。"
    if proposal.empty:
        return "和线上的一样，没有要发布的。"
    if proposal.stale:
        return f"写草稿期间，{'、'.join(proposal.stale)} 已有人发布了新的。请作者打开看过差别，再请人复核。"
    if urgent and len(reason) < LEAST_REASON:
        return "紧急发布要写明为什么等不到第二个人。"
    if len(title) < 2:
        return "请写一句改了什么、为什么。"
    if proposal.dangers and typed != TYPED:
        return f"改了危急用语：请逐字核对后，照着输入“{TYPED}”。"
    return None


async def release_draft(
    database: Database,
    rows: ServingRows,
    draft: Draft,
    *,
    login: str,
    role: str,
    urgent: bool,
    digest: str,
    typed: str,
    reason: str,
    title: str = "",
) -> int:
    """Bring a draft into force; the set's number. `digest`: of the proposal that was on the page. Raises Refused,
    Overtaken, StoreAway."""
    proposal = await propose(database, draft)
    title = draft.title or title
    if (words := not_theirs(proposal, login=login, role=role, urgent=urgent)) is not None:
        raise Refused(words, forbidden=True)
    if words := not_now(proposal, login=login, urgent=urgent, typed=typed, reason=reason, title=title):
        raise Refused(words)
    if digest != proposal.digest:
        raise Refused("您看的时候内容又变了，请重新看一遍差别。")
    faults = await asyncio.to_thread(
        check_rows, proposal.after, rows.beside, proposal.before if draft.kind == "change" else None
    )
    if faults:
        raise Refused("这份草稿还有错，不能发布。", tuple(faults))
    number = await release(
        database, _new_set(proposal, login=login, urgent=urgent, title=title, reason=reason[:300] if urgent else ""), draft
    )  # fmt: skip
    with suppress(StoreAway):
        await rows.look()  # the others follow within seconds
    return number


def _new_set(proposal: Proposal, *, login: str, urgent: bool, title: str, reason: str) -> NewSet:
    draft = proposal.draft
    audited: dict[str, Any] = {"draft": draft.id, "author": draft.author, "urgent": urgent}
    audited |= {"target": draft.target} if draft.kind == "rollback" else {}
    audited |= {"dangers": len(proposal.dangers)} if proposal.dangers else {}
    return NewSet(
        previous=proposal.in_force, kind="rollback" if draft.kind == "rollback" else "release", target=draft.target,
        author=draft.author, approver=login, urgent=urgent, reason=title, urgency_reason=reason,
        digest=digest_of(proposal.after), texts=proposal.after, shipped=shipped_digests(proposal.after),
        dangers=proposal.dangers, audited=audited,
    )  # fmt: skip


def shipped_digests(overlay: Texts) -> dict[str, str]:
    own = own_texts()
    return {name: text_digest(own[name]) for name in overlay if name in own}


async def overlay_of(database: Database, number: int) -> Texts | None:
    """The overlay of an earlier set; {} for the program's own (0); None when there is no such set."""
    if number == 0:
        return {}
    found: RowSet | None = await get_set(database, number)
    return found.texts if found else None
