"""Reads what is written on residents' pictures once they are kept: one at a time, sealed before anybody is told of it.

The picture is the one drawn anew for the desk, so nothing a resident made is opened by the recogniser. A picture over which
it dies is tried once more, then left unread; residents hear nothing of that.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from bot.arrivals import Outcome, TurnFailed
from bot.live import News
from bot.log import get_logger
from bot.media.files import VIEW, MediaFiles
from bot.ocr.program import Died, Program, Unavailable
from bot.ocr.protocol import LONGEST_PICTURE, words_of
from bot.store.database import Database, StoreAway
from bot.store.picture_words import OwedWords, claim_words, keep_words, words_given_up, words_later, words_told
from bot.vault import Unsealable, Vault
from conversations.events import Event, PictureRead
from conversations.picture_talk import EARLY
from conversations.private import masked

log = get_logger("ocr")

LEASE = timedelta(minutes=5)
"""Longer than starting the program and reading take together at their limits."""
_LOOK = 1.0
_TRIES = 2
_ABSENT = 600.0
"""Seconds until a recogniser that does not start is tried again: somebody may be installing it."""
_EARLY = timedelta(seconds=15)
_AGAIN = timedelta(seconds=5)

Act = Callable[[UUID, Event], Awaitable[Outcome]]


class PictureReader:
    """One a working process; of all processes one reads at a time."""

    def __init__(
        self, database: Database, vault: Vault, files: MediaFiles, program: Program, act: Act,
        clock: Callable[[], datetime], publish: Callable[[list[News]], None],
    ) -> None:  # fmt: skip
        self.database = database
        self.vault = vault
        self.files = files
        self.program = program
        self.act = act
        self.clock = clock
        self.publish = publish
        self._held: OwedWords | None = None
        self._pause = _LOOK

    async def run(self) -> None:
        """Claim and read until cancelled; then what is being read is given back."""
        try:
            while True:
                self._pause = _LOOK
                if not await self._one():
                    await asyncio.sleep(self._pause)
        finally:
            await self.program.close()
            if self._held is not None:
                with suppress(StoreAway):
                    await words_later(self.database, self._held, "stopped", self.clock(), ours=True)

    async def _one(self) -> bool:
        """Whether there was one to read, or to tell of."""
        try:
            owed = self._held = await claim_words(self.database, self.clock(), LEASE)
            if owed is None:
                return False
            await self._to_an_end(owed)
        except StoreAway:
            return False
        except Exception:
            log.exception("ocr_failed", media=self._held.media if self._held else 0)
            await self._after_fault()
            return False
        self._held = None
        return self._pause == _LOOK

    async def _after_fault(self) -> None:
        """A fault of ours must not hold up the others until the lease ends, nor come back for ever."""
        owed = self._held
        if owed is None:
            return
        with suppress(StoreAway):
            if owed.words is not None:
                await words_told(self.database, owed)
            elif owed.attempts >= _TRIES:
                await self._give_up(owed, "ours")
            else:
                await words_later(self.database, owed, "ours", self.clock() + timedelta(minutes=1))

    async def _to_an_end(self, owed: OwedWords) -> None:
        key = self.vault.data_key(owed.conversation, owed.sealed_key)
        if owed.words is None:
            words = await self._read(owed)
            if words is None or not await keep_words(
                self.database, owed, key.seal(words.encode()) if words else None, self.clock()
            ):
                return
            log.info("ocr_read", media=owed.media, characters=len(words))
            self.publish([{"what": "said", "conversation": str(owed.conversation), "pull": False}])
        else:
            words = key.open(owed.words).decode()
        if words:
            await self._tell(owed, words)

    async def _read(self, owed: OwedWords) -> str | None:
        """The words, "" for a picture without any; None when it is put off or given up."""
        try:
            key = self.vault.data_key(owed.conversation, owed.sealed_key)
            picture = await asyncio.to_thread(lambda: self.files.open(owed.name + VIEW, key.open).whole())
        except FileNotFoundError:
            await words_later(
                self.database, owed, "missing", self.clock() + timedelta(minutes=10)
            )  # another machine's disk
            return None
        except (OSError, Unsealable):
            await self._give_up(owed, "file")
            return None
        if len(picture) > LONGEST_PICTURE:
            await self._give_up(owed, "too_big")
            return None
        try:
            answer = await self.program.read(picture)
        except Unavailable as error:
            log.warning("ocr_unavailable", reason=str(error))
            await words_later(self.database, owed, "no_recogniser", self.clock(), ours=True)
            self._pause = _ABSENT
            return None
        except Died:
            if owed.attempts >= _TRIES:
                await self._give_up(owed, "died")
            else:
                await words_later(self.database, owed, "died", self.clock() + _AGAIN)
            return None
        if answer.fault:
            await self._give_up(owed, answer.fault)
            return None
        return masked(words_of(answer))

    async def _give_up(self, owed: OwedWords, fault: str) -> None:
        log.warning("ocr_unread", media=owed.media, fault=fault, attempts=owed.attempts)
        await words_given_up(self.database, owed, fault)

    async def _tell(self, owed: OwedWords, words: str) -> None:
        try:
            outcome = await self.act(owed.conversation, PictureRead(owed.link, owed.case, words, owed.sent_at))
        except TurnFailed as error:
            log.warning("ocr_not_told", media=owed.media, reason=str(error))
            await words_later(self.database, owed, "not_told", self.clock() + timedelta(minutes=5))
            return
        if outcome.refused == EARLY:
            await words_later(self.database, owed, EARLY, self.clock() + _EARLY)
        else:
            await words_told(self.database, owed)
