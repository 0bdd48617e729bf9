"""/desk/posters: posters with a code of their own, so that a ticket says where its resident saw us.

WeChat makes the code and only for certified service accounts; we keep its picture, because a poster must be printable when
WeChat is not to be reached. A code taken down goes on working: posters outlive plans.
"""

from secrets import token_hex

from aiohttp import web

from adapters.base import SendFailed
from adapters.wechat_calls import may_notify, scene_code
from bot.audit import audit
from bot.desk.pages import page
from bot.desk.record import lately, names_of_staff
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.services import Services
from bot.settings import Account
from bot.store.people import add_poster, poster_picture, posters, retire_poster

_LONGEST = 40
_A_DAY = 30
"""New codes of one person in ten minutes: an account has 100,000 for ever."""


def code_accounts(services: Services) -> list[Account]:
    """WeChat accounts that may make codes."""
    return [one for (channel, _), one in services.accounts.items() if channel == "wechat" and may_notify(one.secrets)]


async def get_posters(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/posters"""
    return await _page(request, staff)


async def post_poster(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/posters: title, account. Goes on to the printable page."""
    services = request.app[SERVICES]
    form = await read_form(request)
    title, name = " ".join(str(form.get("title", "")).split()), str(form.get("account", ""))
    account = next((one for one in code_accounts(services) if one.name == name), None)
    if account is None:
        return await _page(
            request, staff, status=409, error="这个公众号不能做带参数的二维码：要认证的服务号。", title=title
        )
    if not title or len(title) > _LONGEST:
        return await _page(request, staff, status=400, error=f"请写贴在哪里，最多 {_LONGEST} 个字。", title=title[:200])
    if await lately(services.database, staff.login, "posters.made") >= _A_DAY:
        return await _page(request, staff, status=429, error="十分钟内做得太多了，请稍后再来。", title=title)
    scene = f"p{token_hex(4)}"
    try:
        picture = await scene_code(services.world, account.secrets, scene)
    except SendFailed as failed:
        return await _page(request, staff, status=502, error=failed.failure.note, title=title)
    await add_poster(services.database, scene, account.name, title, picture, staff.login, services.clock())
    await audit(services.database, staff.login, "posters.made", scene)
    raise web.HTTPSeeOther(f"/desk/posters/{scene}")


async def get_poster(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/posters/{scene}: one sheet of A4."""
    found = await poster_picture(request.app[SERVICES].database, request.match_info["scene"])
    if found is None:
        return page(
            "message.html", staff, status=404, title="没有这张海报", sentence="可能抄错了，请从海报列表里打开。"
        )
    return page("poster.html", staff, scene=request.match_info["scene"], title=found[0])


async def get_code(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/posters/{scene}/code"""
    found = await poster_picture(request.app[SERVICES].database, request.match_info["scene"])
    if found is None:
        raise web.HTTPNotFound
    kind = "image/png" if found[1][:3] == b"\x89PN" else "image/jpeg"
    return web.Response(body=found[1], content_type=kind, headers={"Cache-Control": "private, max-age=86400"})


async def post_retire(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/posters/{scene}/retire: taken down."""
    services, scene = request.app[SERVICES], request.match_info["scene"]
    if not await retire_poster(services.database, scene, services.clock()):
        return await _page(request, staff, status=409, error="这张海报已经撤下，或没有这张。")
    await audit(services.database, staff.login, "posters.retired", scene)
    raise web.HTTPSeeOther("/desk/posters")


async def _page(
    request: web.Request, staff: Staff, *, status: int = 200, error: str = "", title: str = ""
) -> web.StreamResponse:
    services = request.app[SERVICES]
    return page(
        "posters.html", staff, status=status, section="posters", error=error, title=title, now=services.clock(),
        posters=await posters(services.database), names=await names_of_staff(services.database),
        accounts=[one.name for one in code_accounts(services)],
    )  # fmt: skip
