"""One approved answer for all who asked: found by the reader and the search, one confirmation, each outcome by itself."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.arrivals import TurnFailed
from bot.audit import audit
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.log import get_logger
from bot.mask import mask_text
from bot.rows.knowledge import COUNTED_DAYS, times_given
from bot.services import Services
from bot.store.database import StoreAway
from bot.store.knowledge import keep_outcome, outcomes_of, sent_times
from bot.store.said import messages_of
from bot.store.tickets import Filter, Ticket, list_tickets
from conversations.codes import Intent
from conversations.events import ReporterHandedBack, ReporterReplied
from conversations.knowledge import Entry

log = get_logger("knowledge")

TELLERS = frozenset({"editor", "admin"})
OUTCOMES = {
    "sent": "已发出", "window": "发不了：窗口已关或条数用完，请打电话", "claimed": "发不了：同事在办这一张",
    "closed": "已经结束", "unknown": "资料已删除", "failed": "没有发成，请再试",
}  # fmt: skip
_MOST = 200
_SHOWN = 60
"""Characters of a question on the list."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question. `sure`: the reader hears this entry's question in it; else only its words are there."""

    ticket: Ticket
    question: str
    sure: bool
    outcome: str


def text_of(services: Services, entry: Entry) -> str:
    """Word for word what the bot says."""
    source = f"{entry.source}，{entry.since.year}年{entry.since.month}月{entry.since.day}日起"
    return services.playbook.say("answer", answer=entry.answer, source=source)


async def asked_of(services: Services, entry: Entry) -> list[Asked]:
    """Open questions this answers, the sure ones first. Raises StoreAway."""
    base = (services.database, services.vault)
    wanted = Filter(status="open", intent=Intent.CONSULT)
    tickets, _ = await list_tickets(*base, wanted, limit=_MOST)
    found = {one.number: one for one in tickets if not one.erased}
    alike: set[str] = set()
    for ask in entry.asks:
        searched, _ = await list_tickets(*base, Filter(status="open", intent=Intent.CONSULT, q=ask), limit=_MOST)
        alike |= {one.number for one in searched}
        found |= {one.number: one for one in searched if not one.erased}
    words = {number: await _words(services, one) for number, one in found.items()}
    reader, now = services.reader.current(), services.clock()

    def read() -> dict[str, bool]:
        return {
            number: any(one.answer == entry.code for one in reader.read(said, [now] * len(said))) if said else False
            for number, said in words.items()
        }

    sure = await asyncio.to_thread(read)
    text = text_of(services, entry)
    told = await outcomes_of(*base, entry.code, text, list(found))
    out = [
        Asked(one, mask_text("；".join(words[number]))[:_SHOWN], sure[number], told.get(number, ""))
        for number, one in found.items()
        if sure[number] or number in alike
    ]
    return sorted(out, key=lambda one: (not one.sure, one.ticket.number))


async def _words(services: Services, ticket: Ticket) -> list[str]:
    said = await messages_of(services.database, services.vault, ticket.conversation)
    return [one.text for one in said if one.direction == "i" and one.case == ticket.case and one.text.strip()]


async def conflicts_of(services: Services, entry: Entry) -> list[tuple[str, str]]:
    """(question, code of the other entry): valid entries between which the reader, and so a resident, may not tell."""
    now = services.clock()
    asks = [(one.code, ask) for one in services.playbook.knowledge.values() for ask in one.asks]
    asks = [(code, ask) for code, ask in asks if services.playbook.entry(code, now) is not None]
    reader = services.reader.current()
    read = await asyncio.to_thread(reader.read, [ask for _, ask in asks], [now] * len(asks))
    out = []
    for (code, ask), one in zip(asks, read, strict=True):
        if one.answer and one.answer != code and entry.code in (code, one.answer):
            out.append((ask, one.answer if code == entry.code else code))
    return out


async def get_told(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/rows/knowledge/{code}/told"""
    return await _page(request, staff)


async def _page(request: web.Request, staff: Staff, *, status: int = 200, error: str = "") -> web.StreamResponse:
    services, code = request.app[SERVICES], request.match_info["code"]
    entry = services.playbook.entry(code, services.clock())
    if entry is None:
        sentence = "这一条还没有发布、没有核准，或不在有效期里，不能发给居民。"
        return page(
            "message.html", staff, status=404, section="admin", title="不能发", sentence=sentence,
            back=f"/admin/rows/knowledge/{code}",
        )  # fmt: skip
    given = (await times_given(services.database, services.vault)).get(code, 0)
    return page(
        "knowledge_all.html", staff, status=status, section="admin", tab="rows", entry=entry, error=error,
        text=text_of(services, entry), asked=await asked_of(services, entry), outcomes=OUTCOMES, given=given,
        days=COUNTED_DAYS, sent=await sent_times(services.database, services.vault, code),
        conflicts=await conflicts_of(services, entry), may=staff.role in TELLERS,
    )  # fmt: skip


async def post_told(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/rows/knowledge/{code}/told: number (several), text (as it was shown), sure=yes. Back to the page."""
    services, code = request.app[SERVICES], request.match_info["code"]
    form = await read_form(request)
    entry = services.playbook.entry(code, services.clock())
    if entry is None:
        return await _page(request, staff)
    text = text_of(services, entry)
    if str(form.get("text", "")).replace("\r\n", "\n") != text:
        return await _page(request, staff, status=409, error="答复刚改过，请看过新的再发。")
    if form.get("sure") != "yes":
        return await _page(request, staff, status=400, error="看过答复和名单，再勾“看过了，发给他们”。")
    numbers = {str(one) for one in form.getall("number", [])}
    chosen = [one for one in await asked_of(services, entry) if one.ticket.number in numbers and one.outcome != "sent"]
    if not chosen:
        return await _page(request, staff, status=400, error="没有选中还没发过的求助。")
    await _tell_all(services, entry, text, [one.ticket for one in chosen], staff)
    raise web.HTTPSeeOther(f"/admin/rows/knowledge/{code}/told")


async def _tell_all(services: Services, entry: Entry, text: str, tickets: Sequence[Ticket], staff: Staff) -> None:
    for ticket in tickets:
        outcome = await _told(services, entry, text, ticket, staff)
        await keep_outcome(
            services.database, services.vault, entry.code, text, ticket, outcome, staff.login, services.clock()
        )
        services.live.publish([{"what": "ticket", "number": ticket.number, "change": "answered", "alert": ""}])
    await audit(services.database, staff.login, "knowledge.told", entry.code, tickets=len(tickets))


async def _told(services: Services, entry: Entry, text: str, ticket: Ticket, staff: Staff) -> str:
    """What became of it. A ticket nobody had is nobody's again, so that the bot hears what is answered."""
    mark = services.vault.hash("knowledge-text", entry.code, text).hex()[:16]
    event = ReporterReplied(ticket.case, staff.login, text, f"knowledge:{entry.code}:{mark}")
    try:
        outcome = await services.turns.act(ticket.conversation, event)
        if outcome.refused:
            return outcome.refused if outcome.refused in OUTCOMES else "failed"
        if not ticket.reporter:
            await services.turns.act(
                ticket.conversation, ReporterHandedBack(ticket.case, staff.login, "核准的答复已发给居民")
            )
    except (TurnFailed, StoreAway) as error:
        log.warning("answer_not_told", ticket=ticket.number, reason=type(error).__name__)
        return "failed"
    return "sent"
