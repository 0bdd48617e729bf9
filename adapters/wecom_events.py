"""What WeCom tells among the messages it is asked for: a text of ours that did not arrive after all, a message taken back.

`msg_send_fail` names the key we chose when we sent (`part_key`) and why; the send itself was answered with success. [K2]
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.base import Failure
from adapters.text import clean

SEND_FAILED, RECALLED = "wecom_send_failed", "wecom_recalled"
TOLD: Mapping[str, tuple[str, str]] = {
    "msg_send_fail": (SEND_FAILED, "fail_msgid"),
    "user_recall_msg": (RECALLED, "recall_msgid"),
}
"""`event_type` → what it is to us, and the field with the message it is about."""

_WHY: Mapping[str, Failure] = {
    "1": Failure("account_deleted", "企业微信的客服账号已被删除，没有送到，请联系管理员。", blame="config"),
    "2": Failure("app_closed", "企业微信的客服应用已关闭，没有送到，请联系管理员。", blame="config"),
    "4": Failure(
        "window_over", "超过 48 小时，没有送到。等对方再来消息，或打电话。", blame="contact", closes_window=True
    ),
    "5": Failure(
        "talk_closed", "对方的会话已关闭，没有送到。等对方再来消息，或打电话。", blame="contact", closes_window=True
    ),
    "6": Failure("too_many", "超过 5 条，没有送到。等对方再来消息，或打电话。", blame="contact", closes_window=True),
    "8": Failure("not_verified", "企业微信没有完成主体验证，没有送到，请联系管理员。", blame="config"),
    "10": Failure(
        "refused_by_contact", "对方不再接收我们的消息，没有送到。请打电话。", blame="contact", unreachable=True
    ),
    "11": Failure("nobody_logged_in", "企业没有人登录企业微信，没有送到，请联系管理员。", blame="config"),
    "12": Failure("kind_not_allowed", "微信客服不许发这种消息，没有送到。请换文字，或打电话。", blame="us"),
    "13": Failure("restricted", "微信的安全限制，没有送到。请打电话。", blame="contact"),
}
_UNSAID = Failure("not_delivered", "企业微信事后说没有送到，没有说明原因。请打电话或再写一句。")
_MOST, _DEEPEST = 100, 3


def why(fail_type: str) -> Failure:
    """The row of a `fail_type`."""
    return _WHY.get(fail_type, _UNSAID)


def words_of_merged(body: Mapping[str, Any]) -> str:
    """What a forwarded talk says, a line for each text in it: danger in it must be heard."""
    return "\n".join(_lines(body, 0))


def _lines(body: Mapping[str, Any], depth: int) -> Iterator[str]:
    items = body.get("item")
    for item in (items if isinstance(items, list) else [])[:_MOST]:
        if not isinstance(item, dict):
            continue
        try:
            inner = json.loads(item.get("msg_content") or "")
        except (TypeError, ValueError, RecursionError):
            continue
        said = inner.get(str(item.get("msgtype"))) if isinstance(inner, dict) else None
        if not isinstance(said, dict):
            continue
        if isinstance(said.get("content"), str) and (words := clean(said["content"]).strip()):
            yield words
        elif depth < _DEEPEST:
            yield from _lines(said, depth + 1)
