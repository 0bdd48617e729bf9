"""`make test`: all tests, several at a time; the few that failed beside others are then told once more alone.

Real services, browsers and kills share two cores here, and what is late beside others is not yet wrong. Alone it is: then
the run is red. Which needed it is printed either way, and more than a handful are never explained by company.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

MOST = 5
_FAILED = 1  # pytest's code for "ran, and some failed"; anything else is no question of company
_LAST = Path(".pytest_cache/v/cache/lastfailed")


def main(arguments: Sequence[str], folder: Path = Path()) -> int:
    """pytest's exit code, of the second telling where there was one. `arguments` are pytest's own."""
    memory = folder / _LAST
    memory.unlink(missing_ok=True)
    code = _pytest(arguments, folder)
    if code != _FAILED or not memory.exists():
        return code
    failed = sorted(json.loads(memory.read_text("utf-8")))
    if not 0 < len(failed) <= MOST:
        return code
    print("\nThese failed beside others and are now told alone:", *failed, sep="\n  ", flush=True)
    code = _pytest(["-p", "no:xdist", "--durations=0", *failed], folder)
    if code == 0:
        print(f"\n{len(failed)} of all tests failed beside others and passed alone:", *failed, sep="\n  ", flush=True)
    return code


def _pytest(arguments: Sequence[str], folder: Path) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=folder or None, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
