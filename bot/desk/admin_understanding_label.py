"""Labelling: one message at a time, with the keyboard; a second look, and what settles two that differ."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from aiohttp import web

from bot.audit import audit
from bot.desk import words
from bot.desk.admin_understanding import REASONS, day_start
from bot.desk.pages import page
from bot.desk.record import names_of_staff
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.learning.marks import strike
from bot.numbers import whole
from bot.store.learning import (
    Candidate,
    Gone,
    Label,
    keep_look,
    open_candidate,
    skip_candidate,
    take_candidate,
    to_settle,
    undo_look,
)
from bot.store.learning_rows import looks_at, progress
from conversations.codes import Flag, Intent, Urgency

LETTERS = dict(zip(Intent, "qwertyiopadfghjklzxcv", strict=True))
"""The key of each intent; S, U and Enter are taken."""
_KEYED = (Flag.DECEASED, Flag.MINOR, Flag.LONE_ELDER, Flag.PREGNANT, Flag.POSITIVE, Flag.PROXY)
FLAG_KEYS = dict(zip(_KEYED, "567890", strict=True))
FLAGS = tuple(flag for flag in Flag if flag not in (Flag.CHECK, Flag.REPEAT))
"""What a person can tell from the words alone."""
Known = TypeVar("Known", Intent, Flag)
_GOAL = 20
_EVERY = 5
"""One in so many is a drawn one, so that the unbiased share grows with the rest."""
GONE = "这一条已经有人标过，或居民的资料已删除，换下一条。"
SAID = {"done": "记下了。", "second": "记下了，等第二个人看。", "settle": "记下了，两个人不一样，等管理员定。"}


async def get_label(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/understanding/label"""
    return await _label_page(request, staff)


async def _label_page(
    request: web.Request,
    staff: Staff,
    *,
    status: int = 200,
    error: str = "",
    chosen: Label | None = None,
    struck: str = "",
) -> web.StreamResponse:
    services = request.app[SERVICES]
    gone = await progress(services.database, day_start(services.clock()))
    mine = gone.today.get(staff.login, 0)
    candidate = await take_candidate(services.database, services.vault, staff.login, drawn=mine % _EVERY == _EVERY - 1)
    if candidate is not None:
        await audit(services.database, staff.login, "learning.shown", candidate.key)
    left = sum(gone.statuses.get(one, 0) for one in ("waiting", "second"))
    return page(
        "admin_understanding_label.html", staff, status=status, section="admin", tab="understanding", error=error,
        candidate=candidate, reasons=REASONS, mine=mine, everybody=sum(gone.today.values()), left=left, goal=_GOAL,
        said=SAID.get(request.query.get("said", ""), ""), chosen=chosen, struck=struck, **_choices(request),
    )  # fmt: skip


def _choices(request: web.Request) -> dict[str, object]:
    playbook = request.app[SERVICES].playbook
    return {
        "intents": [(str(one), words.intent_title(playbook, one), key) for one, key in LETTERS.items()],
        "urgencies": list(zip(map(str, Urgency), "1234", strict=True)),
        "flags": [(str(one), words.FLAGS[one], FLAG_KEYS.get(one, "")) for one in FLAGS],
    }


