"""The directory of units, read: found by a few characters, near a ticket, with figures counted from the call log."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from bot.directory.freshness import Figures
from bot.directory.matching import COMMITTEE_END, STREET_END, Matter
from bot.directory.units import Unit
from bot.store.database import Database
from data.directory import DirectoryRows

_PART = re.compile(r"[a-z0-9+]+|[^\sa-z0-9+]")
_MOST = 400

_STANDS = r"""(dialled = '' or right(regexp_replace(dialled, '\D', '', 'g'), 8) = any (
    select right(regexp_replace(n, '\D', '', 'g'), 8) from unnest(u.numbers) n))"""
"""What was heard at a number that the unit no longer has says nothing of the one it has; area codes are written or not."""
_FIGURES = f"""
left join lateral (
    select count(*) as calls, count(*) filter (where l.result = any ($1)) as answered,
        count(*) filter (where l.stands and l.at > coalesce(greatest(h.at, u.verified_at), '-infinity')) as recent_failures,
        h.at as answered_at, d.at as dead_at
    from (select max(at) as at from calls where unit = u.id and result = any ($1)) h,
        (select max(at) as at from calls where unit = u.id and result = any ($2) and {_STANDS}) d,
        (select result, at, {_STANDS} as stands from calls where unit = u.id order by at desc, id desc limit $3) l
    group by h.at, d.at
) f on true
"""
_COLUMNS = "u.*, f.calls, f.answered, f.recent_failures, f.answered_at, f.dead_at"
_UNCOUNTED = dict.fromkeys(("calls", "answered", "recent_failures", "answered_at", "dead_at"))


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
    doubtful: datetime | None = None,
    answered: datetime | None = None,
    most: int = _MOST,
) -> list[Unit]:
    """Units whose place, name, kind, number or note hold every word of `q` (a word of figures without its gaps as well).

    `district` "" is what serves the whole city; `retired` None: all. The whole words first, then by place and name.
    `answered`: only where a person answered since then. `doubtful`: only what was not verified since then, or was
    called: those with a call first. A sieve for who judges them.
    """
    kind_titles = [kind.title for kind in rows.kinds.values()]
    args: list[Any] = [rows.human, rows.dead, rows.rules.rate_calls, list(rows.kinds), kind_titles]
    where: list[str] = ["$4::text[] is not null and $5::text[] is not null"]  # their types, where nothing is searched
    order: list[str] = []

    def must(condition: str, value: Any) -> None:
        args.append(value)
        where.append(condition.format(f"${len(args)}"))

    for term in q.split()[:6]:
        digits = re.sub(r"\D", "", term)
        if len(digits) >= 3 and len(digits) == len(term.replace("-", "")):
            must(f"({_HAY} like {{0}} or {_DIALLED} like {{0}})", f"%{digits}%")
        else:
            must(f"{_HAY} like {{}}", like(term))
            args.append(f"%{_plain(term.lower())}%")
            order.append(f"({_HAY} like ${len(args)})::integer desc")
    if kinds:
        must("u.kind = any ({})", list(kinds))
    if district is not None:
        must("u.district = {}", district)
    if retired is not None:
        where.append(f"u.retired_at is {'not null' if retired else 'null'}")
    if doubtful is not None:
        called = "exists (select from calls where unit = u.id)"
        must(f"(coalesce(u.verified_at, '-infinity') < {{}} or {called})", doubtful)
        order.append(f"{called} desc")
    if answered is not None:
        args.append(answered)
        where.append(f"exists (select from calls where unit = u.id and result = any ($1) and at >= ${len(args)})")
    args.append(most)
    places = ", ".join([*order, "u.district", "u.street", "u.kind", "u.name", "u.id"])
    # Figures are counted of those that are shown, not of those that are looked through.
    found = await database.fetch(
        f"select {_COLUMNS} from (select u.*, row_number() over (order by {places}) as place from units u "
        f"where {' and '.join(where)} order by place limit ${len(args)}) u {_FIGURES} order by u.place",
        *args, limit=5,
    )  # fmt: skip
    return [_unit(row) for row in found]


async def every_unit(database: Database, rows: DirectoryRows) -> list[Unit]:
    """Retired ones too, for a sheet. Not for a page."""
    return await find_units(database, rows, retired=None, most=100_000)


async def units_near(database: Database, matter: Matter) -> list[Unit]:
    """What may fit a ticket: the whole city's, the district's as far as its address may name them, and the hospital that
    was named. A sieve, with nothing counted yet; `fit` judges.
    """
    found = await database.fetch(
        """
        select * from units u where u.retired_at is null and (
            u.district = any ($1) and (
                u.street = '' or position(regexp_replace(u.street, $4, '') in $2) > 0
                or position(regexp_replace(u.name, $5, '') in $2) > 0
            ) or $3 <> '' and (position(u.name in $3) > 0 or position($3 in u.name) > 0)
        )
        """,
        ["", matter.district], matter.address, matter.hospital, STREET_END.pattern, COMMITTEE_END.pattern, limit=5,
    )  # fmt: skip
    return [_unit(row | _UNCOUNTED) for row in map(dict, found)]


async def counted(database: Database, rows: DirectoryRows, units: Sequence[Unit]) -> list[Unit]:
    """The same units with their figures."""
    found = await database.fetch(
        f"select {_COLUMNS} from units u {_FIGURES} where u.id = any ($4)",
        rows.human, rows.dead, rows.rules.rate_calls, [one.id for one in units], limit=5,
    )  # fmt: skip
    return [_unit(row) for row in found]


async def get_unit(database: Database, rows: DirectoryRows, unit: int) -> Unit | None:
    row = await database.row(
        f"select {_COLUMNS} from units u {_FIGURES} where u.id = $4", rows.human, rows.dead, rows.rules.rate_calls, unit
    )
    return _unit(row) if row else None
