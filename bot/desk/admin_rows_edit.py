"""A file of rows as plain text. What is typed goes into the person's own draft; nothing here changes what residents read."""

from aiohttp import web

from bot.desk.admin_rows_desk import (
    ELSEWHERE,
    KNOWLEDGE_FILE,
    REPLIES_FILE,
    Desk,
    base_of,
    desk_of,
    unkeepable,
    version_of,
)
from bot.desk.admin_rows_view import faults_of, may_edit, missing_page, services_of
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.forms import read_form
from bot.rows.changes import Change, changes, title_of
from bot.rows.files import current_texts, own_texts, plain
from bot.store.rows import Overtaken, save_text


async def get_file(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/rows/files/{name}"""
    name = request.match_info["name"]
    if name not in own_texts():
        return missing_page(staff, "没有这个文件，或不能在这里改。")
    return await _file_page(request, staff, await desk_of(request, staff), name)


async def _file_page(
    request: web.Request, staff: Staff, desk: Desk, name: str, *, text: str | None = None, status: int = 200, error: str = "",
    checked: bool = False, base: str = "",
) -> web.StreamResponse:  # fmt: skip
    overlay = desk.overlay(name, text)
    mine = desk.draft is not None and name in desk.draft.texts
    faults = await faults_of(services_of(request), overlay, desk.before) if mine or text is not None else []
    changed: list[Change] = [one for one in changes(desk.before, overlay) if one.name == name]
    return page(
        "admin_rows_file.html", staff, status=status, section="admin", tab="rows", file=name, title=title_of(name),
        text=current_texts(overlay)[name], version=desk.version, base=base or desk.base(name), faults=faults, changed=changed,
        error=error, checked=checked, mine=mine, stale=desk.stale(name), may=may_edit(staff), draft=desk.draft,
        form={REPLIES_FILE: "/admin/rows/replies", KNOWLEDGE_FILE: "/admin/rows/knowledge"}.get(name, ""),
        elsewhere=[fault for fault in faults if fault.file != name],
    )  # fmt: skip


async def post_file(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/rows/files/{name}: text, version, base; act = check, save, drop; rebase = yes."""
    name = request.match_info["name"]
    if name not in own_texts():
        return missing_page(staff, "没有这个文件，或不能在这里改。")
    form = await read_form(request)
    act, desk = str(form.get("act", "")), await desk_of(request, staff)
    text = plain(str(form.get("text", "")))
    if act == "check":
        return await _file_page(
            request, staff, desk, name, text=text, checked=True, base=str(form.get("base", ""))[:32]
        )
    if act not in ("save", "drop"):
        return await _file_page(request, staff, desk, name, text=text, status=400, error="没有这个按钮，请刷新。")
    base = base_of(desk, name, form)
    same = text == current_texts(desk.before)[name]
    fault = unkeepable(text)
    if act == "save" and fault:
        return await _file_page(request, staff, desk, name, status=400, error=fault)
    try:
        if act == "save" and not same:
            await save_text(services_of(request).database, staff.login, name, text, base, version_of(form))
        elif desk.draft is not None and name in desk.draft.texts:
            await save_text(services_of(request).database, staff.login, name, None, "", version_of(form))
    except Overtaken:
        return await _file_page(request, staff, desk, name, text=text, status=409, error=ELSEWHERE)
    raise web.HTTPSeeOther(f"/admin/rows/files/{name}" + ("?saved=yes" if act == "save" and not same else ""))
