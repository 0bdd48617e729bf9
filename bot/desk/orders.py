"""/desk/orders: what came back, what is overdue, what waits for an answer; what does not get through is summed up on top."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.desk import words
from bot.desk.orders_panel import Card, card_of
from bot.desk.pages import fragment, json_answer, page
from bot.desk.record import names_of_staff, newest_change
from bot.desk.session import Staff
from bot.keys import SERVICES
from bot.services import Services
from bot.store.orders import list_orders

_GROUPS = (
    (0, "退单和没送到", "先办这些"),
    (1, "超时", "打电话催"),
    (2, "有答复", "告诉居民，问清办没办"),
    (3, "等12345", ""),
    (4, "还没送的草稿", ""),
)


@dataclass(frozen=True, slots=True)
class Listing:
    """The list as it is now. `stuck`: orders that do not get through, with `fault` of the oldest in words."""

    groups: list[tuple[str, str, list[Card]]]
    stuck: list[Card]
    who: str
    status: str

    @property
    def count(self) -> int:
        return sum(len(cards) for _, _, cards in self.groups)


async def listing_of(services: Services, staff: Staff, query: Any) -> Listing:
    """Raises StoreAway."""
    who = "mine" if query.get("who") == "mine" else ""
    status = "closed" if query.get("status") == "closed" else ""
    names, now = await names_of_staff(services.database), services.clock()
    found = await list_orders(services.database, services.vault, closed=bool(status))
    cards = [card_of(one, names, now) for one in found]
    stuck = [one for one in cards if one.stuck]
    if who:
        cards = [one for one in cards if one.by == staff.login]
    if status:
        return Listing([("已了结", "", cards)] if cards else [], [], who, status)
    cards.sort(key=lambda one: (one.rank, one.due or one.made_at, one.number))
    groups = [(title, hint, [one for one in cards if one.rank == rank]) for rank, title, hint in _GROUPS]
    return Listing([group for group in groups if group[2]], stuck, who, status)


async def get_orders(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/orders?who=mine&status=closed"""
    services = request.app[SERVICES]
    mark = await newest_change(services.database)
    listing = await listing_of(services, staff, request.query)
    return page(
        "orders.html", staff, section="orders", listing=listing, mark=mark, now=services.clock(),
        gateway=bool(services.settings.hotline_url), words=words,
    )  # fmt: skip


async def get_rows(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/orders/rows, the same filters: `{"html", "count"}` for a page that keeps itself fresh. All is masked."""
    services = request.app[SERVICES]
    listing = await listing_of(services, staff, request.query)
    html = fragment("order_rows.html", listing=listing, staff=staff)
    return json_answer({"html": html, "count": listing.count})
