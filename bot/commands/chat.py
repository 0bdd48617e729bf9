"""`bangnong chat`: talk to the bot in the terminal, every effect printed; needs no database."""

import argparse
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

_NO_CHARACTER = re.compile("[\ud800-\udfff]")


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("chat", help="talk to the bot in the terminal")
    parser.add_argument("--channel", default="wechat", help="whose limits to talk under")
    parser.add_argument("--repro", action="store_true", help="at the end, print the talk as a scenario file")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from adapters import discover
    from bot.codec import dump_state, load_state
    from bot.commands.read import open_for_reading
    from bot.facts import fact_of
    from conversations.effects import SendText
    from conversations.engine import step
    from conversations.events import MessageReceived
    from conversations.messages import ContactRef, Inbound
    from conversations.state import Conversation
    from conversations.tickets import ticket_number
    from conversations.window import Limits
    from data.playbook import load_playbook

    if options.channel not in discover():
        print(f"no channel {options.channel!r}: one of {', '.join(sorted(discover()))}", file=sys.stderr)
        return 2
    reader, playbook = open_for_reading(), load_playbook()
    contact = ContactRef(options.channel, "main", "terminal")
    state, told, given = Conversation(id="chat", contact=contact), [], 0
    if sys.stdin.isatty():
        print("说吧。空行或 Ctrl-D 结束。", file=sys.stderr)
    for number, words in enumerate(_lines(), 1):
        if not words.isprintable() and _NO_CHARACTER.search(words):
            print("这一行读不出来：把终端或文件换成 UTF-8 编码再试", file=sys.stderr)
            return 2
        now = datetime.now(UTC)
        message = Inbound(contact, str(number), "text", words, now)
        event = fact_of(reader, state, message, reader.read([words], [now])[0], playbook)
        assert isinstance(event, MessageReceived)
        reading = event.reading
        numbers = tuple(ticket_number(now, given + n) for n in range(1, 30))
        turn = step(state, event, playbook=playbook, limits=Limits(), now=now, numbers=numbers)
        given += turn.numbers_used
        state = load_state(dump_state(turn.state))
        print(
            f"  [{reading.intent} {reading.confidence:.2f} {reading.urgency} {' '.join(reading.flags)} → {state.phase}]"
        )
        for effect in turn.effects:
            print(
                "帮侬忙：" + effect.text.replace("\n", "\n        ") if isinstance(effect, SendText) else f"  {effect}"
            )
        told.append((words, replace(reading), turn))
    if options.repro:
        from bot.scenario import write_scenario

        print(write_scenario(told))
    return 0


def _lines() -> Iterator[str]:
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    while True:
        try:
            line = input("您：" if sys.stdin.isatty() else "").strip()
        except EOFError:
            return
        if not line:
            return
        yield line
