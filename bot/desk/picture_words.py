"""Words read on residents' pictures, as the ticket page shows them: masked like all else, and what of them may be taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bot.desk import words
from bot.desk.view import Line
from bot.mask import mask_phone, mask_text
from bot.services import Services
from bot.store.picture_words import words_of_pictures
from bot.store.tickets import Ticket
from conversations.playbook import Playbook

_STANDING = {"no": "问过居民，说不对或是别人的", "corrected": "居民自己另外说了", "yes": "居民说过对，现在记的是别的"}


@dataclass(frozen=True, slots=True)
class Written:
    """The words on one picture. `hidden`: there is more in them than is shown."""

    text: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """One slot that could be taken over from a picture. `act`: what the button says; `standing`: what the resident said."""

    id: str
    picture: str
    slot: str
    title: str
    value: str
    hidden: bool
    standing: str
    act: str


async def written_on(services: Services, conversation: UUID, lines: Sequence[Line]) -> Mapping[str, Written]:
    """Picture (as pages name it) → its words, for the pictures these lines show. Raises StoreAway."""
    if not any(one.way == "picture" for line in lines for one in line.files):
        return {}
    found = await words_of_pictures(services.database, services.vault, conversation)
    shown = {link: mask_text(text) for link, text in found.items()}
    return {link: Written(shown[link], shown[link] != text) for link, text in found.items()}


def proposed_of(ticket: Ticket, playbook: Playbook) -> list[Proposed]:
    """What was read and nobody has taken, newest picture first. Pure."""
    out = []
    for one in ticket.body.pictured:
        name, value = str(one["slot"]), str(one["value"])
        shown = mask_phone(value) if name == "phone" else mask_text(value)
        out.append(
            Proposed(
                id=_id(one), picture=str(one["picture"]), slot=name, title=words.slot_title(playbook, name), value=shown,
                hidden=shown != value, standing=_standing(one),
                act="换成这个" if name in ticket.body.slots else "采用",
            )
        )  # fmt: skip
    return out


def _standing(one: Mapping[str, Any]) -> str:
    if one["answer"]:
        return _STANDING[str(one["answer"])] if one["asked"] else "没有问过居民"
    return "问了居民，还没有答" if one["asked"] else "没有问过居民"


async def whole_words(services: Services, ticket: Ticket) -> dict[str, str]:
    """Id on the page → the unmasked words, for whoever has them revealed."""
    found = await words_of_pictures(services.database, services.vault, ticket.conversation)
    return {f"written-{link}": text for link, text in found.items()} | {
        _id(one): str(one["value"]) for one in ticket.body.pictured
    }


def _id(one: Mapping[str, Any]) -> str:
    return f"proposed-{one['picture']}-{one['slot']}"
