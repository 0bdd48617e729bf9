"""/desk/new: somebody is on the telephone, in the live stream, at the door. Typed once, read while it is typed, filed with Enter.

The words go through the same engine as a message: what it would say next is shown to be read out, a red sign rings at once.
"""

import asyncio
from collections import OrderedDict, deque
from uuid import uuid4

from aiohttp import web

from adapters.staff import WAYS, filed, filing
from bot.audit import audit
from bot.desk.casing import ASK_A_PERSON, open_case
from bot.desk.directory import ROWS
from bot.desk.filing_view import Understood, understand
from bot.desk.pages import error_answer, fragment, json_answer, page
from bot.desk.record import lately, names_of_staff, waiting_numbers
from bot.desk.rows import Row, row_of
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.services import Services
from bot.store.asides import find_contact, open_cases
from bot.store.filings import Filing, keep_filing, to_ring_back
from bot.store.tickets import Filter, list_tickets
from classifiers.similar import numbers

LONGEST = {"words": 5000, "phone": 40, "place": 200, "who": 60}
_MOST = 60
"""Filings of one person in ten minutes: more than anybody takes down by hand."""
_READS, _WITHIN = 40, 10.0
"""Readings of one session in so many seconds."""
_RING = 12
_REACHED = tuple(code for code, result in ROWS.results.items() if result.human and result.contact)
_reads: OrderedDict[bytes, deque[float]] = OrderedDict()


class Unfit(Exception):
    """What was filled in cannot be filed; the sentence says what to do."""


async def get_new(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/new"""
    way = request.query.get("way", "phone")
    return await _form(request, staff, {"way": way if way in WAYS else "phone", "id": uuid4().hex})


async def post_read(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/new/read, the form's fields: `{"html", "red"}`, how it is understood. Nothing is kept."""
    if not _may_read(staff.session):
        return error_answer(429, "too_many", "读得太快了，停一下再打。")
    services = request.app[SERVICES]
    given = await _given(request)
    seen = understand(services, filed(given["words"], given["phone"], given["place"], given["who"]))
    return json_answer({"html": fragment("_filing_reading.html", seen=seen), "red": bool(seen and seen.red)})


def _may_read(session: bytes) -> bool:
    now = asyncio.get_running_loop().time()
    times = _reads.setdefault(session, deque())
    _reads.move_to_end(session)
    if len(_reads) > 500:
        _reads.popitem(last=False)
    while times and now - times[0] > _WITHIN:
        times.popleft()
    if len(times) >= _READS:
        return False
    times.append(now)
    return True


async def post_new(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/new: words, phone, place, who, way, id (the form's own), insist ("yes": filed although it is unclear).

    To the ticket. Pressed twice it is the same ticket; a form that cannot be taken comes back as it was, with a sentence.
    """
    services = request.app[SERVICES]
    given = await _given(request)
    try:
        text, number, seen = _checked(services, given)
    except Unfit as error:
        return await _form(request, staff, given, status=400, error=str(error))
    if await lately(services.database, staff.login, "desk.filed") >= _MOST:
        return await _form(request, staff, given, status=429, error="十分钟内登记得太多了，请稍后再交。内容还在。")
    message = filing(text, given["id"], number, services.clock())
    if not (seen.opens or await _known_case(services, message.contact.openid)):
        if given.get("insist") != "yes":
            sentence = "没有听出要帮什么忙。补一句再交；要先登记、由记者问清楚，点“仍然登记”。"
            return await _form(request, staff, {**given, "unclear": "yes"}, status=400, error=sentence)
        message = filing(f"{text}\n{ASK_A_PERSON}", given["id"], number, services.clock())
    ticket = await open_case(services, message, staff.login)
    if ticket is None:
        return await _form(request, staff, given, status=409, error="没有立成单，请补一句要帮什么忙，再交一次。")
    if await keep_filing(services.database, given["id"], Filing(ticket, given["way"], staff.login, services.clock())):
        await audit(services.database, staff.login, "desk.filed", ticket, way=given["way"])
    raise web.HTTPSeeOther(f"/desk/tickets/{ticket}")


async def _given(request: web.Request) -> dict[str, str]:
    form = await read_form(request)
    given = {name: str(form.get(name, "")).strip() for name in (*LONGEST, "way", "id", "insist")}
    if given["way"] not in WAYS:
        given["way"] = "other"
    return given


def _checked(services: Services, given: dict[str, str]) -> tuple[str, str, Understood]:
    """(text, telephone as dialled or "", how it is understood). Raises Unfit."""
    if not (given["id"].isalnum() and 16 <= len(given["id"]) <= 64 and given["id"].isascii()):
        given["id"] = uuid4().hex
        raise Unfit("页面已过期，内容还在，请再交一次。")
    if not given["words"]:
        raise Unfit("还没有写对方说了什么。")
    titles = {"words": "原话", "phone": "电话", "place": "地址", "who": "称呼"}
    for name, most in LONGEST.items():
        if len(given[name]) > most:
            raise Unfit(f"{titles[name]}太长了：最多 {most} 个字。")
    dialled = numbers(given["phone"]) if given["phone"] else ()
    if given["phone"] and not dialled:
        raise Unfit("这个电话拨不出去：请写手机号，或带区号的座机；不知道就空着。")
    text = filed(given["words"], given["phone"], given["place"], given["who"])
    seen = understand(services, text)
    if seen is None:
        raise Unfit("还没有写对方说了什么。")
    return text, dialled[0] if dialled else seen.only_phone, seen


async def _known_case(services: Services, openid: str) -> bool:
    """Whether something of theirs is open already: then whatever they say belongs to it."""
    hashed = services.vault.hash("openid", "staff", "desk", openid)
    known = await find_contact(services.database, services.vault, hashed)
    return known is not None and bool(await open_cases(services.database, known.id))


async def _form(
    request: web.Request, staff: Staff, given: dict[str, str], *, status: int = 200, error: str = ""
) -> web.StreamResponse:
    services = request.app[SERVICES]
    values = {"words": "", "phone": "", "place": "", "who": "", "unclear": "", **given}
    text = filed(values["words"], values["phone"], values["place"], values["who"])
    return page(
        "filing.html", staff, status=status, section="new", given=values, ways=WAYS, most=LONGEST, error=error,
        seen=understand(services, text), waiting=await _waiting(services, staff), now=services.clock(),
    )  # fmt: skip


async def _waiting(services: Services, staff: Staff) -> list[Row]:
    """Filed, and not rung back yet."""
    wanted = tuple(await to_ring_back(services.database, _REACHED, _RING))
    if not wanted:
        return []
    found = (await list_tickets(services.database, services.vault, Filter(numbers=wanted), limit=_RING))[0]
    names, now = await names_of_staff(services.database), services.clock()
    waiting = await waiting_numbers(services.database, found)
    return [
        row_of(one, services.playbook, names, login=staff.login, waiting=one.number in waiting, now=now, place="other")
        for one in found
    ]
