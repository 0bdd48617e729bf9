"""`bangnong fire CHANNEL TEXT`: a signed request to a running server, and the reply decoded."""

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.rehearsal.payloads import hook_path, text_payload
from bot.settings import BadSettings, load_settings, read_environment


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("fire", help="send a signed message to a running server")
    parser.add_argument("channel")
    parser.add_argument("text")
    parser.add_argument("--account", default="main")
    parser.add_argument("--sender", default="oFireTest000000000000000001")
    parser.add_argument("--id", help="message id (default: new)")
    parser.add_argument("--url", help="base address (default: http://BANGNONG_HOST:PORT)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    return asyncio.run(_fire(options))


async def _fire(options: argparse.Namespace) -> int:
    settings = load_settings(read_environment())
    account = settings.accounts.get((options.channel, options.account))
    if account is None:
        raise BadSettings([f"{options.channel}:{options.account} is not among BANGNONG_CHANNELS"])
    now = time.time()
    payload = text_payload(
        options.channel,
        options.sender,
        options.text,
        options.id or str(time.time_ns()),
        datetime.fromtimestamp(now, UTC),
    )
    request = account.channel.sign(payload, account.secrets, now=now)
    base = options.url or settings.base
    path = hook_path(options.channel, account.name)
    began = time.perf_counter()
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.post(
                base + path, params=dict(request.query), headers=dict(request.headers), data=request.body
            ) as response,
        ):
            body = await response.read()
    except aiohttp.ClientError as error:
        print(f"{base} does not answer ({type(error).__name__}): is `bangnong serve` running there?", file=sys.stderr)
        return 2
    from adapters.base import Answer

    print(f"{response.status} in {(time.perf_counter() - began) * 1000:.0f} ms")
    if response.status == 200:
        silent = "（收下，没有回话）" if account.limits.answer_within else "（收下；回话由平台接口发出，不在应答里）"
        print(account.channel.unwrap(Answer(body), account.secrets) or silent)
    return 0 if response.status == 200 else 1
