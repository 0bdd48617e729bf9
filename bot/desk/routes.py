"""Every route of the desk and who may use it. There is no way in beside `guarded`, the login page and the static files."""

from aiohttp import web

from bot.desk import (
    account,
    acts,
    admin,
    admin_audit,
    admin_retention,
    admin_rows,
    admin_rows_drafts,
    admin_rows_edit,
    admin_rows_entries,
    admin_rows_view,
    admin_tokens,
    admin_understanding,
    admin_understanding_label,
    admin_understanding_models,
    board,
    board_day,
    board_kept,
    calls,
    directory,
    feed,
    filing,
    linking,
    login,
    login_oidc,
    media,
    merging,
    notes,
    orders,
    orders_acts,
    orders_page,
    people,
    people_next,
    picture_taking,
    pictures,
    posters,
    presence,
    push,
    queue,
    reports,
    reports_acts,
    reveal,
    revisits,
    second_factor,
    shifts,
    shifts_end,
    start,
    supervision,
    supervision_acts,
    ticket,
    toutiao,
)
from bot.desk.admin_rows_view import VIEWERS as ROW_VIEWERS
from bot.desk.admin_understanding import LABELLERS
from bot.desk.guarded import Handler, guarded
from bot.desk.outward import OUTWARD
from bot.desk.pages import PAGES, STATIC
from bot.desk.session import ADMINS, OVERSEERS, READERS, WRITERS
from bot.keys import SERVICES
from bot.rows.release import EDITORS as ROW_EDITORS


