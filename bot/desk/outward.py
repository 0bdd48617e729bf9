"""The desk's pages for what is outside it, and who may use them: read by `bot/desk/routes.py`."""

from bot.desk import webhooks
from bot.desk.guarded import Handler
from bot.desk.session import ADMINS

OUTWARD: tuple[tuple[str, str, Handler, frozenset[str]], ...] = (
    ("GET", "/admin/webhooks", webhooks.get_webhooks, ADMINS),
    ("POST", "/admin/webhooks", webhooks.post_webhook, ADMINS),
    ("POST", r"/admin/webhooks/{id:\d{1,18}}/{act:on|off|drop|secret|ping|again}", webhooks.post_act, ADMINS),
)
