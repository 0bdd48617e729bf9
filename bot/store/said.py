"""What was said in a conversation, in order: for the app's fetch, the chat page, and the ticket page."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.codec import decode
from bot.numbers import whole
from bot.store.database import Database
from bot.store.media import Shown, media_of, media_of_hash
from bot.vault import Vault


@dataclass(frozen=True, slots=True)
class Message:
    """One message, unsealed. `id` is "turn.position", growing; `direction` i or o; `delivery` as in the schema.

    `media`: the files that came with it, fetched or not.
    """

    id: str
    at: datetime
    direction: str
    author: str
    kind: str
    text: str
    case: int
    delivery: str
    note: str
    extra: dict[str, Any]
    media: tuple[Shown, ...] = ()


def message_id(effect_id: str) -> str:
    """The contact-facing id of an effect: "turn.position"."""
    _, turn, position = effect_id.split("/")
    return f"{turn}.{position}"


def after_parts(after: str) -> tuple[int, int]:
    """ "12.1" → (12, 1); anything unreadable means from the beginning."""
    turn, _, position = after.partition(".")
    if (at := whole(turn, 999_999_999)) is not None:
        return at, whole(position, 9_999) or 0
    return (-1, 0)


async def messages_since(
    database: Database,
    vault: Vault,
    contact_hash: bytes,
    after: str,
    *,
    incoming: bool = False,
    newest: bool = False,
    limit: int = 200,
) -> list[Message]:
    """What was said to (and with `incoming` also by) the contact after a message id, in order; [] for a stranger.

    Of more than `limit` the oldest (the caller asks again after them), or with `newest` the latest.
    """
    turn, position = after_parts(after)
    order = "desc" if newest else "asc"
    rows = await database.fetch(
        "select m.*, c.data_key from contacts c join messages m on m.conversation = c.id "
        "where c.openid_hash = $1 and (m.turn, m.position) > ($2, $3) and (m.direction = 'o' or $4) "
        f"order by m.turn {order}, m.position {order} limit $5",
        contact_hash, turn, position, incoming, limit,
    )  # fmt: skip
    said = [_message(row, vault) for row in (reversed(rows) if newest else rows)]
    return _with_media(said, await media_of_hash(database, contact_hash)) if _bring_files(said) else said


async def messages_of(database: Database, vault: Vault, conversation: UUID, limit: int = 500) -> list[Message]:
    """The last `limit` messages of a conversation, oldest first."""
    rows = await database.fetch(
        "select m.*, c.data_key from messages m join contacts c on c.id = m.conversation where m.conversation = $1 "
        "order by m.turn desc, m.position desc limit $2",
        conversation, limit,
    )  # fmt: skip
    said = [_message(row, vault) for row in reversed(rows)]
    return _with_media(said, await media_of(database, conversation)) if _bring_files(said) else said


def _bring_files(said: list[Message]) -> bool:
    """Whether there is anything to look up: most conversations are words alone."""
    return any(one.extra.get("attachments") for one in said)


def _with_media(said: list[Message], found: dict[int, tuple[Shown, ...]]) -> list[Message]:
    """A turn's files belong to its one message that has any: the contact's, or a reporter's picture."""
    return [
        replace(one, media=found.get(int(one.id.partition(".")[0]), ())) if one.extra.get("attachments") else one
        for one in said
    ]


def _message(row: Any, vault: Vault) -> Message:
    body = decode(vault.data_key(row["conversation"], row["data_key"]).open(row["body"]))
    direction = row["direction"]
    return Message(
        f"{row['turn']}.{row['position']}", row["at"], direction.decode() if isinstance(direction, bytes) else direction,
        row["author"], row["kind"], body.pop("text", ""), row["case_key"], row["delivery"], row["note"], body,
    )  # fmt: skip
