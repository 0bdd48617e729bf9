"""The audit log, read only: who did what to which number, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.codec import decode
from bot.desk import words
from bot.desk.pages import page
from bot.desk.record import names_of_staff
from bot.desk.session import Staff
from bot.keys import SERVICES
from conversations.playbook import Playbook

_PAGE = 100


@dataclass(frozen=True, slots=True)
class AuditLine:
    at: datetime
    who: str
    what: str
    subject: str
    detail: str


async def get_audit(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/audit?actor=&action=&subject=&before="""
    services = request.app[SERVICES]
    query = request.query
    actor, action, subject = (query.get(name, "").strip()[:64] for name in ("actor", "action", "subject"))
    before = query.get("before", "")
    rows = await services.database.fetch(
        "select id, at, actor, action, subject, detail from audit where ($1 = '' or actor = $1) "
        "and ($2 = '' or action = $2) and ($3 = '' or subject = $3) and ($4::bigint is null or id < $4) "
        "order by id desc limit $5",
        actor, action, subject, int(before) if before.isdigit() and len(before) < 18 else None, _PAGE + 1,
    )  # fmt: skip
    names = await names_of_staff(services.database)
    lines = [
        AuditLine(
            row["at"], words.person(row["actor"], names), words.ACTIONS.get(row["action"], row["action"]), row["subject"],
            _detail(row["detail"], services.playbook),
        )
        for row in rows[:_PAGE]
    ]  # fmt: skip
    return page(
        "admin_audit.html", staff, section="admin", tab="audit", lines=lines, actor=actor, action=action, subject=subject,
        actions=words.ACTIONS, before=rows[_PAGE - 1]["id"] if len(rows) > _PAGE else None, names=names,
    )  # fmt: skip


_NAMES = {
    "field": "哪一项", "was": "原来", "value": "改成", "lowered": "降级", "outcome": "结果", "role": "角色", "alert": "提醒",
}  # fmt: skip
_ORDER = {name: place for place, name in enumerate(_NAMES)}


def _detail(blob: str, playbook: Playbook) -> str:
    """In people's words; a code without any stays as it is, so that nothing of the log is hidden."""
    values: dict[str, Any] = decode(blob.encode())
    values = {name: values[name] for name in sorted(values, key=lambda one: (one not in _ORDER, _ORDER.get(one, 0)))}
    return "，".join(f"{_NAMES.get(name, name)} {_value(name, value, playbook)}" for name, value in values.items())


def _value(name: str, value: Any, playbook: Playbook) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    if name == "field":
        slot = text.removeprefix("slot:")
        return words.slot_title(playbook, slot) if slot != text else {**words.FIELDS, "words": "原话"}.get(text, text)
    if name in ("was", "value"):
        return words.URGENCY.get(text) or words.intent_title(playbook, text)
    table: Mapping[str, str] = {"outcome": words.OUTCOME, "role": words.ROLES, "alert": words.ALERTS}.get(name, {})
    return table.get(text, text)
