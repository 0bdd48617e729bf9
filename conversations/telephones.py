"""Whom to ring, where no mobile number was read: a fixed line, a mail address, none at all, or one with a digit wrong. Pure."""

import re
from dataclasses import replace
from datetime import timedelta

from conversations.cues import Cues
from conversations.messages import Inbound
from conversations.reading import Phone, Reading
from conversations.state import Conversation, Filled

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_LANDLINE = re.compile(r"(?<![\d.-])(?!20[12]\d[01]\d[0-3]\d)[2-9]\d{3}[-\s]?\d{4}(?![\d.-]|弄|号|室)")
"""Eight digits that are no date, where a number was asked for: a fixed line of Shanghai."""
_NEARLY = re.compile(r"(?<![\d.])1[3-9]\d{7,11}(?![\d.])")
_MOBILE, _ODD_BY = 11, 2
_MOST = 3
CALLED = {
    "no": "没打过",
    "yes_with_no": "打过，有工单号",
    "yes_no_number": "打过，没有工单号",
    "tried_not_through": "打了，没打通",
}
"""How it went with 12345, in words for people."""


def other_number(text: str, *, asked: bool) -> str:
    """A mail address, or a fixed line where we asked for a number; "" for neither."""
    if mail := _MAIL.search(text):
        return mail[0]
    line = _LANDLINE.search(text) if asked else None
    return "021" + re.sub(r"\D", "", line[0]) if line else ""


def line_alone(text: str) -> bool:
    """A fixed line and hardly a word beside it is whom to ring, whatever we asked; so is one by itself at the end of a text
    or of a line (…88弄3号502 65431234), unless it is the number of something."""
    line = _LANDLINE.search(text)
    if line is None:
        return False
    hardly = len(_WORD.findall(text.replace(line[0], ""))) <= _HARDLY
    return hardly or (_AT_END.search(text) is not None and _OF_SOMETHING.search(text) is None)


_AT_END = re.compile(rf"(?m)(?:^|[\s，,。；;]){_LANDLINE.pattern}\W*?$")
_OF_SOMETHING = re.compile("[单编账帐卡证]号|订单|工单|证件|身份证|验证码|密码|会议")


_WORD, _HARDLY = re.compile(r"\w"), 6

_ENDING = re.compile(r"是\s*(\d{1,4})\s*[，,、]?\s*不是\s*(\d{1,4})(?!\d)")
_NOT_ENDING = re.compile(r"不是\s*(\d{1,4})\s*[，,、]?\s*(?:应该|而)?是\s*(\d{1,4})(?!\d)")
_LAST = re.compile("(?:最后|末|尾)(?:一|两|三|四|几|1|2|3|4)?(?:位|个?数|号)|末尾")


def last_digits(had: Filled, text: str) -> Filled | None:
    """The number we have with its last digits put right (最后一位是7不是6); None where they say nothing of the kind, or of
    several numbers more than one ends so."""
    if not _LAST.search(text):
        return None
    if alone := _LAST_IS.search(text):
        return _with_ending(had, alone["digits"]) if len(alone["digits"]) == _COUNTS.get(alone["count"], 0) else None
    if found := _ENDING.search(text):
        right, wrong = found[1], found[2]
    elif found := _NOT_ENDING.search(text):
        wrong, right = found[1], found[2]
    else:
        return None
    numbers = [value for key, value in had.parts if key == "number" and value.endswith(wrong)]
    if len(numbers) != 1 or len(right) != len(wrong):
        return None
    return _with_number(had, numbers[0], numbers[0].removesuffix(wrong) + right)


_LAST_IS = re.compile(
    r"(?:最后|末|尾)(?P<count>[一二两三四1234])(?:位|个?数字?)(?:错了?|不对|写错了?)?[，,\s]*(?:应该|就)?(?:是|改成)\s*(?P<digits>\d{1,4})"
    r"(?![\d楼号室弄栋天岁]|\s*[，,、]?\s*不是)"
)
"""The last figures alone (最后一位是9): as many as they say."""
_COUNTS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


def _with_ending(had: Filled, digits: str) -> Filled | None:
    """The one number we have with its last figures as they say; nothing anew where it has them already."""
    numbers = [value for key, value in had.parts if key == "number"]
    if len(numbers) != 1 or numbers[0].endswith(digits):
        return None
    return _with_number(had, numbers[0], numbers[0][: -len(digits)] + digits)


def _with_number(had: Filled, old: str, new: str) -> Filled:
    parts = tuple((key, new if value == old else value) for key, value in had.parts)
    return replace(had, value=had.value.replace(old, new), parts=parts, by="")


