"""Showing what is hidden: one field at a time, to people who act, written down before it is shown."""

from typing import Any

from aiohttp import web

from bot.audit import audit
from bot.desk.pages import error_answer, json_answer
from bot.desk.picture_words import whole_words
from bot.desk.record import lately
from bot.desk.session import Staff
from bot.desk.ticket import find
from bot.desk.view import NOTED, message_words, slot_value
from bot.forms import read_form
from bot.keys import SERVICES
from bot.store.said import messages_of
from bot.store.tickets import events_of

MOST = 120
"""Reveals of one person in ten minutes: far more than the work needs, far less than copying the record."""


async def post_reveal(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/reveal `field`: `slot:NAME` → `{"value"}`; `words` → `{"messages": {id: text}}`, notes too.

    Nothing is shown when the line of the audit cannot be written (503), or after too many (429).
    """
    services = request.app[SERVICES]
    ticket = await find(request)
    field = str((await read_form(request)).get("field", ""))
    if ticket is None or ticket.erased:
        return error_answer(404, "unknown", "没有这张单，或资料已删除。")
    if await lately(services.database, staff.login, "desk.reveal") >= MOST:
        return error_answer(429, "too_many", "十分钟内看得太多了，请稍后再看。")
    answer: dict[str, Any] = {}
    kind, _, name = field.partition(":")
    if kind == "slot" and (value := slot_value(ticket, name)):
        answer["value"] = value
    elif field == "words":
        messages = await messages_of(services.database, services.vault, ticket.conversation)
        answer["messages"] = {one.id: message_words(one) for one in messages}
        answer["messages"] |= await whole_words(services, ticket)
        events = await events_of(services.database, services.vault, ticket.number)
        answer["messages"] |= {f"note-{one.id}": one.detail for one in events if one.change == NOTED}
    else:
        return error_answer(400, "unfit", "没有这一项。")
    await audit(services.database, staff.login, "desk.reveal", ticket.number, field=field)
    return json_answer(answer)
