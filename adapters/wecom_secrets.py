"""What a WeCom customer-service account is, and what the platform lets it send."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import timedelta

from adapters.base import Secret
from adapters.bases import base_of
from conversations.window import Limits, Window

WECOM = "wecom"
TEXT_BYTES = 2047
LIMITS = Limits(TEXT_BYTES, 0, {"message": Window(timedelta(hours=48), 5)})
"""A delivery carries no words and takes none; everything is pushed, five messages in 48 hours. [K3]"""

_KEY = {
    "check": lambda value: (
        "" if re.fullmatch("[A-Za-z0-9+/]{43}", value) else "must be the 43 characters of the console's EncodingAESKey"
    )
}
_BASE = base_of("https://qyapi.weixin.qq.com")


@dataclass(frozen=True, slots=True)
class WeComSecrets:
    """`corpid` of the company, `secret` of its customer-service application, `open_kfid` of the account residents write to;
    `token` and `aes_key` of the callback, `aes_key_previous` while that is being changed.
    """

    corpid: Secret
    secret: Secret
    token: Secret
    open_kfid: Secret
    aes_key: Secret = field(metadata=_KEY)
    aes_key_previous: Secret | None = field(default=None, metadata=_KEY)
    api_base: str = field(default="https://qyapi.weixin.qq.com", metadata=_BASE)

    @property
    def name(self) -> str:
        """Which account this is, without saying whose: for keys of caches and rows."""
        parts = (self.corpid.reveal(), self.open_kfid.reveal())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
