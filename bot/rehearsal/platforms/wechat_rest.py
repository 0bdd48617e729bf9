"""What WeChat's stand-in offers beside tokens and texts: typing, media, users, menu, notices, scene codes; as strict.

Refusals follow the tables of protocols 2.2 to 2.7; every call here wants a good token and a kind of account that may.
"""

import json
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import BodyPartReader, web

MEDIA_DAYS = 3
LARGEST = {"image": 2 << 20, "voice": 2 << 20, "video": 10 << 20, "thumb": 64 << 10}
"""Bytes. One page says 10 MB for pictures, another 2: the strict one counts."""
CERTIFIED = frozenset({"subscription-certified", "service-certified"})
SERVICE = frozenset({"service-certified"})
_SCENE = re.compile(r"[ -~]{1,64}")
_BUTTONS = frozenset(
    {"click", "view", "miniprogram", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "location_select"}
)
_PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)

Handle = Callable[[web.Request], Coroutine[Any, Any, "dict[str, Any] | web.Response"]]


class Account(Protocol):
    """What of the platform is asked for here."""

    kind: str
    gone: set[str]
    heard: dict[str, float]

    @property
    def clock(self) -> Callable[[], float]: ...

    def fault(self, request: web.Request, path: str) -> dict[str, Any]: ...


def refusal(code: int, words: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": f"{words} rid: 0-0-0"}


OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}


