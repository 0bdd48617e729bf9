"""“给我下一件”, and what is proposed to whom: the queue's part of giving tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.assignment.giving import ROWS, Giver
from bot.audit import audit
from bot.desk import words
from bot.desk.pages import error_answer, json_answer, page
from bot.desk.people import PLANNERS
from bot.desk.record import names_of_staff
from bot.desk.session import Staff
from bot.keys import SERVICES
from bot.services import Services
from bot.store.assignment import Given, givens, lapse, profiles, proposed_to, without_anybody
from bot.store.shifts import Shift, on_duty, shifts_are_kept, shifts_of
from bot.store.tickets import Ticket, acknowledge, get_ticket


@dataclass(frozen=True, slots=True)
class Offer:
    """One ticket proposed to who looks."""

    number: str
    title: str
    urgency: str
    why: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands above the queue. `nobody`: sentences for the duty editor; `owed`: a shift without its hand-over."""

    offers: tuple[Offer, ...] = ()
    nobody: tuple[tuple[str, str], ...] = ()
    owed: Shift | None = None
    guide: bool = False


async def panel_for(services: Services, staff: Staff, now: datetime) -> Panel:
    if not staff.acts:
        return Panel()
    offers = [await _offer(services, one) for one in await proposed_to(services.database, staff.login)]
    mine = await shifts_of(services.database, services.vault, staff.login, now)
    owed = next((one for one in mine if one.owed(now)), None)
    me = await profiles(services.database, staff.login)
    guide = bool(me) and me[0].helper and not me[0].guided
    told: list[tuple[str, str]] = []
    told_kinds = {one.code for one in ROWS.shifts if one.editor}
    if staff.role in PLANNERS or any(one.on(now) and one.kind in told_kinds for one in mine):
        found = await without_anybody(services.database, now - 2 * ROWS.nobody)
        told = [(one.number, one.why) for one in found]
    return Panel(tuple(one for one in offers if one), tuple(told[:5]), owed, guide)


async def _offer(services: Services, given: Given) -> Offer | None:
    ticket = await get_ticket(services.database, services.vault, given.number)
    if ticket is None:
        return None
    title = words.intent_title(services.playbook, ticket.intent)
    return Offer(given.number, title, words.URGENCY[ticket.urgency], given.why)


async def flags_for(services: Services, staff: Staff, tickets: Sequence[Ticket]) -> dict[str, str]:
    """Number → to whom a free ticket is proposed, as its row says it."""
    free = [one.number for one in tickets if one.outcome is None and not one.reporter]
    if not free:
        return {}
    open_ones = {
        number: one.login
        for number, each in (await givens(services.database, free)).items()
        for one in each
        if one.state == "open"
    }
    names = await names_of_staff(services.database) if open_ones else {}
    return {
        number: "提议给您" if login == staff.login else f"提议给{words.person(login, names)}"
        for number, login in open_ones.items()
    }


async def post_next(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/next: the best ticket for who asks, theirs from now. Fetched: `{"number"}`; a form goes to the ticket."""
    services = request.app[SERVICES]
    now = services.clock()
    taken = await Giver(services.database, services.vault, services.turns).next_for(staff.login, now)
    fetched = request.headers.get("X-Requested-With") == "bangnong"
    if not taken.number:
        if fetched:
            return error_answer(409, "nothing", taken.sentence)
        return page("message.html", staff, status=409, title="没有取到", sentence=taken.sentence, back="/desk")
    if taken.sentence:  # empty on a second press of the same wish
        await audit(services.database, staff.login, "desk.next", taken.number)
        if await acknowledge(services.database, taken.number, staff.login, now):  # whoever takes it has seen it
            services.live.publish([{"what": "ticket", "number": taken.number, "change": "acknowledged", "alert": ""}])
    if fetched:
        return json_answer({"number": taken.number})
    raise web.HTTPSeeOther(f"/desk/tickets/{taken.number}")


async def post_pass(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/proposals/{number}/pass: not me; the watch asks somebody else."""
    services, number = request.app[SERVICES], request.match_info["number"]
    mine = next((one for one in await proposed_to(services.database, staff.login) if one.number == number), None)
    if mine is None or not await lapse(services.database, mine.id, "passed", services.clock()):
        return page(
            "message.html", staff, status=409, title="没有办成", sentence="这张单没有提议给您，或已有人接手。", back="/desk"
        )  # fmt: skip
    await audit(services.database, staff.login, "desk.passed", number)
    services.live.publish([{"what": "ticket", "number": number, "change": "passed", "alert": ""}])
    raise web.HTTPSeeOther("/desk")


async def on_now(services: Services, now: datetime) -> list[Shift]:
    """Who is on duty, for pages that say so; nothing where the desk keeps no shifts."""
    if not await shifts_are_kept(services.database, now):
        return []
    return await on_duty(services.database, services.vault, now)
