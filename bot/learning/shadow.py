"""A candidate read beside the serving model, behind the inbox: nobody waits for it, and nobody is answered by it.

What both make of a message is compared as codes. The queue is the inbox itself behind a cursor; when more than `BOUND`
messages wait, the oldest are left out and counted; while residents wait for answers nothing is read.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.codec import load_event
from bot.log import get_logger
from bot.reload import ReaderHolder
from bot.store.database import Database, StoreAway
from bot.store.learning_runs import end_shadow
from bot.understanding import open_reader
from bot.vault import Unsealable, Vault
from classifiers.model_files import BadModel
from classifiers.reader import Reader
from conversations.codes import Flag
from conversations.events import MessageReceived
from conversations.reading import Reading

log = get_logger("shadow")

BOUND = 200
_BATCH = 20
_MOST_LEFT_OUT = 1000
_SETTLED = "3 seconds"


class Shadow:
    """The candidate of the running shadow, loaded while it runs and let go afterwards."""

    def __init__(
        self, database: Database, vault: Vault, reader: ReaderHolder, busy: Callable[[], bool], bound: int = BOUND
    ) -> None:
        self.database, self.vault, self.reader, self.busy, self.bound = database, vault, reader, busy, bound
        self._beside: Reader | None = None

    async def watch(self) -> None:
        while True:
            done = 0
            try:
                done = await self.read_some()
            except StoreAway:
                pass
            except Exception as error:  # no text of an error of ours may hold a resident's words
                log.error("shadow_failed", kind=type(error).__name__)
            await asyncio.sleep(0.3 if done == _BATCH else 5)

    async def read_some(self) -> int:
        """Some messages read beside; how many. 0 where no shadow runs or another process is at it."""
        name = await self.database.value("select model from shadow_runs where ended_at is null")
        if name is None:
            self._beside = None
            return 0
        if self._beside is None or self._beside.model_id != name:
            try:
                self._beside = await asyncio.to_thread(self._open, str(name))
            except (BadModel, OSError) as error:
                await end_shadow(self.database, "system", f"候选模型装不上：{getattr(error, 'wrong', error)}")
                return 0
        async with self.database.connection() as connection, connection.transaction():
            run = await connection.fetchrow(
                "select * from shadow_runs where ended_at is null and model = $1 for update skip locked", name
            )
            return await self._read(connection, run, self._beside) if run is not None else 0

    def _open(self, name: str) -> Reader:
        model = self.reader.models.load(name)
        beside = open_reader(None)
        beside.use(model)
        return beside

    async def _read(self, connection: Any, run: Any, beside: Reader) -> int:
        rows = await connection.fetch(
            "select i.conversation, i.turn, i.received_at, i.key, h.event, k.data_key from inbox i "
            "left join history h on h.conversation = i.conversation and h.turn = i.turn and h.kind = 'MessageReceived' "
            "left join contacts k on k.id = i.conversation "
            f"where (i.received_at, i.key) > ($1, $2) and i.received_at < now() - interval '{_SETTLED}' "
            "order by i.received_at, i.key limit $3",
            run["cursor_at"], run["cursor_key"], self.bound + _MOST_LEFT_OUT,
        )  # fmt: skip
        left_out = rows[: max(0, len(rows) - self.bound)]
        taken = rows[len(left_out) :][:_BATCH] if not self.busy() else []
        texts = [found for row in taken if (found := self._text(row)) is not None]
        differences = await asyncio.to_thread(self._compare, beside, texts) if texts else []
        if not left_out and not taken:
            return 0
        last = (taken or left_out)[-1]
        await connection.executemany(
            "insert into shadow_differences (run, conversation, turn, heard_at, served, intent_was, intent_now, urgency_was, "
            "urgency_now, check_was, check_now) select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 "
            "from contacts where id = $2 and data_key is not null on conflict do nothing",
            [(run["id"], *one) for one in differences],
        )
        heard = sum(row["event"] is not None for row in left_out)
        await connection.execute(
            "update shadow_runs set cursor_at = $2, cursor_key = $3, read = read + $4, agreed = agreed + $5, "
            "left_out = left_out + $6 where id = $1",
            run["id"], last["received_at"], last["key"], len(texts), len(texts) - len(differences), heard,
        )  # fmt: skip
        return len(taken)

    def _text(self, row: Any) -> tuple[Any, int, datetime, str] | None:
        if row["event"] is None or row["data_key"] is None:
            return None
        try:
            event = load_event(self.vault.data_key(row["conversation"], row["data_key"]).open(row["event"]))[0]
        except Unsealable:
            return None
        except Exception as error:  # one that another program wrote, say: the cursor must get past it
            log.error("not_read", conversation=str(row["conversation"]), turn=row["turn"], kind=type(error).__name__)
            return None
        if not isinstance(event, MessageReceived) or not event.message.text.strip():
            return None
        return row["conversation"], row["turn"], row["received_at"], event.message.text

    def _compare(self, beside: Reader, texts: list[tuple[Any, int, datetime, str]]) -> list[tuple[Any, ...]]:
        """Both read the same words now: the rules are the same, so what differs is the models'."""
        words, at = [one[3] for one in texts], [one[2] for one in texts]
        serving = self.reader.current()
        was, now = serving.read(words, at), beside.read(words, at)
        return [
            (*one[:3], old.model, old.intent, new.intent, old.urgency, new.urgency, _check(old), _check(new))
            for one, old, new in zip(texts, was, now, strict=True)
            if (old.intent, old.urgency, _check(old)) != (new.intent, new.urgency, _check(new))
        ]


def _check(reading: Reading) -> bool:
    return Flag.CHECK in reading.flags
