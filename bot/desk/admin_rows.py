"""Rows: what is in force, what waits for a second look, what was released before and how to go back."""

from collections.abc import AsyncIterator

from aiohttp import web

from bot.desk.admin_rows_view import (
    PREVIEWS,
    VIEWERS,
    alarms_of,
    may_edit,
    missing_page,
    names_in,
    path_number,
    person,
    services_of,
)
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.rows.changes import changes, title_of
from bot.rows.files import current_texts, own_texts
from bot.rows.knowledge import aged
from bot.rows.preview import Previews
from bot.rows.release import in_force, overlay_of
from bot.rows.serving import outdated
from bot.store.database import StoreAway
from bot.store.rows import get_set, list_sets, mark_seen, offer_rollback, open_draft, waiting_drafts
from conversations.playbook import SHANGHAI

__all__ = ["PREVIEWS", "VIEWERS", "alarms_of", "run_previews"]


async def run_previews(app: web.Application) -> AsyncIterator[None]:
    """The previews of this process, ended with it."""
    services = app[SERVICES]
    app[PREVIEWS] = previews = Previews(services.database, services.vault, services.rows, services.accounts)
    yield
    await previews.close()


async def get_rows(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/rows"""
    return await _rows_page(request, staff)


async def _rows_page(request: web.Request, staff: Staff, *, status: int = 200, error: str = "") -> web.StreamResponse:
    services = services_of(request)
    number, before = await in_force(services.database)
    sets = await list_sets(services.database)
    current = next((one for one in sets if one.id == number), None)
    drafts = await waiting_drafts(services.database)
    mine = await open_draft(services.database, staff.login)
    today = services.clock().astimezone(SHANGHAI).date()
    entries = aged(services.playbook.knowledge.values(), {}, today)
    files = [(name, title_of(name), name in before, bool(mine and name in mine.texts)) for name in own_texts()]
    return page(
        "admin_rows.html", staff, status=status, section="admin", tab="rows", error=error, number=number, current=current,
        sets=sets, drafts=[one for one in drafts if one.status == "offered"], may=may_edit(staff), mine=mine,
        others=[one for one in drafts if one.status == "open" and one.author != staff.login], files=files,
        aside=services.rows.aside, serving=services.rows.serving.number, outdated=outdated(current) if current else (),
        due=[one for one in entries if one.state in ("over", "soon")], names=await names_in(services), person=person,
        title_of=title_of,
    )  # fmt: skip


async def get_set_page(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/rows/sets/{id}: what it changed, and every text of it. 0: the program's own."""
    services, wanted = services_of(request), path_number(request)
    found = await get_set(services.database, wanted) if wanted > 0 else None
    if found is None and wanted != 0:
        return missing_page(staff, "没有这一套。")
    number, before = await in_force(services.database)
    overlay = found.texts if found else {}
    previous = (await overlay_of(services.database, found.previous) or {}) if found else {}
    texts = current_texts(overlay)
    return page(
        "admin_rows_set.html", staff, section="admin", tab="rows", found=found, wanted=wanted, number=number,
        changed=changes(previous, overlay), back=changes(before, overlay), may=may_edit(staff),
        texts=[(name, title_of(name), texts[name]) for name in overlay if name in texts],
        names=await names_in(services), person=person,
    )  # fmt: skip


async def post_set(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/rows/sets/{id}/{rollback,seen}: ask a second person to go back to it; or say that one has looked."""
    services, wanted = services_of(request), path_number(request)
    overlay = await overlay_of(services.database, wanted) if wanted >= 0 else None
    if overlay is None:
        return missing_page(staff, "没有这一套。")
    if request.match_info["act"] == "seen":
        if not await mark_seen(services.database, wanted, staff.login):
            return await _rows_page(request, staff, status=409, error="不用看，或者是您自己发布的：要另一位同事来看。")
        await _refresh(request)
        raise web.HTTPSeeOther(f"/admin/rows/sets/{wanted}")
    number, before = await in_force(services.database)
    if wanted == number or overlay == before:
        return await _rows_page(request, staff, status=409, error="现在用的就是这些，不用退回。")
    reason = str((await read_form(request)).get("title", "")).strip()[:200]
    if len(reason) < 2:
        return await _rows_page(request, staff, status=400, error="退回要写一句为什么。")
    draft = await offer_rollback(services.database, staff.login, wanted, reason, overlay)
    raise web.HTTPSeeOther(f"/admin/rows/drafts/{draft.id}")


async def _refresh(request: web.Request) -> None:
    """So that the line over the pages goes at once here; elsewhere within seconds."""
    try:
        await services_of(request).rows.look()
    except StoreAway:
        return
