"""Notes on a ticket for colleagues: kept with its history, sealed as everything is, never said to a resident."""

from aiohttp import web

from bot.audit import audit
from bot.desk.once import form_id
from bot.desk.pages import error_answer, json_answer
from bot.desk.session import Staff
from bot.desk.ticket import find, parts_of
from bot.desk.view import NOTED
from bot.forms import read_form
from bot.keys import SERVICES
from bot.services import Services
from bot.store.tickets import Ticket, get_ticket

_LONGEST = 2000


async def _keep(services: Services, ticket: Ticket, login: str, text: str, form: str | None) -> bool | None:
    """Written as one statement with the mark that tells open desks; None when the contact's key is gone, False when this
    form was kept before."""
    sealed = await services.database.value("select data_key from contacts where id = $1", ticket.conversation)
    if sealed is None:
        return None
    detail = services.vault.data_key(ticket.conversation, sealed).seal(text.encode())
    made = await services.database.value(
        "with told as (update tickets set changed = nextval('ticket_changes') where number = $1) "
        "insert into ticket_events (number, at, actor, change, detail, form) values ($1, $2, $3, $4, $5, $6) "
        "on conflict (form) where form is not null do nothing returning id",
        ticket.number, services.clock(), login, NOTED, detail, form,
    )  # fmt: skip
    return made is not None


async def post_note(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/note: text, form (its id). The page's parts as they are now; a form goes back to the page."""
    services = request.app[SERVICES]
    ticket = await find(request)
    form = {name: str(value) for name, value in (await read_form(request)).items()}
    text = form.get("text", "").strip()
    if ticket is None or ticket.erased:
        return error_answer(404, "unknown", "没有这张单，或资料已删除。")
    if not text or len(text) > _LONGEST:
        return error_answer(400, "unfit", f"太长了：最多 {_LONGEST} 个字。" if text else "还没有写内容。")
    kept = await _keep(
        services, ticket, staff.login, text, form_id(services.vault, form, staff.login, ticket.number, text)
    )
    if kept is None:
        return error_answer(404, "unknown", "资料已删除，记不下了。")
    if kept:
        await audit(services.database, staff.login, "desk.noted", ticket.number)
    services.live.publish([{"what": "ticket", "number": ticket.number, "change": NOTED, "alert": ""}])
    if request.headers.get("X-Requested-With") != "bangnong":
        raise web.HTTPSeeOther(f"/desk/tickets/{ticket.number}")
    fresh = await get_ticket(services.database, services.vault, ticket.number) or ticket
    return json_answer(await parts_of(services, fresh, staff))
