"""What labels come to: rows for training, and the counts the pages show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.learning.deidentify import deidentify
from bot.learning.marks import for_training
from bot.store.database import Database
from bot.vault import Unsealable, Vault
from conversations.codes import Intent, Urgency


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A text with labels, as training reads rows. `key`: where it stands; `checked`: two people at least have seen it."""

    text: str
    intent: Intent
    intents: tuple[Intent, ...]
    urgency: Urgency
    key: str = ""
    checked: bool = False


_FINAL = """
select distinct on (l.conversation, l.turn) l.conversation, l.turn, l.place, l.intent, l.further, l.urgency, l.body, k.data_key
from label_looks l join label_candidates c using (conversation, turn)
join contacts k on k.id = l.conversation and k.data_key is not null
where c.status = 'done' order by l.conversation, l.turn, l.place desc
"""


async def labelled_rows(database: Database, vault: Vault) -> list[LabelledRow]:
    """The settled label of every message that has one, with its words as training may read them. Erased contacts are gone."""
    out = []
    for row in await database.fetch(_FINAL, limit=30):
        try:
            text = vault.data_key(row["conversation"], row["data_key"]).open(row["body"]).decode()
        except Unsealable:
            continue
        out.append(
            LabelledRow(
                for_training(deidentify(text)).strip(), Intent(row["intent"]), tuple(map(Intent, row["further"])),
                Urgency(row["urgency"]), f"{row['conversation']}/{row['turn']}", row["place"] > 1,
            )
        )  # fmt: skip
    return [row for row in out if row.text]


async def checked_text(database: Database, vault: Vault, conversation: UUID, turn: int) -> str | None:
    """The words of a label that two people have seen, for an example on a page; None once erased, or seen by one only."""
    row = await database.row(
        "select l.body, k.data_key from label_looks l join contacts k on k.id = l.conversation and k.data_key is not null "
        "where l.conversation = $1 and l.turn = $2 and l.place > 1 order by l.place desc limit 1",
        conversation, turn,
    )  # fmt: skip
    if row is None:
        return None
    try:
        return deidentify(vault.data_key(conversation, row["data_key"]).open(row["body"]).decode())
    except Unsealable:
        return None


@dataclass(frozen=True, slots=True)
class Progress:
    """How labelling goes: `today` by login since the day's start, candidates by status and by reason, settled in all."""

    today: dict[str, int]
    statuses: dict[str, int]
    reasons: dict[str, int]


async def progress(database: Database, since: datetime) -> Progress:
    today: list[Any] = await database.fetch(
        "select by, count(*) as n from label_looks where at >= $1 group by by", since
    )
    states: list[Any] = await database.fetch("select status, count(*) as n from label_candidates group by status")
    why: list[Any] = await database.fetch(
        "select reason, count(*) as n from label_candidates where status in ('waiting', 'second') group by reason"
    )
    return Progress(*({row[0]: row[1] for row in rows} for rows in (today, states, why)))


@dataclass(frozen=True, slots=True)
class Look:
    place: int
    by: str
    at: datetime
    intent: str
    further: tuple[str, ...]
    urgency: str
    flags: tuple[str, ...]


async def looks_at(database: Database, conversation: UUID, turn: int) -> list[Look]:
    """What people have said of one message, the first first."""
    rows = await database.fetch(
        "select place, by, at, intent, further, urgency, flags from label_looks where conversation = $1 and turn = $2 "
        "order by place",
        conversation, turn,
    )  # fmt: skip
    return [
        Look(
            one["place"],
            one["by"],
            one["at"],
            one["intent"],
            tuple(one["further"]),
            one["urgency"],
            tuple(one["flags"]),
        )
        for one in rows
    ]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Over drawn messages with a label: how many, and for how many the machine had said the same when they came."""

    rows: int
    intents: int
    urgencies: int


async def agreement(database: Database) -> Agreement:
    """Unbiased, since these were drawn by chance whatever else they were picked for."""
    row = await database.row(
        f"select count(*) as n, count(*) filter (where f.intent = c.said_intent) as i, "
        f"count(*) filter (where f.urgency = c.said_urgency) as u from ({_FINAL}) f "
        "join label_candidates c using (conversation, turn) where c.drawn"
    )
    return Agreement(row["n"], row["i"], row["u"])
