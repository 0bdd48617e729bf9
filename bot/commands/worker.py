"""`bangnong worker`: outbox, timers and the search index alone, beside `serve --no-outbox` processes."""

import argparse
import asyncio
import signal
from typing import Any

from bot import stopping
from bot.log import configure
from bot.settings import load_settings, read_environment


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("worker", help="outbox and timers alone")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from bot.services import open_engines, open_services

    settings = load_settings(read_environment())
    configure()
    engines = open_engines(settings)

    async def go() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        async with open_services(settings, engines):
            await stop.wait()
            stopping.begin()

    try:
        asyncio.run(go())
    finally:
        if engines is not None:
            engines.release()
        stopping.over()
    return 0
