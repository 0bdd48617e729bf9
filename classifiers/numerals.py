"""Chinese and Arabic numerals to numbers: 三十五, 两, 半, 八十多, 12, 38.5."""

import re

_DIGIT = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3, "几": 3, "廿": 20}
_UNIT = {"十": 10, "百": 100, "千": 1000}
#: A numeral in either writing; at most four Arabic digits before the point.
SOURCE = r"(?:\d{1,4}(?:\.\d{1,2})?|[零〇一二两三四五六七八九十百半几廿俩仨]{1,5})"
#: The characters a numeral may begin with, for a class of an expression.
CHARACTERS = r"\d零〇一二两三四五六七八九十百半几廿俩仨"
_ARABIC = re.compile(r"\d+(?:\.\d+)?")


def number(text: str) -> float | None:
    """The value, or None when it is no numeral. 半 is 0.5, 几 is 3 (the least that "several" means)."""
    if _ARABIC.fullmatch(text):
        return float(text)
    if text == "半":
        return 0.5
    total = current = 0
    seen = False
    for char in text:
        if char in _DIGIT:
            if total and current:
                return None  # 七十八一(个人): two numerals that only stand together
            # 二二 read digit by digit: 22
            current = current * 10 + _DIGIT[char] if seen and current and char != "零" else _DIGIT[char]
        elif char in _UNIT:
            total += (current or 1) * _UNIT[char]
            current = 0
        elif char == "半":
            return float(total + current) + 0.5
        else:
            return None
        seen = True
    return float(total + current) if seen else None
