"""A report's answer to its residents, as the reporter's own reply to each; and the look at what slips into any text."""

from collections.abc import Mapping, Sequence

from bot.arrivals import TurnFailed
from bot.desk.reports_view import ROWS, names_of_cluster, tickets_of_report
from bot.desk.session import Staff
from bot.log import get_logger
from bot.reports.hiding import leaks, leaks_words
from bot.reports.paper import history_name
from bot.services import Services
from bot.store.database import StoreAway
from bot.store.report_tickets import keep_told
from bot.store.reports import Report, note_told
from bot.store.tickets import Ticket
from conversations.events import ReporterHandedBack, ReporterReplied

log = get_logger("reports")

LONGEST = 1000


class Unfit(Exception):
    """What was filled in cannot be taken; the sentence says what to do."""


async def nothing_slips(
    services: Services, tickets: Sequence[Ticket], texts: Mapping[str, str], report: Report
) -> None:
    """Raises Unfit where a text tells who somebody is."""
    names = await names_of_cluster(services, tickets)
    titles = {one.code: one.title for one in ROWS.forms[report.kind]}
    for code, text in texts.items():
        if found := leaks(text, tickets, names):
            raise Unfit(f"“{titles.get(code, code)}”{leaks_words(found)}")


async def tell(
    services: Services, report: Report, given: Mapping[str, str], numbers: Sequence[str], staff: Staff
) -> bool:
    """The same words to each that was chosen, as the reporter's own reply; what became of each is kept. Raises Unfit."""
    text = given.get("text", "")
    if report.status != "answered":
        raise Unfit("还没有答复。")
    if not text or len(text) > LONGEST:
        raise Unfit(f"太长了：最多 {LONGEST} 个字。" if text else "还没有写内容。")
    if given.get("sure") != "yes":
        raise Unfit("看过这段话和名单，再勾“看过了，发给他们”。")
    cases, tickets = await tickets_of_report(services, report)
    await nothing_slips(services, [one for one in tickets.values() if not one.erased], {"给居民的话": text}, report)
    chosen = [one for one in cases if one.number in numbers and not one.heard(report.answered_at)]
    if not chosen:
        raise Unfit("没有选中还没告诉的求助。")
    mark = int(report.answered_at.timestamp() * 1000) if report.answered_at else 0
    for one in chosen:
        ticket = tickets.get(one.number)
        told = "erased" if one.erased or ticket is None or ticket.erased else await _told(
            services, report, ticket, f"您的求助 {ticket.number}：{text}", mark, staff
        )  # fmt: skip
        await keep_told(services.database, report.id, one.number, told, staff.login, services.clock())
    await note_told(services.database, report.id, staff.login, services.clock())
    return True


async def _told(services: Services, report: Report, ticket: Ticket, text: str, mark: int, staff: Staff) -> str:
    """What became of it: sent, or the reason. A ticket nobody had is nobody's again, so that the bot hears the answer."""
    event = ReporterReplied(ticket.case, staff.login, text, f"report:{report.id}:{mark}")
    try:
        outcome = await services.turns.act(ticket.conversation, event)
        if outcome.refused:
            return outcome.refused if outcome.refused in ("window", "closed", "claimed", "unknown") else "failed"
        if not ticket.reporter:
            back = ReporterHandedBack(
                ticket.case, staff.login, f"{history_name(report.kind, report.serial)}的答复已告诉居民"
            )
            await services.turns.act(ticket.conversation, back)
    except (TurnFailed, StoreAway) as error:
        log.warning("answer_not_told", ticket=ticket.number, reason=type(error).__name__)
        return "failed"
    services.live.publish([{"what": "ticket", "number": ticket.number, "change": "reported", "alert": ""}])
    return "sent"
