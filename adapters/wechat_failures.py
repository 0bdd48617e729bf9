"""WeChat's refusals, one row a code: what to do and the sentence the reporter reads.

HTTP is 200 for all of them; the code is in `errcode`. Codes and texts: WxJava's tables [G1], wechatpy's constants [G5].
"""

from collections.abc import Mapping
from dataclasses import replace

from adapters.base import Failure
from adapters.calling import Line

TOKEN_CODES = frozenset({40001, 40014, 41001, 42001})
"""The token is stale or was replaced: drop that one, fetch once, try once more."""

TOO_LONG = 45002

FAILURES: Mapping[int, Failure] = {
    -1: Failure("busy", "微信系统繁忙。", retry=True),
    40001: Failure(
        "token_refused",
        "微信不接受访问令牌，已暂停发送，请联系管理员查密钥。",
        retry=True,
        blame="config",
        stop_account=True,
    ),
    40003: Failure("bad_openid", "微信不认识这位居民的编号，请用电话联系。", blame="contact", unreachable=True),
    40013: Failure("bad_appid", "公众号 AppID 不正确，已停止发送，请联系管理员。", blame="config", stop_account=True),
    40033: Failure("bad_characters", "消息含微信不接受的字符，没有发出，已通知技术人员。", blame="us"),
    40125: Failure("bad_secret", "公众号密钥不正确，已停止发送，请联系管理员。", blame="config", stop_account=True),
    40155: Failure("link_refused", "微信不允许消息里的链接，请去掉链接再发。", blame="us"),
    40164: Failure(
        "ip_not_listed",
        "服务器地址不在公众号的 IP 白名单里，已暂停发送，请管理员在公众平台添加（约 10 分钟生效）。",
        retry=True,
        blame="config",
        stop_account=True,
    ),
    43004: Failure("not_following", "对方已取消关注，收不到消息，请用电话联系。", blame="contact", unreachable=True),
    43019: Failure("blacklisted", "对方在公众号黑名单里，移出后才能送达。", blame="config", unreachable=True),
    44004: Failure("empty_text", "消息没有内容，没有发出，已通知技术人员。", blame="us"),
    TOO_LONG: Failure("too_long", "消息太长，微信没有接受，请分成几条再发。", blame="us"),
    45009: Failure("daily_quota", "今天的发送次数已用完，已暂停发送，零点后恢复。", retry=True, stop_account=True),
    45011: Failure("minute_quota", "发送太快，微信要求稍等。", retry=True, stop_account=True),
    45015: Failure(
        "window_closed",
        "对方超过 48 小时没有发消息，或已取消关注，现在发不出；等对方再来消息，或用电话联系。",
        blame="contact",
        closes_window=True,
    ),
    45047: Failure(
        "quota_used",
        "对方上次来消息后，可回复的条数已经用完；等对方再来消息，或用电话联系。",
        blame="contact",
        closes_window=True,
    ),
    45166: Failure("content_refused", "微信不允许这条内容，请改写后再发。", blame="us"),
    47001: Failure("bad_json", "微信读不懂这条消息，没有发出，已通知技术人员。", blame="us"),
    48001: Failure(
        "not_permitted",
        "公众号没有客服消息权限，只能在居民来消息时当场回复，请联系管理员。",
        blame="config",
        stop_account=True,
    ),
    48002: Failure("switched_off", "对方关闭了接收公众号消息，请用电话联系。", blame="contact", unreachable=True),
    48004: Failure("api_banned", "公众号接口被封禁，已停止发送，请联系管理员。", blame="config", stop_account=True),
    50002: Failure("account_banned", "公众号被微信限制，已停止发送，请联系管理员。", blame="config", stop_account=True),
    50005: Failure("not_following", "对方没有关注公众号，请用电话联系。", blame="contact", unreachable=True),
    40004: Failure("bad_media_kind", "微信不接受这种文件，请换成 JPG 或 PNG 图片。", blame="us"),
    40006: Failure("media_too_large", "文件太大，微信不收，请换小一点的。", blame="us"),
    40016: Failure("bad_menu", "菜单按钮的个数不对：最多三个，每个下面最多五个。", blame="config"),
    40018: Failure("bad_menu", "菜单按钮的名字太长。", blame="config"),
    40035: Failure("bad_scene", "二维码的参数不对，没有生成，已通知技术人员。", blame="us"),
    40037: Failure("bad_template", "通知模板不存在或已被删除，请管理员在公众平台核对模板编号。", blame="config"),
    40096: Failure("bad_scene", "二维码的编号不合规定，没有生成。", blame="us"),
    40137: Failure("bad_picture", "微信不接受这种图片，请换成 JPG 或 PNG。", blame="us"),
    43101: Failure("notice_refused", "对方没有订阅通知，或订阅次数已经用完，请用电话联系。", blame="contact"),
    45001: Failure("media_too_large", "图片太大，微信最多收 2 MB。", blame="us"),
    45072: Failure("typing_command", "“正在输入”的指令不对。", blame="us"),
    45080: Failure("typing_too_late", "对方 30 秒内没有发消息，不显示“正在输入”。", blame="contact"),
    45081: Failure("typing_already", "对方已经看到“正在输入”。"),
    46003: Failure("no_menu", "公众号还没有菜单。", blame="config"),
    47003: Failure("bad_notice", "通知的字段和模板对不上，请管理员核对。", blame="config"),
    40007: Failure("media_gone", "图片或语音在微信那边已经过期（只保留 3 天）。"),
}

NO_CONNECTION = Failure("no_connection", "连不上微信。", retry=True)
NO_TOKEN = Failure("no_token", "取不到微信的访问令牌。", retry=True)
NO_ANSWER = Failure("no_answer", "微信没有回音，不能确定对方是否收到。")
UNREADABLE = Failure("unreadable_answer", "微信的回答无法识别，不能确定对方是否收到。")
EMPTY = Failure("empty_text", "消息没有内容，没有发出。", blame="us")
OVERLOADED = Failure("overloaded", "微信要求稍等。", retry=True)
LINE = Line(NO_CONNECTION, NO_ANSWER, OVERLOADED, UNREADABLE)
MEDIA_UNREADABLE = Failure("media_unreadable", "微信没有给出这个文件，请在公众号后台查看。")
MEDIA_TOO_BIG = Failure("media_too_big", "文件太大，没有下载，请在微信里查看。", blame="contact")


def failure(code: int) -> Failure:
    """The row of an `errcode`; one that is not in the table is kept by its number and not tried again."""
    if code in TOKEN_CODES:
        code = 40001
    return FAILURES.get(code) or Failure(f"wechat_{code}", f"微信拒绝发送（错误码 {code}）。")


def partly(reason: Failure, sent: int, of: int) -> Failure:
    """Some parts of a long text are out: sending it all again would repeat them, so a person must look at it."""
    if not sent:
        return reason
    return replace(reason, retry=False, note=f"共 {of} 段，前 {sent} 段已送达，其余没有：{reason.note}")
