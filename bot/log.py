"""JSON lines with an event name and ids. Never a text, an openid, a phone or a secret: there is no field for them."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name.removeprefix("bangnong."),
            "event": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            # Only where and what kind: a message may quote what a resident wrote.
            line["error"] = type(record.exc_info[1]).__name__
            line["where"] = [
                f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(record.exc_info[2])[-6:]
            ]
        return json.dumps(line, ensure_ascii=False, default=str)


class Logger:
    """`log.info("ticket_opened", number=…)`: an event name and fields."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(f"bangnong.{name}")

    def info(self, event: str, **fields: Any) -> None:
        self._logger.info(event, extra={"fields": fields})

    def warning(self, event: str, **fields: Any) -> None:
        self._logger.warning(event, extra={"fields": fields})

    def error(self, event: str, **fields: Any) -> None:
        self._logger.error(event, extra={"fields": fields})

    def exception(self, event: str, **fields: Any) -> None:
        self._logger.error(event, extra={"fields": fields}, exc_info=True)


def get_logger(name: str) -> Logger:
    return Logger(name)


def configure(stream: Any = None, level: int = logging.INFO) -> None:
    """JSON lines to `stream` (standard error by default), for our own loggers and warnings of others."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bangnong").setLevel(level)
