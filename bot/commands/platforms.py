"""`bangnong platforms`: strict stand-ins of WeChat, Douyin and WeCom for staging, and a resident played from the terminal."""

import argparse
import asyncio
import sys
from datetime import datetime
from typing import Any

from bot.commands.options import number

HELP = "写：渠道 谁 说什么，例如 wechat wang 家里断粮两天了。空行不算，Ctrl-C 结束。"


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser(
        "platforms", help="strict stand-ins of the platforms, for staging"
    )
    parser.add_argument("--port", type=number(1, 65_533), default=8090, help="first of three ports (default 8090)")
    parser.add_argument(
        "--service", default="http://127.0.0.1:8080", help="the service (default http://127.0.0.1:8080)"
    )
    parser.add_argument("--words", action="store_true", help="show answers in full (only with invented residents)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    try:
        asyncio.run(_run(options))
    except OSError as error:
        print(
            f"Port {options.port} or one of the next two is in use ({error.strerror}): choose --port", file=sys.stderr
        )
        return 2
    return 0


def tell(line: str) -> None:
    print(f"{datetime.now():%H:%M:%S} {line}", flush=True)


async def _run(options: argparse.Namespace) -> None:
    from bot.rehearsal.platforms.staging import stage

    async with stage(options.service, options.port, tell) as staging:
        for name, platform in staging.platforms.items():
            print(f"{name}  {platform.base}")
        print("\n# 演练服务的 .env（密钥都是编的，不能用在真的账号上）")
        print("\n".join(staging.settings()))
        print(f"\n{HELP}", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            parts = line.split(maxsplit=2)
            if not parts:
                continue
            if len(parts) < 3 or parts[0] not in staging.platforms:
                print(f"看不懂。{HELP}", flush=True)
                continue
            done = await staging.push(*parts)
            if done.shown is None:
                tell("居民看到的是平台自己的报错：“该公众号暂时无法提供服务”")
            elif done.shown:
                tell(done.shown if options.words else f"当场答了 {len(done.shown)} 个字")
        await asyncio.Event().wait()  # the input has ended (a service unit): the stand-ins go on
