"""One sentence or one approved answer as a form, so that nobody must know TOML. It ends in the person's own draft."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from aiohttp import web

from bot.desk.admin_rows_desk import (
    ELSEWHERE,
    KNOWLEDGE_FILE,
    REPLIES_FILE,
    UNCLEAR,
    Desk,
    desk_of,
    faults_about,
    keep,
    parsed,
    unkeepable,
)
from bot.desk.admin_rows_view import may_edit, missing_page, services_of
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.forms import read_form
from bot.rows.entries import CODE, Known, Unclear, drop_known, known_of, set_known, set_reply
from bot.rows.files import current_texts, plain
from bot.rows.knowledge import COUNTED_DAYS, aged, state_of, times_given
from bot.store.rows import Overtaken
from conversations.knowledge import Entry
from conversations.playbook import SHANGHAI
from data.replies import REPLIES, placeholders


async def get_replies(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/rows/replies: every sentence."""
    desk = await desk_of(request, staff)
    rows, was = (parsed(texts[REPLIES_FILE]) for texts in (desk.texts, current_texts(desk.before)))
    if rows is None or was is None:
        raise web.HTTPSeeOther(f"/admin/rows/files/{REPLIES_FILE}")
    shown = [(key, str(text), text != was.get(key), key.startswith("danger")) for key, text in rows.items()]
    return page("admin_rows_replies.html", staff, section="admin", tab="rows", rows=shown, draft=desk.draft)


