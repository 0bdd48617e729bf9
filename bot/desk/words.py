"""Codes in the words people at the desk read. Short, calm, the same everywhere."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from conversations.codes import Flag, Intent, Outcome, TicketStatus, Urgency, Verification
from conversations.playbook import Playbook

URGENCY = {"critical": "危急", "urgent": "紧急", "soon": "较急", "normal": "一般"}

FLAGS = {
    "check": "疑似危急，待核",
    "deceased": "有人去世",
    "minor": "未成年",
    "elder": "老人",
    "lone_elder": "独居老人",
    "pregnant": "孕产",
    "disabled": "残障",
    "positive": "阳性",
    "proxy": "替人求助",
    "overseas": "境外",
    "mute": "打不了电话，请打字",
    "at_door": "在医院门口被拒",
    "many": "多户",
    "repost": "转发",
    "rumour": "疑似传言",
    "repeat": "重复来信",
}

STATUS = {
    "intake": "登记中",
    "triaged": "待接手",
    "assigned": "已接手",
    "verifying": "核实中",
    "await_12345": "等居民打12345",
    "ticket_12345": "已转12345",
    "local_coord": "街镇居委协调中",
    "answered": "已答复",
    "referred": "已告知渠道",
    "deferred": "留存待办",
    "escalated": "已提级督办",
    "reported_up": "已写速报或内参",
    "claimed_done": "对方说已办，待回访",
    "revisited": "已回访",
    "closed": "已结束",
    "reopened": "重新打开",
}

OUTCOME = {
    "solved": "已解决",
    "partly": "解决了一部分",
    "answered": "已答复",
    "referred": "已告知渠道",
    "duplicate": "重复",
    "withdrawn": "居民撤回",
    "unreachable": "联系不上",
    "deceased": "当事人去世",
    "invalid": "无效",
}

VERIFICATION = {
    "unverified": "未核实",
    "called_back": "已打过电话",
    "confirmed": "情况属实",
    "doubtful": "存疑",
    "outdated": "已过时",
}

DELIVERY = {
    "received": "",
    "stored": "已放进居民的页面",
    "slot": "正在送出",
    "pending": "正在送出",
    "delivered": "已送到",
    "unsure": "不确定是否送到",
    "failed": "没有送到",
    "told": "当时已告知",
    "recalled": "居民在平台上撤回了这条",
}

CHANGES = {
    "renewed": "还在办，时间续上了",
    "says_not_now": "说现在没有发生",
    "asks_no": "回答“不是”",
    "opened": "立单",
    "added": "补充了情况",
    "raised": "升级",
    "picture_read": "读出了照片上的字",
    "picture_danger": "照片上写着危险的事",
    "picture_yes": "说照片上读到的都对",
    "picture_no": "说照片上的不对，或是别人的",
    "picture_taken": "从照片上采用",
    "shared": "从另一张单补上了联系方式",
    "claimed": "接手",
    "replied": "回复居民",
    "noted": "写了备注",
    "handed_back": "交回",
    "closed": "结束",
    "colleague_spoke": "同事在平台上直接写了，自动助手先不说话",
    "reopened": "重新打开",
    "corrected": "更正",
    "fell_silent": "居民没再说话，先立了单",
    "claim_ran_out": "太久没有动作，自动放回",
    "unreachable": "不再关注，这里发不到了",
    "erased": "资料已删除",
    "unsure": "一条消息不确定是否送到",
    "undelivered": "一条消息没有送到",
    "says_solved": "说已解决",
    "says_contacted": "说有人联系过",
    "says_not_contacted": "说没有人联系过",
    "says_good": "说满意",
    "says_fair": "说一般",
    "says_bad": "说不满意",
    "revisit_asked": "在对话里问回访",
    "says_not_solved": "说没有解决",
    "consent": "同意转给12345、居委或医院",
    "refuse_consent": "不同意转给别人",
    "asks_human": "要求找真人",
    "asks_withdraw": "想撤回",
    "asks_erase_me": "要求删除资料",
    "asks_status": "问进展",
    "asks_thanks": "道谢",
    "asks_solved": "说已解决",
    "asks_not_solved": "说没有解决",
    "asks_consent": "同意转给12345、居委或医院",
    "asks_refuse_consent": "不同意转给别人",
    "asks_yes": "回答“是”",
    "asks_menu_choice": "回了一个数字",
    "answered": "自动答复（核准过的答案）",
    "listed": "从名单里分出来",
    "revisit_due": "到时间回访",
    "treatment_due": "快到治疗的日子",
    "merged": "并到另一张单",
    "took_in": "并进来一张单",
    "split": "从另一张单拆开",
    "let_go": "拆出一张单",
    "part_wrote": "在并进来的单里又写了话",
    "whole_ended": "并过去的单办完了，告诉居民",
    "apart": "看过，不是同一件",
    "called": "打了电话",
    "promise_kept": "答应的做到了",
    "promise_missed": "答应的没做到",
    "revisited": "回访",
    "order_sent": "送出12345工单",
    "order_filed": "人工提交12345工单",
    "order_received": "12345受理工单",
    "order_assigned": "12345派单",
    "order_answered": "12345答复工单",
    "order_returned": "12345退单",
    "order_refused": "12345没有收工单",
    "order_closed": "了结12345工单",
    "supervised": "提级督办",
    "supervision_settled": "提级督办的结果",
    "supervision_waived": "看过，先不提级",
    "obstacle_marked": "记下卡在哪里",
    "obstacle_unmarked": "去掉卡在哪里",
    "reported": "写进",
    "proposed": "提议派单",
    "assigned": "自动派单",
    "took_next": "接手",
    "nobody_for_it": "没有人可派",
    "handed_over": "交班时写下",
}

KINDS = {
    "image": "［图片］",
    "voice": "［语音］",
    "video": "［视频］",
    "location": "［位置］",
    "link": "［链接］",
    "file": "［文件］",
    "menu": "［点了菜单］",
    "notice": "［平台通知］",
    "unknown": "［看不懂的消息］",
    "douyin_image": "［图片：请到抖音里看］",
    "douyin_video": "［视频：请到抖音里看］",
    "douyin_clip": "［转发的抖音视频：请到抖音里看］",
    "douyin_emoji": "［表情］",
    "douyin_other": "［可能是语音：请到抖音里听］",
    "douyin_comment": "［写在评论区，谁都看得到］",
    "douyin_group": "［写在粉丝群里］",
    "toutiao_comment": "［头条评论，谁都看得到］",
}

CONTACTED = {"yes": "联系上了", "no": "没联系上"}
SOLVED = {"yes": "已解决", "partly": "解决了一部分", "no": "没有解决"}
SATISFIED = {"good": "满意", "fair": "基本满意", "bad": "不满意", "none": "不评价"}

COLLEAGUE = "colleague"
"""Whoever of us wrote to a resident in the platform's own app, past this desk: nobody knows which of us."""

