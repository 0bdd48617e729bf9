"""What a Douyin account is: its app, its grant, the private way in, and what the platform lets it send."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from adapters.base import Secret
from adapters.bases import base_of
from conversations.messages import Opener
from conversations.window import Limits, Window

TEXT_CHARACTERS = 1000
"""What integrators send at most; the platform prints no number. [D15]"""
TEXT_BYTES = 3 * TEXT_CHARACTERS

WINDOWS: Mapping[Opener, Window] = {
    "message": Window(timedelta(hours=24), 6),
    "menu": Window(timedelta(seconds=30), 3),  # the contact opened the chat
}
"""Three integrations agree on these; no official page was found. [D15]"""

LIMITS = Limits(TEXT_BYTES, 0, WINDOWS)
"""No answer slot: the response to a delivery carries no words, everything is pushed."""


def _matches(pattern: str, cure: str) -> Callable[[str], str]:
    return lambda value: "" if re.fullmatch(pattern, value) else cure


_BASE = base_of("https://open.douyin.com")
_LINK = {"check": _matches(r"https://\S{4,200}", "must be an https address, such as that of the chat page")}
_SETUP = {"check": _matches("signed|unsigned", "must be signed, or unsigned while the webhook is being registered")}


@dataclass(frozen=True, slots=True)
class DouyinSecrets:
    """`client_key`, `client_secret` of the app; `open_id` of our account; `refresh_token` of its last authorisation.

    `link`: the private way in named in public comments beside our own messages, e.g. the chat page's address.
    `verify`: whether the platform's check of our URL must be signed; no page says whether it is.
    """

    client_key: Secret
    client_secret: Secret
    open_id: Secret
    refresh_token: Secret
    api_base: str = field(default="https://open.douyin.com", metadata=_BASE)
    link: str = field(default="", metadata=_LINK)
    verify: str = field(default="signed", metadata=_SETUP)

    @property
    def name(self) -> str:
        """Which grant this is, without saying whose: for keys of caches and rows."""
        return _digest(self.client_key, self.open_id)

    @property
    def seed(self) -> str:
        """Which authorisation the settings hold: another one after a person has authorised us anew."""
        return _digest(self.client_key, self.refresh_token)


def _digest(*secrets: Secret) -> str:
    return hashlib.sha256("\0".join(secret.reveal() for secret in secrets).encode()).hexdigest()[:20]
