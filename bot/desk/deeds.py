"""What somebody asks to be done to a ticket, read from a form or from a program's body: the fact, or why it is none."""

import re
from collections.abc import Mapping
from hashlib import sha256

from bot.numbers import whole
from conversations.codes import Outcome
from conversations.events import (
    ReporterClaimed,
    ReporterClosed,
    ReporterCorrected,
    ReporterEvent,
    ReporterHandedBack,
    ReporterReopened,
    ReporterReplied,
)

REPLY_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
DEEDS = ("claim", "reply", "hand-back", "close", "reopen", "correct")
_LONGEST = 5000
_NOTE = 500


class Unfit(Exception):
    """What was filled in cannot be taken; the sentence says what to do."""


def deed(name: str, case: int, who: str, form: Mapping[str, str]) -> ReporterEvent:
    """The fact of the form; `name` is one of DEEDS. Raises Unfit."""
    match name:
        case "claim":
            return ReporterClaimed(case, who)
        case "reply":
            return reply(case, who, form)
        case "hand-back":
            return ReporterHandedBack(case, who, form.get("note", "").strip()[:_NOTE])
        case "close":
            try:
                outcome = Outcome(form.get("outcome", ""))
            except ValueError:
                raise Unfit("请选一个结果。") from None
            note, tell = form.get("note", "").strip()[:_NOTE], form.get("tell") == "yes"
            return ReporterClosed(case, who, outcome, note, tell, whole(form.get("heard", "")))
        case "reopen":
            return ReporterReopened(case, who, form.get("note", "").strip()[:_NOTE])
    field, value = form.get("field", ""), form.get("value", "").strip()[:_NOTE]
    if field.startswith("slot:") and not value:
        raise Unfit("还没有写内容。")
    reason = form.get("reason", "").strip()[:_NOTE]
    return ReporterCorrected(case, who, field, value, reason, whole(form.get("heard", "")))


def reply(case: int, who: str, form: Mapping[str, str]) -> ReporterReplied:
    """The form's `text` under its `reply_id`. Raises Unfit.

    Who says it and what is said are part of the id: pressed twice it goes once, while other words (a second tab with the
    same draft, another program that counts from 1) are another message.
    """
    text, given = form.get("text", "").strip(), form.get("reply_id", "")
    if not text:
        raise Unfit("还没有写内容。")
    if len(text) > _LONGEST:
        raise Unfit(f"太长了：最多 {_LONGEST} 个字。")
    if not REPLY_ID.fullmatch(given):
        raise Unfit("页面已过期，请刷新；写的内容还在。")
    words = sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
    return ReporterReplied(case, who, text, f"{who}:{given}:{words}")
