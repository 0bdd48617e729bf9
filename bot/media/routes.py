"""Uploads from the chat page and the paper's app, and the residents' own pictures back to them."""

import hmac
import json
from collections.abc import Mapping
from uuid import uuid4

from aiohttp import BodyPartReader, web

from adapters.app_message import FieldError, read_message
from adapters.base import Rejected
from bot.app_channel import app_account, error_answer, hear
from bot.chat import now_seconds, sender_of, sign
from bot.forms import GONE, UNREADABLE
from bot.log import get_logger
from bot.media.kinds import EXTENSIONS, Refused
from bot.media.serving import Missing, serve
from bot.media.uploads import NoRoom, TooMany, Uploaded
from bot.metrics import REJECTED
from bot.services import Services
from bot.settings import Account
from bot.store.database import StoreAway
from bot.store.media import find_media, naming_upload

log = get_logger("media")

_WORDS = {
    "too_big": "太大了，最多 20 MB。照片可以截一部分，视频可以剪短些。",
    "wrong_type": "这种文件收不了。可以发照片、语音、视频、PDF 或 Word、Excel 文件。",
    "macro": "带宏的文件收不了，请另存为普通文件或拍成照片再发。",
    "damaged": "这个文件是坏的，打不开，请重新选一次。",
}
_MOST = 21 << 20
_FIELD = 64 * 1024


