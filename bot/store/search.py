"""Full-text search over sealed words: keyed short hashes of words and two-character pieces (`bot/store/indexing.py`)."""

import re
import unicodedata

from bot.vault import Vault

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
    return found


def query_terms(vault: Vault, query: str) -> list[int]:
    """The terms a ticket must hold to match; [] when nothing in the query can be searched for."""
    return sorted(vault.term(piece) for piece in pieces(query, indexing=False))
