"""The audit log, read only: who did what to which number, newest first."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.desk import audit_words, words
from bot.desk.pages import page
from bot.desk.record import names_of_staff
from bot.desk.session import Staff
from bot.keys import SERVICES
from bot.numbers import whole

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
    before = whole(query.get("before", ""))
    rows = await services.database.fetch(
        "select id, at, actor, action, subject, detail from audit where ($1 = '' or actor = $1) "
        "and ($2 = '' or action = $2) and ($3 = '' or subject = $3) and ($4::bigint is null or id < $4) "
        "order by id desc limit $5",
        actor, action, subject, before, _PAGE + 1,
    )  # fmt: skip
    names = await names_of_staff(services.database)
    lines = [
        AuditLine(
            row["at"], words.person(row["actor"], names), audit_words.ACTIONS.get(row["action"], row["action"]), row["subject"],
            audit_words.detail(row["detail"], services.playbook),
        )
        for row in rows[:_PAGE]
    ]  # fmt: skip
    return page(
        "admin_audit.html", staff, section="admin", tab="audit", lines=lines, actor=actor, action=action, subject=subject,
        actions=audit_words.ACTIONS, before=rows[_PAGE - 1]["id"] if len(rows) > _PAGE else None, names=names,
    )  # fmt: skip