_PIECE = re.compile(r"\W*(?:\d[\s-]*){2,10}\W*")
_WHOLE = re.compile(r"1[3-9]\d{9}")
_SOON = timedelta(minutes=10)


def with_joined_number(state: Conversation, message: Inbound, reading: Reading) -> Reading:
    """A mobile sent in pieces, a message each (1366123; 0006): the last of them has the number."""
    if reading.entities.phones or not _PIECE.fullmatch(message.text):
        return reading
    number = re.sub(r"\D", "", message.text)
    for before in reversed(state.recent):
        if not _PIECE.fullmatch(before.text) or message.sent_at - before.at > _SOON:
            return reading
        number = re.sub(r"\D", "", before.text) + number
        if _WHOLE.fullmatch(number):
            facts = replace(reading.entities, phones=(Phone(number, message.text.strip()),), addresses=())
            return replace(reading, entities=facts)
    return reading


def has_no_number(text: str, cues: Cues, *, asked: bool) -> bool:
    """Whether they say that they cannot be rung; that there is "no phone" counts only where we asked for one."""
    gone = cues.phoneless.search(text) or cues.keeps_number.search(text)
    return bool(gone or (asked and cues.no_phone.search(text)))


def not_to_ring(had: Filled, text: str, reading: Reading, cues: Cues) -> Filled | None:
    """The number we have with the words that it is not to be rung (我用邻居手机发的，别打这个号): shown to whoever would ring.
    Of several the one they name, else the one told last, or first where they say so; None when nothing is said of it."""
    numbers = had.value.split("、")
    if phones := reading.entities.phones:
        dead = {phone.number for phone in phones} - {phone.number for phone in to_be_rung(text, phones, cues)}
        at = next((nth for nth, number in enumerate(numbers) if any(number.startswith(one) for one in dead)), None)
    else:
        told = cues.not_to_ring.search(text) and not cues.unit.search(text)
        at = None if not told else 0 if cues.first_told.search(text) else -1
    if at is None or DO_NOT_RING in numbers[at] or not any(key == "number" for key, _ in had.parts):
        return None
    numbers[at] += DO_NOT_RING
    return replace(had, value="、".join(numbers))


DO_NOT_RING = "（说不要打）"


def to_be_rung(text: str, phones: tuple[Phone, ...], cues: Cues) -> tuple[Phone, ...]:
    """The numbers of one message without those it says not to ring (别打138…，打136…)."""

    def dead(phone: Phone) -> bool:
        at = text.find(phone.raw)
        behind = text[at + len(phone.raw) :]
        return cues.before_dead.search(text[:at]) is not None or cues.after_dead.match(behind) is not None

    return tuple(phone for phone in phones if not dead(phone))


def instead(text: str, cues: Cues) -> bool:
    """Whether a number is told in place of the one before (电话换了, 打这个), and not beside it (我在北京 139…)."""
    return cues.instead.search(text) is not None


def both_numbers(had: Filled, more: Filled) -> Filled:
    """The mother's fixed line and the daughter's mobile: the second does not push out the first; three at most."""
    known = dict.fromkeys(value for key, value in had.parts if key == "number")
    fresh = [value for key, value in more.parts if key == "number" and value not in known]
    if not known or not fresh or len(known) + len(fresh) > _MOST:
        return more if fresh or not known else had
    if DO_NOT_RING in had.value:  # whoever rings takes the first
        return replace(more, value=f"{more.value}、{had.value}", parts=(*more.parts, *had.parts))
    return replace(more, value=f"{had.value}、{more.value}", parts=(*had.parts, *more.parts))


def how_they_rang(text: str, cues: Cues) -> str:
    """The code of 「打过12345吗？」's answer, where no rule for answers knows it (打过 没单号; 一直占线)."""
    known = (("tried_not_through", cues.in_vain), ("no", cues.not_rung), ("yes_no_number", cues.rang))
    code = next((code for code, words in known if words.search(text)), "")
    if code != "tried_not_through" or _HOTLINE in text:
        return code
    others = cues.unit.search(text) or cues.not_of_theirs.search(text.replace("热线", ""))
    return "" if others else code  # 药房打了没人接


_HOTLINE = "12345"


def odd_number(text: str) -> str:
    """A mobile number with a digit or two too few or too many (1351234005), "" when there is none."""
    found = (one[0] for one in _NEARLY.finditer(text))
    return next((one for one in found if len(one) != _MOBILE and abs(len(one) - _MOBILE) <= _ODD_BY), "")
