"""One person on several channels: asked, linked with their consent, written to where they can be reached, and unlinked.

Nothing is linked by a machine: the same telephone may be a household's. A reply through another channel is an ordinary
reply in that conversation, under that channel's own window.
"""

from aiohttp import web

from bot.audit import audit
from bot.desk.acts import done, refused, why_not
from bot.desk.deeds import Unfit, reply
from bot.desk.session import Staff
from bot.desk.ticket import find
from bot.forms import read_form
from bot.keys import SERVICES
from bot.services import Services
from bot.store.people import CONSENTS, elsewhere, forget_ask, link_contacts, note_ask, unlink_contacts
from bot.store.tickets import Ticket, get_ticket
from conversations.events import ReporterReplied

_UNKNOWN = "没有这张单，或两边登记的不是同一个电话。"
QUESTION = (
    "另有一个渠道的求助登记了同一个电话。如果也是您本人，我们想把两边的对话合在一起看，免得您重复说。"
    "可以的话请回复“可以合并”；不是您或不愿意，请告诉我们，两边会分开办。"
)
"""It names neither the other channel nor a word said there: whoever shares a telephone need not know of the other."""


async def post_ask(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/same-ask: other. The question goes out as the reporter's own reply, once."""
    services = request.app[SERVICES]
    ticket, other, _ = await _pair(request)
    if ticket is None or other is None:
        return refused(request, staff, ticket.number if ticket else "", 404, "unknown", _UNKNOWN)
    pair = ticket.conversation, other.conversation
    if not await note_ask(services.database, *pair, staff.login, services.clock()):
        return refused(request, staff, ticket.number, 409, "asked", "已经问过了，请看对话里的回答。")
    event = ReporterReplied(ticket.case, staff.login, QUESTION, f"{staff.login}:same-{other.number}")
    outcome = await services.turns.act(ticket.conversation, event)
    if outcome.refused:
        await forget_ask(services.database, *pair)
        return await _not_now(request, staff, ticket, outcome.refused)
    await audit(services.database, staff.login, "desk.same_asked", ticket.number, other=other.number)
    return await _shown(request, staff, ticket, other)


async def post_link(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/same-link: other, consent (chat or phone)."""
    services = request.app[SERVICES]
    ticket, other, form = await _pair(request)
    if ticket is None or other is None:
        return refused(request, staff, ticket.number if ticket else "", 404, "unknown", _UNKNOWN)
    consent = form.get("consent", "")
    if consent not in CONSENTS:
        return refused(request, staff, ticket.number, 400, "unfit", "请选居民是怎么同意的；没有同意就不能合看。")
    now = services.clock()
    if not await link_contacts(
        services.database, ticket.conversation, other.conversation, consent, staff.login, now
    ):  # fmt: skip
        return refused(request, staff, ticket.number, 409, "linked", "两边已经合看了，请刷新。")
    await audit(services.database, staff.login, "desk.same_linked", ticket.number, other=other.number, consent=consent)
    return await _shown(request, staff, ticket, other)


async def post_unlink(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/same-unlink: other."""
    services = request.app[SERVICES]
    ticket, other, _ = await _pair(request)
    if ticket is None or other is None:
        return refused(request, staff, ticket.number if ticket else "", 404, "unknown", _UNKNOWN)
    if not await unlink_contacts(services.database, ticket.conversation, other.conversation):
        return refused(request, staff, ticket.number, 409, "linked", "两边没有合看，请刷新。")
    await audit(services.database, staff.login, "desk.same_unlinked", ticket.number, other=other.number)
    return await _shown(request, staff, ticket, other)


async def post_reply(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/same-reply: other, text, reply_id. Sent in the other conversation, if linked."""
    services = request.app[SERVICES]
    ticket, other, form = await _pair(request, linked=True)
    if ticket is None or other is None:
        return refused(request, staff, ticket.number if ticket else "", 404, "unknown", "两边还没有合看。")
    try:
        event = reply(other.case, staff.login, form)
    except Unfit as unfit:
        return refused(request, staff, ticket.number, 400, "unfit", str(unfit))
    outcome = await services.turns.act(other.conversation, event)
    if outcome.refused:
        return await _not_now(request, staff, other, outcome.refused, ticket.number)
    await audit(services.database, staff.login, "desk.replied", other.number, through=ticket.number)
    return await _shown(request, staff, ticket, other)


async def _pair(request: web.Request, *, linked: bool = False) -> tuple[Ticket | None, Ticket | None, dict[str, str]]:
    """The ticket and the other conversation's: only one that shares the telephone or is linked already."""
    services = request.app[SERVICES]
    form = {name: str(value) for name, value in (await read_form(request)).items()}
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return None, None, form
    number = form.get("other", "")
    found = await elsewhere(services.database, ticket.conversation)
    if not any(one.number == number and (one.by or not linked) for one in found):
        return ticket, None, form
    return ticket, await get_ticket(services.database, services.vault, number), form


async def _not_now(request: web.Request, staff: Staff, ticket: Ticket, code: str, back: str = "") -> web.StreamResponse:
    services: Services = request.app[SERVICES]
    fresh = await get_ticket(services.database, services.vault, ticket.number) or ticket
    status, sentence = await why_not(services, code, fresh)
    return refused(request, staff, back or ticket.number, status, code, sentence)


async def _shown(request: web.Request, staff: Staff, ticket: Ticket, other: Ticket) -> web.StreamResponse:
    services: Services = request.app[SERVICES]
    services.live.publish(
        [{"what": "ticket", "number": one.number, "change": "linked", "alert": ""} for one in (ticket, other)]
    )
    fresh = await get_ticket(services.database, services.vault, ticket.number)
    return await done(request, staff, fresh or ticket)
