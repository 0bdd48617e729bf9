"""The rows in use, and how a newly released set takes its place in every process without a restart."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.log import get_logger
from bot.rows.checking import Loaded, load_rows
from bot.rows.files import Texts, own_texts, text_digest
from bot.store.database import Database, StoreAway
from bot.store.rows import RowSet, get_set, newest_id
from classifiers.answers import Answers
from conversations.playbook import Playbook
from data.canned import Canned
from data.faults import BadRows, Fault

log = get_logger("rows")

_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Serving:
    """What this process works by. `number`: the released set, 0 for the program's own; `overlay`: its texts."""

    number: int
    rows: Loaded
    answers: Answers
    overlay: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Aside:
    """A released set that this program cannot load."""

    number: int
    faults: tuple[Fault, ...]


class ServingRows:
    """Looks into the record every few seconds: cheap, and works without Redis. One assignment exchanges everything.

    What does not load is set aside: a process that has something keeps it, one that starts takes the program's own.
    """

    def __init__(self, database: Database, beside: Path) -> None:
        """Raises BadRows when not even the program's own rows load."""
        self.database = database
        self.beside = beside
        self._own = self._serving = _serving(0, load_rows({}, beside), {})
        self.aside: Aside | None = None
        self.unseen = 0
        """Urgent releases that no second person has looked at."""

    @property
    def serving(self) -> Serving:
        return self._serving

    @property
    def playbook(self) -> Playbook:
        return self._serving.rows.playbook

    @property
    def canned(self) -> tuple[Canned, ...]:
        return self._serving.rows.canned

    def read(self, text: str) -> str:
        """For the reader of texts: which approved answer is asked for."""
        return self._serving.answers.read(text)

    async def look(self) -> None:
        """Take over what is in force. Raises StoreAway."""
        number, self.unseen = await newest_id(self.database)
        if number == (self.aside.number if self.aside else self._serving.number):
            return
        found = await get_set(self.database, number) if number else None
        try:
            fresh = await asyncio.to_thread(_load, found, self.beside) if found else self._own
        except OSError as error:  # no room, say: what serves goes on, and we try again
            log.error("rows_not_read", set=number, kind=type(error).__name__)
            return
        except Exception as error:  # whatever is wrong with a set, residents are answered by rows that load
            faults = error.faults if isinstance(error, BadRows) else [Fault("rows", 1, type(error).__name__)]
            self.aside = Aside(number, tuple(faults))
            where = [f"{fault.file}:{fault.line}" for fault in faults[:5]]
            log.error("rows_set_aside", set=number, serving=self._serving.number, faults=len(faults), where=where)
            return
        self._serving, self.aside = fresh, None
        log.info("rows_loaded", set=number, playbook=fresh.rows.playbook.version)

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            try:
                with suppress(StoreAway):
                    await self.look()
            except Exception:  # a look that breaks must not be the last one
                log.exception("rows_look_failed")

    @property
    def words(self) -> str:
        """For `/readyz` and `doctor`: one line."""
        now = f"set {self._serving.number}" if self._serving.number else "the program's own"
        if self.aside is None:
            return f"{now}, playbook {self.playbook.version}"
        first = self.aside.faults[0]
        return f"SET ASIDE: set {self.aside.number} does not load ({first.file}:{first.line}); {now} serve: see /admin/rows"


def outdated(found: RowSet) -> tuple[str, ...]:
    """Files of a set that the program itself has meanwhile with another text than the one they were laid over."""
    own = own_texts()
    return tuple(name for name in found.texts if text_digest(own.get(name, "")) != found.shipped.get(name))


def _load(found: RowSet, beside: Path) -> Serving:
    return _serving(found.id, load_rows(found.texts, beside), found.texts)


def _serving(number: int, rows: Loaded, overlay: Texts) -> Serving:
    return Serving(number, rows, Answers(rows.playbook.knowledge), dict(overlay))
