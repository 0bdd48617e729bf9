"""`bangnong explain TEXT`: what was understood and why, and what would be said."""

import argparse
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.commands.read import open_for_reading


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser(
        "explain", help="how one text is understood, and what would be asked"
    )
    parser.add_argument("text")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from bot.commands.extract import facts
    from conversations.effects import SendText
    from conversations.engine import step
    from conversations.events import MessageReceived
    from conversations.messages import ContactRef, Inbound
    from conversations.state import Conversation
    from conversations.window import Limits
    from data.playbook import load_playbook

    reader, now, playbook = open_for_reading(), datetime.now(UTC), load_playbook()
    reading = reader.read([options.text], [now])[0]
    told = reader.explain(options.text, now)
    if options.json:
        print(json.dumps(told, ensure_ascii=False, indent=1, default=str))
        return 0
    contact = ContactRef("terminal", "main", "explain")
    message = Inbound(contact, "1", "text", options.text, now)
    state = replace(Conversation(id="explain", contact=contact), noticed=True)
    turn = step(
        state,
        MessageReceived(message, reading),
        playbook=playbook,
        limits=Limits(),
        now=now,
        numbers=("B00000-0001",) * 3,
    )
    row = playbook.intents[reading.intent]
    print(
        f"意图  {row.title} ({reading.intent}) {reading.confidence:.2f}",
        *(f"另有 {i} {p:.2f}" for i, p in reading.intents),
        sep="  ",
    )
    print(f"急缓  {reading.urgency}", *(f"[{flag}]" for flag in reading.flags), sep="  ")
    for reason in reading.reasons:
        print(f"  因为 {reason.code} {reason.text}" + (f"：“{reason.span}”" if reason.span else ""))
    print(f"动作  {'、'.join(reading.acts) or '无'}")
    found = {name: value for name, value in facts(reading.entities).items() if value not in (None, [], "")}
    print(f"事实  {json.dumps(found, ensure_ascii=False, default=str)}")
    for name in ("tokens", "words"):
        if name in told:
            print(f"分词  {' / '.join(map(str, told[name]))}")
            break
    print(f"模型  {reading.model or '没有（只用规则）'}")
    for effect in turn.effects:
        print("会说  " + effect.text.replace("\n", "\n      ") if isinstance(effect, SendText) else f"会做  {effect}")
    return 0
