"""The residents, the colleagues and the editor of a Douyin stand-in: what they do, and the deliveries that tell of it."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import aiohttp

from adapters.base import Secret
from adapters.douyin_secrets import DouyinSecrets

CLIENT_KEY, CLIENT_SECRET, PAPER = "awstubclientkey1", "stub-client-secret-0001", "_000StubPaper"
FIRST_REFRESH = "stub-refresh-token-0"
WINDOWS = {"im_reply_msg": (timedelta(hours=24), 6), "im_enter_direct_msg": (timedelta(seconds=30), 3)}

Weather = Literal["hang", "drop", "garbage", "500", "html", "missing"]


@dataclass
class Act:
    """Something a resident did that may be answered."""

    openid: str
    scene: str
    conversation: str
    ends: float
    left: int


@dataclass
class DouyinResidents:
    clock: Callable[[], float] = time.time
    windows: dict[str, tuple[timedelta, int]] = field(default_factory=lambda: dict(WINDOWS))
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    """(openid, scene, text) in order."""
    commented: list[tuple[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    weather: list[tuple[str, Weather]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    """Codes for the next im/send/msg calls, whatever they say; 0 lets one through."""
    token_refusal: int = 0
    renewal_refusal: int = 0
    longest: int = 1000
    client_life: int = 7200
    access_life: int = 15 * 86_400
    refresh_life: int = 30 * 86_400
    renewals_allowed: int = 5
    says_refresh_end: bool = True
    media: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Message id → (media type, address)."""
    files: dict[str, bytes] = field(default_factory=dict)
    file_status: int = 200
    base: str = ""

    def __post_init__(self) -> None:
        self.acts: dict[str, Act] = {}
        self.access: dict[str, float] = {}
        self.client: dict[str, float] = {}
        self.refresh: dict[str, tuple[float, int]] = {FIRST_REFRESH: (self.clock() + self.refresh_life, 0)}
        self.comments: set[str] = set()
        self.banned: set[str] = set()
        self.echoes: list[bytes] = []
        """im_send_msg deliveries of what was sent, to be pushed by whoever wants them."""
        self._count = 0

    # -- what the test does

    def secrets(self, **changes: Any) -> DouyinSecrets:
        values: dict[str, Any] = {
            "client_key": Secret(CLIENT_KEY),
            "client_secret": Secret(CLIENT_SECRET),
            "open_id": Secret(PAPER),
            "refresh_token": Secret(FIRST_REFRESH),
            "api_base": self.base,
        }
        return DouyinSecrets(**(values | changes))

    def environment(self, account: str = "MAIN") -> dict[str, str]:
        start = f"BANGNONG_DOUYIN_{account}_"
        return {
            f"{start}CLIENT_KEY": CLIENT_KEY,
            f"{start}CLIENT_SECRET": CLIENT_SECRET,
            f"{start}OPEN_ID": PAPER,
            f"{start}REFRESH_TOKEN": FIRST_REFRESH,
            f"{start}API_BASE": self.base,
        }

    def new_id(self, kind: str) -> str:
        self._count += 1
        return f"@{kind}-{self._count}+/=="

    def wrote(self, openid: str, text: str = "", *, as_string: bool = False, **content: Any) -> bytes:
        """The resident writes: a new act to be answered, and the delivery that tells of it."""
        number = content.setdefault("server_message_id", self.new_id("message"))
        said = self.said(openid, {"message_type": "text", "text": text, **content})
        self._act(number, openid, "im_reply_msg")
        return self.delivery("im_receive_msg", json.dumps(said) if as_string else said, openid, PAPER)

    def entered(self, openid: str) -> bytes:
        """The resident opens the chat. Its content comes as a string."""
        number = self.new_id("enter")
        self._act(number, openid, "im_enter_direct_msg")
        content = {
            "conversation_short_id": conversation_of(openid), "server_message_id": number, "conversation_type": "1",
            "create_time": str(int(self.clock() * 1000)), "scene_type": "1",
        }  # fmt: skip
        return self.delivery("im_enter_direct_msg", json.dumps(content), openid, PAPER)

    def typed(self, openid: str, text: str) -> bytes:
        """A colleague answers in the Douyin app: an echo without a source."""
        return self.delivery(
            "im_send_msg", self.said(openid, {"message_type": "text", "text": text, "source": ""}), PAPER, openid
        )

    def commented_on(self, openid: str, text: str, item: str = "@item-1==") -> bytes:
        number = self.new_id("comment")
        self.comments.add(number)
        content = {
            "comment_id": number, "comment_user_id": openid, "content": text, "create_time": int(self.clock()),
            "digg_count": 0, "reply_comment_total": 0, "reply_to_comment_id": "0", "reply_to_item_id": item, "at_user_id": "",
        }  # fmt: skip
        return self.delivery("item_comment_reply", content, openid, PAPER)

    def said(self, openid: str, content: dict[str, Any]) -> dict[str, Any]:
        return {
            "conversation_short_id": conversation_of(openid), "server_message_id": self.new_id("message"),
            "conversation_type": 1, "create_time": int(self.clock() * 1000), "source": "",
            "user_infos": [{"open_id": openid, "nick_name": "居民", "avatar": ""}], **content,
        }  # fmt: skip

    def delivery(self, event: str, content: Any, sender: str, to: str) -> bytes:
        fields = {"event": event, "client_key": CLIENT_KEY, "from_user_id": sender, "to_user_id": to}
        return json.dumps({**fields, "log_id": self.new_id("log"), "content": content}, ensure_ascii=False).encode()

    def headers(self, body: bytes, delivery_id: str = "") -> dict[str, str]:
        proof = hashlib.sha1(CLIENT_SECRET.encode() + body).hexdigest()
        return {
            "Content-Type": "application/json",
            "X-Douyin-Signature": proof,
            "Msg-Id": delivery_id or self.new_id("delivery"),
        }

    async def push(self, http: aiohttp.ClientSession, hook: str, body: bytes, *, tries: int = 4) -> list[int]:
        """Deliver as Douyin does: 5 s, then up to three times more under the same Msg-Id. The statuses (0: no answer)."""
        headers, statuses = self.headers(body), list[int]()
        for _ in range(tries):
            try:
                async with http.post(
                    hook, data=body, headers=headers, timeout=aiohttp.ClientTimeout(total=5)
                ) as answer:
                    await answer.read()
                    statuses.append(answer.status)
            except (aiohttp.ClientError, TimeoutError):
                statuses.append(0)
            if statuses[-1] == 200:
                break
        return statuses

    def texts(self, openid: str) -> list[str]:
        return [text for who, _, text in self.sent if who == openid]

    def expire_access(self) -> None:
        self.access.clear()

    def revoke(self) -> None:
        """The editor takes the authorisation back in the app: everything of it dies at once. [D9]"""
        self.access.clear()
        self.refresh.clear()

    def authorised_again(self) -> str:
        """A person scanned: a new refresh token, the old ones gone."""
        self.revoke()
        token = f"stub-refresh-token-again-{len(self.calls)}"
        self.refresh[token] = (self.clock() + self.refresh_life, 0)
        return token

    def _act(self, number: str, openid: str, scene: str) -> None:
        lasts, count = self.windows[scene]
        ends = self.clock() + lasts.total_seconds()
        self.acts[number] = Act(openid, scene, conversation_of(openid), ends, count)


def conversation_of(openid: str) -> str:
    return f"@talk/{openid}=="
