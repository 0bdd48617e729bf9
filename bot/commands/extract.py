"""`bangnong extract`: JSONL {"id","text"} in, facts out; what is not there is null."""

import argparse
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from bot.commands.read import open_for_reading, over_lines
from conversations.reading import Entities

_LISTS = ("phones", "addresses", "drugs", "hospitals")


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser(
        "extract", help="JSONL of texts in, phones, addresses, facts out"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    reader = open_for_reading(model=False)
    now = datetime.now(UTC)

    def work(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        readings = reader.read([row["text"] for row in rows], [now] * len(rows))
        return [{"id": row["id"], **facts(reading.entities)} for row, reading in zip(rows, readings, strict=True)]

    return over_lines(work)


def facts(entities: Entities) -> dict[str, Any]:
    """Every fact by name: lists as lists, "" as null, times in ISO form; `age` in years."""
    found: dict[str, Any] = {
        "phones": [phone.number for phone in entities.phones],
        "addresses": [
            {part: value or None for part, value in asdict(address).items()} for address in entities.addresses
        ],
        "age": None if entities.age_months is None else entities.age_months // 12,
    }
    for row in fields(entities):
        value = getattr(entities, row.name)
        if row.name in ("phones", "addresses"):
            continue
        if row.name in _LISTS:
            found[row.name] = list(value)
        else:
            found[row.name] = value.isoformat() if isinstance(value, datetime) else None if value == "" else value
    return found
