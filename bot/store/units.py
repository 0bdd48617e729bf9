"""The directory of units, read: found by a few characters, near a ticket, with figures counted from the call log."""

import re
from collections.abc import Collection
from typing import Any

from bot.directory.freshness import Figures
from bot.directory.units import Unit
from bot.store.database import Database
from data.directory import DirectoryRows

_PART = re.compile(r"[a-z0-9+]+|[^\sa-z0-9+]")
_MOST = 400

_FIGURES = """
left join lateral (
    select count(*) as calls, count(*) filter (where l.result = any ($1)) as answered,
        count(*) filter (where l.at > coalesce(greatest(h.at, u.verified_at), '-infinity')) as recent_failures,
        h.at as answered_at, d.at as dead_at
    from (select max(at) as at from calls where unit = u.id and result = any ($1)) h,
        (select max(at) as at from calls where unit = u.id and result = any ($2)) d,
        (select result, at from calls where unit = u.id order by at desc, id desc limit $3) l
    group by h.at, d.at
) f on true
"""
_COLUMNS = "u.*, f.calls, f.answered, f.recent_failures, f.answered_at, f.dead_at"


def _unit(row: Any) -> Unit:
    plain = {name: row[name] for name in Unit.__dataclass_fields__ if name != "figures"}
    plain |= {"scope": tuple(row["scope"]), "numbers": tuple(row["numbers"])}
    figures = Figures(
        row["calls"] or 0, row["answered"] or 0, row["answered_at"], row["recent_failures"] or 0, row["dead_at"]
    )
    return Unit(**plain, figures=figures)


def like(term: str) -> str:
    """A pattern: each Han character in order, with anything between; numbers and Latin words whole."""
    return f"%{'%'.join(map(_plain, _PART.findall(term.lower())))}%"


def _plain(text: str) -> str:
    """Where % and _ mean themselves."""
    return re.sub(r"([\\%_])", r"\\\1", text)


_HAY = """lower(u.district || u.street || u.name || ' ' || coalesce(
    (select title from unnest($4::text[], $5::text[]) k (code, title) where k.code = u.kind), ''
) || ' ' || array_to_string(u.numbers, ' ') || ' ' || u.note)"""
_DIALLED = "regexp_replace(array_to_string(u.numbers, '|'), '[ -]', '', 'g')"


async def find_units(
    database: Database,
    rows: DirectoryRows,
    *,
    q: str = "",
    kinds: Collection[str] = (),
    district: str | None = None,
    retired: bool | None = False,
    most: int = _MOST,
) -> list[Unit]:
    """Units whose place, name, kind, number or note hold every word of `q` (a word of figures without its gaps as well).

    `district` "" is what serves the whole city; `retired` None: all. The whole words first, then by place and name.
    """
    kind_titles = [kind.title for kind in rows.kinds.values()]
    args: list[Any] = [rows.human, rows.dead, rows.rules.rate_calls, list(rows.kinds), kind_titles]
    where: list[str] = ["$4::text[] is not null and $5::text[] is not null"]  # their types, where nothing is searched

    def must(condition: str, value: Any) -> None:
        args.append(value)
        where.append(condition.format(f"${len(args)}"))

    exact: list[str] = []
    for term in q.split()[:6]:
        digits = re.sub(r"\D", "", term)
        if len(digits) >= 3 and len(digits) == len(term.replace("-", "")):
            must(
                f"({_HAY} like {{0}} or regexp_replace(array_to_string(u.numbers, '|'), '[ -]', '', 'g') like {{0}})",
                f"%{digits}%",
            )
        else:
            must(f"{_HAY} like {{}}", like(term))
            args.append(f"%{_plain(term.lower())}%")
            exact.append(f"({_HAY} like ${len(args)})::integer")
    if kinds:
        must("u.kind = any ({})", list(kinds))
    if district is not None:
        must("u.district = {}", district)
    if retired is not None:
        where.append(f"u.retired_at is {'not null' if retired else 'null'}")
    args.append(most)
    clause = f" where {' and '.join(where)}" if where else ""
    order = ", ".join([*(f"{one} desc" for one in exact), "u.district", "u.street", "u.kind", "u.name", "u.id"])
    found = await database.fetch(
        f"select {_COLUMNS} from units u {_FIGURES}{clause} order by {order} limit ${len(args)}",
        *args, limit=5,
    )  # fmt: skip
    return [_unit(row) for row in found]


async def every_unit(database: Database, rows: DirectoryRows) -> list[Unit]:
    """Retired ones too, for a sheet. Not for a page."""
    return await find_units(database, rows, retired=None, most=100_000)


async def units_near(database: Database, rows: DirectoryRows, district: str, hospital: str = "") -> list[Unit]:
    """What may fit a ticket: the district's, the whole city's, and the hospital that was named, wherever it is."""
    found = await database.fetch(
        f"select {_COLUMNS} from units u {_FIGURES} where u.retired_at is null and (u.district = any ($4) "
        "or $5 <> '' and (position(u.name in $5) > 0 or position($5 in u.name) > 0))",
        rows.human, rows.dead, rows.rules.rate_calls, ["", district], hospital, limit=5,
    )  # fmt: skip
    return [_unit(row) for row in found]


async def get_unit(database: Database, rows: DirectoryRows, unit: int) -> Unit | None:
    row = await database.row(
        f"select {_COLUMNS} from units u {_FIGURES} where u.id = $4", rows.human, rows.dead, rows.rules.rate_calls, unit
    )
    return _unit(row) if row else None
