"""Revisits: who is to be asked how it went, by telephone or in the chat, and the three answers, never taken for one."""

from datetime import datetime, time, timedelta
from uuid import uuid4

from aiohttp import web

from bot.audit import audit
from bot.desk import words
from bot.desk.acts import refused, why_not
from bot.desk.once import form_id
from bot.desk.pages import page
from bot.desk.record import names_of_staff, reply_room
from bot.desk.revisits_view import answers_words, due_rows, entries_of, judged
from bot.desk.rows import row_of
from bot.desk.session import Staff
from bot.desk.ticket import find
from bot.directory.revisiting import CONTACTED, SATISFIED, SOLVED
from bot.forms import read_form
from bot.keys import SERVICES
from bot.mask import mask_phone
from bot.services import Services
from bot.store.revisits import REVISITED, Answers, keep_revisit, last_revisits, revisit_kept
from bot.store.similar import duplicate_of
from bot.store.tickets import Ticket, get_ticket
from conversations.codes import TicketStatus, Urgency
from conversations.events import ReporterCorrected, ReporterEvent, ReporterReopened, RevisitAsked
from conversations.playbook import SHANGHAI

_LONGEST = 500
_AGAIN_DAYS = (1, 3, 7, 14)
_ASK_AT = time(10)
"""A day without an hour: the first revisits of a morning are done by then."""
_FURTHEST = timedelta(days=120)
_GONE = "没有这张单，或资料已删除。"


class Unfit(Exception):
    """What was filled in cannot be taken; the sentence says what to do."""


