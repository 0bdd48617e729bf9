"""Parts of an address under labels of a form (【楼号】2号【房号】301; 弄：300), written as people say them (2号 301室).

Nothing moves: a label becomes blanks, so that every part stands in the text where it stood.
"""

import re

_SIGNS = ("【", "[", ":", "：", "楼号", "房号", "室号", "房间号", "门牌")
_OF = {
    "弄": "弄",
    "支弄": "支弄",
    "号": "号",
    "楼号": "号",
    "门牌": "号",
    "室": "室",
    "房": "室",
    "幢": "幢",
    "栋": "栋",
    "楼栋": "栋",
    "单元": "单元",
}
_LONG = r"楼号|楼栋号?|幢号|栋号|房间?号|室号|门牌号?码?|单元号"
_SHORT = r"支?弄号?|号|室|幢|栋|单元|房间?"
_LABEL = re.compile(
    rf"(?:[【\[]\s*(?P<boxed>{_LONG}|{_SHORT}|区县?|路名?)\s*[】\]]\s*[:：]?|(?<![\u4e00-\u9fff\d])(?P<named>{_SHORT}|区县?|路名?)\s*[:：]"
    rf"|(?<![\u4e00-\u9fff\d])(?P<long>{_LONG})\s*(?:[:：]|(?=\s?[\dA-Za-z])))\s*"
    r"(?:(?P<figure>[A-Za-z]?\d{1,5}(?:-\d{1,4})?)(?![\d.])(?P<unit>支?弄|号楼?|室|幢|栋|单元|#)?|(?P<name>[\u4e00-\u9fff]{2,5}))"
)
_HOUSE = 2
_ROADS = ("路", "街", "道", "村")


def without_labels(text: str) -> str:
    """The text with such parts unlabelled; as long as it was, and the very same where it has no label."""
    if not any(sign in text for sign in _SIGNS):
        return text
    return _LABEL.sub(_said, text)


def _said(found: re.Match[str]) -> str:
    label = (found["boxed"] or found["named"] or found["long"]).removesuffix("码")
    if found["name"]:
        if not label.startswith(("区", "路")):
            return found[0]
        ending = "路" if label.startswith("路") and not found["name"].endswith(_ROADS) else ""
        said = found["name"] + ending
    elif label.startswith(("区", "路")):
        return found[0]
    else:
        alone = label if label in _OF else label.removesuffix("号").removesuffix("间")
        bare = "-" in found["figure"] or (alone == "门牌" and len(found["figure"]) > _HOUSE)  # 门牌301 may be either
        unit = found["unit"] or ("" if bare else _OF.get(alone, "号"))
        said = found["figure"] + unit
    return said.rjust(len(found[0]))
