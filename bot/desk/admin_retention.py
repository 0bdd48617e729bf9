"""What would be erased when, the nightly run switched on and off, what was erased."""

from aiohttp import web

from bot.audit import audit
from bot.codec import decode
from bot.desk import words
from bot.desk.pages import page
from bot.desk.record import names_of_staff
from bot.desk.session import Staff
from bot.keys import SERVICES
from bot.retaining import ROWS, switch
from bot.store.retention import last_runs, plan, retain, switch_of

_PLANS = {"retain": "到期删除", "finish": "结束行动"}
_REST = {"contacts": "居民", "comments": "头条评论", "shifts": "值班电话和交班", "sessions": "登录设备"}


async def get_retention(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/retention"""
    services = request.app[SERVICES]
    names = await names_of_staff(services.database)
    titles = {one.code: one.title for one in ROWS.keeps} | _REST
    names["worker"] = "每晚自动"
    runs = [
        (
            row["at"], words.person(row["by"], names), _PLANS.get(row["plan"], row["plan"]),
            "，".join(f"{titles.get(code, code)} {count}" for code, count in decode(row["counts"].encode()).items() if count),
        )
        for row in await last_runs(services.database)
    ]  # fmt: skip
    nightly = await switch_of(services.database)
    return page(
        "admin_retention.html", staff, section="admin", tab="retention", switch=nightly, runs=runs, rows=ROWS,
        due=await plan(services.database, ROWS, services.clock()), by=words.person(nightly.by, names),
    )  # fmt: skip


async def post_retention(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/retention/{on,off,run}"""
    services, act = request.app[SERVICES], request.match_info["act"]
    now = services.clock()
    if act == "run":
        await retain(services.database, ROWS, now, staff.login)
    else:
        await switch(services.database, act == "on", staff.login, now)
        await audit(services.database, staff.login, f"retention.{act}", "record")
    raise web.HTTPSeeOther("/admin/retention")