async def get_reply(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/rows/replies/{key}"""
    key, desk = request.match_info["key"], await desk_of(request, staff)
    if key not in _replies_of(desk):
        return missing_page(staff, "没有这一句。")
    return await _reply_page(request, staff, desk, key)


def _replies_of(desk: Desk) -> Collection[str]:
    return (*REPLIES, *(parsed(desk.texts[REPLIES_FILE]) or {}))


async def _reply_page(
    request: web.Request,
    staff: Staff,
    desk: Desk,
    key: str,
    *,
    words: str | None = None,
    status: int = 200,
    error: str = "",
) -> web.StreamResponse:
    rows, was = (parsed(texts[REPLIES_FILE]) or {} for texts in (desk.texts, current_texts(desk.before)))
    now = str(rows.get(key, "")) if words is None else words
    mine = desk.draft is not None and REPLIES_FILE in desk.draft.texts
    faults = await faults_about(request, desk, REPLIES_FILE, f"{key} ") if mine else []
    return page(
        "admin_rows_reply.html", staff, status=status, section="admin", tab="rows", key=key, text=now, was=str(was.get(key, "")),
        names=sorted(placeholders(key)), version=desk.version, base=desk.base(REPLIES_FILE), error=error, faults=faults,
        may=may_edit(staff), draft=desk.draft, danger=key.startswith("danger"), stale=desk.stale(REPLIES_FILE),
        saved=request.query.get("saved") == "yes",
    )  # fmt: skip


async def post_reply(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/rows/replies/{key}: text, version, base."""
    key, desk, form = request.match_info["key"], await desk_of(request, staff), await read_form(request)
    if key not in _replies_of(desk):
        return missing_page(staff, "没有这一句。")
    words = plain(str(form.get("text", ""))).rstrip("\n")
    if fault := unkeepable(words):
        return await _reply_page(request, staff, desk, key, status=400, error=fault)
    try:
        text = set_reply(desk.texts[REPLIES_FILE], key, words)
        await keep(request, staff, desk, REPLIES_FILE, text, form)
    except Unclear:
        return await _reply_page(request, staff, desk, key, words=words, status=409, error=UNCLEAR)
    except Overtaken:
        return await _reply_page(request, staff, desk, key, words=words, status=409, error=ELSEWHERE)
    raise web.HTTPSeeOther(f"/admin/rows/replies/{key}?saved=yes")


async def get_knowledge(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/rows/knowledge: what has run out or soon will first, then what is asked most."""
    services, desk = services_of(request), await desk_of(request, staff)
    rows = parsed(desk.texts[KNOWLEDGE_FILE])
    if rows is None:
        raise web.HTTPSeeOther(f"/admin/rows/files/{KNOWLEDGE_FILE}")
    today = services.clock().astimezone(SHANGHAI).date()
    given = await times_given(services.database, services.vault)
    was = parsed(current_texts(desk.before)[KNOWLEDGE_FILE]) or {}
    entries = [entry for code, row in rows.items() if (entry := _entry(code, row)) is not None]
    broken = [code for code, row in rows.items() if _entry(code, row) is None]
    return page(
        "admin_rows_knowledge.html", staff, section="admin", tab="rows", rows=aged(entries, given, today), days=COUNTED_DAYS,
        broken=broken, draft=desk.draft, may=may_edit(staff), changed={code for code in rows if rows[code] != was.get(code)},
    )  # fmt: skip


async def get_known(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/rows/knowledge/{code}; `new` for one that is not there yet."""
    code, desk = request.match_info["code"], await desk_of(request, staff)
    rows = parsed(desk.texts[KNOWLEDGE_FILE]) or {}
    if code == "new":
        today = services_of(request).clock().astimezone(SHANGHAI).date().isoformat()
        return await _known_page(request, staff, desk, "", Known((), "", "", today, "", staff.name))
    if not isinstance(rows.get(code), dict):
        return missing_page(staff, "没有这一条。")
    return await _known_page(request, staff, desk, code, known_of(rows[code]))


async def _known_page(
    request: web.Request,
    staff: Staff,
    desk: Desk,
    code: str,
    known: Known,
    *,
    status: int = 200,
    error: str = "",
    typed: str = "",
) -> web.StreamResponse:
    mine = desk.draft is not None and KNOWLEDGE_FILE in desk.draft.texts
    faults = await faults_about(request, desk, KNOWLEDGE_FILE, f"{code}：") if mine and code else []
    entry = _entry(code, (parsed(desk.texts[KNOWLEDGE_FILE]) or {}).get(code)) if code else None
    today = services_of(request).clock().astimezone(SHANGHAI).date()
    return page(
        "admin_rows_known.html", staff, status=status, section="admin", tab="rows", code=code, typed=typed, known=known,
        version=desk.version, base=desk.base(KNOWLEDGE_FILE), error=error, faults=faults, may=may_edit(staff), draft=desk.draft,
        state=state_of(entry, today) if entry else "", stale=desk.stale(KNOWLEDGE_FILE),
        saved=request.query.get("saved") == "yes",
    )  # fmt: skip


async def post_known(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/rows/knowledge/{code}: asks (one a line), answer, source, since, until, approved_by; act = save, drop."""
    desk, form = await desk_of(request, staff), await read_form(request)
    here = request.match_info["code"]
    code = str(form.get("code", "")).strip() if here == "new" else here
    known = Known(
        tuple(line.strip() for line in str(form.get("asks", "")).splitlines() if line.strip()),
        *(plain(str(form.get(name, ""))).strip() for name in ("answer", "source", "since", "until", "approved_by")),
    )
    shown = "" if here == "new" else code
    rows = parsed(desk.texts[KNOWLEDGE_FILE])
    if rows is not None and here != "new" and here not in rows:
        return missing_page(staff, "没有这一条，可能刚被删掉。")
    wrong = _wrong_code(code, here, rows or {}) or unkeepable(
        "".join((*known.asks, known.answer, known.source, known.approved_by))
    )
    drop = str(form.get("act", "")) == "drop"
    try:
        if wrong:
            return await _known_page(request, staff, desk, shown, known, status=400, error=wrong, typed=code)
        text = desk.texts[KNOWLEDGE_FILE]
        text = drop_known(text, code) if drop else set_known(text, code, known)
        await keep(request, staff, desk, KNOWLEDGE_FILE, text, form)
    except Unclear:
        return await _known_page(request, staff, desk, shown, known, status=409, error=UNCLEAR, typed=code)
    except Overtaken:
        return await _known_page(request, staff, desk, shown, known, status=409, error=ELSEWHERE, typed=code)
    except ValueError:
        sentence = "日期要写成 2022-04-19 这样。"
        return await _known_page(request, staff, desk, shown, known, status=400, error=sentence, typed=code)
    raise web.HTTPSeeOther("/admin/rows/knowledge" if drop else f"/admin/rows/knowledge/{code}?saved=yes")


def _wrong_code(code: str, here: str, rows: Mapping[str, Any]) -> str:
    if here != "new":
        return ""
    if code == "new" or not CODE.fullmatch(code):
        return "代号用小写字母、数字和下划线，字母开头，例如 pass_for_doctor。"
    return f"已经有 {code} 这一条。" if code in rows else ""


def _entry(code: str, row: Any) -> Entry | None:
    """For the list: enough of it to be placed; None when it is no entry yet."""
    if not isinstance(row, dict):
        return None
    known, since, until = known_of(row), row.get("since"), row.get("until")
    if type(since) is not date or not (until is None or type(until) is date):
        return None
    return Entry(code, tuple(known.asks), known.answer, known.source, since, until, known.approved_by.strip())
