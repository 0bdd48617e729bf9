"""The desk's pages for what is outside it, and who may use them: read by `bot/desk/routes.py`."""

from bot.desk import calendar, knowledge_all, push, views, webhooks
from bot.desk.admin_rows_view import VIEWERS
from bot.desk.guarded import Handler
from bot.desk.session import ADMINS, READERS, WRITERS

OUTWARD: tuple[tuple[str, str, Handler, frozenset[str]], ...] = (
    ("GET", "/admin/webhooks", webhooks.get_webhooks, ADMINS),
    ("POST", "/admin/webhooks", webhooks.post_webhook, ADMINS),
    ("POST", r"/admin/webhooks/{id:\d{1,18}}/{act:on|off|drop|secret|ping|again}", webhooks.post_act, ADMINS),
    ("GET", "/desk/views", views.get_views, READERS),
    ("POST", "/desk/views", views.post_view, READERS),
    ("POST", r"/desk/views/{id:\d{1,18}}/drop", views.post_drop, READERS),
    ("GET", "/desk/calendar", calendar.get_calendar, READERS),
    ("POST", "/desk/calendar/{act:make|drop}", calendar.post_calendar, READERS),
    ("POST", "/account/push", push.post_device, WRITERS),
    ("POST", "/account/push/off", push.post_off, WRITERS),
    ("POST", r"/account/push/{id:\d{1,18}}/drop", push.post_drop, WRITERS),
    ("GET", "/admin/rows/knowledge/{code}/told", knowledge_all.get_told, VIEWERS),
    ("POST", "/admin/rows/knowledge/{code}/told", knowledge_all.post_told, knowledge_all.TELLERS),
)
