"""The first ten minutes of somebody lent by another department: five short cards on the real queue."""

from aiohttp import web

from bot.audit import audit
from bot.desk.pages import page
from bot.desk.queue import pinned_tickets, rows_of
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.numbers import whole
from bot.store.assignment import guide_done
from bot.store.tickets import Filter, list_tickets

CARDS = 5


async def get_start(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/start?card=1…5: each card with one thing to do, on real tickets where there are any."""
    services = request.app[SERVICES]
    card = whole(request.query.get("card", ""), CARDS) or 1
    pinned = await pinned_tickets(services)
    free, _ = await list_tickets(services.database, services.vault, Filter(status="open", unclaimed=True), limit=1)
    mine, _ = await list_tickets(
        services.database, services.vault, Filter(status="open", reporter=staff.login), limit=3
    )
    shown = {1: pinned[:1] or free[:1], 2: free[:1], 3: mine[:1], 4: mine[:1], 5: mine}[card]
    rows = await rows_of(services, [(one, "start") for one in shown], staff)
    return page("start.html", staff, section="start", card=card, cards=CARDS, rows=rows, mine=bool(mine))


async def post_start(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/start/done, or with `again=yes`: the guide put away, or out again."""
    services = request.app[SERVICES]
    again = (await read_form(request)).get("again") == "yes"
    await guide_done(services.database, staff.login, None if again else services.clock())
    await audit(services.database, staff.login, "people.guide", staff.login)
    raise web.HTTPSeeOther("/desk/start" if again else "/desk")
