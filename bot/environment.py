"""What is known before settings are: the environment with `.env`, and the folder all is kept in. Imports little."""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path


class BadSettings(Exception):
    """Settings that cannot be used; the message names each variable and its cure, one a line."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


def read_environment(env_file: Path | None = None) -> dict[str, str]:
    """The process environment over the lines of `.env` (KEY=VALUE, `#` comments, optional quotes). Raises BadSettings."""
    values: dict[str, str] = {}
    path = env_file or Path(".env")
    if path.is_file():
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise BadSettings(
                [f"{path} cannot be read as UTF-8 ({error}): save it as UTF-8, or take it away"]
            ) from error
        for line in text.splitlines():
            match = re.match(r"\s*(?:export\s+)?([A-Z0-9_]+)\s*=\s*(.*?)\s*$", line)
            if match:
                values[match[1]] = match[2].strip("'\"")
    return values | dict(os.environ)


def home_of(env: Mapping[str, str]) -> Path:
    """For a command that needs nothing but the folder. Raises BadSettings."""
    faults: list[str] = []
    home = find_home(env, faults)
    if faults:
        raise BadSettings(faults)
    return home


def find_home(env: Mapping[str, str], faults: list[str]) -> Path:
    """`BANGNONG_HOME`, made if missing and closed to others; a folder that cannot be used goes into `faults`."""
    told = Path(env.get("BANGNONG_HOME") or "var")
    try:
        home = told.expanduser().absolute()
    except RuntimeError:
        faults.append(f"BANGNONG_HOME {str(told)!r} names a user this machine does not have: write the whole path")
        return told
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / f".probe-{os.getpid()}"
        probe.write_text("")
        probe.unlink()
        home.chmod(home.stat().st_mode & ~(stat.S_IRWXO & ~stat.S_IXOTH))
    except OSError as error:
        faults.append(
            f"BANGNONG_HOME {str(home)!r} cannot be written ({error.strerror}): make it writable or set another folder"
        )
    return home
