"""Whatever is written into the log has words on the page that shows it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.desk.audit_words import ACTIONS, detail
from bot.desk.deeds import DEEDS
from bot.desk.routes import __file__ as _ROUTES
from data.playbook import load_playbook

ROOT = Path(_ROUTES).parents[1]
_ACTS = {
    "admin.user_{act}": ("off", "on", "reset", "role"),
    "admin.webhook_{act}": ("on", "off", "drop", "secret", "ping", "again"),
    "api.{act_name}": DEEDS,
    "desk.order_{act}": ("save", "send", "file", "news", "number", "close"),
    "desk.{kind}": ("claimed", "replied", "handedback", "closed", "reopened", "corrected"),
    "directory.{said}": ("verified", "retired", "restored"),
    "reports.{act}": ("sign", "back", "drop", "approve", "send", "answer", "tell"),
    "retention.{act}": ("on", "off"),
    "retention.{what}": ("retain", "finish"),
    "second.{act}": ("confirm", "codes", "off"),
    "toutiao.{status}": ("answered", "dropped"),
    "rows.{new.kind}": ("release", "rollback"),
}
"""What stands for the braces; a new action of that kind is written here and gets its words."""


def _actions() -> Iterator[tuple[str, str]]:
    """(file, action) of every call of `audit`."""
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "audit"):
                continue
            action = node.args[2]
            if isinstance(action, ast.Constant):
                yield file.name, action.value
            elif isinstance(action, ast.JoinedStr):
                yield file.name, ast.unparse(action)[2:-1]


def test_every_action_has_words() -> None:
    found = dict.fromkeys(action for _, action in _actions())
    assert "desk.reveal" in found
    for action in found:
        if "{" in action:
            stem = action.split("{")[0]
            for act in _ACTS[action]:
                assert f"{stem}{act}" in ACTIONS, f"{stem}{act}"
        else:
            assert action in ACTIONS, action


def test_codes_of_a_detail_are_said_in_words() -> None:
    playbook = load_playbook()
    assert (
        detail('{"kind": "flash", "obstacle": "test_demanded"}', playbook)
        == "卡在哪里 没有核酸证明，医院不收，种类 速报"
    )
