"""One owed text or picture: opened, sent by its channel, and what became of it told to the conversation.

At least once, made harmless: after a crash or time-out nobody can say whether the platform took a text. Questions and
danger lines are sent once more; everything else is marked unsure and shown to a reporter.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.base import Answering, Failure, Outgoing, OutgoingPicture, Picturing, SendFailed, World
from bot.arrivals import TurnFailed
from bot.codec import decode
from bot.lanes import Lane
from bot.log import get_logger
from bot.media.files import VIEW, MediaFiles
from bot.outcomes import Outcomes
from bot.settings import Account
from bot.store.outbox import Due, OutboxStore
from bot.turns import Turns
from bot.vault import DataKey, Unsealable, Vault
from conversations.events import DeliveredLate, DeliveryFailed
from conversations.handoff import parts_needed
from conversations.messages import ContactRef

log = get_logger("outbox")

_LATE = timedelta(seconds=5)
_SLOW = timedelta(seconds=2)
"""Nearer than `window.ON_ITS_WAY`: what took longer from the turn to the platform is told to the conversation."""
BREATH = 0.01
TRIES = 6
_REPEATABLE = ("danger", "question")
_PAUSE = 60.0
NO_ACCOUNT_PAUSE = timedelta(minutes=1)
"""Until a row of an account that is not configured is looked at again: a slip in the settings is mended in minutes."""
_UNTOLD_PAUSE, _UNTOLD = timedelta(minutes=5), timedelta(minutes=30)
"""An outcome that the conversation could not be told is told again; for so long, since later texts wait behind it."""
_LINE = frozenset({"no_connection", "no_token", "overloaded", "no_answer"})
"""Failures of the line or of the platform as a whole, by their code: they say nothing about the message."""

_TRIED = "试了几次都没有成功，不再自动重发：请打电话，或稍后再发一次。"
_UNSURE = Failure("unsure", "不能确定对方是否收到：发送时断线，没有自动重发。请打电话或再写一句。")
_OVERTAKEN = Failure("overtaken", "平台断线时没有发出，其间居民又来了话。请看过再发一次。", blame="platform")
_NO_PICTURES = Failure("no_pictures", "这个渠道发不了照片，没有发出。请用文字说。", blame="us")
_PICTURE_MISSING = Failure("picture_missing", "照片不在这台机器上，没有发出。请重新发一次。", retry=True, blame="us")
_UNSEALABLE = Failure("unsealable", "消息解不开（密钥不对或已删除），没有发送。", blame="us")


class Sender:
    """Everything one send needs. `counts`: what was sent, failed, is unsure, was tried again."""

    def __init__(
        self,
        store: OutboxStore,
        turns: Turns,
        vault: Vault,
        accounts: Mapping[tuple[str, str], Account],
        world: World,
        clock: Callable[[], datetime],
        files: MediaFiles,
        breath: float = BREATH,
    ) -> None:
        """`breath`: seconds for which outcomes wait for each other; none where the clock waits for us."""
        self.store = store
        self.turns = turns
        self.vault = vault
        self.accounts = accounts
        self.world = world
        self.clock = clock
        self.files = files
        self.breath = breath
        self.outcomes = Outcomes(store, breath)
        self.counts = {"sent": 0, "failed": 0, "unsure": 0, "retried": 0}

    async def send(self, due: Due, lane: Lane) -> None:
        account = self.accounts.get((due.channel, due.account))
        if account is None:  # whatever came of it could not be told either: a turn needs the account
            log.error("no_account", effect=due.effect_id, channel=due.channel, account=due.account)
            await self.store.untouched(due, self.clock() + NO_ACCOUNT_PAUSE)
            return
        if due.interrupted and not (due.purpose in _REPEATABLE and due.attempts <= 2):
            await self._give_up(due, _UNSURE, unsure=True)
            return
        if lane.until and self.clock() < lane.until:  # refused while this row was being claimed
            await self.store.untouched(due, lane.until)
            return
        if lane.troubles and not await self._answers(account):
            # The line broke a moment ago: what is cut off now would be unsure, what is not sent can wait.
            lane.rest(self.clock())
            await self.store.untouched(due, lane.until or self.clock())
            return
        try:
            if due.data_key is None or due.openid is None or due.body is None:
                raise Unsealable("erased")
            key = self.vault.data_key(due.conversation, due.data_key)
            openid, body = key.open(due.openid).decode(), decode(key.open(due.body))
            heard = await self.store.heard(due.conversation, key) if getattr(account.channel, "quotes", False) else ()
        except Unsealable:
            await self._give_up(due, _UNSEALABLE)
            return
        if await self._overtaken(due, account):
            await self._give_up(due, _OVERTAKEN)
            return
        contact = ContactRef(due.channel, due.account, openid)
        try:
            if picture := body.get("picture"):
                await self._show(account, contact, due.effect_id, str(picture), key)
            else:
                message = Outgoing(contact, str(body["text"]), due.effect_id, heard)
                await account.channel.send(self.world, account.secrets, message)
        except SendFailed as error:
            await self._refused(due, lane, error)
        else:
            lane.passed(self.clock())
            await self.outcomes.sent(due)
            self.counts["sent"] += 1
            if account.limits.windows and self.clock() - due.created_at > _SLOW:
                await self._act(due, DeliveredLate(due.created_at, self._parts(due)))

    async def _overtaken(self, due: Due, account: Account) -> bool:
        """Whether a reporter's words waited for a broken line until the contact wrote anew: they answer what was said
        before, and would be paid for by the window of what was said since, which its own replies may have used up."""
        late = due.purpose == "reply" and self.clock() - due.created_at > _LATE
        return late and bool(account.limits.windows) and await self.store.spoken_since(due)

    async def _answers(self, account: Account) -> bool:
        return not isinstance(account.channel, Answering) or await account.channel.answers(self.world, account.secrets)

    async def _show(self, account: Account, contact: ContactRef, effect_id: str, name: str, key: DataKey) -> None:
        """A reporter's picture. Raises SendFailed."""
        if not isinstance(account.channel, Picturing):
            raise SendFailed(_NO_PICTURES)
        try:
            data = await asyncio.to_thread(lambda: self.files.open(name + VIEW, key.open).whole())
        except (OSError, ValueError):
            raise SendFailed(_PICTURE_MISSING) from None
        except Unsealable:
            raise SendFailed(_UNSEALABLE) from None
        await account.channel.send_picture(self.world, account.secrets, OutgoingPicture(contact, data, effect_id))

    async def _refused(self, due: Due, lane: Lane, error: SendFailed) -> None:
        failure = error.failure
        log.warning("send_failed", effect=due.effect_id, code=failure.code, blame=failure.blame, unknown=error.unknown)
        if failure.stop_account:
            lane.stop(self.clock() + timedelta(seconds=_PAUSE))
        elif failure.code in _LINE:
            lane.failed()
        elif not error.unknown:
            lane.passed(self.clock())
        if error.unknown:
            if due.purpose in _REPEATABLE and due.attempts < 2:
                await self.store.later(due, self.clock() + timedelta(seconds=5))
            else:
                await self._give_up(due, _UNSURE, unsure=True)
        elif (failure.retry or failure.stop_account) and due.attempts < TRIES:
            self.counts["retried"] += 1
            wait = min(60.0, 2.0**due.attempts) * random.uniform(0.8, 1.2)
            await self.store.later(due, self.clock() + timedelta(seconds=wait))
        else:
            await self._give_up(due, replace(failure, note=failure.note + _TRIED) if due.attempts >= TRIES else failure)

    async def _give_up(self, due: Due, failure: Failure, *, unsure: bool = False) -> None:
        """The desk learns it first, then the row goes: a crash between the two tells it twice, never not at all."""
        told = DeliveryFailed(
            due.effect_id, due.case, failure.code, failure.note, unsure, failure.closes_window, failure.unreachable,
            due.created_at if unsure else None, self._parts(due) if unsure else 1,
        )  # fmt: skip
        if not await self._act(due, told) and self.clock() - due.created_at < _UNTOLD:
            await self.store.later(due, self.clock() + _UNTOLD_PAUSE, unsure=unsure)
            return
        await self.store.gave_up(due, "unsure" if unsure else "failed", failure.note)
        self.counts["unsure" if unsure else "failed"] += 1

    async def _act(self, due: Due, event: DeliveryFailed | DeliveredLate) -> bool:
        """Whether the conversation was told."""
        try:
            await self.turns.act(due.conversation, event)
        except TurnFailed as error:
            log.error("outcome_untold", effect=due.effect_id, reason=str(error))
            return False
        return True

    def _parts(self, due: Due) -> int:
        """Messages of the platform's that it took."""
        account = self.accounts.get((due.channel, due.account))
        try:
            if account is None or due.data_key is None or due.body is None:
                return 1
            text = str(decode(self.vault.data_key(due.conversation, due.data_key).open(due.body)).get("text", ""))
        except Unsealable:
            return 1
        return max(1, parts_needed(text, account.limits.text_bytes))