async def get_revisits(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/revisits: due ones first, the gravest on top; those who have answered in the chat are not asked again."""
    services = request.app[SERVICES]
    now = services.clock()
    found = await due_rows(services, staff.login, now)
    names = await names_of_staff(services.database)
    done = [
        (one, words.person(one.by, names), answers_words(one))
        for one in await last_revisits(services.database, services.vault)
    ]
    return page("revisits.html", staff, section="revisits", groups=found, done=done, now=now)


async def get_revisit(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/revisits/{number}"""
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return page(
            "message.html", staff, status=404, section="revisits", title="没有这张单", sentence=_GONE, back="/desk/revisits"
        )  # fmt: skip
    return await _page(request, staff, ticket)


async def _page(
    request: web.Request, staff: Staff, ticket: Ticket, *, status: int = 200, error: str = ""
) -> web.Response:
    """With what was filled in, when it could not be taken."""
    services = request.app[SERVICES]
    names, now = await names_of_staff(services.database), services.clock()
    form = await read_form(request) if request.method == "POST" else {}
    row = row_of(ticket, services.playbook, names, login=staff.login, waiting=False, now=now, place="")
    room = await reply_room(services, ticket)
    verdict = (await judged(services, [ticket], now)).get(ticket.number)
    return page(
        "revisit.html", staff, status=status, section="revisits", ticket=ticket, row=row, room=room, error=error,
        verdict=verdict, entries=await entries_of(services, ticket, names), now=now, days=_AGAIN_DAYS,
        form=str(form.get("form", "")) or uuid4().hex,
        phone=mask_phone(ticket.slots.get("phone", "")), next_due=ticket.slots.get("next_due", ""),
        question=_question(services, ticket), given={name: str(form.get(name, "")) for name in _FIELDS},
        choices={"contacted": words.CONTACTED, "solved": words.SOLVED, "satisfied": words.SATISFIED},
    )  # fmt: skip


_FIELDS = ("contacted", "solved", "satisfied", "again", "note")


def _question(services: Services, ticket: Ticket) -> str:
    key = "revisit_critical" if ticket.urgency == Urgency.CRITICAL else "revisit"
    return services.playbook.say(key, number=ticket.number)


async def post_revisit(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/revisits/{number}: contacted, solved, satisfied, again ("" or days) or on (a date), note.

    Not solved opens the ticket again; solved makes an open one `revisited`, which a person closes.
    """
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return refused(request, staff, "", 404, "unknown", _GONE)
    form = {name: str(value).strip() for name, value in (await read_form(request)).items()}
    try:
        answers = _answers(form, services.clock())
    except Unfit as error:
        return await _page(request, staff, ticket, status=400, error=str(error))
    said = answers_words(answers)
    form_of = form_id(services.vault, form, staff.login, ticket.number, said, answers.note)
    if await revisit_kept(services.database, form_of):  # sent again: what followed from it has followed
        raise web.HTTPSeeOther("/desk/revisits")
    event = _event(ticket, answers, staff.login)
    if isinstance(event, ReporterReopened) and await duplicate_of(services.database, ticket.number):
        status, sentence = await why_not(services, "linked", ticket)
        return await _page(request, staff, ticket, status=status, error=sentence)
    if event is not None:
        outcome = await services.turns.act(ticket.conversation, event)
        if outcome.refused:
            fresh = await get_ticket(services.database, services.vault, ticket.number) or ticket
            status, sentence = await why_not(services, outcome.refused, fresh)
            return await _page(request, staff, fresh, status=status, error=sentence)
    kept = await keep_revisit(
        services.database, services.vault, ticket, answers, staff.login, services.clock(), said, form_of
    )
    if not kept:
        return refused(request, staff, "", 404, "unknown", _GONE)
    await audit(
        services.database, staff.login, "desk.revisited", ticket.number, contacted=answers.contacted, solved=answers.solved
    )  # fmt: skip
    services.live.publish([{"what": "ticket", "number": ticket.number, "change": REVISITED, "alert": ""}])
    raise web.HTTPSeeOther("/desk/revisits")


def _answers(form: dict[str, str], now: datetime) -> Answers:
    """Raises Unfit."""
    contacted, solved, satisfied = (form.get(name, "") for name in ("contacted", "solved", "satisfied"))
    if contacted not in CONTACTED:
        raise Unfit("请选联系上了没有。")
    if contacted == "no":
        solved = satisfied = ""
    elif solved not in SOLVED:
        raise Unfit("请选解决了没有。")
    elif satisfied not in SATISFIED:
        raise Unfit("请选满意不满意；对方不说就选“不评价”。")
    note = form.get("note", "")
    if len(note) > _LONGEST:
        raise Unfit(f"备注太长：最多 {_LONGEST} 个字。")
    return Answers("phone", contacted, solved, satisfied, _again(form, now), note)


def _again(form: dict[str, str], now: datetime) -> datetime | None:
    """When a person wants to ask next; None: as the rows say. Raises Unfit."""
    if day := form.get("on", ""):
        try:
            at = datetime.combine(datetime.strptime(day, "%Y-%m-%d").date(), _ASK_AT, SHANGHAI)
        except ValueError:
            raise Unfit("下次回访的日子写成 2022-04-05 这样。") from None
        if not now < at <= now + _FURTHEST:
            raise Unfit("下次回访要在今天以后、四个月以内。")
        return at
    days = form.get("again", "")
    if not days:
        return None
    if days not in map(str, _AGAIN_DAYS):
        raise Unfit("请选下次什么时候回访。")
    return now + timedelta(days=int(days))


def _event(ticket: Ticket, answers: Answers, login: str) -> ReporterEvent | None:
    """What the answers mean for the ticket."""
    if answers.solved == "no" and ticket.outcome is not None:
        return ReporterReopened(ticket.case, login, answers.note)
    if answers.solved == "no" and ticket.status != TicketStatus.REOPENED:
        return ReporterCorrected(ticket.case, login, "status", TicketStatus.REOPENED)
    if answers.solved in ("yes", "partly") and ticket.outcome is None and ticket.status != TicketStatus.REVISITED:
        return ReporterCorrected(ticket.case, login, "status", TicketStatus.REVISITED)
    return None


async def post_ask(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/revisits/{number}/ask: the rows' own question goes out, within the window; its answer is the bot's to hear."""
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None or ticket.erased:
        return refused(request, staff, "", 404, "unknown", _GONE)
    verdict = (await judged(services, [ticket], services.clock())).get(ticket.number)
    if (
        verdict is not None
        and verdict.state == "waiting"
        and verdict.due is not None
        and verdict.due > services.clock()
    ):
        return await _page(
            request, staff, ticket, status=409, error="已经在对话里问过，还在等居民回话；急的话请打电话。"
        )
    outcome = await services.turns.act(ticket.conversation, RevisitAsked(ticket.case, staff.login))
    fresh = await get_ticket(services.database, services.vault, ticket.number) or ticket
    if outcome.refused:
        status, sentence = await why_not(services, outcome.refused, fresh)
        return await _page(request, staff, fresh, status=status, error=sentence)
    await audit(services.database, staff.login, "desk.revisit_asked", ticket.number)
    services.live.publish([{"what": "ticket", "number": ticket.number, "change": REVISITED, "alert": ""}])
    raise web.HTTPSeeOther("/desk/revisits")
