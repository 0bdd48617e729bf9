"""Loads `menu.toml`: the buttons below a WeChat account's chat, and what a tap on each of them means."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from conversations.codes import Intent
from conversations.playbook import Choice, Tap
from data.faults import Fault
from data.rows import line_of, one_of, read_toml
from data.tables import loaded

BUTTONS, ENTRIES = 3, 5
BUTTON_BYTES, ENTRY_BYTES, KEY_BYTES = 16, 60, 128
ASK_BYTES = 300
STATUS = "status"
CHAT = "{chat}"
"""In an address: the page of the chat, which the rows cannot know."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to tap: a `key` that comes to us as an event and means `tap`, or a page."""

    name: str
    key: str = ""
    url: str = ""
    tap: Tap | None = None

    def sent(self, chat: str) -> dict[str, str]:
        """As WeChat wants it."""
        if self.key:
            return {"type": "click", "name": self.name, "key": self.key}
        return {"type": "view", "name": self.name, "url": self.url.replace(CHAT, chat)}


@dataclass(frozen=True, slots=True)
class Button:
    """One button: something to tap, or a list that opens."""

    name: str
    entry: Entry | None
    entries: tuple[Entry, ...] = ()

    def sent(self, chat: str) -> dict[str, Any]:
        if self.entry:
            return dict(self.entry.sent(chat))
        return {"name": self.name, "sub_button": [one.sent(chat) for one in self.entries]}


@dataclass(frozen=True, slots=True)
class Menu:
    buttons: tuple[Button, ...]

    @property
    def taps(self) -> Mapping[str, Tap]:
        """What each key means, in the menu's order."""
        entries = (one for button in self.buttons for one in (button.entry, *button.entries) if one)
        return {one.key: one.tap for one in entries if one.tap}

    @property
    def wants_chat(self) -> bool:
        """Whether some button leads to the chat's page."""
        return any(
            CHAT in one.url for button in self.buttons for one in ((button.entry,) if button.entry else button.entries)
        )

    def sent(self, chat: str) -> list[dict[str, Any]]:
        """The buttons as WeChat wants them; `chat`: the address of the chat's page."""
        return [button.sent(chat) for button in self.buttons]


def load_menu(folder: Path | None = None) -> Menu:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    return loaded(read_menu, folder)


def read_menu(folder: Path, faults: list[Fault]) -> Menu | None:
    """As load_menu, but adding to `faults`; None when something is wrong."""
    path, before = folder / "menu.toml", len(faults)
    raw = read_toml(path, faults)
    if len(faults) > before:
        return None
    rows = raw.get("button", [])

    def fault(line: int, words: str) -> None:
        faults.append(Fault(path.name, line, words))

    for name in raw.keys() - {"button"}:
        fault(line_of(path, re.escape(name)), f"{name} 没有这一项：名字写错了，或应删去")
    if not isinstance(rows, list) or not 1 <= len(rows) <= BUTTONS:
        fault(1, f"要有 1 到 {BUTTONS} 个按钮")
        return None
    buttons, place = [], 0
    for nth, row in enumerate(rows, 1):
        line = line_of(path, r"^\[\[button\]\]", nth=nth)
        below = row.get("entry", []) if isinstance(row, dict) else None
        if not isinstance(below, list) or len(below) > ENTRIES or not all(isinstance(one, dict) for one in below):
            fault(line, f"写成 [[button]]，下面最多 {ENTRIES} 项 [[button.entry]]")
            continue
        entries = []
        for one in below:
            place += 1
            here = line_of(path, r"^\[\[button\.entry\]\]", nth=place)
            entries.append(_entry(one, ENTRY_BYTES, partial(fault, here)))
        name = _name(row, BUTTON_BYTES, partial(fault, line))
        if below:
            if set(row) - {"name", "entry"}:
                fault(line, "下面有列表的按钮自己不能点：去掉 key 和 url")
            buttons.append(Button(name, None, tuple(entries)))
        else:
            buttons.append(Button(name, _entry(row, BUTTON_BYTES, partial(fault, line))))
    keys = [one.key for button in buttons for one in (button.entry, *button.entries) if one and one.key]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        fault(line_of(path, re.escape(f'key = "{key}"'), nth=2), f"代号 {key} 写了两次")
    return Menu(tuple(buttons)) if len(faults) == before else None


def _name(row: Any, most: int, fault: Callable[[str], None]) -> str:
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        fault("要有 name")
        return ""
    if len(name.encode()) > most:
        fault(f"名字“{name}”太长：最多 {most // 3} 个汉字")
    return name


def _entry(row: Any, most: int, fault: Callable[[str], None]) -> Entry:
    key, url = row.get("key", ""), row.get("url", "")
    if not isinstance(key, str) or not isinstance(url, str) or bool(key) == bool(url):
        fault("要么有 key，要么有 url，不能都有也不能都没有")
        return Entry("")
    if set(row) - {"name", "key", "url", "entry", "intent", "ask", "act"}:
        fault("只能有 name、key、url、intent、ask、act")
    if len(key.encode()) > KEY_BYTES or not key.isascii():
        fault(f"key 最多 {KEY_BYTES} 个字母或数字")
    if url and not url.startswith(("https://", CHAT)):
        fault("url 要以 https:// 开头，或是 {chat}")
    name = _name(row, most, fault)
    return Entry(name, key, url, _tap(row, name, fault) if key else None)


def _tap(row: Any, name: str, fault: Callable[[str], None]) -> Tap | None:
    """What the key means: a need with the first question about it, or `act`."""
    intent, ask, act = (row.get(key, "") for key in ("intent", "ask", "act"))
    if act:
        if act != STATUS or intent or ask:
            fault(f'act 只能是 "{STATUS}"（说说进展），写了它就不写 intent 和 ask')
            return None
        return Tap(name)
    if not one_of(intent, set(Intent)) or not Intent(intent).opens_case:
        fault("有 key 就要说点了是什么意思：intent 写会立单的意图代码，或写 act")
        return None
    if not isinstance(ask, str) or not ask.strip():
        fault("缺 ask：点了以后问的第一句话")
        return None
    if len(ask.encode()) > ASK_BYTES:
        fault(f"ask 太长：最多 {ASK_BYTES // 3} 个汉字")
    return Tap(name, Choice(Intent(intent), ask))