CHANNELS = {
    "wechat": "微信",
    "douyin": "抖音",
    "toutiao": "头条",
    "app": "网页或应用",
    "hotline": "12345",
    "staff": "代为登记",
    "wecom": "微信客服",
    "poster": "海报二维码",
}

ROLES = {"reporter": "记者", "editor": "编辑", "liaison": "12345联络员", "admin": "管理员", "auditor": "审计员"}

FIELDS = {"intent": "类别", "urgency": "缓急", "status": "进度", "verification": "核实"}

_TABLES: dict[str, Mapping[str, str]] = {"urgency": URGENCY, "status": STATUS, "verification": VERIFICATION}


def person(actor: str, names: Mapping[str, str]) -> str:
    """Who did it."""
    if actor in ("bot", "contact", "cli", COLLEAGUE):
        return {"bot": "自动助手", "contact": "居民", "cli": "命令行", COLLEAGUE: "同事（在平台上直接写）"}[actor]
    if actor.startswith(("api:", "token:")):
        return f"接口 {actor.partition(':')[2]}"
    return names.get(actor, actor)


def stage(status: str, reporter: str) -> str:
    """Where it stands; a ticket that was put back is nobody's, whatever was reached before."""
    return STATUS["triaged"] if status == "assigned" and not reporter else STATUS[status]


def intents(playbook: Playbook) -> dict[str, str]:
    """Code → title of what a ticket may be about, the gravest first."""
    return {str(code): playbook.intents[code].title for code in Intent if code.opens_case}


def intent_title(playbook: Playbook, code: str) -> str:
    return next((row.title for row in playbook.intents.values() if row.code == code), code)


def slot_title(playbook: Playbook, name: str) -> str:
    known = {slot.name: slot.title for row in playbook.intents.values() for slot in row.slots}
    return known.get(name, {"phone": "电话", "address": "地址"}.get(name, name))


def correction(playbook: Playbook, detail: str) -> str:
    """ "urgency=soon（已送医）" → "缓急改为较急（已送医）"."""
    match = re.fullmatch(r"(?s)([a-z_:0-9]+)=(.*?)(（.*）)?", detail)
    if not match:
        return detail
    field, value, reason = match[1], match[2], match[3] or ""
    if field.startswith("slot:"):
        return f"{slot_title(playbook, field[5:])}改为“{value}”{reason}"
    shown = intent_title(playbook, value) if field == "intent" else _TABLES.get(field, {}).get(value, value)
    return f"{FIELDS.get(field, field)}改为{shown}{reason}"


def plain(text: str) -> str:
    """A sentence of the machine with its quoted codes in people's words: “urgent” → “紧急”."""
    for code, word in URGENCY.items():
        text = text.replace(f"“{code}”", f"“{word}”")
    return text


def span(gap: timedelta) -> str:
    """How long, in one unit: "40 秒", "12 分钟", "3 小时", "2 天"."""
    seconds = max(0, int(gap.total_seconds()))
    for size, unit in ((86_400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= size * (2 if unit == "天" else 1):
            return f"{seconds // size} {unit}"
    return f"{seconds} 秒"


def ago(at: datetime, now: datetime) -> str:
    return "刚刚" if now - at < timedelta(seconds=5) else f"{span(now - at)}前"


for _code, _table in (
    (Urgency, URGENCY), (Flag, FLAGS), (TicketStatus, STATUS), (Outcome, OUTCOME), (Verification, VERIFICATION)
):  # fmt: skip
    assert {str(one) for one in _code} == set(_table), f"a code of {_code.__name__} has no words"
