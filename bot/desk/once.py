"""A form that comes twice because nobody knew whether it had arrived is one form. Pure."""

from collections.abc import Mapping

from bot.desk.deeds import REPLY_ID
from bot.vault import Vault


def form_id(vault: Vault, form: Mapping[str, str], login: str, number: str, *said: str) -> str | None:
    """Under which what was filled in is kept once, a keyed hash; None where the page gave none. Who says it, of which ticket
    and what is said are part of it, as with a reply's."""
    given = form.get("form", "")
    return vault.hash("form", given, login, number, *said).hex() if REPLY_ID.fullmatch(given) else None
