"""Public words (a comment under a work, a fan group): everybody reads them, so nothing private is asked or quoted there.

Danger is heard like any other and opens a ticket for people; under a comment that asks for help stands one fixed line
with the private way in. All else is left alone: a newspaper's comments are mostly talk.
"""

import asyncio
from dataclasses import replace
from datetime import datetime

from redis.exceptions import RedisError

from adapters.base import SendFailed
from adapters.douyin_messages import COMMENT
from adapters.douyin_send import reply_to_comment
from bot.log import get_logger
from bot.services import Services
from bot.settings import Account
from bot.store.asides import find_contact, keep_line
from bot.store.database import StoreAway
from conversations.messages import Inbound
from conversations.reading import Reading, is_red

log = get_logger("comments")

PER_MINUTE, PER_HOUR = 5, 50
"""Lines of one account; what an integrator keeps to, for want of an official figure. Danger is not held up by it."""
_DAY = 86_400

_posting: set[asyncio.Task[None]] = set()


async def hear_public(services: Services, account: Account, message: Inbound) -> None:
    """Taken once the danger in it, if any, is in the record; the line follows by itself."""
    reading = services.reader.current().read([message.text], [message.sent_at])[0]
    red = is_red(reading)
    if red:
        await services.intake.hear(message, account)
    if message.event != COMMENT or not (red or _asks_for_help(services, reading)):
        return
    if await _may_post(services, account, message, red=red):
        task = asyncio.get_running_loop().create_task(_post(services, account, message))
        _posting.add(task)
        task.add_done_callback(_posting.discard)


def _asks_for_help(services: Services, reading: Reading) -> bool:
    sure = reading.confidence >= services.playbook.manners.floor
    return sure and reading.intent is not None and reading.intent.opens_case


async def _may_post(services: Services, account: Account, message: Inbound, *, red: bool) -> bool:
    """Once a comment, once a day a person, so many a minute and an hour an account. Without Redis only for danger."""
    base = f"comment:{account.channel.name}:{account.name}"
    now = services.clock()
    who = services.vault.hash("commenter", account.channel.name, account.name, message.contact.openid).hex()
    which = services.vault.hash("comment", account.channel.name, account.name, message.message_id).hex()
    try:
        if not await services.redis.set(f"{base}:{which}", "1", nx=True, ex=3 * _DAY):
            return False
        if not await services.redis.set(f"{base}:{who}", "1", nx=True, ex=_DAY) and not red:
            return False
        return await _room(services, base, now) or red
    except (RedisError, OSError, TimeoutError):
        return red


async def _room(services: Services, base: str, now: datetime) -> bool:
    for unit, form, most, life in (("m", "%H%M", PER_MINUTE, 120), ("h", "%d%H", PER_HOUR, 7200)):
        key = f"{base}:{unit}{now.strftime(form)}"
        used = await services.redis.incr(key)
        await services.redis.expire(key, life)
        if used > most:
            return False
    return True


async def _post(services: Services, account: Account, message: Inbound) -> None:
    link = str(getattr(account.secrets, "link", ""))
    playbook = services.playbook
    line = playbook.say("comment_link", link=link) if link else playbook.say("comment")
    try:
        await reply_to_comment(services.world, account.secrets, message, line)
    except SendFailed as error:
        log.warning("comment_not_answered", channel=account.channel.name, code=error.failure.code)
        return
    log.info("comment_answered", channel=account.channel.name, account=account.name)
    contact = message.contact
    hashed = services.vault.hash("openid", contact.channel, contact.account, contact.openid)
    said = replace(message, message_id=f"{message.message_id}:line", sent_at=services.clock())
    try:
        known = await find_contact(services.database, services.vault, hashed)
        if known is not None:  # there is a ticket, or there was talk: people should see what stands there in public
            await keep_line(services.database, services.vault, known, said, 0, "bot", {"text": line})
    except StoreAway:
        log.warning("line_not_kept", channel=account.channel.name)
