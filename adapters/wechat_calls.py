"""What WeChat offers beside texts: typing, pictures, the menu, scene codes, notices, who follows. Raises SendFailed.

Which kind of account may do what: protocols 2.7. Where it may not, nothing is asked; a setting would not help.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp

from adapters.base import Failure, SendFailed, Sent, World
from adapters.text import clip
from adapters.wechat_call import TIME_LIMIT, call
from adapters.wechat_failures import NO_ANSWER, NO_CONNECTION, NO_TOKEN, UNREADABLE, failure
from adapters.wechat_secrets import LIMITS, PICTURE_BYTES, WeChatSecrets
from adapters.wechat_send import MEDIA_TIME_LIMIT, get_file

UPLOAD_TIME_LIMIT = aiohttp.ClientTimeout(total=15, connect=4, sock_connect=3)
"""With token and sending, each once more, 66 s at worst: within the outbox's lease."""
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PN": "image/png"}
QR_HOST = "https://mp.weixin.qq.com"
FIELD_BYTES = 60
"""A field of a notice: 20 Chinese characters."""

_ONLY_SERVICE = Failure("not_permitted", "只有认证的服务号可以这样做，这个公众号不行。", blame="config")
_NOT_TAKEN = Failure("no_answer", "微信没有收下照片。", retry=True)
_BAD_PICTURE = failure(40137)
_TOO_LARGE = failure(45001)


def may_notify(secrets: WeChatSecrets) -> bool:
    """Template messages and codes with a scene: certified service accounts alone. [W9][W21]"""
    return secrets.kind == "service-certified"


async def typing(world: World, secrets: WeChatSecrets, openid: str, *, on: bool = True) -> bool:
    """Shown for up to 15 s, within 30 s of the contact's message. False where WeChat did not show it: never an error,
    for a hint is not worth one."""
    if not LIMITS[secrets.kind].push:
        return False
    asked = {"touser": openid, "command": "Typing" if on else "CancelTyping"}
    try:
        await call(world, secrets, "/cgi-bin/message/custom/typing", asked, TIME_LIMIT)
    except SendFailed:
        return False
    return True


async def send_picture(
    world: World, secrets: WeChatSecrets, openid: str, picture: bytes, time_limit: aiohttp.ClientTimeout = TIME_LIMIT
) -> Sent:
    """A JPEG or PNG of at most 2 MB: uploaded for three days, then sent. It costs one message of the contact's quota.

    Uploading again is harmless, so only the sending itself can be of unknown outcome.
    """
    media = await upload_picture(world, secrets, picture)
    message = {"touser": openid, "msgtype": "image", "image": {"media_id": media}}
    answer = await call(world, secrets, "/cgi-bin/message/custom/send", message, time_limit)
    number = answer.get("msgid")
    return Sent((str(number),) if number else ())


async def upload_picture(world: World, secrets: WeChatSecrets, picture: bytes) -> str:
    """The `media_id`, good for three days."""
    kind = PICTURES.get(picture[:3])
    if kind is None:
        raise SendFailed(_BAD_PICTURE)
    if len(picture) > PICTURE_BYTES:
        raise SendFailed(_TOO_LARGE)

    def form() -> aiohttp.FormData:
        body = aiohttp.FormData()
        body.add_field("media", picture, filename="picture." + kind.removeprefix("image/"), content_type=kind)
        return body

    reason: Failure
    try:
        answer = await call(
            world, secrets, "/cgi-bin/media/upload", form, UPLOAD_TIME_LIMIT, {"type": "image"}, codes=False
        )
        media = answer.get("media_id")
        if isinstance(media, str) and media:
            return media
        reason = failure(40007)
    except SendFailed as failed:
        reason = failed.failure
        if failed.unknown:  # nobody has seen it yet, whatever became of the upload: it may be tried again
            reason = _NOT_TAKEN
    raise SendFailed(reason)


async def answers(world: World, secrets: WeChatSecrets, time_limit: aiohttp.ClientTimeout = TIME_LIMIT) -> bool:
    """Whether WeChat is there: its own addresses are asked for, which costs nothing and changes nothing."""
    try:
        await call(world, secrets, "/cgi-bin/getcallbackip", None, time_limit, codes=False)
    except SendFailed as failed:
        return failed.failure not in (NO_CONNECTION, NO_TOKEN, NO_ANSWER, UNREADABLE)
    return True


