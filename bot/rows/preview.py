"""试讲: a draft told against recorded conversations, before anybody meets it. Nothing is sent, no ticket touched."""

import asyncio
import secrets as chance
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.codec import load_event
from bot.log import get_logger
from bot.replay import Difference, Recorded, differences
from bot.rows.checking import Loaded, load_rows
from bot.rows.files import Texts
from bot.rows.serving import ServingRows
from bot.settings import Account
from bot.store.database import Database, StoreAway
from bot.store.row_previews import add_told, begin_run, end_run, recorded_contacts, recorded_events
from bot.vault import DataKey, Unsealable, Vault
from classifiers.answers import Answers
from conversations.events import MessageReceived
from conversations.messages import ContactRef

log = get_logger("rows")

COUNTS = (100, 300, 1000)
"""How many conversations one may ask for."""


class Previews:
    """The previews running in this process; how far they are stands in the record, for whichever process is asked."""

    def __init__(
        self, database: Database, vault: Vault, rows: ServingRows, accounts: Mapping[tuple[str, str], Account]
    ) -> None:
        self.database, self.vault, self.rows, self.accounts = database, vault, rows, accounts
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def start(self, draft: int, before: Texts, after: Texts, digest: str, last: int) -> None:
        """Begin; an earlier one of this draft ends. Raises BadRows, OSError, StoreAway."""
        old, new = [await asyncio.to_thread(load_rows, texts, self.rows.beside) for texts in (before, after)]
        contacts = await recorded_contacts(self.database, last)
        if (earlier := self._tasks.pop(draft, None)) is not None:
            earlier.cancel()
        run = chance.token_hex(8)
        await begin_run(self.database, draft, run, digest, len(contacts))
        task = asyncio.create_task(self._run(draft, run, contacts, old, new), name="preview")
        self._tasks[draft] = task
        task.add_done_callback(lambda done: self._tasks.pop(draft) if self._tasks.get(draft) is done else None)

    async def close(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, draft: int, run: str, contacts: list[Any], old: Loaded, new: Loaded) -> None:
        hear = hearing(old, new)
        try:
            for row in contacts:
                account = self.accounts.get((row["channel"], row["account"]))
                turns, found, key = 0, list[Difference](), None  # type: int, list[Difference], DataKey | None
                try:
                    if account is not None:
                        key = self.vault.data_key(row["id"], row["data_key"])
                        blobs = await recorded_events(self.database, row["id"])
                        contact = ContactRef(row["channel"], row["account"], "replay")
                        work = _Work(key, blobs, contact, account, old, new, hear)
                        turns, found = await asyncio.to_thread(work)  # the loop belongs to residents
                except Unsealable:
                    key = None
                except StoreAway:
                    raise
                except Exception as error:  # one conversation that cannot be told again does not stop the others
                    log.warning("preview_skipped", conversation=str(row["id"]), kind=type(error).__name__)
                    key = None
                if not await add_told(self.database, draft, run, row["id"], turns, found, key):
                    return
            await end_run(self.database, draft, run, "done")
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("preview_failed", draft=draft, kind=type(error).__name__)
            try:
                await end_run(self.database, draft, run, "failed")
            except StoreAway:
                return


class _Work:
    """One conversation opened and told twice; for a thread."""

    def __init__(
        self,
        key: DataKey,
        blobs: list[bytes],
        contact: ContactRef,
        account: Account,
        old: Loaded,
        new: Loaded,
        hear: "Hear",
    ) -> None:
        self.key, self.blobs, self.contact, self.account = key, blobs, contact, account
        self.old, self.new, self.hear = old, new, hear

    def __call__(self) -> tuple[int, list[Difference]]:
        recorded = [Recorded(*load_event(self.key.open(blob))) for blob in self.blobs]
        heard = [self.hear(one) for one in recorded]
        told = differences(self.contact, recorded, self.account.limits, self.old.playbook, self.new.playbook, heard)
        return len(recorded), list(told)


Hear = Callable[[Recorded], Recorded]


def hearing(old: Loaded, new: Loaded) -> Hear:
    """How a recorded turn would be heard with other ways of asking: readings stand with the events, and with them which
    approved answer was recognised. Where danger was seen no answer is looked for, as in the reader."""
    ways = [{code: entry.asks for code, entry in one.playbook.knowledge.items()} for one in (old, new)]
    if ways[0] == ways[1]:
        return lambda one: one
    was, now = Answers(old.playbook.knowledge), Answers(new.playbook.knowledge)

    def hear(one: Recorded) -> Recorded:
        event = one.event
        if not isinstance(event, MessageReceived) or event.parts or not event.message.text:
            return one
        reading, text = event.reading, event.message.text
        if any(reason.code != "model" for reason in reading.reasons) or was.read(text) != reading.answer:
            return one
        fresh = now.read(text)
        return (
            one
            if fresh == reading.answer
            else replace(one, event=replace(event, reading=replace(reading, answer=fresh)))
        )

    return hear


_DROPPED = ("SetTimer",)


def told_apart(difference: Difference) -> tuple[list[str], list[str]]:
    """(what would no longer be said or done, what would be instead): only the lines that differ."""
    was, now = (
        [line for words in in_words(lines) for line in words.split("\n")] for lines in (difference.was, difference.now)
    )
    return [line for line in was if line not in now], [line for line in now if line not in was]


def in_words(lines: Iterable[str]) -> list[str]:
    """Effects in short form as an editor reads them: what is said, what happens to tickets; clocks are left out."""
    out = []
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind == "SendText":
            out.append(rest.partition(" ")[2])
        elif kind == "SendPicture":
            out.append("〔发照片〕")
        elif kind == "OpenTicket":
            out.append(f"〔立单 {rest.split(' ')[0]}〕")
        elif kind == "AlertDesk":
            out.append("〔提醒记者〕")
        elif kind == "UpdateTicket":
            out.append("〔单子有变动〕")
        elif kind not in _DROPPED:
            out.append(f"〔{line}〕")
    return out
