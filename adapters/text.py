"""Fitting text to a platform: byte limits, characters it refuses, the escapes of its envelope."""

import re
import unicodedata

_SENTENCE_END = re.compile(r"[。！？；\n]|[.!?;](?![!-~])")
"""A mark of ASCII ends a sentence only where it does not stand inside an address of a page or a number."""
_CLOSERS = "”’」』）)】》\"'"
_PAUSE = re.compile(r"[，、：\s]|[,:](?![!-~])")
_ZWJ = "\u200d"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ASCII_RUN = re.compile(r"[!-~]+\Z")

NUMBERING = "（{}/{}）"
LONGEST_RUN = 64
"""An address of a page or a phone number up to this long is moved whole to the next part."""


def clean(text: str) -> str:
    """Without the characters XML 1.0 forbids (control characters, U+FFFE/FFFF) and without lone surrogates.

    They do occur: WeChat has delivered U+001D, and neither XML, JSON in UTF-8 nor PostgreSQL takes all of them.
    """
    return _FORBIDDEN.sub("", text)


def cdata(text: str) -> str:
    """A CDATA section holding `text`; an end mark inside it is split over two sections (wechatpy's replies do not)."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def size(text: str) -> int:
    """Length in UTF-8 bytes, which is what the platforms count."""
    return len(text.encode("utf-8", "replace"))


def clip(text: str, limit: int, tail: str = "…") -> str:
    """At most `limit` bytes, for channels where one message is all there is; cut at a sentence end, `tail` marks it."""
    text = clean(text)
    if size(text) <= limit:
        return text
    room = limit - size(tail)
    if room < 4:  # the longest character: no room for text and mark
        return text.encode()[:limit].decode("utf-8", "ignore")
    return text[: _cut(text, room)].rstrip() + tail


def split(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` bytes each, numbered （1/3） when there is more than one; [] for a blank text.

    Cut at sentence ends, else at pauses, else anywhere that spares a character, an emoji sequence or a phone number.
    """
    text = clean(text).strip()
    if not text:
        return []
    if size(text) <= limit:
        return [text]
    digits = 1
    while True:
        marks = size(NUMBERING.format("9" * digits, "9" * digits))
        if limit - marks < 16:
            raise ValueError(f"a limit of {limit} bytes leaves no room for numbered parts")
        parts = _pieces(text, limit - marks)
        if len(str(len(parts))) <= digits:
            return [NUMBERING.format(n, len(parts)) + part for n, part in enumerate(parts, 1)]
        digits += 1


def _pieces(text: str, limit: int) -> list[str]:
    pieces = []
    while text:
        cut = len(text) if size(text) <= limit else _cut(text, limit)
        piece, text = text[:cut].rstrip(), text[cut:].lstrip()
        if piece:
            pieces.append(piece)
    return pieces


def _cut(text: str, limit: int) -> int:
    """Where to cut a text longer than `limit` bytes: the number of characters to keep, at least one."""
    most = _fitting(text, limit)
    least = most * 2 // 5  # an earlier sentence end would waste more room (and quota) than a cut at a comma
    for marks in (_SENTENCE_END, _PAUSE):
        # One character more than fits is looked at, since what follows a mark decides whether it is one.
        ends = [found.end() for found in marks.finditer(text, least, most + 1)]
        cut = max((end for end in ends if end <= most), default=0)
        while cut and cut < most and text[cut] in _CLOSERS:
            cut += 1
        # A mark with a joiner or variation selector after it (!️) is no place to cut.
        if cut and _safe(text, cut) == cut:
            return cut
    run = _ASCII_RUN.search(text, max(0, most - LONGEST_RUN), most)
    if run and run.start() > least and most < len(text) and "!" <= text[most] <= "~":
        most = run.start()
    return _safe(text, most)


def _fitting(text: str, limit: int) -> int:
    """How many leading characters fit in `limit` bytes; at least one, so that a loop always moves on."""
    return max(1, len(text[: limit + 1].encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")))


def _safe(text: str, cut: int) -> int:
    """`cut` moved left to the nearest edge between what a reader sees as two characters."""
    wanted = cut
    while 0 < cut < len(text) and not _edge(text, cut):
        cut -= 1
        if wanted - cut > LONGEST_RUN:
            return wanted  # no honest emoji is this long: a pile of joiners must not stop the sending
    return cut or wanted


def _edge(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before == _ZWJ or _extends(after) or (before == "\r" and after == "\n"):
        return False
    if _flag(before) and _flag(after):
        start = at
        while start > 0 and _flag(text[start - 1]):
            start -= 1
        return (at - start) % 2 == 0  # a flag is a pair of letters
    return True


def _extends(char: str) -> bool:
    """Belongs to the character before it: joiner, variation selector, skin tone, tag, combining mark."""
    code = ord(char)
    return (
        char == _ZWJ
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
        or (code > 0x2FF and unicodedata.category(char) in ("Mn", "Me", "Mc"))
    )


def _flag(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF
