"""/desk/toutiao: comments brought in by hand, each read for danger. A red one is a ticket at once and rings; of the others
a person makes a case or copies a fixed answer, which quotes nothing and asks for nothing in public.
"""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp.web_request import FileField

from adapters.toutiao import comment
from bot.audit import audit
from bot.desk import words
from bot.desk.casing import ASK_A_PERSON, open_case
from bot.desk.pages import page
from bot.desk.record import lately, names_of_staff
from bot.desk.session import Staff
from bot.desk.toutiao_sheet import BadComments, Line, decoded, read_comments, web_address
from bot.forms import read_form
from bot.keys import SERVICES
from bot.mask import mask_text
from bot.numbers import whole
from bot.services import Services
from bot.store.toutiao import (
    Comment,
    NewComment,
    add_comments,
    done_comments,
    get_comment,
    settle_comment,
    waiting_comments,
)
from conversations.reading import is_red
from data.toutiao import load_toutiao

ROWS = load_toutiao()
"""Read at the start, as all rows are: a wrong one stops the start and names its line."""

_SHOWN, _DONE = 200, 30
_IMPORTS = 30
"""Of one person in ten minutes."""
_STATUS = {"case": "已立单", "answered": "已公开答复", "dropped": "不用管"}


@dataclass(frozen=True, slots=True)
class Card:
    """One comment as the page shows it; `text` masked. `answer`: what may be written below it in public."""

    id: int
    text: str
    author: str
    link: str
    at: str
    intent: str
    urgency: str
    red: bool
    copies: int
    answer: str
    status: str
    number: str
    who: str


async def get_toutiao(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/toutiao?new=&double=&rang=: the counts of what was just brought in."""
    counts = {name: request.query.get(name, "") for name in ("new", "double", "rang")}
    told = counts if all(whole(one, 99_999) is not None for one in counts.values()) else None
    return await _page(request, staff, told=told)


async def post_import(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/toutiao: pasted, link (the article's), file (CSV). Goes back to the list with what came of it."""
    services = request.app[SERVICES]
    form = await read_form(request)
    pasted, link = str(form.get("pasted", "")), str(form.get("link", "")).strip()
    file = form.get("file")
    try:
        if link and not web_address(link):
            raise BadComments("文章链接要以 http:// 或 https:// 开头，不知道就空着。")
        if isinstance(file, FileField) and file.filename:
            pasted = decoded(file.file.read())
        lines = read_comments(pasted, web_address(link), ROWS, services.clock())
    except BadComments as error:
        return await _page(request, staff, status=400, error=str(error), pasted=pasted[:200_000], link=link[:300])
    if await lately(services.database, staff.login, "toutiao.imported") >= _IMPORTS:
        slower = "十分钟内导入得太多了，请稍后再来。"
        return await _page(request, staff, status=429, error=slower, pasted=pasted, link=link)
    fresh = [_read(services, lines[at : at + 50]) for at in range(0, len(lines), 50)]
    found = [one for batch in fresh for one in batch]
    added = await add_comments(services.database, services.vault, found, staff.login, services.clock())
    await audit(services.database, staff.login, "toutiao.imported", "", count=len(added))
    rang = 0
    for number in added:
        one = await get_comment(services.database, services.vault, number)
        if one is not None and one.red:
            rang += await _make_case(services, one, staff) is not None
    raise web.HTTPSeeOther(f"/desk/toutiao?new={len(added)}&double={len(lines) - len(added)}&rang={rang}")


def _read(services: Services, lines: list[Line]) -> list[NewComment]:
    now = services.clock()
    readings = services.reader.current().read([one.text for one in lines], [one.at or now for one in lines])
    return [
        NewComment(line.link, line.author, line.text, line.at, str(read.intent), str(read.urgency), is_red(read))
        for line, read in zip(lines, readings, strict=True)
    ]


async def post_act(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/toutiao/{id}/{case,answered,drop}"""
    services = request.app[SERVICES]
    number, act = request.match_info["id"], request.match_info["act"]
    one = await get_comment(services.database, services.vault, int(number)) if len(number) < 18 else None
    if one is None:
        return await _page(request, staff, status=404, error="没有这条评论。")
    if one.status in ("case", "dropped"):
        return await _page(request, staff, status=409, error="同事已经处理过这条了。")
    if act == "case":
        ticket = await _make_case(services, one, staff)
        if ticket is None:
            return await _page(request, staff, status=409, error="没有立成单，请用“代为登记”写清楚要帮什么忙。")
        raise web.HTTPSeeOther(f"/desk/tickets/{ticket}")
    status = "answered" if act == "answered" else "dropped"
    await settle_comment(services.database, one.id, status, staff.login, services.clock())
    await audit(services.database, staff.login, f"toutiao.{status}", str(one.id))
    raise web.HTTPSeeOther("/desk/toutiao")


async def _make_case(services: Services, one: Comment, staff: Staff) -> str | None:
    """The ticket, the same one however often it is asked for."""
    who = services.vault.hash("toutiao_author", one.link, one.author or one.mark.hex()).hex()
    at = min(one.written_at or one.at, services.clock())
    number = await open_case(services, comment(one.text, one.link, one.author, one.mark.hex(), who, at), staff.login)
    if number is None:  # a person looked at it and wants it followed up, whatever the machine makes of it
        asked = comment(ASK_A_PERSON, one.link, one.author, f"{one.mark.hex()}:person", who, at)
        number = await open_case(services, asked, staff.login)
    if number and await settle_comment(services.database, one.id, "case", staff.login, services.clock(), number):
        await audit(services.database, staff.login, "toutiao.case", number, comment=one.id)
    return number


async def _page(
    request: web.Request, staff: Staff, *, status: int = 200, error: str = "", pasted: str = "", link: str = "",
    told: dict[str, str] | None = None,
) -> web.StreamResponse:  # fmt: skip
    services = request.app[SERVICES]
    names, now = await names_of_staff(services.database), services.clock()
    waiting = await waiting_comments(services.database, services.vault, _SHOWN)
    done = await done_comments(services.database, services.vault, _DONE)
    return page(
        "toutiao.html", staff, status=status, section="toutiao", error=error, pasted=pasted, link=link, told=told, now=now,
        waiting=[_card(services, one, names) for one in waiting], done=[_card(services, one, names) for one in done],
        most=ROWS.most, landing=_landing(services),
    )  # fmt: skip


def _landing(services: Services) -> str:
    account = services.accounts["toutiao", "main"]
    return str(account.secrets.link)


def _card(services: Services, one: Comment, names: dict[str, str]) -> Card:
    return Card(
        one.id, mask_text(one.text), mask_text(one.author), one.link, _moment(one.written_at),
        words.intent_title(services.playbook, one.intent), one.urgency, one.red, one.copies,
        ROWS.said(_landing(services), red=one.red), _STATUS.get(one.status, ""), one.number, words.person(one.by, names),
    )  # fmt: skip


def _moment(at: datetime | None) -> str:
    from bot.desk.pages import PAGES

    return str(PAGES.filters["moment"](at)) if at else "时间不详"