async def push_menu(world: World, secrets: WeChatSecrets, buttons: list[dict[str, Any]]) -> None:
    """`buttons` as WeChat wants them; everybody sees the new menu within a day, whoever follows anew at once."""
    await call(world, secrets, "/cgi-bin/menu/create", {"button": buttons}, TIME_LIMIT)


async def fetch_menu(world: World, secrets: WeChatSecrets) -> list[dict[str, Any]]:
    """The buttons in use; [] where there is no menu."""
    try:
        answer = await call(world, secrets, "/cgi-bin/menu/get", None, TIME_LIMIT, codes=False)
    except SendFailed as failed:
        if failed.failure.code != failure(46003).code:
            raise
        return []
    menu = answer.get("menu")
    return list(menu.get("button", [])) if isinstance(menu, dict) else []


async def scene_code(world: World, secrets: WeChatSecrets, scene: str) -> bytes:
    """The picture of a lasting code that brings `scene` (1 to 64 ASCII characters) with whoever scans it."""
    if not may_notify(secrets):
        raise SendFailed(_ONLY_SERVICE)
    asked = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
    answer = await call(world, secrets, "/cgi-bin/qrcode/create", asked, TIME_LIMIT, codes=False)
    ticket = answer.get("ticket")
    if not isinstance(ticket, str) or not ticket:
        raise SendFailed(failure(40035))
    # WeChat's pictures lie on a host of their own; a stand-in has only one.
    ours = urlsplit(secrets.api_base).hostname in ("api.weixin.qq.com", "api2.weixin.qq.com", "sh.api.weixin.qq.com")
    where = f"{QR_HOST if ours else secrets.api_base}/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}"
    found = await get_file(world, where, {}, MEDIA_TIME_LIMIT)
    if not isinstance(found, bytes) or found[:3] not in PICTURES:
        raise SendFailed(failure(40035))
    return found


@dataclass(frozen=True, slots=True)
class Notice:
    """A template message. `fields`: the template's own names (`thing1`, `time2`) → words, cut to what a field takes."""

    template: str
    fields: Mapping[str, str]
    url: str = ""


async def send_notice(world: World, secrets: WeChatSecrets, openid: str, notice: Notice, key: str) -> None:
    """Reaches a follower whose window is shut. `key`: ours, so that WeChat itself drops a repetition (`client_msg_id`)."""
    if not may_notify(secrets):
        raise SendFailed(_ONLY_SERVICE)
    data = {name: {"value": clip(words, FIELD_BYTES)} for name, words in notice.fields.items()}
    asked: dict[str, Any] = {"touser": openid, "template_id": notice.template, "data": data, "client_msg_id": key[:32]}
    if notice.url:
        asked["url"] = notice.url
    await call(world, secrets, "/cgi-bin/message/template/send", asked, TIME_LIMIT)


async def send_subscribed(world: World, secrets: WeChatSecrets, openid: str, notice: Notice) -> None:
    """A notice the contact has allowed by a tap; each tap allows one. [W11]"""
    if not may_notify(secrets):
        raise SendFailed(_ONLY_SERVICE)
    data = {name: {"value": clip(words, FIELD_BYTES)} for name, words in notice.fields.items()}
    asked: dict[str, Any] = {"touser": openid, "template_id": notice.template, "data": data}
    if notice.url:
        asked["page"] = notice.url
    await call(world, secrets, "/cgi-bin/message/subscribe/bizsend", asked, TIME_LIMIT)


async def send_one_time(
    world: World, secrets: WeChatSecrets, openid: str, notice: Notice, scene: int, title: str, words: str
) -> None:
    """The one push a certified subscription account has outside the window: once for each time the contact agreed."""
    asked: dict[str, Any] = {
        "touser": openid, "template_id": notice.template, "url": notice.url, "scene": str(scene),
        "title": clip(title, 45), "data": {"content": {"value": clip(words, 600), "color": "#000000"}},
    }  # fmt: skip
    await call(world, secrets, "/cgi-bin/message/template/subscribe", asked, TIME_LIMIT)


async def follows(world: World, secrets: WeChatSecrets, openid: str) -> bool:
    """Whether the contact follows the account now; WeChat tells no name and no picture any more. [G2]"""
    query = {"openid": openid, "lang": "zh_CN"}
    answer = await call(world, secrets, "/cgi-bin/user/info", None, TIME_LIMIT, query, codes=False)
    return answer.get("subscribe") == 1
