"""A ticket that others were merged into ends: their residents hear it too, and none is left waiting for nobody."""

from bot.arrivals import TurnFailed
from bot.log import get_logger
from bot.services import Services
from bot.store.similar import parts_below
from bot.store.tickets import Ticket
from conversations.codes import Outcome
from conversations.events import ReporterClosed, WholeEnded

log = get_logger("wholes")

_NOTHING_DONE = frozenset({Outcome.WITHDRAWN, Outcome.UNREACHABLE, Outcome.INVALID})
"""Said of one resident, they are not true of the others who wrote of the same matter."""
_TOLD = frozenset({Outcome.SOLVED, Outcome.PARTLY, Outcome.ANSWERED, Outcome.REFERRED})


async def parts_would_wait(services: Services, ticket: Ticket, event: ReporterClosed) -> bool:
    """Whether nobody would see to what was merged into it any more. Raises StoreAway."""
    return event.outcome in _NOTHING_DONE and bool(await parts_below(services.database, ticket.number))


async def tell_parts(services: Services, ticket: Ticket, event: ReporterClosed) -> None:
    """The residents of its parts read how it ended, if its own was told. Raises StoreAway."""
    if not event.tell or event.outcome not in _TOLD:
        return
    for conversation, case in await parts_below(services.database, ticket.number):
        try:
            await services.turns.act(conversation, WholeEnded(case, event.reporter, event.outcome))
        except TurnFailed as error:
            log.error("part_not_told", reason=type(error).__name__)
