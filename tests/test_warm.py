"""A forked command is a process like any other: its own settings, both its streams, its exit code, and `kill -9` ends it."""

import os
import signal
from pathlib import Path

from tests.warm import bangnong, ran


def _env(home: Path) -> dict[str, str]:
    return {**os.environ, "BANGNONG_HOME": str(home)}


def test_code_and_both_streams(tmp_path: Path) -> None:
    helped = ran(["rows", "--help"], _env(tmp_path))
    assert (helped.returncode, helped.stderr) == (0, "")
    assert "rollback" in helped.stdout
    refused = ran(["serve", "--port", "nonsense"], _env(tmp_path))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "nonsense" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_each_has_settings_of_its_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        ran(["models", "list"], _env(tmp_path / name))
        assert (tmp_path / name / "cache").is_dir()


def test_killed_it_is_dead(tmp_path: Path) -> None:
    process = bangnong(["check"], _env(tmp_path), tmp_path / "log")
    assert process.pid != os.getpid()
    assert process.poll() is None
    process.kill()
    assert process.wait(20) == process.poll() == -signal.SIGKILL
    process.kill()
    assert not Path(f"/proc/{process.pid}").exists()
