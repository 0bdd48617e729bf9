"""`bangnong wechat menu push|show`: the buttons of a WeChat account, from `data/menu.toml` and as they stand."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Any


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("wechat", help="the menu of a WeChat account")
    things = parser.add_subparsers(dest="thing", required=True, metavar="menu")
    menu = things.add_parser("menu", help="push data/menu.toml, or show what the account has")
    menu.add_argument("act", choices=("push", "show"))
    menu.add_argument("--account", default="main", help="which of BANGNONG_CHANNELS' wechat accounts (default main)")
    menu.add_argument("--chat", default="", help="address of the chat's page, e.g. https://bang.example.cn/chat")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    import aiohttp

    from adapters.base import SendFailed, World
    from adapters.wechat_calls import fetch_menu, push_menu
    from bot.settings import BadSettings, load_settings, read_environment
    from bot.tokens import RedisTokenCache
    from data.faults import BadRows
    from data.menu import load_menu

    settings = load_settings(read_environment())
    account = settings.accounts.get(("wechat", options.account))
    if account is None:
        raise BadSettings([f"wechat:{options.account} is not among BANGNONG_CHANNELS"])
    try:
        rows = load_menu()
    except BadRows as error:
        print("\n".join(map(str, error.faults)), file=sys.stderr)
        return 1
    if options.act == "push" and rows.wants_chat and not options.chat.startswith("https://"):
        print("菜单里有求助网页：请加 --chat https://您的域名/chat", file=sys.stderr)
        return 2
    async with aiohttp.ClientSession() as http:
        world = World(http, RedisTokenCache(None))
        try:
            if options.act == "push":
                await push_menu(world, account.secrets, rows.sent(options.chat))
                print("菜单已经换上。已关注的人一天内看到，重新关注马上看到。")
            buttons = await fetch_menu(world, account.secrets)
        except SendFailed as failed:
            print(failed.failure.note, file=sys.stderr)
            return 1
    print("\n".join(lines(buttons)) or "公众号还没有菜单。")
    return 0


def lines(buttons: Sequence[Any]) -> list[str]:
    """One line a thing to tap, its list's name before it."""
    found = []
    for button in buttons:
        below = button.get("sub_button") or []
        for one in below or [button]:
            name = f"{button.get('name', '')} › {one.get('name', '')}" if below else str(one.get("name", ""))
            found.append(f"{name}  {one.get('key') or one.get('url') or one.get('type', '')}")
    return found
