"""`bangnong classify`: JSONL {"id","text"} in, readings out."""

import argparse
from datetime import UTC, datetime
from typing import Any

from bot.commands.read import open_for_reading, over_lines


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("classify", help="JSONL of texts in, readings out")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    reader = open_for_reading()
    now = datetime.now(UTC)

    def work(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        readings = reader.read([row["text"] for row in rows], [now] * len(rows))
        return [
            {
                "id": row["id"],
                "intent": reading.intent.value,
                "confidence": round(reading.confidence, 4),
                "intents": [intent.value for intent, _ in reading.intents],
                "urgency": reading.urgency.value,
                "flags": [flag.value for flag in reading.flags],
                "acts": [act.value for act in reading.acts],
                "reasons": [f"{reason.code} {reason.text}" for reason in reading.reasons],
                "model": reading.model,
            }
            for row, reading in zip(rows, readings, strict=True)
        ]

    return over_lines(work)
