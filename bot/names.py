"""Where somebody says what they are called: 我叫…, 姓名：…; and a name as lists show it, the surname alone. Pure."""

import re

from classifiers.names import DOUBLE_SURNAMES, SURNAMES

SMALL = (
    "我你他她它们的这那在出进不让了请问到回去来是个全整各就也都住里被封从有和跟把给向每一没能要想往离近本"
    "该某老旧管防开解因为现已还又再等说告知下上外后前没"
)
"""The small words a sentence is made of: none of them is part of a name."""
SURNAME = rf"(?:{DOUBLE_SURNAMES}|[{SURNAMES}])"
GIVEN = rf"(?:(?![{SMALL}谢])[一-鿿])"
UNTIL = r"(?=$|[^一-鿿]|今年|住|男|女|电话|手机|身份|患|家|生于)"
CALLED = re.compile(
    rf"(?P<cue>(?:姓名|联系人|收件人|收货人|户主|署名|称呼|名字)(?:[:：\s】\]=是为叫])+)(?P<value>[一-鿿·•]{{2,4}}{UNTIL}"
    rf"|[A-Za-z][A-Za-z .]{{1,30}}|[一-鿿·•]{{2,3}})"
    rf"|(?P<cue2>我叫|本名|叫做|名叫|落款)(?P<value2>{SURNAME}{GIVEN}{{1,2}}{UNTIL})"
)
FIELD_NAME = re.compile(
    r"(?P<cue>[【\[［][^】\]］]{0,6}(?:姓名|联系人|名字|称呼)[^】\]］]{0,4}[】\]］]\s*)(?P<value>[^【\[［\n,，。;；]{1,30})"
)
_HEAD = re.compile(rf"{SURNAME}|[A-Za-z]")


def value_of(named: dict[str, str | None]) -> str:
    """The group with the name; an expression with two forms calls the second one's cue2, value2."""
    return "value" if named.get("value") is not None else "value2"


def mask_name(name: str) -> str:
    """欧阳鹿鸣 → 欧阳某; of what begins with no surname the first character stands."""
    found = _HEAD.match(name.strip())
    return f"{found[0] if found else name.strip()[:1]}某" if name.strip() else ""


def hide_said_names(text: str) -> str:
    """Names that are said as names; 联系人：居委 is none."""
    return CALLED.sub(_masked, FIELD_NAME.sub(_masked, text))


def _masked(found: re.Match[str]) -> str:
    group = value_of(found.groupdict())
    if not _HEAD.match(found[group]):
        return found[0]
    return f"{found[0][: found.start(group) - found.start()]}{mask_name(found[group])}"
