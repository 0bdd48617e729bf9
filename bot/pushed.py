"""Channels without an answer slot: the response only says "taken", words are pushed.

What a turn says leaves through the outbox. While the record is away there is none: then the words of the rules (the 120
line among them) are pushed from here, once.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from adapters.base import Answer, Opened, Outgoing, SendFailed
from bot.intake import Answer as Heard
from bot.log import get_logger
from bot.services import Services
from bot.settings import Account
from conversations.messages import Inbound

log = get_logger("pushed")

_WITHIN = 4.0
"""Seconds a push may hold up the answer to a delivery: Douyin hangs up after five."""


async def heard_pushed(
    services: Services,
    account: Account,
    messages: Sequence[Inbound],
    heard: Sequence[Heard],
    opened: Opened,
) -> Answer:
    """Taken; or 503, so that the platform delivers again, when nothing was kept and nobody could be told so."""
    taken = account.channel.render("", None, opened, account.secrets)
    for answer in heard:
        held = [one.text for one in answer.said if not one.effect_id]  # the others are the outbox's
        if not held or answer.again:
            continue
        told = await _push(services, account, messages[0], "\n".join(held))
        if not told and not answer.stored:
            return Answer(taken.body, taken.content_type, 503)
    return taken


async def _push(services: Services, account: Account, message: Inbound, text: str) -> bool:
    out = Outgoing(message.contact, text, f"held/{message.message_id}", (message,))
    failure = "slow"
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_WITHIN):
            try:
                await account.channel.send(services.world, account.secrets, out)
                return True
            except SendFailed as error:
                failure = error.failure.code
    log.warning("held_words_not_pushed", channel=account.channel.name, account=account.name, code=failure)
    return False
