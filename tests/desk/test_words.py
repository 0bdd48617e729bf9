"""Every code the engine writes on a ticket has words for the people who read it."""

import ast
from pathlib import Path

import pytest

from bot.desk import words
from bot.desk.alert_words import ALERTS
from conversations.talk import _ACTS

CORE = Path(__file__).parents[2] / "conversations"


def codes(method: str) -> set[str]:
    """The literal second arguments of `draft.<method>(case, …)` anywhere in the core."""
    found: set[str] = set()
    for path in CORE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
                for argument in node.args[1:2]:
                    compared = {
                        id(part) for one in ast.walk(argument) if isinstance(one, ast.Compare) for part in ast.walk(one)
                    }
                    found |= {
                        one.value
                        for one in ast.walk(argument)
                        if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in compared
                    }
    return found


@pytest.mark.parametrize(("method", "table"), [("alert", ALERTS), ("note", words.CHANGES)])
def test_every_code_has_words(method: str, table: dict[str, str]) -> None:
    used = {code for code in codes(method) if not code.endswith("_")}
    assert len(used) > 8
    assert sorted(used - table.keys()) == []


def test_every_wish_heard_under_a_reporter_has_words() -> None:
    assert sorted({f"asks_{act}" for act in _ACTS} - words.CHANGES.keys()) == []