@dataclass
class Rest:
    """State of one account. `media`: id → (bytes, type, when it goes); `notices`: what went out, by which call."""

    account: Account
    media: dict[str, tuple[bytes, str, float]] = field(default_factory=dict)
    typing: dict[str, float] = field(default_factory=dict)
    menu: dict[str, Any] | None = None
    scenes: dict[str, str] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)
    subscribed: dict[tuple[str, str], int] = field(default_factory=dict)
    """(openid, template) → how many notices the resident has allowed."""
    notices: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def routes(self) -> list[tuple[str, str, Handle]]:
        return [
            ("POST", "/cgi-bin/message/custom/typing", self._typing),
            ("POST", "/cgi-bin/media/upload", self._upload),
            ("GET", "/cgi-bin/user/info", self._user),
            ("GET", "/cgi-bin/getcallbackip", self._addresses),
            ("POST", "/cgi-bin/menu/create", self._menu_create),
            ("GET", "/cgi-bin/menu/get", self._menu_get),
            ("GET", "/cgi-bin/menu/delete", self._menu_delete),
            ("POST", "/cgi-bin/message/template/send", self._template),
            ("POST", "/cgi-bin/message/subscribe/bizsend", self._subscription),
            ("POST", "/cgi-bin/message/template/subscribe", self._one_time),
            ("POST", "/cgi-bin/qrcode/create", self._qrcode),
            ("GET", "/cgi-bin/showqrcode", self._show),
        ]

    def _fault(self, request: web.Request, kinds: frozenset[str] = CERTIFIED) -> dict[str, Any]:
        if found := self.account.fault(request, request.path):
            return found
        return {} if self.account.kind in kinds else refusal(48001, "api unauthorized")

    async def _typing(self, request: web.Request) -> dict[str, Any]:
        asked = await read(request)
        if fault := self._fault(request):
            return fault
        openid, command, now = str(asked.get("touser", "")), asked.get("command"), self.account.clock()
        if command not in ("Typing", "CancelTyping"):
            return refusal(45072, "command field must be Typing or CancelTyping")
        if now - self.account.heard.get(openid, 0) > 30:
            return refusal(45080, "need a message from this user within 30 seconds")
        if command == "Typing" and now - self.typing.get(openid, 0) < 15:
            return refusal(45081, "already in typing state")
        self.typing[openid] = now if command == "Typing" else 0
        return OK

    async def _upload(self, request: web.Request) -> dict[str, Any]:
        kind, body, content_type = request.query.get("type", ""), b"", ""
        if request.content_type == "multipart/form-data":
            async for part in await request.multipart():
                if isinstance(part, BodyPartReader) and part.name == "media":
                    body, content_type = bytes(await part.read()), part.headers.get("Content-Type", "")
        if fault := self._fault(request):
            return fault
        if kind not in LARGEST:
            return refusal(40004, "invalid media type")
        if not body:
            return refusal(41005, "media data missing")
        if len(body) > LARGEST[kind]:
            return refusal(40006 if kind != "image" else 45001, "media size out of limit")
        if kind == "image" and body[:3] not in (b"\xff\xd8\xff", b"\x89PN"):
            return refusal(40137, "invalid image format")  # no GIF in messages, whatever it is called
        now = self.account.clock()
        name = f"UP-{len(self.media) + 1}"
        self.media[name] = (body, content_type or "application/octet-stream", now + MEDIA_DAYS * 86_400)
        return {"type": kind, "media_id": name, "created_at": int(now)}

    async def _user(self, request: web.Request) -> dict[str, Any]:
        if fault := self._fault(request):
            return fault
        openid = request.query.get("openid", "")
        if not openid:
            return refusal(40003, "invalid openid")
        if openid in self.account.gone or openid not in self.account.heard:
            return {"subscribe": 0, "openid": openid}
        return {
            "subscribe": 1, "openid": openid, "language": "zh_CN", "subscribe_time": int(self.account.heard[openid]),
            "remark": "", "groupid": 0, "tagid_list": [], "subscribe_scene": "ADD_SCENE_OTHERS", "qr_scene": 0,
            "qr_scene_str": "",
        }  # fmt: skip

    async def _addresses(self, request: web.Request) -> dict[str, Any]:
        if fault := self._fault(request, CERTIFIED | {"subscription", "service"}):
            return fault
        return {"ip_list": ["101.226.103.0/25"]}

    async def _menu_create(self, request: web.Request) -> dict[str, Any]:
        raw = await request.read()
        asked = await read(request)
        if fault := self._fault(request, CERTIFIED | {"subscription", "service"}):
            return fault
        if b"\\u" in raw:
            return refusal(40033, "invalid charset")
        buttons = asked.get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
            return refusal(40016, "invalid button size")
        for button in buttons:
            below = button.get("sub_button")
            if below is not None and not 1 <= len(below) <= 5:
                return refusal(40023, "invalid sub button size")
            if len(str(button.get("name", "")).encode()) > 16 or not button.get("name"):
                return refusal(40018, "invalid button name size")
            for leaf in below or [button]:
                if leaf.get("type") not in _BUTTONS:
                    return refusal(40017, "invalid button type")
                if not leaf.get("name") or len(str(leaf["name"]).encode()) > 60:
                    return refusal(40025, "invalid sub button name size")
                if leaf["type"] == "click" and not 0 < len(str(leaf.get("key", "")).encode()) <= 128:
                    return refusal(40019, "invalid button key size")
                if leaf["type"] == "view" and not str(leaf.get("url", "")).startswith(("http://", "https://")):
                    return refusal(40020, "invalid button url size")
        self.menu = asked
        return OK

    async def _menu_get(self, request: web.Request) -> dict[str, Any]:
        if fault := self._fault(request, CERTIFIED | {"subscription", "service"}):
            return fault
        return {"menu": self.menu} if self.menu else refusal(46003, "menu no exist")

    async def _menu_delete(self, request: web.Request) -> dict[str, Any]:
        if fault := self._fault(request, CERTIFIED | {"subscription", "service"}):
            return fault
        self.menu = None
        return OK

    async def _template(self, request: web.Request) -> dict[str, Any]:
        asked = await read(request)
        if fault := self._fault(request, SERVICE):
            return fault
        if asked.get("template_id") not in self.templates:
            return refusal(40037, "invalid template_id")
        if wrong := self._receiver(asked):
            return wrong
        if not isinstance(asked.get("data"), dict) or not asked["data"]:
            return refusal(47003, "argument invalid! data is empty")
        self.notices.append(("template", str(asked["touser"]), asked))
        return {**OK, "msgid": 200_000_000 + len(self.notices)}

    async def _subscription(self, request: web.Request) -> dict[str, Any]:
        asked = await read(request)
        if fault := self._fault(request, SERVICE):
            return fault
        return self._allowed(asked, "bizsend")

    async def _one_time(self, request: web.Request) -> dict[str, Any]:
        asked = await read(request)
        if fault := self._fault(request):
            return fault
        if not str(asked.get("scene", "")).isdigit() or not asked.get("title"):
            return refusal(47003, "argument invalid! scene and title")
        return self._allowed(asked, "one-time")

    def _allowed(self, asked: dict[str, Any], call: str) -> dict[str, Any]:
        if wrong := self._receiver(asked):
            return wrong
        key = (str(asked["touser"]), str(asked.get("template_id", "")))
        if self.subscribed.get(key, 0) <= 0:
            return refusal(43101, "user refuse to accept the msg")
        self.subscribed[key] -= 1
        self.notices.append((call, key[0], asked))
        return OK

    def _receiver(self, asked: dict[str, Any]) -> dict[str, Any]:
        openid = asked.get("touser")
        if not isinstance(openid, str) or not openid:
            return refusal(40003, "invalid openid")
        return refusal(43004, "require subscribe") if openid in self.account.gone else {}

    async def _qrcode(self, request: web.Request) -> dict[str, Any]:
        asked = await read(request)
        if fault := self._fault(request, SERVICE):
            return fault
        lasting = asked.get("action_name") == "QR_LIMIT_STR_SCENE"
        if not lasting and asked.get("action_name") != "QR_STR_SCENE":
            return refusal(40035, "invalid action_name")
        scene = ((asked.get("action_info") or {}).get("scene") or {}).get("scene_str")
        if not isinstance(scene, str) or not _SCENE.fullmatch(scene):
            return refusal(40096, "invalid scene_str")
        ticket = f"TICKET=={scene}"
        self.scenes[ticket] = scene
        life = {} if lasting else {"expire_seconds": min(int(asked.get("expire_seconds", 60)), 2_592_000)}
        return {"ticket": ticket, "url": f"http://weixin.qq.com/q/{scene}", **life}

    async def _show(self, request: web.Request) -> web.Response:
        """The picture lies on another host and wants no token; the stand-in has only one host."""
        if request.query.get("ticket", "") not in self.scenes:
            return web.Response(status=404)
        return web.Response(body=_PIXEL, content_type="image/png")


async def read(request: web.Request) -> dict[str, Any]:
    try:
        asked = json.loads(await request.read())
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}