class _Unfit(Exception):
    """An upload that is not taken: status, code and the sentence for the resident."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(code)
        self.status, self.code, self.words = status, code, words


async def post_media(request: web.Request) -> web.StreamResponse:
    """POST /chat/media, multipart `id`?, `text`?, `csrf` (of the form without scripts), then `file`.

    It becomes a message with an attachment and is answered as any message of the page is.
    """
    services, account, _ = app_account(request)
    sender = sender_of(request)
    scripted = request.headers.get("X-Requested-With") == "bangnong"
    try:
        if sender is None:
            raise _Unfit(403, "no_session", "页面已过期，请刷新后再发。")
        fields, uploaded = await _read(request, services, account, sender, trusted=scripted)
        body = {"id": fields.get("id") or uuid4().hex, "text": fields.get("text", ""), "media": [_named(uploaded)]}
        try:
            inbound = read_message(json.dumps(body).encode(), account.name, now=now_seconds(), sender=sender)
        except FieldError as error:
            raise _Unfit(400, error.code, error.message) from None
    except _Unfit as unfit:
        if scripted:
            return error_answer(unfit.status, unfit.code, unfit.words, "file")
        return web.Response(status=unfit.status, text=f"没有发出：{unfit.words}请按返回键回到对话。", charset="utf-8")
    answer = await hear(services, account, inbound)
    services.media.fetcher.wake.set()
    if scripted:
        return answer
    if answer.status != 200:
        return web.Response(status=503, text="没能收下，请打120/12345或稍后再发。", charset="utf-8")
    raise web.HTTPSeeOther("/chat#end")


def _named(uploaded: Uploaded) -> dict[str, str]:
    attachment = naming_upload(uploaded.found.kind, uploaded.upload)
    return {"kind": attachment.kind, "id": attachment.media_id, "format": EXTENSIONS[uploaded.found.type]}


async def _read(
    request: web.Request, services: Services, account: Account, sender: str, *, trusted: bool
) -> tuple[Mapping[str, str], Uploaded]:
    """The form's fields and its first file. The token comes before the file: nothing is written for another site's form."""
    if (request.content_length or 0) > _MOST:
        raise _Unfit(413, "too_big", _WORDS["too_big"])
    if not request.content_type.startswith("multipart/"):
        raise _Unfit(400, "not_multipart", "没有收到文件。")
    fields: dict[str, str] = {}
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                break
            if part.name == "file":
                if not trusted and not _meant(services, sender, fields.get("csrf", "")):
                    raise _Unfit(403, "stale", "页面已过期，请刷新后再发。")
                return fields, await _take(services, part, account, sender)
            if part.name in ("id", "text", "csrf"):
                fields[part.name] = (await _field(part)).decode("utf-8", "replace")
    except (*UNREADABLE, *GONE, web.HTTPException):
        pass  # a form nobody can read is a form without a file
    raise _Unfit(400, "no_file", "没有收到文件。")


async def _field(part: BodyPartReader) -> bytes:
    value = bytearray()
    while chunk := await part.read_chunk(8192):
        value += chunk
        if len(value) > _FIELD:
            raise _Unfit(400, "too_long", "文字太长。")
    return bytes(value)


def _meant(services: Services, sender: str, given: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), sign(services, f"form:{sender}").encode())


async def _take(services: Services, part: BodyPartReader, account: Account, sender: str) -> Uploaded:
    try:
        return await services.media.uploads.take(part, account.name, sender)
    except Refused as refused:
        status = 413 if refused.code == "too_big" else 400
        raise _Unfit(status, refused.code, _WORDS.get(refused.code, _WORDS["damaged"])) from None
    except TooMany:
        raise _Unfit(429, "too_many", "发得太多了，请过十分钟再发。文字可以照常发。") from None
    except NoRoom:
        log.error("upload_refused", reason="disk")
        raise _Unfit(503, "no_room", "现在收不下文件，请先用文字说，过一会儿再发。") from None


async def post_app_media(request: web.Request) -> web.StreamResponse:
    """POST /api/app/{account}/media?sender= with the raw file as body → 200 `{"id", "kind"}`.

    Signed as a message is, over the path with its query, a line feed and the file. Whoever has not signed it is told so
    before the file is read where the headers show it, and else holds no more memory than the chat page's people may.

    A message then names it in `media`: `[{"kind": kind, "id": id}]`; only that sender's messages can.
    """
    services, account, channel = app_account(request)
    sender = request.query.get("sender", "")
    if (request.content_length or 0) > _MOST:
        return error_answer(413, "too_big", _WORDS["too_big"], "")
    headers = {name.lower(): value for name, value in request.headers.items()}
    declared = "voice" if request.content_type.startswith("audio/") else ""
    try:
        signed = channel.begin(headers, account.secrets)
        signed.add(request.raw_path.encode("utf-8", "surrogatepass") + b"\n")

        async def read(most: int) -> bytes:
            piece = await request.content.read(most)
            signed.add(piece)
            return piece

        async with services.media.uploads.body(read) as data:
            signed.check()
            if not 0 < len(sender) <= 128:
                return error_answer(400, "missing", "缺少 sender", "sender")
            uploaded = await services.media.uploads.accept(bytes(data), account.name, sender, declared)
    except Rejected:
        REJECTED.labels("app").inc()
        return error_answer(403, "bad_signature", "签名不对或已过期", "")
    except Refused as refused:
        status = 413 if refused.code == "too_big" else 400
        return error_answer(status, refused.code, _WORDS.get(refused.code, _WORDS["damaged"]), "")
    except TooMany:
        return error_answer(429, "too_many", "这个用户上传得太多，请稍后再试", "sender")
    except NoRoom:
        return error_answer(503, "no_room", "现在收不下文件，请稍后再试", "")
    return web.json_response({"id": naming_upload("", uploaded.upload).media_id, "kind": uploaded.found.kind})


async def get_media(request: web.Request) -> web.StreamResponse:
    """GET /chat/media/{link} and …/thumb: a resident's own file, by their cookie; anybody else's is not there."""
    services, account, _ = app_account(request)
    return await _own(request, services, account, sender_of(request) or "")


async def get_app_media(request: web.Request) -> web.StreamResponse:
    """GET /api/app/{account}/media/{link}?sender= and …/thumb, signed over path with query as the list of messages is."""
    services, account, channel = app_account(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        channel.verify_fetch(request.raw_path, headers, account.secrets)
    except Rejected:
        REJECTED.labels("app").inc()
        return error_answer(403, "bad_signature", "签名不对或已过期", "")
    return await _own(request, services, account, request.query.get("sender", ""))


async def _own(request: web.Request, services: Services, account: Account, sender: str) -> web.StreamResponse:
    try:
        place = await find_media(services.database, request.match_info["link"]) if sender else None
    except StoreAway:
        return error_answer(503, "store_away", "系统正在恢复", "")
    thumb = request.path.endswith("/thumb")
    mine = services.vault.hash("openid", "app", account.name, sender)
    if place is None or place.openid_hash != mine or (thumb and not place.width):
        return error_answer(404, "unknown", "没有这个文件", "")
    try:
        return await serve(request, services.media.files, services.vault, place, thumb=thumb)
    except Missing:
        return error_answer(404, "unknown", "没有这个文件", "")


def add_media(app: web.Application) -> None:
    app.router.add_post("/chat/media", post_media)
    app.router.add_route("GET", "/chat/media/{link}", get_media)
    app.router.add_route("GET", "/chat/media/{link}/thumb", get_media)
    app.router.add_post("/api/app/{account}/media", post_app_media)
    app.router.add_route("GET", "/api/app/{account}/media/{link}", get_app_media)
    app.router.add_route("GET", "/api/app/{account}/media/{link}/thumb", get_app_media)
