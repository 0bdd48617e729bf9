"""What a WeChat account is: its secrets, its kind, and what that kind may do."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from adapters.base import Secret
from adapters.bases import base_of
from conversations.messages import Opener
from conversations.window import Limits, Window

TEXT_BYTES = 2047
"""No official page states a number; 2,048 is what developers measured, for replies and pushed texts alike. [W16]"""

PICTURE_BYTES = 2 * 1024 * 1024
"""The same page says 10 MB and 2 MB: the smaller one is never wrong. [W10]"""

WINDOWS: Mapping[Opener, Window] = {
    # Today's figures [W5][W6]. In spring 2022 a message gave 20; conservative is right for a quota.
    "message": Window(timedelta(hours=48), 5),
    "menu": Window(timedelta(minutes=1), 3),
}

# Uncertified accounts have no customer-service messages: the answer slot is the only way to speak. [W9][W21]
LIMITS = {
    kind: Limits(TEXT_BYTES, 3.5, WINDOWS if certified else {}, push=certified, picture_bytes=PICTURE_BYTES * certified)
    for kind, certified in {
        "subscription-certified": True,
        "subscription": False,
        "service-certified": True,
        "service": False,
    }.items()
}


def _matches(pattern: str, cure: str) -> Callable[[str], str]:
    return lambda value: "" if re.fullmatch(pattern, value) else cure


_KEY = {"check": _matches("[A-Za-z0-9+/]{43}", "must be the 43 characters of the console's EncodingAESKey")}
_ONE_OF = {"check": _matches("|".join(LIMITS), f"must be one of {', '.join(LIMITS)}")}
_BASE = base_of("https://api.weixin.qq.com")
_CALL = {"check": _matches("stable|classic", "must be stable or classic")}


@dataclass(frozen=True, slots=True)
class WeChatSecrets:
    """`token`, `appid`, `secret`, `aes_key` as in the console; `aes_key_previous` while a key is being changed.

    `token_call`: `stable` (stable_token: other tools of the paper stay logged in) or `classic`.
    """

    token: Secret
    appid: Secret
    secret: Secret
    aes_key: Secret = field(metadata=_KEY)
    aes_key_previous: Secret | None = field(default=None, metadata=_KEY)
    kind: str = field(default="subscription-certified", metadata=_ONE_OF)
    api_base: str = field(default="https://api.weixin.qq.com", metadata=_BASE)
    token_call: str = field(default="stable", metadata=_CALL)
