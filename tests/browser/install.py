"""Find a Chromium for the browser tests, or bring one: Playwright's own, else the package manager's when we are root."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """The path of a browser Playwright can drive; None when there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    found = sorted(cache.glob("chromium-*/chrome-linux*/chrome")) + sorted(
        cache.glob("chromium-*/*/*.app/Contents/MacOS/Chromium")
    )
    return str(found[-1]) if found else None


def bring_browser() -> str | None:
    """Try Playwright's download, then apt; quiet unless both fail."""
    tries = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if hasattr(os, "getuid") and os.getuid() == 0 and shutil.which("apt-get"):
        tries += [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk"]]
    for command in tries:
        try:
            subprocess.run(
                command,
                capture_output=True,
                timeout=400,
                check=False,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if path := find_browser():
            return path
    return None


if __name__ == "__main__":
    if not find_browser() and not bring_browser():
        print("NO BROWSER: the browser tests will be skipped. Install chromium to run them.", file=sys.stderr)
