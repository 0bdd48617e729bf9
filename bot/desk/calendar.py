"""/desk/calendar: a secret address for the calendar on one's telephone; made anew or taken back at any time."""

import secrets as chance

from aiohttp import web

from bot.audit import audit
from bot.desk.pages import page
from bot.desk.session import Staff, is_https
from bot.keys import SERVICES
from bot.outside.ical import TITLES, appointments_of, calendar
from bot.store.database import StoreAway
from bot.vault import token_hash

_TOKEN = 43
"""Characters of an address' secret part."""


async def get_calendar(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/calendar"""
    return await _page(request, staff)


async def _page(request: web.Request, staff: Staff, secret: str = "") -> web.StreamResponse:
    services = request.app[SERVICES]
    link = await services.database.row("select made_at, read_at from calendar_links where login = $1", staff.login)
    ahead = await appointments_of(services.database, staff.login, services.clock())
    return page("calendar.html", staff, section="revisits", link=link, secret=secret, ahead=ahead, titles=TITLES)


async def post_calendar(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/calendar/{make,drop}: the address is shown once; an older one stops working."""
    database = request.app[SERVICES].database
    if request.match_info["act"] == "drop":
        await database.execute("delete from calendar_links where login = $1", staff.login)
        await audit(database, staff.login, "desk.calendar_dropped", staff.login)
        raise web.HTTPSeeOther("/desk/calendar")
    token = chance.token_urlsafe(32)
    await database.execute(
        "insert into calendar_links (login, token_hash) values ($1, $2) on conflict (login) do update "
        "set token_hash = excluded.token_hash, made_at = now(), read_at = null",
        staff.login, token_hash(token),
    )  # fmt: skip
    await audit(database, staff.login, "desk.calendar_made", staff.login)
    scheme = "https" if is_https(request) else "http"
    return await _page(request, staff, f"{scheme}://{request.host}/calendar/{token}.ics")


async def get_file(request: web.Request) -> web.StreamResponse:
    """GET /calendar/{token}.ics: whoever has the address reads it; 404 once it was taken back or its person left."""
    services, token = request.app[SERVICES], request.match_info["token"]
    if len(token) != _TOKEN:
        raise web.HTTPNotFound
    try:
        login = await services.database.value(
            "update calendar_links l set read_at = now() from users u "
            "where l.token_hash = $1 and u.login = l.login and u.active returning l.login",
            token_hash(token),
        )
        if login is None:
            raise web.HTTPNotFound
        found = await appointments_of(services.database, login, services.clock())
    except StoreAway:
        raise web.HTTPServiceUnavailable from None
    return web.Response(
        body=calendar(found, services.clock()), content_type="text/calendar", charset="utf-8",
        headers={"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"},
    )  # fmt: skip
