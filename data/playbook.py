"""Intents, questions, replies, routing, clocks, hours and manners: files → one Playbook, with every fault named."""

import hashlib
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from conversations.codes import Intent, Urgency
from conversations.playbook import Clock, Hours, Manners, Playbook, RoutingRule
from data.choices import read_choices
from data.cues import read_cues
from data.dangers import read_dangers
from data.faults import Fault
from data.intent_rows import read_intents, read_slots
from data.knowledge import read_knowledge
from data.menu import read_menu
from data.replies import read_replies
from data.rows import line_of, read_csv, read_toml
from data.tables import loaded


def load_playbook(folder: Path | None = None) -> Playbook:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    return loaded(read_playbook, folder)


def read_playbook(folder: Path, faults: list[Fault]) -> Playbook | None:
    """As load_playbook, but adding to `faults`; None when there are any."""
    if not folder.is_dir():
        faults.append(Fault(folder.name, 1, "没有这个文件夹：行数据要从 data/ 整个复制过去再改"))
        return None
    before = len(faults)
    slots = read_slots(folder / "slots.toml", faults)
    intents = read_intents(folder / "intents", slots, faults)
    replies = read_replies(folder, faults)
    desks, clocks, hours, manners = _desk(folder / "desk.toml", faults)
    choices = read_choices(folder, faults)
    knowledge = read_knowledge(folder, faults)
    routing = _routing(folder / "routing.csv", desks, faults)
    menu = read_menu(folder, faults)
    dangers = read_dangers(folder, replies, faults)
    cues = read_cues(folder, faults)
    if len(faults) > before or menu is None or cues is None:
        return None
    return Playbook(
        _version(folder),
        intents,
        replies,
        routing,
        desks,
        clocks,
        cues,
        hours,
        manners,
        choices,
        knowledge,
        menu.taps,
        dangers,
    )


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.toml"), *folder.glob("*.csv"), *(folder / "intents").glob("*.toml")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _desk(path: Path, faults: list[Fault]) -> tuple[dict[str, str], dict[Urgency, Clock], Hours, Manners]:
    raw = read_toml(path, faults)
    desks = {str(key): str(value) for key, value in raw.get("desks", {}).items()}
    if not desks:
        faults.append(Fault(path.name, 1, "没有 [desks]：至少要有一个组"))
    clocks: dict[Urgency, Clock] = {}
    for urgency in Urgency:
        row = raw.get("clocks", {}).get(urgency, {})
        try:
            clocks[urgency] = Clock(*(_minutes(row[key]) for key in ("acknowledge", "call", "contact_unit", "revisit")))
        except (KeyError, TypeError, ValueError):
            faults.append(
                Fault(
                    path.name, line_of(path, rf"^\[clocks\.{urgency}\]"), f"[clocks.{urgency}] 要有四个正整数（分钟）"
                )
            )
    hours, manners = Hours(), Manners()
    try:
        row = raw.get("hours", {})
        hours = Hours(_clock_time(row["opens"]), _clock_time(row["closes"]), bool(row["night_watch"]))
    except (KeyError, TypeError, ValueError):
        faults.append(
            Fault(
                path.name,
                line_of(path, r"^\[hours\]"),
                "[hours] 要有 opens、closes（如 06:00）和 night_watch（true/false）",
            )
        )
    try:
        row = raw["manners"]
        manners = Manners(
            floor=float(row["floor"]),
            rounds={urgency: int(row["rounds"][urgency]) for urgency in Urgency},
            silence=timedelta(minutes=row["silence_minutes"]),
            silence_urgent=timedelta(minutes=row["silence_urgent_minutes"]),
            claim=timedelta(minutes=row["claim_minutes"]),
            danger_again=timedelta(seconds=row["danger_again_seconds"]),
            nudge=timedelta(minutes=row["nudge_minutes"]),
            quiet=timedelta(seconds=row["quiet_seconds"]),
            quiet_slow=timedelta(seconds=row["quiet_slow_seconds"]),
            quiet_slot=timedelta(seconds=row["quiet_slot_seconds"]),
            said_again=timedelta(seconds=row["said_again_seconds"]),
            surge_tickets=int(row["surge_tickets"]),
            surge_rounds=int(row["surge_rounds"]),
            reserve=int(row["reserve"]),
            unshared=frozenset(Intent(code) for code in row["unshared"]),
            circumstances=frozenset(Intent(code) for code in row["circumstances"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        faults.append(Fault(path.name, line_of(path, r"^\[manners\]"), f"[manners] 缺项或写法有误：{error}"))
    return desks, clocks, hours, manners


def _minutes(value: Any) -> int:
    if not isinstance(value, int) or value <= 0:
        raise ValueError(value)
    return value


def _clock_time(value: str) -> time:
    hour, minute = (int(part) for part in value.split(":"))
    return time(0 if hour == 24 else hour, minute)


def _routing(path: Path, desks: Mapping[str, str], faults: list[Fault]) -> tuple[RoutingRule, ...]:
    rules: list[RoutingRule] = []
    seen: dict[tuple[str, str, str], int] = {}
    for line, row in read_csv(path, ("intent", "urgency", "district", "desk"), faults):
        if row["intent"] not in {"*", *Intent}:
            faults.append(Fault(path.name, line, f"没有意图 {row['intent']!r}"))
        if row["urgency"] not in {"*", *Urgency}:
            faults.append(Fault(path.name, line, f"没有急缓 {row['urgency']!r}"))
        if row["desk"] not in desks:
            faults.append(Fault(path.name, line, f"desk.toml 里没有组 {row['desk']!r}"))
        key = (row["intent"], row["urgency"], row["district"])
        covering = next(
            (at for had, at in seen.items() if all(h in ("*", k) for h, k in zip(had, key, strict=True))), None
        )
        if covering:
            faults.append(Fault(path.name, line, f"永远轮不到：第 {covering} 行已经包括它"))
        seen[key] = line
        rules.append(RoutingRule(*key, row["desk"]))
    if not rules or (rules[-1].intent, rules[-1].urgency, rules[-1].district) != ("*", "*", "*"):
        faults.append(Fault(path.name, max(seen.values(), default=1), "最后一行要用 *,*,* 接住其余一切"))
    return tuple(rules)
