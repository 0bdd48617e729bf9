"""A reporter takes a slot over from what was read on a picture: an event of the conversation, like every act."""

from aiohttp import web

from bot.audit import audit
from bot.desk.acts import done, refused, why_not
from bot.desk.session import Staff
from bot.desk.ticket import find
from bot.forms import read_form
from bot.keys import SERVICES
from bot.store.tickets import get_ticket
from conversations.events import PictureTaken


async def post_take(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/written: picture, slot. 409 when somebody else has it, or it is no longer proposed."""
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return refused(request, staff, "", 404, "unknown", "没有这张单，或资料已删除。")
    form = await read_form(request)
    slot = str(form.get("slot", ""))
    event = PictureTaken(ticket.case, staff.login, str(form.get("picture", "")), slot)
    outcome = await services.turns.act(ticket.conversation, event)
    fresh = await get_ticket(services.database, services.vault, ticket.number) or ticket
    if outcome.refused == "value":
        return refused(request, staff, ticket.number, 409, "value", "照片上没有这一项了，请刷新再看。")
    if outcome.refused:
        status, sentence = await why_not(services, outcome.refused, fresh)
        return refused(request, staff, ticket.number, status, outcome.refused, sentence)
    await audit(services.database, staff.login, "desk.picture_taken", ticket.number, field=slot)
    return await done(request, staff, fresh)
