"""Full-text search over sealed words: keyed short hashes of words and two-character pieces (`bot/store/indexing.py`)."""

import re
import unicodedata

from bot.vault import Vault
from classifiers.phones import read_phones

_LANDLINE = re.compile(r"(?:02\d|010|0[3-9]\d\d)([2-8]\d{6,7})")
_HIDDEN = re.compile(r"(?<!\d)\d{0,4}-?[*＊]{2,}(\d{4})(?!\d)")
_RUN = re.compile(r"[㐀-鿿\U00020000-\U0003134f]+|[a-z0-9]+")


def pieces(text: str, *, indexing: bool) -> set[str]:
    """What of a text can be searched for: two-character pieces of Han runs, whole words and numbers, last four digits.

    A single Han character is indexed only where it stands alone, so that the index stays small.
    """
    found: set[str] = set()
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        if run[0] > "\u3000":
            found.update(run[n : n + 2] for n in range(len(run) - 1))
            if len(run) == 1:
                found.add(run)
            continue
        found.add(run)
        if indexing and run.isdigit() and len(run) >= 7:
            found.add(run[-4:])
            if local := _local(run):
                found.add(local)
    return found


def _local(run: str) -> str:
    """Of a landline with its area code the part behind it, which people write with and without."""
    found = _LANDLINE.fullmatch(run)
    return found[1] if found else ""


def query_terms(vault: Vault, query: str) -> list[int]:
    """The terms a ticket must hold to match; [] when nothing in the query can be searched for. A telephone is one number
    however it is written, and by its last figures where a page has hidden the others."""
    query = unicodedata.normalize("NFKC", query)
    for phone in read_phones(query):
        digits = phone.number.removeprefix("+86")
        query = query.replace(phone.raw, f" {_local(digits) or digits} ")
    query = _HIDDEN.sub(r" \1 ", query)
    return sorted(vault.term(piece) for piece in pieces(query, indexing=False))
