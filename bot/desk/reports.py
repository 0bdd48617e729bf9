"""/desk/reports: what could be written up, what is being written, signed, sent; one report as page, print and Word file."""

from datetime import timedelta
from urllib.parse import quote

from aiohttp import web

from bot.audit import audit
from bot.desk.acts import refused
from bot.desk.pages import page
from bot.desk.record import names_of_staff
from bot.desk.reports_view import ROWS, STATUS, case_lines, proposals, sheet_of
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.reports.clusters import of_place
from bot.reports.paper import moment_words, name_of
from bot.reports.word import as_docx
from bot.services import Services
from bot.store.report_tickets import make_report, marked_tickets, open_counts
from bot.store.reports import Report, get_report, list_reports
from bot.supervision.watching import ROWS as LADDER
from data.obstacles import KINDS

UNKNOWN = "没有这份报告。"
NOTHING = "没有可写的求助：都办完了，或已经写在别的报告里。"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SINCE_DAYS = 7
_PLACES = frozenset({"all", "hospital", "street", "district", "rule", "ticket"})


async def find_report(request: web.Request) -> Report | None:
    services = request.app[SERVICES]
    given = request.match_info["id"]
    return await get_report(services.database, services.vault, int(given)) if len(given) < 18 else None


async def get_reports(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/reports"""
    services = request.app[SERVICES]
    names, now = await names_of_staff(services.database), services.clock()
    found = await proposals(services, now)
    counts = await open_counts(services.database)
    listed = await list_reports(services.database, services.vault, ("draft", "signed", "approved", "sent", "answered"))
    groups = [
        (title, [(one, name_of(one.kind, one.serial)) for one in listed if one.status == code])
        for code, title in STATUS.items()
        if code != "dropped"
    ]
    return page(
        "reports.html", staff, section="reports", proposals=[(one, ROWS.title(one.obstacle)) for one in found],
        groups=[group for group in groups if group[1]], names=names, kinds=KINDS, now=now, titles=ROWS.title,
        stuck=[(one, counts[one.code]) for one in ROWS.obstacles if counts.get(one.code)],
    )  # fmt: skip


async def post_make(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/reports: kind, obstacle, place_kind, place. The cluster is looked up anew; then its draft's page."""
    services = request.app[SERVICES]
    form = {name: str(value) for name, value in (await read_form(request)).items()}
    kind, obstacle, where = form.get("kind", ""), form.get("obstacle", ""), form.get("place_kind", "all")
    if kind not in KINDS or ROWS.obstacle(obstacle) is None or where not in _PLACES:
        return refused(request, staff, "", 400, "unfit", "请选写速报还是内参，和卡在哪里。")
    report = await _make(services, staff, kind, obstacle, where, form.get("place", ""))
    if report is None:
        return refused(request, staff, "", 409, "nothing", NOTHING)
    number, fresh = report
    if fresh:
        await audit(services.database, staff.login, "reports.made", f"{number}", kind=kind, obstacle=obstacle)
    raise web.HTTPSeeOther(f"/desk/reports/{number}")


async def _make(
    services: Services, staff: Staff, kind: str, obstacle: str, where: str, place: str
) -> tuple[int, bool] | None:
    """As proposed; where that has gone, whatever there is of the last days, verified or not."""
    now = services.clock()
    for one in await proposals(services, now):
        if (one.obstacle, one.kind, one.place) == (obstacle, where, place):
            cluster = one
            break
    else:
        marked = await marked_tickets(services.database, services.vault, now - timedelta(days=_SINCE_DAYS), obstacle)
        found = of_place(marked, obstacle, where, place)
        if found is None:
            return None
        cluster = found
    lines = await case_lines(services, cluster, now)
    return await make_report(
        services.database, services.vault, kind, cluster, lines, ROWS.typical, staff.login, now
    )  # fmt: skip


async def get_report_page(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/reports/{id}"""
    return await _show(request, staff, "report.html")


async def get_sheet(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/reports/{id}/sheet: to be printed or kept as PDF."""
    return await _show(request, staff, "report_sheet.html")


async def _show(request: web.Request, staff: Staff, name: str) -> web.StreamResponse:
    report = await find_report(request)
    if report is None:
        return refused(request, staff, "", 404, "unknown", UNKNOWN)
    if name == "report_sheet.html":
        await audit(request.app[SERVICES].database, staff.login, "reports.exported", f"{report.id}", format="print")
    return await report_page(request, staff, report, name)


async def report_page(
    request: web.Request, staff: Staff, report: Report, name: str = "report.html", *, status: int = 200,
    fields: dict[str, str] | None = None, said: str = "",
) -> web.StreamResponse:  # fmt: skip
    """With what was typed and not taken, and why."""
    services = request.app[SERVICES]
    names = await names_of_staff(services.database)
    sheet = await sheet_of(services, report, staff, names, fields=fields, said=said)
    answer = report.body.answer.rstrip("。")
    reply = ROWS.reply.format(report=sheet.name, answer=f"{answer}。") if answer else ""
    return page(
        name, staff, status=status, section="reports", sheet=sheet, ways=LADDER.ways, results=LADDER.results, reply=reply,
        form=ROWS.forms[report.kind], now=sheet.now,
    )  # fmt: skip


async def get_docx(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/reports/{id}/report.docx; written down."""
    services = request.app[SERVICES]
    report = await find_report(request)
    if report is None:
        return refused(request, staff, "", 404, "unknown", UNKNOWN)
    sheet = await sheet_of(services, report, staff, await names_of_staff(services.database))
    await audit(services.database, staff.login, "reports.exported", f"{report.id}", format="docx")
    blob = as_docx(sheet.paper, f"{staff.name}（{staff.login}）{moment_words(sheet.now)} 导出")
    name = quote(f"{sheet.name}.docx")
    return web.Response(
        body=blob, content_type=_DOCX,
        headers={"Cache-Control": "no-store", "Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )  # fmt: skip
