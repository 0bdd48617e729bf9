"""A reporter's picture for a resident: looked at, drawn anew, on disk under the resident's own key before it is said.

What a colleague's telephone wrote into it (where, when, with what) goes with the drawing; nothing else is kept.
"""

import asyncio
import hashlib
from uuid import UUID

from bot.media.drawing import Died
from bot.media.files import THUMB, VIEW
from bot.media.kinds import SHOWN, Refused, kind_of
from bot.media.room import MediaRoom
from bot.vault import DataKey, Vault
from conversations.messages import Picture


async def keep_picture(room: MediaRoom, vault: Vault, contact: UUID, key: DataKey, data: bytes, most: int) -> Picture:
    """The picture as it will be sent, at most `most` bytes. The same picture again has the same name.

    Raises Refused (wrong_type, damaged, too_many_pixels, too_big, macro), OSError when it cannot be written. Whoever keeps
    one and then cannot say so leaves it: the sweep takes what no row names.
    """
    if kind_of(data).type not in SHOWN:
        raise Refused("wrong_type")
    try:
        drawn = await room.fetcher.drawing.draw(data, most)
    except Died:
        raise Refused("too_many_pixels") from None
    name = vault.hash("media", str(contact), "ours", hashlib.sha256(drawn.view).hexdigest()).hex()
    for part, content in ((name + VIEW, drawn.view), (name + THUMB, drawn.thumb), (name, drawn.view)):
        await asyncio.to_thread(room.files.write, part, content, key.seal)
    return Picture(name, len(drawn.view), drawn.width, drawn.height)
