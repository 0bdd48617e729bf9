"""/desk/views: filters of the queue under a name of one's own. Words that were searched for are never kept."""

from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from bot.desk import words
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.numbers import whole
from bot.services import Services
from bot.store.views import MOST, drop_view, keep_view, views_of
from conversations.codes import Intent, Urgency

SHARERS = frozenset({"editor", "admin"})
_LONGEST = 20
_WHO = {"mine": "我的", "free": "没人接手"}
_STATUS = {"closed": "已结束", "all": "全部"}


def clean(query: str, desks: Collection[str]) -> dict[str, str]:
    """What of an address is a filter; a code nobody knows is left out, and so is what was searched for."""
    known: dict[str, Collection[str]] = {
        "who": _WHO, "urgency": [*Urgency], "intent": [*Intent], "desk": desks, "status": _STATUS, "alert": ["yes"],
    }  # fmt: skip
    given = dict(parse_qsl(query.removeprefix("/desk").removeprefix("?")[:400]))
    return {name: given[name] for name in known if given.get(name) in known[name]}


def told(filters: dict[str, str], services: Services) -> str:
    """A view in words."""
    book = services.playbook
    titles = {
        "who": _WHO, "urgency": words.URGENCY, "intent": words.intents(book), "desk": dict(book.desks), "status": _STATUS,
        "alert": {"yes": "没人看过"},
    }  # fmt: skip
    return " · ".join(titles[name].get(value, value) for name, value in filters.items()) or "没办完的全部"


async def get_views(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/views?…: what is kept; the filters of the address are what a name is asked for."""
    return await _page(request, staff, request.query_string)


async def _page(
    request: web.Request, staff: Staff, query: str, *, status: int = 200, error: str = "", name: str = ""
) -> web.StreamResponse:
    services = request.app[SERVICES]
    desks = tuple(services.playbook.desks)
    filters = clean(query, desks)
    kept = [
        (one, told(clean(one.query, desks), services)) for one in await views_of(services.database, staff.login)
    ]  # fmt: skip
    return page(
        "views.html", staff, status=status, kept=kept, error=error, given=name, query=urlencode(filters),
        words_of=told(filters, services) if filters else "", shares=staff.role in SHARERS, longest=_LONGEST,
    )  # fmt: skip


async def post_view(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/views: name, query, shared ("yes", editors). Back to the queue as it is kept."""
    services, form = request.app[SERVICES], await read_form(request)
    name, query = str(form.get("name", "")).strip(), str(form.get("query", ""))
    filters = clean(query, tuple(services.playbook.desks))
    if not name or len(name) > _LONGEST or not name.isprintable():
        return await _page(request, staff, query, status=400, error=f"起个名字，最多 {_LONGEST} 个字。", name=name)
    if not filters:
        return await _page(request, staff, query, status=400, error="先在求助单里选好筛选，再存。", name=name)
    shared = staff.role in SHARERS and form.get("shared") == "yes"
    if not await keep_view(services.database, staff.login, name, urlencode(filters), shared=shared):
        return await _page(request, staff, query, status=409, error=f"最多存 {MOST} 个：先删掉不用的。", name=name)
    raise web.HTTPSeeOther(f"/desk?{urlencode(filters)}")


async def post_drop(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/views/{id}/drop"""
    database = request.app[SERVICES].database
    if not await drop_view(database, staff.login, whole(request.match_info["id"]) or 0, editor=staff.role in SHARERS):
        return await _page(request, staff, "", status=404, error="没有这一个，或不是您的。")
    raise web.HTTPSeeOther("/desk/views")
