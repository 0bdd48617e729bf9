"""What people do to a ticket. Everything but 知道了 is an event of the conversation: nothing is changed or sent from here."""

from typing import Any

from aiohttp import web

from bot.api.routes import REFUSALS
from bot.audit import audit
from bot.desk import words
from bot.desk.deeds import Unfit, deed
from bot.desk.pages import error_answer, json_answer, page
from bot.desk.record import names_of_staff
from bot.desk.session import Staff
from bot.desk.ticket import find, parts_of
from bot.desk.wholes import parts_would_wait, tell_parts
from bot.forms import read_form
from bot.keys import SERVICES
from bot.services import Services
from bot.store.similar import duplicate_of
from bot.store.tickets import Ticket, acknowledge, get_ticket
from conversations.codes import Urgency
from conversations.events import (
    ReporterClaimed,
    ReporterClosed,
    ReporterCorrected,
    ReporterEvent,
    ReporterReopened,
    ReporterReplied,
)

_LABELLED = ("intent", "urgency")
_MOVED = "又有了新的情况，请看过再点“知道了”。"


async def post_act(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/{claim,reply,hand-back,close,reopen,correct}, as a form or fetched.

    Fetched: the parts of the page as they are now, or `{"error"}` with the sentence; a form goes back to the page.
    """
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None:
        return refused(request, staff, "", 404, "unknown", "没有这张单。")
    if ticket.erased:
        status, sentence = await why_not(services, "erased", ticket)
        return refused(request, staff, ticket.number, status, "erased", sentence)
    form = {name: str(value) for name, value in (await read_form(request)).items()}
    try:
        event = deed(request.match_info["act"], ticket.case, staff.login, form)
    except Unfit as error:
        return refused(request, staff, ticket.number, 400, "unfit", str(error))
    if isinstance(event, ReporterReopened) and await duplicate_of(services.database, ticket.number):
        status, sentence = await why_not(services, "linked", ticket)
        return refused(request, staff, ticket.number, status, "linked", sentence)
    if isinstance(event, ReporterClosed) and await parts_would_wait(services, ticket, event):
        status, sentence = await why_not(services, "parts", ticket)
        return refused(request, staff, ticket.number, status, "parts", sentence)
    outcome = await services.turns.act(ticket.conversation, event)
    if outcome.refused:
        fresh = await get_ticket(services.database, services.vault, ticket.number) or ticket
        status, sentence = await why_not(services, outcome.refused, fresh)
        return refused(request, staff, ticket.number, status, outcome.refused, sentence)
    if isinstance(event, ReporterClosed):
        await tell_parts(services, ticket, event)
    renews = isinstance(event, ReporterClaimed) and ticket.reporter == staff.login
    if not renews:
        await _write_down(services, staff, ticket, event)
    if isinstance(event, ReporterClaimed | ReporterReplied) and not ticket.reporter and ticket.alert:
        await _seen(services, staff, ticket.number, ticket.alert)  # what came since then rings on
    return await _as_now(request, staff, ticket)


async def _write_down(services: Services, staff: Staff, ticket: Ticket, event: ReporterEvent) -> None:
    """The audit line; the training row of a correction was committed with the turn itself."""
    detail: dict[str, Any] = {}
    if isinstance(event, ReporterCorrected):
        detail["field"] = event.field
        if event.field in _LABELLED:
            was = ticket.intent if event.field == "intent" else ticket.urgency
            detail |= {"was": was, "value": event.value}
            if event.field == "urgency":
                detail["lowered"] = Urgency(event.value).rank > Urgency(was).rank
    elif isinstance(event, ReporterClosed):
        detail["outcome"] = event.outcome
    kind = type(event).__name__.removeprefix("Reporter").lower()
    await audit(services.database, staff.login, f"desk.{kind}", ticket.number, **detail)


async def post_acknowledge(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/acknowledge: seen by a person; silent everywhere. `alert`: what they saw."""
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None:
        return refused(request, staff, "", 404, "unknown", "没有这张单。")
    seen = str((await read_form(request)).get("alert", ""))
    if seen and ticket.alert and seen != ticket.alert:
        return refused(request, staff, ticket.number, 409, "moved", _MOVED)
    await _seen(services, staff, ticket.number, seen)
    return await _as_now(request, staff, ticket)


async def _seen(services: Services, staff: Staff, number: str, seen: str = "") -> None:
    """Silent everywhere from now. Whoever takes a ticket has seen it: nobody else need be called."""
    alert = await acknowledge(services.database, number, staff.login, services.clock(), seen)
    if not alert:
        return
    await audit(services.database, staff.login, "desk.acknowledged", number, alert=alert)
    services.live.publish([{"what": "ticket", "number": number, "change": "acknowledged", "alert": ""}])


async def _as_now(request: web.Request, staff: Staff, ticket: Ticket) -> web.StreamResponse:
    """Read again only for whoever is shown it."""
    if request.headers.get("X-Parts") != "no":
        services = request.app[SERVICES]
        ticket = await get_ticket(services.database, services.vault, ticket.number) or ticket
    return await done(request, staff, ticket)


async def done(request: web.Request, staff: Staff, ticket: Ticket) -> web.StreamResponse:
    if request.headers.get("X-Requested-With") != "bangnong":
        raise web.HTTPSeeOther(f"/desk/tickets/{ticket.number}")
    if request.headers.get("X-Parts") == "no":
        return json_answer({"done": True})
    return json_answer(await parts_of(request.app[SERVICES], ticket, staff))


def refused(
    request: web.Request, staff: Staff, number: str, status: int, code: str, sentence: str
) -> web.StreamResponse:
    if request.headers.get("X-Requested-With") == "bangnong":
        return error_answer(status, code, sentence)
    back = f"/desk/tickets/{number}" if number else "/desk"
    return page("message.html", staff, status=status, title="没有办成", sentence=sentence, back=back)


async def why_not(services: Services, code: str, ticket: Ticket) -> tuple[int, str]:
    """Status and sentence for an act the conversation refused."""
    status, sentence = REFUSALS.get(code, (409, "现在不能这样做。"))
    if code == "claimed":
        names = await names_of_staff(services.database)
        sentence = f"{words.person(ticket.reporter, names)}已经接手，您可以看，不能处理。"
    return status, sentence if sentence.endswith(("。", "？", "！")) else sentence + "。"
