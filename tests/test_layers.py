"""The architecture is a test: one direction of data, a core that touches no world, files of one purpose."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = sorted((ROOT / "conversations").glob("*.py"))
OURS = sorted(
    path for name in ("bot", "adapters", "classifiers", "conversations", "data") for path in (ROOT / name).rglob("*.py")
)

IMPURE = {
    "now",
    "utcnow",
    "today",
    "sleep",
    "uuid4",
    "open",
    "print",
    "getenv",
    "urandom",
    "random",
    "perf_counter",
    "monotonic",
}


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_touches_no_world(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    called = {
        getattr(node.func, "attr", getattr(node.func, "id", ""))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    assert not IMPURE & called
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.Global)]


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    words = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert words and len(words) > 15


def test_files_have_one_purpose() -> None:
    """A file that passes 300 lines has become two; named here until it is."""
    long = {str(path.relative_to(ROOT)) for path in OURS if len(path.read_text("utf-8").splitlines()) > 300}
    assert long <= KNOWN_LONG, long - KNOWN_LONG


KNOWN_LONG: set[str] = set()
"""Each with a reason beside it."""
