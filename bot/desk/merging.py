"""One matter, two tickets: merged by a person, told apart by a person, and split again. The bot never does it."""

from collections.abc import Sequence

from aiohttp import web

from bot.audit import audit
from bot.desk.acts import done, refused, why_not
from bot.desk.session import Staff
from bot.desk.similar import mergeable
from bot.desk.ticket import find
from bot.forms import read_form
from bot.keys import SERVICES
from bot.numbers import whole
from bot.services import Services
from bot.store.similar import MERGED, SPLIT, keep_apart, keep_split, link, tell_merge, unlink
from bot.store.tickets import Ticket, get_ticket
from conversations.codes import Outcome, Urgency
from conversations.events import ReporterClosed, ReporterReopened

_UNKNOWN = "没有这张单，或资料已删除。"
_REFUSED = {
    "linked": "其中一张已经并到别的单，请刷新后再看。",
    "ended": "那一单已经结束，没有人在办：请先把它重新打开，或在那一单里把它并过来。",
    "more_urgent": "这一单更急：请先把那一单的缓急改高，或在那一单里把它并过来。",
}


async def post_merge(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/merge: other. The ticket is closed as part of `other`; its resident is told so."""
    services = request.app[SERVICES]
    ticket, other = await _pair(request)
    if ticket is None or other is None:
        return refused(request, staff, ticket.number if ticket else "", 404, "unknown", _UNKNOWN)
    if not mergeable(ticket):
        return refused(request, staff, ticket.number, 409, "closed", "这张单已经结束。")
    if why := await link(services.database, ticket.number, other.number, staff.login, services.clock()):
        return refused(request, staff, ticket.number, 409, why, _REFUSED[why])
    if ticket.outcome is None:
        # Whatever is said from the moment it was looked at leaves it open.
        heard = whole(str((await read_form(request)).get("heard", "")))
        event = ReporterClosed(
            ticket.case, staff.login, Outcome.DUPLICATE,
            heard=ticket.heard if heard is None else heard, urgency=Urgency(ticket.urgency),
        )  # fmt: skip
        outcome = await services.turns.act(ticket.conversation, event)
        if outcome.refused:
            await unlink(services.database, ticket.number)
            fresh = await get_ticket(services.database, services.vault, ticket.number) or ticket
            status, sentence = await why_not(services, outcome.refused, fresh)
            return refused(request, staff, ticket.number, status, outcome.refused, sentence)
    # Told after it was closed, so that a history reads in that order.
    await tell_merge(services.database, services.vault, ticket.number, other.number, staff.login, services.clock())
    await audit(services.database, staff.login, "desk.merged", ticket.number, into=other.number)
    return await _shown(request, staff, ticket, [other.number], MERGED)


async def post_apart(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/apart: other. The pair is not proposed again."""
    services = request.app[SERVICES]
    ticket, other = await _pair(request)
    if ticket is None or other is None:
        return refused(request, staff, ticket.number if ticket else "", 404, "unknown", _UNKNOWN)
    await keep_apart(services.database, services.vault, ticket.number, other.number, staff.login, services.clock())
    await audit(services.database, staff.login, "desk.apart", ticket.number, other=other.number)
    return await _shown(request, staff, ticket, [other.number], "apart")


async def post_split(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/split: it stands for itself again."""
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None:
        return refused(request, staff, "", 404, "unknown", _UNKNOWN)
    other = await keep_split(services.database, services.vault, ticket.number, staff.login, services.clock())
    if not other:
        return refused(request, staff, ticket.number, 409, "linked", "这张单没有并到别的单，请刷新后再看。")
    await audit(services.database, staff.login, "desk.split", ticket.number, other=other)
    if ticket.outcome == Outcome.DUPLICATE and not ticket.erased:
        # What is no longer part of another matter is a matter of its own, and open. Somebody may have been quicker.
        await services.turns.act(ticket.conversation, ReporterReopened(ticket.case, staff.login))
    return await _shown(request, staff, ticket, [other], SPLIT)


async def _pair(request: web.Request) -> tuple[Ticket | None, Ticket | None]:
    services = request.app[SERVICES]
    ticket = await find(request)
    number = str((await read_form(request)).get("other", ""))
    other = await get_ticket(services.database, services.vault, number) if number else None
    if ticket and other and (other.number == ticket.number or ticket.erased or other.erased):
        return ticket, None
    return ticket, other


async def _shown(
    request: web.Request, staff: Staff, ticket: Ticket, others: Sequence[str], change: str
) -> web.StreamResponse:
    """Open desks hear of both tickets; the answer is the page as it is now."""
    services: Services = request.app[SERVICES]
    services.live.publish(
        [{"what": "ticket", "number": number, "change": change, "alert": ""} for number in (ticket.number, *others)]
    )
    fresh = await get_ticket(services.database, services.vault, ticket.number)
    return await done(request, staff, fresh or ticket)
