"""Residents' pictures, voices, films and papers at the desk: small ones as they stand, a whole one written down first."""

from aiohttp import web

from bot.audit import audit
from bot.desk.pages import error_answer, page
from bot.desk.record import lately
from bot.desk.reveal import MOST
from bot.desk.session import Staff
from bot.keys import SERVICES
from bot.media.serving import Missing, serve
from bot.services import Services
from bot.store.media import Place, find_media

_UNKNOWN = "没有这个文件，或居民的资料已删除。"
_MISSING = "这个文件不在这台机器上，请联系管理员。"
_TOO_MANY = "十分钟内看得太多了，请稍后再看。"


async def get_thumb(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/media/{link}/thumb: the small picture of the ticket page."""
    services = request.app[SERVICES]
    place = await find_media(services.database, request.match_info["link"])
    if place is None or not place.width:
        return _sorry(request, staff, 404, "unknown", _UNKNOWN)
    try:
        return await serve(request, services.media.files, services.vault, place, thumb=True)
    except Missing:
        return _sorry(request, staff, 404, "missing", _MISSING)


async def get_media(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/media/{link}, `?download`: the whole file; a reveal like any other, so written down before it is shown.

    404 unknown or erased, 429 after too many reveals, 503 when the line of the audit cannot be written.
    """
    services = request.app[SERVICES]
    link = request.match_info["link"]
    place = await find_media(services.database, link)
    if place is None:
        return _sorry(request, staff, 404, "unknown", _UNKNOWN)
    if not await _further(request, services, staff, link):
        if await lately(services.database, staff.login, "desk.reveal") >= MOST:
            return _sorry(request, staff, 429, "too_many", _TOO_MANY)
        await _write_down(services, staff, place, link)
    name = f"{place.number or 'media'}-{link[:8]}"
    try:
        return await serve(request, services.media.files, services.vault, place, name=name)
    except Missing:
        return _sorry(request, staff, 404, "missing", _MISSING)


async def _write_down(services: Services, staff: Staff, place: Place, link: str) -> None:
    subject = place.number or str(place.conversation)
    await audit(services.database, staff.login, "desk.reveal", subject, field="media", file=link)


async def _further(request: web.Request, services: Services, staff: Staff, link: str) -> bool:
    """Whether this is a further piece of a film this person is looking at: a player asks for a dozen."""
    try:
        start = request.http_range.start
    except ValueError:
        return False
    if not start:
        return False
    return bool(
        await services.database.value(
            "select 1 from audit where at > now() - interval '30 minutes' and actor = $1 and action = 'desk.reveal' "
            "and detail ->> 'file' = $2 limit 1",
            staff.login, link,
        )
    )  # fmt: skip


def _sorry(request: web.Request, staff: Staff, status: int, code: str, sentence: str) -> web.Response:
    if request.headers.get("X-Requested-With") == "bangnong":
        return error_answer(status, code, sentence)
    return page("message.html", staff, status=status, title="打不开", sentence=sentence)
