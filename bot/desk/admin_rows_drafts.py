"""One draft: its difference to what serves, its faults, how it would have been told, and who brings it into force."""

from aiohttp import web

from bot.desk.admin_rows_view import (
    PREVIEWS,
    faults_of,
    may_edit,
    missing_page,
    names_in,
    path_number,
    person,
    services_of,
)
from bot.desk.pages import fragment, json_answer, page
from bot.desk.session import Staff
from bot.forms import read_form
from bot.rows.changes import changes, title_of
from bot.rows.files import digest_of
from bot.rows.preview import COUNTS, told_apart
from bot.rows.release import TYPED, Proposal, Refused, propose, release_draft
from bot.store.row_previews import run_of, told_of
from bot.store.rows import Draft, Overtaken, get_draft, move_draft, open_draft
from data.faults import BadRows, Fault

_SHOWN = 80
"""Differing turns on the page; the count is of all."""
MOVED = "这份草稿刚有人动过，请看看现在的样子再决定。"


async def get_draft_page(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/rows/drafts/{id}"""
    draft = await get_draft(services_of(request).database, path_number(request))
    if draft is None:
        return missing_page(staff)
    return await _draft_page(request, staff, draft)


async def _draft_page(
    request: web.Request,
    staff: Staff,
    draft: Draft,
    *,
    status: int = 200,
    error: str = "",
    faults: tuple[Fault, ...] | None = None,
    title: str = "",
) -> web.StreamResponse:
    services = services_of(request)
    proposal = await propose(services.database, draft)
    live = draft.status in ("open", "offered")
    if faults is None:
        before = proposal.before if draft.kind == "change" else {}
        faults = tuple(await faults_of(services, proposal.after, before)) if live else ()
    changed = changes(proposal.before, proposal.after) if live else []
    return page(
        "admin_rows_draft.html", staff, status=status, section="admin", tab="rows", draft=draft, proposal=proposal,
        changed=changed, faults=faults, error=error, names=await names_in(services), person=person, may=may_edit(staff),
        mine=draft.author == staff.login, live=live, typed=TYPED, counts=COUNTS, told=await _told(request, proposal),
        title=title or draft.title, title_of=title_of,
    )  # fmt: skip


async def _told(request: web.Request, proposal: Proposal) -> str:
    """How far the preview is and what it found, as a piece of the page."""
    services = services_of(request)
    run = await run_of(services.database, proposal.draft.id)
    told = await told_of(services.database, services.vault, proposal.draft.id, _SHOWN) if run and run.changed else []
    return fragment(
        "admin_rows_told.html", run=run, old=run is not None and run.digest != _told_digest(proposal), told=[
            (one.numbers, one.difference.turn, *told_apart(one.difference)) for one in told
        ], shown=_SHOWN,
    )  # fmt: skip


def _told_digest(proposal: Proposal) -> str:
    return digest_of({**proposal.after, "": digest_of(proposal.before)})


async def get_told(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/rows/drafts/{id}/preview: `{"html", "running"}`."""
    services = services_of(request)
    draft = await get_draft(services.database, path_number(request))
    run = await run_of(services.database, draft.id) if draft else None
    if draft is None:
        return json_answer({"html": "", "running": False})
    html = await _told(request, await propose(services.database, draft))
    return json_answer({"html": html, "running": run is not None and run.state == "running"})


async def post_draft(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/rows/drafts/{id}/{offer,back,drop,release,urgent,preview}"""
    services, act, form = services_of(request), request.match_info["act"], await read_form(request)
    draft = await get_draft(services.database, path_number(request))
    if draft is None:
        return missing_page(staff)
    given = {
        name: str(form.get(name, "")).strip() for name in ("title", "digest", "typed", "reason", "last", "version")
    }
    if draft.status not in ("open", "offered"):
        return await _draft_page(request, staff, draft, status=409, error="这份草稿已经发布或丢掉了。")
    try:
        if act in ("release", "urgent"):
            number = await release_draft(
                services.database, services.rows, draft, login=staff.login, role=staff.role, urgent=act == "urgent",
                digest=given["digest"], typed=given["typed"], reason=given["reason"], title=given["title"][:200],
            )  # fmt: skip
            raise web.HTTPSeeOther(f"/admin/rows/sets/{number}?released=yes")
        if act == "preview":
            return await _preview(request, staff, draft, given["last"])
        return await _move(request, staff, draft, act, given)
    except Refused as error:
        status = 403 if error.forbidden else 409
        return await _draft_page(
            request, staff, draft, status=status, error=str(error), faults=error.faults or None, title=given["title"]
        )
    except Overtaken:
        fresh = await get_draft(services.database, draft.id) or draft
        return await _draft_page(request, staff, fresh, status=409, error=MOVED)


async def _move(
    request: web.Request, staff: Staff, draft: Draft, act: str, given: dict[str, str]
) -> web.StreamResponse:
    """Offer it, take it back, drop it. The author's; an admin may drop what somebody left behind."""
    services, mine = services_of(request), draft.author == staff.login
    if not mine and not (act == "drop" and staff.role == "admin"):
        if act != "back" or draft.kind != "change" or draft.status != "offered":
            raise Refused("这是别人的草稿，只有本人能动。", forbidden=True)
        await _room_for(request, draft)
        await move_draft(services.database, draft, "open", staff.login)  # handed back by whoever was asked to look
        raise web.HTTPSeeOther("/admin/rows")
    if act == "offer":
        if str(draft.version) != given["version"]:
            raise Overtaken
        if len(given["title"]) < 2:
            raise Refused("请写一句改了什么、为什么：复核的人和以后查的人要看。")
        proposal = await propose(services.database, draft)
        if proposal.empty:
            raise Refused("和线上的一样，没有要发布的。")
        if proposal.stale:
            names = "、".join(map(title_of, proposal.stale))
            raise Refused(f"写草稿期间，{names}已有人发布了新的。请打开看过差别，确认后再请人复核。")
        if faults := await faults_of(services, proposal.after, proposal.before):
            raise Refused("还有错，改好再请人复核。", tuple(faults))
        await move_draft(services.database, draft, "offered", staff.login, given["title"][:200])
    elif act == "back":
        if draft.kind == "rollback":
            raise Refused("退回不能收回去改，可以丢掉。")
        await _room_for(request, draft)
        await move_draft(services.database, draft, "open", staff.login)
    else:
        await move_draft(services.database, draft, "dropped", staff.login)
        raise web.HTTPSeeOther("/admin/rows")
    raise web.HTTPSeeOther(f"/admin/rows/drafts/{draft.id}")


async def _room_for(request: web.Request, draft: Draft) -> None:
    """Everybody writes one draft at a time."""
    if await open_draft(services_of(request).database, draft.author) is not None:
        raise Refused("作者已经在写另一份草稿：先发布或丢掉那一份，这份才能改。")


async def _preview(request: web.Request, staff: Staff, draft: Draft, last: str) -> web.StreamResponse:
    """Tell it against recorded conversations; how far it is shows on the page."""
    services = services_of(request)
    proposal = await propose(services.database, draft)
    count = int(last) if last in map(str, COUNTS) else COUNTS[0]
    try:
        await request.app[PREVIEWS].start(draft.id, proposal.before, proposal.after, _told_digest(proposal), count)
    except BadRows as error:
        raise Refused("草稿还有错，改好才能试讲。", tuple(error.faults)) from None
    except OSError:
        raise Refused("磁盘写不进去，没有试讲成：请告诉管理员。") from None
    raise web.HTTPSeeOther(f"/admin/rows/drafts/{draft.id}#told")
