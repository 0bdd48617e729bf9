"""The audit log in people's words."""

from collections.abc import Mapping
from typing import Any

from bot.codec import decode
from bot.desk import words
from bot.desk.alert_words import ALERTS
from conversations.playbook import Playbook
from data.obstacles import KINDS, load_obstacles

ACTIONS = {
    "login.ok": "登录",
    "login.failed": "登录失败",
    "logout": "退出",
    "logout.everywhere": "在所有设备上退出",
    "password.changed": "改了自己的密码",
    "desk.reveal": "看了被遮住的内容",
    "desk.filed": "代为登记",
    "desk.acknowledged": "点了知道了",
    "desk.claimed": "接手",
    "desk.next": "取下一件",
    "desk.passed": "提议给他的单让给别人",
    "desk.merged": "并到另一张单",
    "desk.apart": "看过，不是同一件",
    "desk.split": "从另一张单拆开",
    "people.profile": "改了专长和区",
    "people.guide": "收起或打开五张卡片",
    "shifts.made": "排班",
    "shifts.began": "上班",
    "shifts.cancelled": "取消一班",
    "shifts.phone": "看了夜班电话",
    "shifts.ended": "交班",
    "shifts.handed": "交班时交给同事",
    "desk.replied": "回复居民",
    "desk.noted": "写了备注",
    "desk.handedback": "交回",
    "desk.closed": "结束",
    "desk.reopened": "重新打开",
    "desk.corrected": "更正",
    "desk.picture_taken": "从照片上采用",
    "desk.order_made": "开始写12345工单",
    "desk.order_save": "改12345工单草稿",
    "desk.order_send": "送出12345工单",
    "desk.order_file": "人工提交12345工单",
    "desk.order_news": "记下12345的进展",
    "desk.order_number": "填12345工单号",
    "desk.order_told": "告诉居民工单进展",
    "desk.order_close": "了结12345工单",
    "desk.called": "打了电话",
    "desk.promise": "记下承诺做到没有",
    "desk.revisited": "回访",
    "desk.revisit_asked": "在对话里问回访",
    "desk.supervised": "提级督办",
    "desk.supervision_settled": "记下提级督办的结果",
    "desk.supervision_waived": "看过，先不提级",
    "supervision.exported": "导出提级督办",
    "desk.obstacle": "记下卡在哪里",
    "desk.same_asked": "问居民两边对话能否合看",
    "desk.same_linked": "合看同一个人的两边对话",
    "desk.same_unlinked": "两边对话分开",
    "reports.made": "报告：开始写",
    "reports.sign": "报告：署名",
    "reports.back": "报告：退回草稿",
    "reports.drop": "报告：不写了",
    "reports.approve": "报告：签发",
    "reports.send": "报告：送出",
    "reports.answer": "报告：记下答复",
    "reports.tell": "报告：把答复告诉居民",
    "reports.exported": "报告：导出",
    "posters.made": "海报：做一张",
    "posters.retired": "海报：撤下",
    "toutiao.imported": "头条：导入评论",
    "toutiao.case": "头条：评论立单",
    "toutiao.answered": "头条：贴了公开答复",
    "toutiao.dropped": "头条：评论不用管",
    "board.filled": "手填日报的数",
    "board.exported": "导出日报",
    "tickets.export": "导出求助单",
    "directory.added": "通讯录：加一家",
    "directory.changed": "通讯录：改资料",
    "directory.verified": "通讯录：核实",
    "directory.retired": "通讯录：停用",
    "directory.restored": "通讯录：恢复",
    "directory.import": "通讯录：导入",
    "directory.export": "通讯录：导出",
    "api.tickets.list": "接口：列单",
    "api.tickets.read": "接口：读单",
    "api.claim": "接口：接手",
    "api.reply": "接口：回复居民",
    "api.hand-back": "接口：交回",
    "api.close": "接口：结束",
    "api.reopen": "接口：重新打开",
    "api.correct": "接口：更正",
    "erase": "删除居民资料",
    "admin.user_added": "加了用户",
    "admin.user_reset": "重设密码",
    "admin.user_off": "停用用户",
    "admin.user_on": "启用用户",
    "admin.user_role": "改了角色",
    "second.confirm": "开了第二步验证",
    "second.codes": "换了一套备用码",
    "second.off": "关了第二步验证",
    "account.session_ended": "退出自己的一台设备",
    "account.push_on": "开了手机提醒",
    "account.push_off": "关了手机提醒",
    "admin.session_ended": "让别人的一台设备退出",
    "admin.sessions_ended": "让别人的设备全部退出",
    "admin.second_reset": "重设第二步验证",
    "admin.token_made": "发了令牌",
    "admin.token_revoked": "撤销令牌",
    "api.orders.list": "接口：列工单",
    "api.orders.read": "接口：读工单",
    "open311.request": "接口：Open311 报来一件",
    "knowledge.told": "知识库：答复发给问过的人",
    "desk.calendar_made": "生成日历地址",
    "desk.calendar_dropped": "停用日历地址",
    "admin.webhook_made": "对外通知：加接收方",
    "admin.webhook_on": "对外通知：启用",
    "admin.webhook_off": "对外通知：停用",
    "admin.webhook_drop": "对外通知：删除",
    "admin.webhook_secret": "对外通知：换密钥",
    "admin.webhook_ping": "对外通知：试发",
    "admin.webhook_again": "对外通知：再发",
    "admin.model_promote": "启用模型",
    "admin.model_rollback": "退回模型",
    "learning.shown": "打开一条来信标注",
    "learning.labelled": "标注",
    "learning.undone": "退回一条标注",
    "learning.settled": "定下标注",
    "learning.training": "开始训练",
    "learning.training_stopped": "停下训练",
    "learning.shadow": "让候选旁听",
    "learning.shadow_ended": "结束旁听",
    "retention.on": "开启每晚自动删除",
    "retention.off": "关掉每晚自动删除",
    "retention.retain": "删除到期的资料",
    "retention.finish": "结束行动，删除全部资料",
    "rows.saved": "话术：改草稿",
    "rows.offered": "话术：请人复核",
    "rows.back": "话术：收回草稿",
    "rows.dropped": "话术：丢掉草稿",
    "rows.release": "话术：发布",
    "rows.rollback": "话术：退回",
    "rows.seen": "话术：看过紧急发布",
}

