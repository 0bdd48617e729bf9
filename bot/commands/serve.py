"""`bangnong serve`: the service. Progress while it starts, then where everything is."""

import argparse
import asyncio
import errno
import gc
import os
import signal
import sys
from typing import Any

from aiohttp import web

from bot import stopping
from bot.log import configure, get_logger
from bot.settings import BadSettings, Settings, load_settings, read_environment

log = get_logger("serve")


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("serve", help="run the service")
    parser.add_argument("--host", help="address to listen on (BANGNONG_HOST, default 127.0.0.1)")
    parser.add_argument("--port", help="port to listen on (BANGNONG_PORT, default 8080)")
    parser.add_argument("--no-outbox", action="store_true", help="leave sending and timers to `bangnong worker`")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    settings = load_settings(read_environment(), host=options.host, port=options.port)
    configure()
    _check_port(settings)
    gc.disable()  # what is made from here to the start stays: looking through it again and again costs a tenth of the start
    from bot.commands.train import ensure_model
    from bot.services import open_engines

    engines = open_engines(settings)
    training = None
    try:
        if engines and engines.postgres and engines.postgres.note:
            print(engines.postgres.note)
        training = ensure_model(settings.home, wait=False)
        asyncio.run(_serve(settings, engines, outbox=not options.no_outbox))
    finally:
        if training is not None and training.poll() is None:
            training.terminate()
        if engines is not None:
            engines.release()
        stopping.over()
    return 0


def _check_port(settings: Settings) -> None:
    """Say so before anything is started, not after."""
    import socket

    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            what = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise BadSettings(
                [f"Port {settings.port} on {settings.host} {what}: try --port {settings.port + 1}"]
            ) from None


async def _serve(settings: Settings, engines: Any, *, outbox: bool) -> None:
    from bot.app import build_app
    from bot.people import first_admin
    from bot.services import open_services

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with open_services(settings, engines, outbox=outbox) as services:
        gc.collect()
        gc.enable()
        gc.freeze()  # rows, model and modules live as long as we do: no collection need look at them again
        gc.set_threshold(20_000, 20, 20)
        password = await first_admin(services.database)
        runner = web.AppRunner(build_app(services), access_log=None, handle_signals=False, shutdown_timeout=8)
        await runner.setup()
        await web.TCPSite(runner, settings.host, settings.port, backlog=1024).start()
        _banner(settings, password, services.reader.current().model_id)
        await stop.wait()
        log.info("stopping", pid=os.getpid())
        stopping.begin()
        await runner.cleanup()


def _banner(settings: Settings, password: str | None, model: str) -> None:
    base = settings.base
    lines = [
        "",
        "帮侬忙已启动 / 帮侬忙 is up",
        f"  居民聊天 chat    {base}/chat",
        f"  记者工作台 desk  {base}/desk",
        f"  接口 API         {base}/api/openapi.json",
        f"  模型 model       {model or '没有（只用规则）'}",
    ]
    if password:
        lines.append(f"  首个管理员 first admin   admin / {password}   （只显示这一次 shown once）")
    elif ("app", "main") in settings.accounts:
        lines.append("  管理员密码忘了：bangnong users reset admin")
    lines += [
        f"  客户端签名密钥 app key of {name}: {settings.home / 'keys' / f'app-{name}'}"
        for channel, name in settings.accounts
        if channel == "app" and (settings.home / "keys" / f"app-{name}").exists()
    ]
    lines += ["  Ctrl-C 停止 stop", ""]
    print("\n".join(lines), flush=True)
    sys.stdout.flush()
