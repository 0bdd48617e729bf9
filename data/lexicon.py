"""Loads the word list: words to keep whole with their kind, and dialect or mistyped forms with the usual one.

`lexicon.txt`: `[kind]` opens a section of blank-separated words; in `[forms]` a line is `written = usual`; `#` remarks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data.faults import BadRows, Fault, rows_folder

FORMS = "forms"
PLAIN = "word"
_SECTION = re.compile(r"\[([a-z_]+)\]")
_HAN = re.compile(r"[㐀-鿿\U00020000-\U0003134f]+")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`kinds`: word → kind, for every word that has one (section `word` gives none); `variants`: form → usual form."""

    words: tuple[str, ...]
    kinds: Mapping[str, str]
    variants: Mapping[str, str]


def load_lexicon(file: Path | None = None) -> Lexicon:
    """The word list. Raises `BadRows` naming every fault."""
    file = file or rows_folder() / "lexicon.txt"
    faults: list[Fault] = []
    kinds: dict[str, str] = {}
    variants: dict[str, str] = {}
    section = PLAIN
    try:
        lines = file.read_text("utf-8").splitlines()
    except (FileNotFoundError, IsADirectoryError):
        raise BadRows([Fault(file.name, 1, "the file is gone: restore data/lexicon.txt")]) from None
    except UnicodeDecodeError:
        raise BadRows([Fault(file.name, 1, "not UTF-8: save it as UTF-8")]) from None
    for number, line in enumerate(lines, 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        if opened := _SECTION.fullmatch(line):
            section = opened[1]
        elif section == FORMS:
            written, equals, usual = (part.strip() for part in line.partition("="))
            if not equals or not written or not usual:
                faults.append(Fault(file.name, number, f"{line!r} is not `written = usual`"))
            elif written in variants:
                faults.append(Fault(file.name, number, f"{written} stands twice in [{FORMS}]"))
            else:
                variants[written] = usual
        else:
            for word in line.split():
                if not _HAN.fullmatch(word):
                    faults.append(Fault(file.name, number, f"{word!r} is not a Chinese word"))
                elif word in kinds:
                    faults.append(Fault(file.name, number, f"{word} stands twice ([{kinds[word]}] and [{section}])"))
                else:
                    kinds[word] = section
    if not kinds and not faults:
        faults.append(Fault(file.name, 1, "not one word in it: restore data/lexicon.txt"))
    if faults:
        raise BadRows(faults)
    told = {word: kind for word, kind in kinds.items() if kind != PLAIN}
    return Lexicon(tuple(sorted(kinds)), told, variants)
