"""What a platform tells us that is no resident speaking to us: a colleague's words, a message taken back, a comment.

Nothing of it may be read as the resident's, so it goes past the conversation's ear; what follows from it is a fact like
any other (a case is taken, a danger heard), or a line in the record.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from redis.exceptions import RedisError

from adapters import douyin_messages as douyin
from adapters import wecom_pull as wecom
from adapters.base import Opened
from adapters.wecom_events import RECALLED, SEND_FAILED, why
from adapters.wecom_send import part_key
from bot.arrivals import TurnFailed
from bot.comments import hear_public
from bot.desk.words import COLLEAGUE
from bot.grants import tell
from bot.landing import note_scene
from bot.live import News
from bot.log import get_logger
from bot.services import Services
from bot.settings import Account
from bot.store.asides import (
    Known,
    find_contact,
    keep_line,
    mark_failed,
    mark_recalled,
    never_followed,
    open_cases,
    sent_since,
)
from bot.store.database import StoreAway
from conversations.events import ColleagueSpoke, DeliveryFailed
from conversations.messages import Inbound

log = get_logger("asides")

GREET_AGAIN = timedelta(hours=6)
"""Within this time somebody who opens the chat comes back to it: no guest, and not greeted over what was said."""
_DELIVERIES_KEPT = 3 * 86_400
_TOLD_WITHIN, _MOST_PARTS = timedelta(days=4), 20
"""Longer than any platform takes to tell that a text did not arrive; more parts than one text has."""

Aside = Callable[[Services, Account, Inbound], Awaitable[bool]]


async def take_aside(
    services: Services, account: Account, message: Inbound, opened: Opened, *, again: bool = False
) -> bool:
    """True when this is not for the conversation to hear, or was delivered before under the same delivery id.

    `again`: the platform brings it again if we ask for it, so that StoreAway is raised and nothing is lost.
    """
    aside = ASIDES.get((account.channel.name, message.event))
    if aside is None:
        return False
    if message.message_id.startswith(douyin.UNNAMED) and await _delivered(services, account, message, opened):
        return True
    try:
        return await aside(services, account, message)
    except (StoreAway, TurnFailed) as error:
        if again and isinstance(error, StoreAway):
            raise
        log.warning("aside_lost", channel=account.channel.name, what=message.event)
    except Exception:
        log.exception("aside_failed", channel=account.channel.name, what=message.event)
    return True


async def _delivered(services: Services, account: Account, message: Inbound, opened: Opened) -> bool:
    """An event without an id of its own is known by the platform's delivery id (a header nobody signed, hence together
    with what the body says)."""
    if not isinstance(opened.context, str) or not opened.context:
        return False
    name = services.vault.hash("delivery", account.channel.name, account.name, opened.context, message.message_id).hex()
    try:
        return not await services.redis.set(f"delivery:{name}", "1", nx=True, ex=_DELIVERIES_KEPT)
    except (RedisError, OSError, TimeoutError):
        return False


async def _colleague(services: Services, account: Account, message: Inbound) -> bool:
    """A colleague wrote in the platform's own app: their words into the record, and the bot falls silent beside them."""
    known = await _known(services, message)
    if known is None:
        return True  # they wrote first; there is no conversation here to pause
    cases = await open_cases(services.database, known.id)
    body = {"text": message.text}
    fresh = await keep_line(
        services.database, services.vault, known, message, cases[0] if cases else 0, COLLEAGUE, body
    )
    if not fresh and not await _unfinished(services, message):
        return True
    await services.turns.act(known.id, ColleagueSpoke())
    _tell_desk(services, known)
    return True


async def _unfinished(services: Services, message: Inbound) -> bool:
    """Whether what follows from an earlier delivery of these words never came about, and is not of the past."""
    lately = services.clock() - message.sent_at < services.playbook.manners.claim
    return lately and await never_followed(services.database, services.vault, message, ColleagueSpoke.__name__)


async def _recalled(services: Services, account: Account, message: Inbound) -> bool:
    """Marked and kept: what was said in danger stays said."""
    contact = message.contact
    key = services.vault.hash("inbox", contact.channel, contact.account, contact.openid, message.event_key)
    known = await _known(services, message)
    if known is not None and await mark_recalled(services.database, key):
        _tell_desk(services, known)
    return True


async def _undelivered(services: Services, account: Account, message: Inbound) -> bool:
    """A text the platform had taken did not arrive. Told first and marked then: twice rather than never."""
    known = await _known(services, message)
    key, _, reason = message.event_key.partition(" ")
    if known is None:
        return True
    for effect, case in await sent_since(services.database, known.id, services.clock() - _TOLD_WITHIN):
        if any(part_key(effect, place) == key for place in range(_MOST_PARTS)):
            failure = why(reason)
            told = DeliveryFailed(
                effect, case, failure.code, failure.note, closes_window=failure.closes_window,
                unreachable=failure.unreachable,
            )  # fmt: skip
            await services.turns.act(known.id, told)
            await mark_failed(services.database, effect, failure.note)
            _tell_desk(services, known)
            break
    return True


async def _entered(services: Services, account: Account, message: Inbound) -> bool:
    """Greeted only when new, or after hours with nothing open."""
    known = await _known(services, message)
    if known is None:
        return False
    lately = known.spoke_at is not None and services.clock() - known.spoke_at < GREET_AGAIN
    return lately or bool(await open_cases(services.database, known.id))


async def _public(services: Services, account: Account, message: Inbound) -> bool:
    await hear_public(services, account, message)
    return True


async def _unauthorised(services: Services, account: Account, message: Inbound) -> bool:
    """Somebody took the authorisation back in the app; tokens die at once."""
    from adapters.douyin_grant import lose, standing

    now = services.clock()
    try:
        await lose(services.world, account.secrets, "unauthorized", now)
    except OSError:
        log.warning("aside_lost", channel=account.channel.name, what=message.event)
        return True
    tell(account, await standing(services.world, account.secrets, now))
    return True


def _tell_desk(services: Services, known: Known) -> None:
    news: list[News] = [{"what": "said", "conversation": str(known.id), "pull": False}]
    services.live.publish(news)


async def _known(services: Services, message: Inbound) -> Known | None:
    """The contact, waiting a moment for a turn of theirs that is just being committed."""
    contact = message.contact
    hashed = services.vault.hash("openid", contact.channel, contact.account, contact.openid)
    for pause in (0.2, 0.0):
        known = await find_contact(services.database, services.vault, hashed)
        if known is not None or not services.turns.busy:
            return known
        await asyncio.sleep(pause)
    return None


ASIDES: dict[tuple[str, str], Aside] = {
    ("wechat", "subscribe"): note_scene,
    ("wechat", "scan"): note_scene,
    ("wecom", wecom.COLLEAGUE): _colleague,
    ("wecom", SEND_FAILED): _undelivered,
    ("wecom", RECALLED): _recalled,
    ("douyin", douyin.COLLEAGUE): _colleague,
    ("douyin", douyin.RECALL): _recalled,
    ("douyin", douyin.ENTER): _entered,
    ("douyin", douyin.COMMENT): _public,
    ("douyin", douyin.GROUP): _public,
    ("douyin", douyin.UNAUTHORIZE): _unauthorised,
}
