"""The second telling: it saves what only company broke, saves nothing else, and is never quiet."""

from pathlib import Path

import pytest

from tests.run import MOST, main

pytestmark = pytest.mark.slow(2)

FIRST_TIME_ONLY = """
from pathlib import Path

def test_late():
    mark = Path("told")
    if not mark.exists():
        mark.write_text("")
        raise AssertionError("beside others")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def test_what_fails_once_is_told_again_and_named(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "test_once.py").write_text(FIRST_TIME_ONLY)
    assert main(["-q"], folder) == 0
    assert "passed alone:\n  test_once.py::test_late" in capfd.readouterr().out


def test_what_fails_alone_is_red(folder: Path) -> None:
    (folder / "test_wrong.py").write_text("def test_wrong():\n    assert False\n")
    assert main(["-q"], folder) == 1


def test_one_that_is_wrong_is_not_hidden_by_one_that_was_late(folder: Path) -> None:
    (folder / "test_once.py").write_text(FIRST_TIME_ONLY)
    (folder / "test_wrong.py").write_text("def test_wrong():\n    assert False\n")
    assert main(["-q"], folder) == 1


def test_many_failures_are_not_told_again(folder: Path) -> None:
    many = [FIRST_TIME_ONLY.replace("test_late", f"test_{n}").replace('"told"', f'"told{n}"') for n in range(MOST + 1)]
    (folder / "test_many.py").write_text("\n".join(many))
    assert main(["-q"], folder) == 1


def test_a_file_that_cannot_be_read_is_red(folder: Path) -> None:
    (folder / "test_broken.py").write_text("def test_(:\n")
    assert main(["-q"], folder) == 2
