"""Douyin's refusals, one row a code: whom it concerns, whether to try again, and the sentence the reporter reads.

Codes: the platform's Java SDK tables [D13]; those of private messages (28…) from one integrator's table [D15].
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from adapters.base import Failure
from adapters.calling import Line

TOKEN_CODES = frozenset({10008, 2190002, 2190008})
"""The access token is wrong or over: drop that one, fetch once, try once more."""

GRANT_CODES = frozenset({10010, 10020, 2190003})
"""The authorisation itself is over: a person must scan again."""

WINDOW_CODES = frozenset({28003070, 28003080, 28003081})
"""This act of the contact carries no more messages; another act may."""

_TOKEN = Failure(
    "token_refused", "抖音不接受访问令牌，已暂停发送，请管理员查授权。", retry=True, blame="config", stop_account=True
)
_GRANT = Failure(
    "authorize_again",
    "抖音账号的授权已失效，已暂停发送，请管理员重新扫码授权。",
    blame="config",
    stop_account=True,
)
_APP = Failure("bad_app", "抖音应用的编号或密钥不正确，已暂停发送，请联系管理员。", blame="config", stop_account=True)
_OURS = Failure("bad_request", "抖音读不懂这条消息，没有发出，已通知技术人员。", blame="us")
_WINDOW = Failure(
    "window_closed",
    "对方超过 24 小时没有来消息，现在发不出；等对方再来消息，或用电话联系。",
    blame="contact",
    closes_window=True,
)
_RIGHT = Failure(
    "not_permitted", "抖音账号没有发私信的权限，已暂停发送，请联系管理员。", blame="config", stop_account=True
)

FAILURES: Mapping[int, Failure] = {
    10002: _OURS,
    10005: _OURS,
    10003: _APP,
    10013: _APP,
    10004: _RIGHT,
    10007: Failure("code_expired", "授权码已过期，请管理员重新扫码授权。", blame="config"),
    10008: _TOKEN,
    10010: _GRANT,
    10020: _GRANT,
    2100004: Failure("busy", "抖音系统繁忙。", retry=True),
    2100005: _OURS,
    2100007: _RIGHT,
    2100009: Failure(
        "contact_banned", "对方的抖音账号被封禁，收不到私信，请用电话联系。", blame="contact", unreachable=True
    ),
    2190001: Failure("quota", "抖音的调用次数用完，已暂停发送。", retry=True, stop_account=True),
    2190002: _TOKEN,
    2190003: _GRANT,
    2190004: _RIGHT,
    2190008: _TOKEN,
    2190015: Failure(
        "wrong_account",
        "授权的抖音账号和设置的不是同一个，已暂停发送，请联系管理员。",
        blame="config",
        stop_account=True,
    ),
    2190016: Failure("app_banned", "抖音应用被封禁，已暂停发送，请联系管理员。", blame="config", stop_account=True),
    2111001: Failure("comment_sensitive", "抖音认为这条评论有敏感词，没有发出。", blame="us"),
    2111003: Failure("comment_gone", "这条评论已经不在了，没有回复。", blame="contact"),
    2111006: Failure("comment_failed", "评论回复没有成功。"),
    2112001: Failure(
        "not_enterprise", "抖音账号不是企业号，发不了私信，请联系管理员。", blame="config", stop_account=True
    ),
    28001038: Failure("content_refused", "抖音不允许这条内容，请改写后再发。", blame="us"),
    28003018: Failure("too_fast", "发送太快，抖音要求稍等。", retry=True, stop_account=True),
    28003070: Failure(
        "quota_used",
        "对方上次来消息后，可回复的条数已经用完；等对方再来消息，或用电话联系。",
        blame="contact",
        closes_window=True,
    ),
    28003080: _WINDOW,
    28003081: _WINDOW,
    28003082: Failure("wrong_message", "抖音说回复的不是这个人的消息，没有发出，已通知技术人员。", blame="us"),
    28003095: Failure(
        "workbench_replies",
        "抖音“互动经营工作台”的自动回复开着，私信发不出，已暂停发送，请管理员把它关掉。",
        blame="config",
        stop_account=True,
    ),
    28003101: Failure(
        "contact_banned", "对方的抖音账号被封禁，收不到私信，请用电话联系。", blame="contact", unreachable=True
    ),
    28029004: Failure(
        "sending_banned", "抖音暂停了账号发私信，已暂停发送，请联系管理员。", blame="config", stop_account=True
    ),
}

NO_CONNECTION = Failure("no_connection", "连不上抖音。", retry=True)
NO_TOKEN = Failure("no_token", "取不到抖音的访问令牌。", retry=True)
NO_ANSWER = Failure("no_answer", "抖音没有回音，不能确定对方是否收到。")
UNREADABLE = Failure("unreadable_answer", "抖音的回答无法识别，不能确定对方是否收到。")
EMPTY = Failure("empty_text", "消息没有内容，没有发出。", blame="us")
OVERLOADED = Failure("overloaded", "抖音要求稍等。", retry=True)
LINE = Line(NO_CONNECTION, NO_ANSWER, OVERLOADED, UNREADABLE)
NOTHING_TO_ANSWER = replace(_WINDOW, note="对方 24 小时内没有来过私信，抖音不让主动发；等对方再来消息，或用电话联系。")
ONLY_IN_DOUYIN = Failure("only_in_douyin", "抖音没有给出这个文件，请到抖音里看。", blame="contact")
MEDIA_TOO_BIG = Failure("media_too_big", "文件太大，没有下载，请到抖音里看。", blame="contact")


def failure(code: int) -> Failure:
    """The row of a code; one that is not in the table is kept by its number and not tried again."""
    return FAILURES.get(code) or Failure(f"douyin_{code}", f"抖音拒绝发送（错误码 {code}）。")


def code_of(answer: Mapping[str, Any]) -> int | None:
    """0 for success, else the code that says most; None where there is no code at all. Codes may come as text. [D11]"""
    found = [code for code in map(_number, _places(answer)) if code is not None]
    wrong = [code for code in found if code]
    if not wrong:
        return 0 if found else None
    return next((code for code in wrong if code in FAILURES), wrong[0])


def _places(answer: Mapping[str, Any]) -> Iterable[object]:
    """The finer codes first: `sub_error_code` names what `error_code` only calls a wrong parameter."""
    extra, data = answer.get("extra"), answer.get("data")
    if isinstance(extra, dict):
        yield extra.get("sub_error_code")
        yield extra.get("error_code")
    if isinstance(data, dict):
        yield data.get("error_code")
    yield answer.get("err_no")


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def partly(reason: Failure, sent: int, of: int) -> Failure:
    """Some parts of a long text are out: sending it all again would repeat them, so a person must look at it."""
    if not sent:
        return reason
    return replace(
        reason, retry=False, stop_account=False, note=f"共 {of} 段，前 {sent} 段已送达，其余没有：{reason.note}"
    )
