"""What the ticket page shows of the same person's other conversations, and through which of them one may still write."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.desk import words
from bot.desk.record import ReplyRoom, reply_room
from bot.services import Services
from bot.store.people import elsewhere, spoke_last
from bot.store.tickets import Ticket, get_ticket

REASON = "登记了同一个电话（按加密指纹比对，别处不留号码）"
CONSENTED = {"chat": "居民在对话里同意", "phone": "居民在电话里同意"}


@dataclass(frozen=True, slots=True)
class Other:
    """One other conversation. `latest`: the resident wrote there last; `writable`: a text may be sent there now;
    `reply_id`: stays until something was sent there, so that pressing twice sends once."""

    number: str
    channel: str
    open: bool
    spoke_at: datetime | None
    latest: bool
    shares: bool
    asked_at: datetime | None
    linked: str
    linked_at: datetime | None
    consent: str
    writable: bool
    left: int | None
    reply_id: str


@dataclass(frozen=True, slots=True)
class LinkedPanel:
    """`linked`: said to be one person; `proposed`: the same telephone, nobody has asked or said so yet."""

    linked: list[Other]
    proposed: list[Other]
    here_latest: bool

    @property
    def ways(self) -> list[Other]:
        """Where one may write instead, the channel they used last first."""
        return [one for one in self.linked if one.writable]


async def linked_panel(services: Services, ticket: Ticket, names: Mapping[str, str]) -> LinkedPanel:
    """Raises StoreAway."""
    if ticket.erased:
        return LinkedPanel([], [], True)
    found = await elsewhere(services.database, ticket.conversation)
    if not found:
        return LinkedPanel([], [], True)
    here = await spoke_last(services.database, ticket.conversation)
    heard = [one.spoke_at for one in found if one.by and one.spoke_at] + ([here] if here else [])
    last = max(heard, default=None)
    shown = []
    for one in found:
        room, reply_id = await _room(services, one.number) if one.by and one.open else (None, "")
        shown.append(
            Other(
                one.number, words.CHANNELS.get(one.channel, one.channel), one.open, one.spoke_at,
                bool(one.by) and one.spoke_at == last, one.shares, one.asked_at,
                words.person(one.by, names) if one.by else "", one.at, CONSENTED.get(one.consent, one.consent),
                room is not None and not room.closed, room.left if room else 0, reply_id,
            )
        )  # fmt: skip
    linked = [one for one in shown if one.linked]
    return LinkedPanel(linked, [one for one in shown if not one.linked], here == last)


async def _room(services: Services, number: str) -> tuple[ReplyRoom | None, str]:
    other = await get_ticket(services.database, services.vault, number)
    if other is None or other.erased:
        return None, ""
    return await reply_room(services, other), f"via-{int(other.updated_at.timestamp() * 1_000_000)}"