_NAMES = {
    "intent": "事由", "urgency": "缓急", "look": "第几眼",
    "field": "哪一项", "was": "原来", "value": "改成", "lowered": "降级", "outcome": "结果", "role": "角色", "alert": "提醒",
    "file": "文件", "draft": "草稿", "author": "作者", "urgent": "一个人紧急发布", "target": "退回到第几套",
    "dangers": "危急用语几句", "level": "哪一级", "trigger": "因为", "state": "后来怎样", "count": "几条", "format": "格式",
    "fields": "哪几项", "tickets": "几张", "report": "哪一份", "obstacle": "卡在哪里", "kind": "种类",
    "grave": "危急紧急", "other": "其他", "talk": "没立单的", "media": "文件", "letters": "来信", "logs": "登录记录",
    "contacts": "居民", "comments": "评论", "shifts": "班次", "sessions": "设备",
    "helper": "外部门来帮忙", "to": "交给",
    "order": "工单", "called": "打过12345吗", "waived": "没等居民打", "agreed": "居民同意转",
    "through": "从哪张单写的", "consent": "怎么同意的", "into": "并到哪张单",
}  # fmt: skip
_TABLES: Mapping[str, Mapping[str, str]] = {
    "outcome": words.OUTCOME, "role": words.ROLES, "alert": ALERTS, "kind": KINDS,
    "obstacle": {one.code: one.title for one in load_obstacles().obstacles},
}  # fmt: skip
_ORDER = {name: place for place, name in enumerate(_NAMES)}


def detail(blob: str, playbook: Playbook) -> str:
    """In people's words; a code without any stays as it is, so that nothing of the log is hidden."""
    values: dict[str, Any] = decode(blob.encode())
    values = {name: values[name] for name in sorted(values, key=lambda one: (one not in _ORDER, _ORDER.get(one, 0)))}
    return "，".join(f"{_NAMES.get(name, name)} {_value(name, value, playbook)}" for name, value in values.items())


def _value(name: str, value: Any, playbook: Playbook) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    if name == "field":
        slot = text.removeprefix("slot:")
        known = {**words.FIELDS, "words": "原话", "order": "12345工单", "media": "照片语音"}
        return words.slot_title(playbook, slot) if slot != text else known.get(text, text)
    if name in ("was", "value", "intent", "urgency"):
        return words.URGENCY.get(text) or words.intent_title(playbook, text)
    return _TABLES.get(name, {}).get(text, text)
