"""A reporter sends a resident a picture: looked at, made to fit the channel, then said like any other reply."""

from collections.abc import Mapping

from aiohttp import BodyPartReader, web

from bot.audit import audit
from bot.desk.acts import done, refused, why_not
from bot.desk.deeds import REPLY_ID, Unfit
from bot.desk.record import reply_room
from bot.desk.session import Staff
from bot.desk.ticket import find
from bot.forms import UNREADABLE
from bot.keys import SERVICES
from bot.log import get_logger
from bot.media.kinds import Refused
from bot.media.showing import keep_picture
from bot.services import Services
from bot.store.tickets import Ticket, get_ticket
from conversations.events import ReporterReplied
from conversations.messages import Picture

log = get_logger("desk")

_MOST = 20 << 20
"""Bytes read at most: a camera's own picture. What is sent is drawn anew and far smaller."""
_WORDS = {
    "too_big": "照片太大，最多 20 MB，请截一部分或拍小一点再发。",
    "damaged": "这张照片是坏的，打不开，请重新选一次。",
    "too_many_pixels": "照片尺寸大得不正常，请截图再发。",
}
_NOT_A_PICTURE = "只能发照片（JPG、PNG、GIF、WebP、BMP）。苹果手机的 HEIC 照片请截图再发；文件请打印或拍照。"
_NO_PICTURES = "这个渠道发不了照片，请用文字说。"
_NO_ROOM = "现在存不下照片，没有发出。请告诉管理员。"


async def post_picture(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/picture, multipart `reply_id`, `file`; fetched. Answered as a reply is.

    Whether it may be sent at all is asked before the file is read.
    """
    services = request.app[SERVICES]
    ticket = await find(request)
    if ticket is None:
        return refused(request, staff, "", 404, "unknown", "没有这张单。")
    room = await reply_room(services, ticket)
    if not room.picture_bytes or room.closed:
        sentence = room.closed if room.picture_bytes else _NO_PICTURES
        return refused(request, staff, ticket.number, 409, "pictures" if not room.picture_bytes else "window", sentence)
    try:
        fields, data = await _read(request)
        if not REPLY_ID.fullmatch(fields.get("reply_id", "")):
            raise Unfit("页面已过期，请刷新后再发。")
        picture = await _keep(services, ticket, data, room.picture_bytes)
    except Unfit as unfit:
        return refused(request, staff, ticket.number, 400, "unfit", str(unfit))
    event = ReporterReplied(ticket.case, staff.login, "", f"{staff.login}:{fields['reply_id']}", picture)
    outcome = await services.turns.act(ticket.conversation, event)
    fresh = await get_ticket(services.database, services.vault, ticket.number) or ticket
    if outcome.refused:
        status, sentence = await why_not(services, outcome.refused, fresh)
        return refused(request, staff, ticket.number, status, outcome.refused, sentence)
    await audit(services.database, staff.login, "desk.replied", ticket.number, picture=True)
    return await done(request, staff, fresh)


async def _read(request: web.Request) -> tuple[Mapping[str, str], bytes]:
    """The form's `reply_id` and its file. Raises Unfit."""
    if (request.content_length or 0) > _MOST + 65_536:
        raise Unfit(_WORDS["too_big"])
    fields: dict[str, str] = {}
    if request.content_type.startswith("multipart/"):
        try:
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader):
                    break
                if part.name == "file":
                    return fields, await _part(part, _MOST, _WORDS["too_big"])
                value = await _part(part, 1024, "页面已过期，请刷新后再发。")
                fields[part.name or ""] = value.decode("utf-8", "replace")
        except (*UNREADABLE, web.HTTPException):
            pass  # a form nobody can read is a form without a file
    raise Unfit("没有收到照片，请再发一次。")


async def _part(part: BodyPartReader, most: int, sentence: str) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(65_536):
        data += chunk
        if len(data) > most:
            raise Unfit(sentence)
    return bytes(data)


async def _keep(services: Services, ticket: Ticket, data: bytes, most: int) -> Picture:
    """On disk when this returns. Raises Unfit."""
    sealed = await services.database.value("select data_key from contacts where id = $1", ticket.conversation)
    if sealed is None:
        raise Unfit("居民的资料已删除，发不出去。")
    key = services.vault.data_key(ticket.conversation, sealed)
    try:
        return await keep_picture(services.media, services.vault, ticket.conversation, key, data, most)
    except Refused as fault:
        raise Unfit(_WORDS.get(fault.code, _NOT_A_PICTURE)) from None
    except OSError as error:
        log.error("picture_not_written", number=ticket.number, reason=error.strerror)
        raise Unfit(_NO_ROOM) from None