async def post_label(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/understanding/label/{save,skip,undo}"""
    services, act, form = request.app[SERVICES], request.match_info["act"], await read_form(request)
    if act == "undo":
        key = await undo_look(services.database, staff.login)
        if key is None:
            return await _label_page(request, staff, status=409, error="没有能退回的：过了十分钟，或别人已经接着标了。")
        await audit(services.database, staff.login, "learning.undone", key)
        raise web.HTTPSeeOther("/admin/understanding/label")
    place = place_of(str(form.get("key", "")))
    if place is None:
        return await _label_page(request, staff, status=400, error=GONE)
    if act == "skip":
        await skip_candidate(services.database, *place, staff.login)
        raise web.HTTPSeeOther("/admin/understanding/label")
    label, struck = label_of(form), str(form.get("strike", ""))[:500]
    if label is None:
        return await _label_page(request, staff, status=400, error="请选事由和缓急，再按回车。", struck=struck)
    candidate = await open_candidate(services.database, services.vault, *place)
    if candidate is None or str(form.get("looks", "")) != str(candidate.looks):
        return await _label_page(request, staff, status=409, error=GONE)
    try:
        said = await keep_look(
            services.database, services.vault, candidate, staff.login, label, strike(candidate.text, struck.split())
        )
    except Gone:
        return await _label_page(request, staff, status=409, error=GONE)
    await _audit(request, staff, "learning.labelled", candidate, label)
    raise web.HTTPSeeOther(f"/admin/understanding/label?said={said}")


async def _audit(request: web.Request, staff: Staff, action: str, candidate: Candidate, label: Label) -> None:
    await audit(
        request.app[SERVICES].database, staff.login, action, candidate.key,
        intent=str(label.intent), urgency=str(label.urgency), look=candidate.looks + 1,
    )  # fmt: skip


def place_of(key: str) -> tuple[UUID, int] | None:
    """(conversation, turn) of a page's key; None for what is none."""
    name, _, turn = key.partition("/")
    try:
        return UUID(name), -1 if (at := whole(turn, 999_999_999)) is None else at
    except ValueError:
        return None


def label_of(form: Any) -> Label | None:
    """What the form says; None where intent or urgency is missing or unknown."""
    try:
        intent, urgency = Intent(str(form.get("intent", ""))), Urgency(str(form.get("urgency", "")))
    except ValueError:
        return None
    further = tuple(dict.fromkeys(one for one in _known(Intent, form.getall("further", [])) if one is not intent))
    return Label(intent, urgency, further[:3], tuple(_known(Flag, form.getall("flags", []))))


def _known(codes: type[Known], given: Iterable[object]) -> list[Known]:
    known = {str(one): one for one in codes}
    return [known[str(one)] for one in given if str(one) in known]


async def get_settle(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/understanding/settle: what two people labelled differently."""
    return await _settle_page(request, staff)


async def _settle_page(request: web.Request, staff: Staff, *, status: int = 200, error: str = "") -> web.StreamResponse:
    services = request.app[SERVICES]
    found = await to_settle(services.database, services.vault)
    return page(
        "admin_understanding_settle.html", staff, status=status, section="admin", tab="understanding", error=error,
        items=[(one, await looks_at(services.database, one.conversation, one.turn)) for one in found],
        names=await names_of_staff(services.database), person=words.person,
        title=lambda code: words.intent_title(services.playbook, code), **_choices(request),
    )  # fmt: skip


async def post_settle(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/understanding/settle: key, intent, urgency. A third look, which stands."""
    services, form = request.app[SERVICES], await read_form(request)
    place, label = place_of(str(form.get("key", ""))), label_of(form)
    if place is None or label is None:
        return await _settle_page(request, staff, status=400, error="请选事由和缓急。")
    candidate = await open_candidate(services.database, services.vault, *place)
    if candidate is None:
        return await _settle_page(request, staff, status=409, error=GONE)
    # Intent and level are settled; further needs and facts that either of the two saw stay.
    looks = await looks_at(services.database, *place)
    further = dict.fromkeys(one for look in looks for one in _known(Intent, look.further) if one is not label.intent)
    flags = dict.fromkeys(one for look in looks for one in _known(Flag, look.flags))
    label = Label(label.intent, label.urgency, tuple(further)[:3], tuple(flags))
    try:
        await keep_look(services.database, services.vault, candidate, staff.login, label, candidate.text, settles=True)
    except Gone:
        return await _settle_page(request, staff, status=409, error=GONE)
    await _audit(request, staff, "learning.settled", candidate, label)
    raise web.HTTPSeeOther("/admin/understanding/settle")
