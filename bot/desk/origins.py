"""Where a ticket came from beside its channel: who filed it and how, from which article its resident came."""

from collections.abc import Mapping

from adapters.staff import WAYS
from bot.desk import words
from bot.store.database import Database
from bot.store.filings import filing_of
from bot.store.tickets import Ticket
from bot.store.toutiao import comment_of, landing_of


async def origin_of(database: Database, ticket: Ticket, names: Mapping[str, str]) -> str:
    """In words; "" where the channel says it all. Raises StoreAway."""
    if ticket.channel == "staff":
        filing = await filing_of(database, ticket.number)
        return f"{WAYS.get(filing.way, filing.way)}，{words.person(filing.by, names)}记" if filing else ""
    if ticket.channel == "toutiao":
        return "评论" if await comment_of(database, ticket.number) else "私信"
    landing = await landing_of(database, ticket.conversation)
    if landing is None:
        return ""
    if landing.source == "poster":
        title = await database.value("select title from posters where scene = $1", landing.item)
        return f"扫海报来：{title or landing.item}"
    source = words.CHANNELS.get(landing.source, landing.source)
    return f"从{source}文章 {landing.item} 来" if landing.item else f"从{source}来"
