"""Where two roads meet: the address of whoever lies in the street (南京西路近石门一路, 四平路大连路口)."""

import re

from classifiers.address_scan import Token

_NEAR = re.compile(r"[\s(（]*(?:(?:靠近|靠|近|临近|挨着|过了?)\s*)?")
_AND = re.compile(r"\s*[、,，和与跟同/]\s*")
_CORNER = re.compile(r"\s*(?:的|这个|那个)?(?:(?:十字|交叉|丁字)?路?口|交叉|交界|交汇|相交|转角|拐角)")


def crossed(text: str, groups: list[list[Token]]) -> list[list[Token]]:
    """Two bare roads that meet are one address, the second as its `crossing`; everything else stays."""
    merged: list[list[Token]] = []
    for group in groups:
        last = merged[-1] if merged else None
        if last and _ends_with_road(last) and len(group) == 1 and group[0].kind == "road" and _meet(text, last, group):
            corner = _CORNER.match(text, group[0].end)
            end = corner.end() if corner else group[0].end
            last.append(Token("crossing", group[0].text, group[0].start, end, group[0].known))
        else:
            merged.append(group)
    return merged


def _ends_with_road(group: list[Token]) -> bool:
    return group[-1].kind == "road" and all(one.kind in ("district", "town", "road") for one in group)


def _meet(text: str, first: list[Token], second: list[Token]) -> bool:
    start, end = first[-1].end, second[0].start
    if _NEAR.fullmatch(text, start, end):
        return first[-1].text != second[0].text
    return bool(_AND.fullmatch(text, start, end) and _CORNER.match(text, second[0].end))
