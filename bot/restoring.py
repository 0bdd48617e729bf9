"""What must outlast a record that is replaced by a backup: who was erased, and which ticket numbers were told to people."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec

from bot.durable import replacing
from bot.store.database import Database

_NAME = "restoring.json"


def cut_off(home: Path) -> bool:
    """Whether a restore was begun here and did not come to its end."""
    return (home / _NAME).exists()


@dataclass(frozen=True, slots=True)
class Remembered:
    """Ids and counts, nothing of what anybody said. `counters`: prefix of ticket numbers → the last one given."""

    gone: tuple[UUID, ...] = ()
    counters: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, home: Path) -> "Remembered":
        """From a restore that was cut off; empty when there was none."""
        try:
            return msgspec.json.decode((home / _NAME).read_bytes(), type=cls)
        except FileNotFoundError:
            return cls()

    @classmethod
    async def read(cls, database: Database) -> "Remembered":
        gone = await database.fetch("select id from contacts where erased_at is not null order by id")
        counters = await database.fetch("select prefix, last from ticket_counters order by prefix")
        return cls(tuple(row["id"] for row in gone), tuple((row["prefix"], row["last"]) for row in counters))

    def with_what(self, other: "Remembered") -> "Remembered":
        """Of both: the record may be the backup's already."""
        counters = dict(self.counters)
        for prefix, last in other.counters:
            counters[prefix] = max(last, counters.get(prefix, 0))
        return Remembered(tuple(sorted({*self.gone, *other.gone})), tuple(sorted(counters.items())))

    def write(self, home: Path) -> None:
        """On disk when this returns. Raises OSError."""
        with replacing(home / _NAME) as out:
            out.write(msgspec.json.encode(self))

    @staticmethod
    def forget(home: Path) -> None:
        (home / _NAME).unlink(missing_ok=True)

    async def go_on_counting(self, database: Database) -> None:
        """A number once told to somebody is never another one's."""
        for prefix, last in self.counters:
            await database.execute(
                "insert into ticket_counters as t (prefix, last) values ($1, $2) "
                "on conflict (prefix) do update set last = greatest(t.last, excluded.last)",
                prefix, last,
            )  # fmt: skip