def add_desk(app: web.Application) -> None:
    """Login, queue, tickets and their live news, on the application that holds the services."""
    app[board_kept.KEPT] = {}
    app.router.add_get("/login", login.get_login)
    app.router.add_post("/login", login.post_login)
    app.router.add_get("/login/second", second_factor.get_step)
    app.router.add_post("/login/second", second_factor.post_step)
    login_oidc.add_oidc(app)
    routes: list[tuple[str, str, Handler, frozenset[str]]] = [
        ("GET", "/desk", queue.get_queue, READERS),
        ("GET", "/desk/rows", queue.get_rows, READERS),
        ("GET", "/desk/alarm", queue.get_alarm, READERS),
        ("GET", "/desk/events", feed.get_events, READERS),
        ("GET", "/desk/changes", feed.get_changes, READERS),
        ("POST", "/desk/next", people_next.post_next, WRITERS),
        ("POST", "/desk/proposals/{number}/pass", people_next.post_pass, WRITERS),
        ("GET", "/desk/people", people.get_people, people.PLANNERS),
        ("POST", "/desk/people/{login}", people.post_person, people.PLANNERS),
        ("GET", "/desk/shifts", shifts.get_shifts, READERS),
        ("POST", "/desk/shifts", shifts.post_shift, WRITERS),
        ("POST", "/desk/shifts/start", shifts.post_start, WRITERS),
        ("POST", r"/desk/shifts/{id:\d+}/cancel", shifts.post_cancel, WRITERS),
        ("POST", r"/desk/shifts/{id:\d+}/phone", shifts.post_phone, WRITERS),
        ("GET", r"/desk/shifts/{id:\d+}/end", shifts_end.get_end, WRITERS),
        ("POST", r"/desk/shifts/{id:\d+}/end", shifts_end.post_end, WRITERS),
        ("GET", "/desk/start", start.get_start, WRITERS),
        ("POST", "/desk/start/done", start.post_start, WRITERS),
        ("GET", "/desk/tickets/{number}", ticket.get_page, READERS),
        ("GET", "/desk/tickets/{number}/parts", ticket.get_parts, READERS),
        ("POST", "/desk/tickets/{number}/acknowledge", acts.post_acknowledge, WRITERS),
        ("POST", "/desk/tickets/{number}/picture", pictures.post_picture, WRITERS),
        ("POST", "/desk/tickets/{number}/written", picture_taking.post_take, WRITERS),
        ("POST", "/desk/tickets/{number}/note", notes.post_note, WRITERS),
        ("POST", "/desk/tickets/{number}/merge", merging.post_merge, WRITERS),
        ("POST", "/desk/tickets/{number}/apart", merging.post_apart, WRITERS),
        ("POST", "/desk/tickets/{number}/split", merging.post_split, WRITERS),
        ("POST", "/desk/tickets/{number}/same-ask", linking.post_ask, WRITERS),
        ("POST", "/desk/tickets/{number}/same-link", linking.post_link, WRITERS),
        ("POST", "/desk/tickets/{number}/same-unlink", linking.post_unlink, WRITERS),
        ("POST", "/desk/tickets/{number}/same-reply", linking.post_reply, WRITERS),
        ("POST", "/desk/tickets/{number}/here", presence.post_here, WRITERS),
        ("POST", "/desk/tickets/{number}/reveal", reveal.post_reveal, WRITERS),
        ("POST", "/desk/tickets/{number}/{act:claim|reply|hand-back|close|reopen|correct}", acts.post_act, WRITERS),
        ("GET", "/desk/new", filing.get_new, WRITERS),
        ("POST", "/desk/new", filing.post_new, WRITERS),
        ("POST", "/desk/new/read", filing.post_read, WRITERS),
        ("GET", "/desk/posters", posters.get_posters, READERS),
        ("POST", "/desk/posters", posters.post_poster, WRITERS),
        ("GET", r"/desk/posters/{scene:[a-z0-9]{1,64}}", posters.get_poster, READERS),
        ("GET", r"/desk/posters/{scene:[a-z0-9]{1,64}}/code", posters.get_code, READERS),
        ("POST", r"/desk/posters/{scene:[a-z0-9]{1,64}}/retire", posters.post_retire, WRITERS),
        ("GET", "/desk/toutiao", toutiao.get_toutiao, READERS),
        ("POST", "/desk/toutiao", toutiao.post_import, WRITERS),
        ("POST", r"/desk/toutiao/{id:\d+}/{act:case|answered|drop}", toutiao.post_act, WRITERS),
        ("GET", "/desk/media/{link}", media.get_media, WRITERS),
        ("GET", "/desk/media/{link}/thumb", media.get_thumb, WRITERS),
        ("GET", "/desk/orders", orders.get_orders, READERS),
        ("GET", "/desk/orders/rows", orders.get_rows, READERS),
        ("GET", "/desk/orders/{number}", orders_page.get_page, READERS),
        ("GET", "/desk/orders/{number}/sheet", orders_page.get_sheet, WRITERS),
        ("POST", "/desk/orders/{number}/{act:save|send|file|news|number|close}", orders_acts.post_act, WRITERS),
        ("POST", "/desk/tickets/{number}/order", orders_acts.post_make, WRITERS),
        ("POST", "/desk/tickets/{number}/order-tell", orders_acts.post_tell, WRITERS),
        ("POST", "/desk/tickets/{number}/calls", calls.post_call, WRITERS),
        ("POST", "/desk/tickets/{number}/promise", calls.post_promise, WRITERS),
        ("POST", "/desk/tickets/{number}/call-words", calls.post_words, WRITERS),
        ("GET", "/desk/tickets/{number}/callees", calls.get_callees, READERS),
        ("GET", "/desk/calls", calls.get_calls, READERS),
        ("GET", "/desk/revisits", revisits.get_revisits, READERS),
        ("GET", "/desk/revisits/{number}", revisits.get_revisit, READERS),
        ("POST", "/desk/revisits/{number}", revisits.post_revisit, WRITERS),
        ("POST", "/desk/revisits/{number}/ask", revisits.post_ask, WRITERS),
        ("GET", "/desk/supervision", supervision.get_supervision, READERS),
        ("GET", "/desk/supervision/rows", supervision.get_rows, READERS),
        ("GET", "/desk/supervision/export.{kind:csv|xlsx}", supervision.get_file, supervision.EXPORTERS),
        ("POST", "/desk/tickets/{number}/supervise", supervision_acts.post_step, WRITERS),
        ("POST", "/desk/tickets/{number}/supervise-not", supervision_acts.post_not, WRITERS),
        ("POST", "/desk/tickets/{number}/supervise-result", supervision_acts.post_result, WRITERS),
        ("POST", "/desk/tickets/{number}/supervise-words", supervision_acts.post_words, WRITERS),
        ("POST", "/desk/tickets/{number}/obstacle", reports_acts.post_obstacle, WRITERS),
        ("GET", "/desk/reports", reports.get_reports, READERS),
        ("POST", "/desk/reports", reports.post_make, WRITERS),
        ("GET", r"/desk/reports/{id:\d+}", reports.get_report_page, READERS),
        ("GET", r"/desk/reports/{id:\d+}/sheet", reports.get_sheet, READERS),
        ("GET", r"/desk/reports/{id:\d+}/report.docx", reports.get_docx, READERS),
        (
            "POST", r"/desk/reports/{id:\d+}/{act:save|cases|sign|back|drop|approve|send|answer|tell}",
            reports_acts.post_act, WRITERS,
        ),
        ("GET", "/desk/directory", directory.get_directory, READERS),
        ("GET", "/desk/directory/new", directory.get_new, WRITERS),
        ("POST", "/desk/directory/new", directory.post_new, WRITERS),
        ("GET", r"/desk/directory/{unit:\d+}", directory.get_unit_page, READERS),
        ("POST", r"/desk/directory/{unit:\d+}/edit", directory.post_edit, WRITERS),
        ("POST", r"/desk/directory/{unit:\d+}/{act:verify|retire|restore}", directory.post_mark, WRITERS),
        ("GET", "/desk/board", board.get_board, board.BOARD),
        ("GET", "/desk/board/parts", board.get_parts, board.BOARD),
        ("GET", "/desk/board/day", board_day.get_day, board.BOARD),
        ("POST", "/desk/board/day", board_day.post_day, board.FILLERS),
        ("GET", "/desk/board/day.xlsx", board_day.get_sheet, board.BOARD),
        ("GET", "/desk/board/digest", board_day.get_digest, board.BOARD),
        ("GET", "/admin", admin.get_users, ADMINS),
        ("POST", "/admin/users", admin.post_user, ADMINS),
        ("POST", "/admin/users/{login}/{act:reset|off|on|role}", admin.post_user_act, ADMINS),
        ("GET", "/admin/users/{login}", account.get_other, ADMINS),
        ("POST", "/admin/users/{login}/{act:end|end-all|second}", account.post_other, ADMINS),
        ("GET", "/account", account.get_account, READERS),
        ("POST", "/account/sessions/end", account.post_end, READERS),
        ("GET", "/admin/tokens", admin_tokens.get_tokens, ADMINS),
        ("POST", "/admin/tokens", admin_tokens.post_token, ADMINS),
        ("POST", "/admin/tokens/revoke", admin_tokens.post_revoke, ADMINS),
        ("GET", "/admin/understanding", admin_understanding.get_home, LABELLERS),
        ("GET", "/admin/understanding/training", admin_understanding.get_training, ADMINS),
        ("POST", "/admin/understanding/training/{act:begin|stop}", admin_understanding.post_training, ADMINS),
        ("GET", "/admin/understanding/label", admin_understanding_label.get_label, LABELLERS),
        ("POST", "/admin/understanding/label/{act:save|skip|undo}", admin_understanding_label.post_label, LABELLERS),
        ("GET", "/admin/understanding/settle", admin_understanding_label.get_settle, ADMINS),
        ("POST", "/admin/understanding/settle", admin_understanding_label.post_settle, ADMINS),
        ("GET", "/admin/understanding/models/{id}", admin_understanding_models.get_model, ADMINS),
        (
            "POST", "/admin/understanding/models/{id}/{act:promote|rollback|compare|shadow}",
            admin_understanding_models.post_model, ADMINS,
        ),
        ("GET", "/admin/understanding/shadow", admin_understanding_models.get_shadow, ADMINS),
        ("POST", "/admin/understanding/shadow/end", admin_understanding_models.post_shadow, ADMINS),
        ("GET", "/admin/rows", admin_rows.get_rows, ROW_VIEWERS),
        ("GET", "/admin/rows/files/{name:.+}", admin_rows_edit.get_file, ROW_VIEWERS),
        ("POST", "/admin/rows/files/{name:.+}", admin_rows_edit.post_file, ROW_EDITORS),
        ("GET", "/admin/rows/replies", admin_rows_entries.get_replies, ROW_VIEWERS),
        ("GET", "/admin/rows/replies/{key}", admin_rows_entries.get_reply, ROW_VIEWERS),
        ("POST", "/admin/rows/replies/{key}", admin_rows_entries.post_reply, ROW_EDITORS),
        ("GET", "/admin/rows/knowledge", admin_rows_entries.get_knowledge, ROW_VIEWERS),
        ("GET", "/admin/rows/knowledge/{code}", admin_rows_entries.get_known, ROW_VIEWERS),
        ("POST", "/admin/rows/knowledge/{code}", admin_rows_entries.post_known, ROW_EDITORS),
        ("GET", r"/admin/rows/drafts/{id:\d+}", admin_rows_drafts.get_draft_page, ROW_VIEWERS),
        ("GET", r"/admin/rows/drafts/{id:\d+}/preview", admin_rows_drafts.get_told, ROW_VIEWERS),
        (
            "POST", r"/admin/rows/drafts/{id:\d+}/{act:offer|back|drop|release|urgent|preview}",
            admin_rows_drafts.post_draft, ROW_EDITORS,
        ),
        ("GET", r"/admin/rows/sets/{id:\d+}", admin_rows.get_set_page, ROW_VIEWERS),
        ("POST", r"/admin/rows/sets/{id:\d+}/{act:rollback|seen}", admin_rows.post_set, ROW_EDITORS),
        ("GET", "/admin/retention", admin_retention.get_retention, OVERSEERS),
        ("POST", "/admin/retention/{act:on|off|run}", admin_retention.post_retention, ADMINS),
        ("GET", "/admin/audit", admin_audit.get_audit, OVERSEERS),
    ]  # fmt: skip
    for method, path, handler, roles in (*routes, *OUTWARD):
        app.router.add_route(method, path, guarded(handler, roles))
    for method, path, handler in (
        ("POST", "/logout", login.post_logout),
        ("GET", "/password", login.get_password),
        ("POST", "/password", login.post_password),
        ("GET", "/account/second", second_factor.get_setup),
        ("POST", "/account/second/{act:begin|confirm|codes|off}", second_factor.post_setup),
    ):
        app.router.add_route(method, path, guarded(handler, READERS, must_change_too=True))
    app.router.add_get("/", _home)
    app.router.add_get("/desk/alarm-worker.js", push.get_worker)
    app.router.add_static("/desk/static", str(STATIC))
    app.on_response_prepare.append(_fresh_static)
    app.cleanup_ctx.append(feed.run_feed)
    app.cleanup_ctx.append(admin_rows.run_previews)
    app.cleanup_ctx.append(admin_understanding.run_trainings)
    served = app[SERVICES].rows
    PAGES.globals["row_alarms"] = lambda: admin_rows_view.alarms_of(served)
    app.on_shutdown.append(feed.close_feed)


async def _home(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther("/chat")


async def _fresh_static(request: web.Request, response: web.StreamResponse) -> None:
    """Scripts of yesterday must not meet pages of today: browsers ask whether a file changed."""
    if request.path.startswith("/desk/static/"):
        response.headers["Cache-Control"] = "no-cache"
