"""Which parts make one address together, and what its bare figures are. Pure."""

import re

from classifiers.address_scan import Token


def fits(group: list[Token], token: Token) -> bool:
    """Whether a part may follow in the same address: nothing twice, and no large part after a small one."""
    kinds = {one.kind for one in group}
    kind = token.kind
    if kind in ("bare", "dash", "triple", "floor"):
        return bool(kinds & {"number", "building", "lane", "estate", "sublane", "road"})
    if kind in kinds or (kinds == {"bare"} and kind in ("district", "town", "committee", "road", "estate")):
        return False  # what a bare figure before a road says, nobody knows: it is no room of that road
    if kind == "estate":
        return "room" not in kinds
    if kind == "building" and kinds & {"room", "bare"} and "number" in kinds:
        return False  # 5号302室，5号楼也是: another house
    if kind in ("district", "town", "committee"):
        return not kinds & {"lane", "number", "building", "room", "road"}
    if kind == "road":
        return not kinds & {"lane", "number", "building", "room"}
    return True


def resolved(group: list[Token]) -> list[Token]:
    """Dashes and bare figures become number and room by what stands before them."""
    out: list[Token] = []
    kinds: set[str] = set()
    for token in group:
        if token.kind == "triple":
            pieces = _triple(token)
        elif token.kind == "dash" and kinds & {"number", "building"} and _many_rooms(token.text):
            pieces = [Token("room", token.text, token.start, token.end)]
        elif token.kind == "dash":
            first, room = re.split(r"\s?[-—–]\s?", token.text, maxsplit=1)
            kind = "number" if "number" not in kinds else "building"
            middle = token.start + len(first)
            pieces = [Token(kind, first, token.start, middle), Token("room", room, middle, token.end)]
        elif token.kind == "bare":
            pieces = [Token("room", token.text, token.start, token.end)]
        elif token.kind == "floor":
            continue
        else:
            pieces = [token]
        for piece in pieces:
            if piece.kind not in kinds:
                out.append(piece)
                kinds.add(piece.kind)
    return out


def _triple(token: Token) -> list[Token]:
    """1-2-301: building, unit and room."""
    pieces: list[Token] = []
    for kind, part in zip(("building", "unit", "room"), re.finditer(r"[^-—–]+", token.text), strict=True):
        pieces.append(Token(kind, part[0], token.start + part.start(), token.start + part.end()))
    return pieces


def _many_rooms(text: str) -> bool:
    """Two rooms of one floor (401-402), not a building and a room."""
    first, last = (part.strip(" 室") for part in re.split("[-—–]", text))
    return len(first) == len(last) and 0 < int(last) - int(first) < 10
