"""What rings or sounds at the desk, in words."""

from conversations.alerts import RED

ALERTS = {
    "critical": "新的危急单",
    "check": "疑似危急，请马上看",
    "raised": "情况变重",
    "danger": "又说到危险",
    "human": "要找真人",
    "threat": "说要伤人，请马上联系",
    "deceased": "有人去世，请亲自联系",
    "further_need": "又有新的难处",
    "fell_silent": "没说完就没再说话",
    "claim_ran_out": "接手超时，已放回",
    "not_solved": "居民说没有解决",
    "reopened": "重新打开了",
    "erase": "居民要求删除资料",
    "undelivered": "有一条没有送到",
    "no_phone": "危急，还没有电话",
    "list": "名单，分成了好几单",
    "says_solved": "说120来了或已解决，请再问一声",
    "revisit": "该回访了",
    "late": "居民来问，已过该联系的时间",
    "treatment_due": "明天要治疗",
    "child": "小孩自己写来的",
    "mute": "打不了电话，只能打字",
    "order_answered": "12345有答复了",
    "order_returned": "12345退单了",
    "order_refused": "12345没有收工单",
    "order_stuck": "工单送不到12345",
}

RED_ALERTS = RED
"""These ring until somebody says 知道了; the others sound once."""
