"""Intents, questions, replies, routing, clocks, hours and manners: files → one Playbook, with every fault named."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from conversations.codes import Intent, Urgency
from conversations.playbook import Playbook, RoutingRule
from data.choices import read_choices
from data.cues import read_cues
from data.dangers import read_dangers
from data.desk import NO_DESK, read_desk
from data.faults import Fault, told
from data.intent_rows import read_intents, read_slots
from data.knowledge import read_knowledge
from data.menu import read_menu
from data.replies import read_replies
from data.rows import read_csv
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
    slots = told("slots.toml", faults, {}, read_slots, folder / "slots.toml", faults)
    intents = told("intents", faults, {}, read_intents, folder / "intents", slots, faults)
    replies = told("replies.toml", faults, {}, read_replies, folder, faults)
    desks, clocks, hours, manners = told("desk.toml", faults, NO_DESK, read_desk, folder / "desk.toml", faults)
    choices = told("desk.toml", faults, {}, read_choices, folder, faults)
    knowledge = told("knowledge.toml", faults, {}, read_knowledge, folder, faults)
    routing = told("routing.csv", faults, (), _routing, folder / "routing.csv", desks, faults)
    menu = told("menu.toml", faults, None, read_menu, folder, faults)
    dangers = told("dangers.toml", faults, {}, read_dangers, folder, replies, faults)
    cues = told("cues.csv", faults, None, read_cues, folder, faults)
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


def _routing(path: Path, desks: Mapping[str, str], faults: list[Fault]) -> tuple[RoutingRule, ...]:
    rules: list[RoutingRule] = []
    seen: dict[tuple[str, str, str], int] = {}
    for line, row in read_csv(path, ("intent", "urgency", "district", "desk"), faults):
        if row["intent"] not in {"*", *Intent}:
            faults.append(Fault(path.name, line, f"没有意图 {row['intent']!r}"))
        if row["urgency"] not in {"*", *Urgency}:
            faults.append(Fault(path.name, line, f"没有急缓 {row['urgency']!r}"))
        if desks and row["desk"] not in desks:
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
