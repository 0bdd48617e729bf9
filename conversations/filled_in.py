"""A form that somebody filled in (【小区】…【姓名】王某【需求】降压药): a household each, however many are sent. Pure."""

import re

_WHO = "姓名|患者(?:姓名)?|求助人(?:姓名)?|(?:老人|产妇|孕妇|病人|孩子)姓名"
_LABEL = re.compile(
    r"[【\[](?P<boxed>[\u4e00-\u9fff]{1,6})[】\]]"
    rf"|(?:^|(?<=[\s，,；;]))(?P<named>{_WHO}|联系人|(?:联系)?电话|手机|地址|住址|小区|需求|诉求)\s*[:：]"
)
_NAME = re.compile(rf"(?<![\u4e00-\u9fff])(?:{_WHO})[】\]]?\s*[:：]?\s*(?P<name>[\u4e00-\u9fff]{{2,4}})")
_PHONE = re.compile(r"(?:电话|手机)[^\d\n]{0,6}\d")
_FEWEST, _MOST = 2, 24


def is_form(text: str) -> bool:
    """Several facts, each under its label."""
    return ("】" in text or "：" in text or ":" in text) and len(_LABEL.findall(text)) >= _FEWEST


def has_its_number(text: str) -> bool:
    """A form with a telephone of its own: the one known before is another household's."""
    return is_form(text) and _PHONE.search(text) is not None


def name_in(text: str) -> str:
    """Whom a form is about, "" when it does not say."""
    found = _NAME.search(text)
    return found["name"] if found else ""


_NEED = re.compile(
    r"(?:需求|诉求|求助(?:内容|事项)?|情况|病情|需要)[】\]]?\s*[:：]?\s*(?P<need>[^【\[\n，,。；;]{2,20})"
)


def shown(text: str) -> str:
    """A form for a line of the receipt: whom it is about and what they need; "" where it says neither."""
    if not is_form(text):
        return ""
    need = _NEED.search(text)
    return " ".join(filter(None, (name_in(text), need["need"].strip() if need else "")))


def of_another(text: str, before: str) -> bool:
    """Whether a form is about somebody else than the form before it."""
    if not (is_form(text) and is_form(before)):
        return False
    name, known = name_in(text), name_in(before)
    return bool(name and known) and name != known


def form_entries(text: str) -> tuple[str, ...]:
    """The forms of one message, cut where its first label comes again; () when it holds one or none."""
    if not is_form(text):
        return ()
    labels = [(found.start(), found["boxed"] or found["named"]) for found in _LABEL.finditer(text)]
    starts = [at for at, label in labels if label == labels[0][1]]
    if len(starts) < _FEWEST or len(labels) < len(starts) * _FEWEST:
        return ()
    ends = [*starts[1:], len(text)]
    forms = [text[at:end].strip() for at, end in zip(starts, ends, strict=True)]
    return tuple(forms[:_MOST]) if len({name_in(one) for one in forms} - {""}) > 1 else ()
