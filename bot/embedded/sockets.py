"""Where sockets live: unix socket paths over about 100 characters fail, so a long home gets a short private folder."""

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

_LONGEST = 80

CHILDREN: dict[int, "subprocess.Popen[bytes]"] = {}
"""Servers this process started, kept so that their handles live as long as we do and their ends are noticed."""


def reap(pid: int) -> None:
    """A server of ours has ended: take note of it, so that it is no zombie."""
    child = CHILDREN.pop(pid, None)
    if child is not None:
        child.wait()


def reap_dead() -> None:
    """Takes note of every server of ours that was killed: as a zombie it would still be taken for one that works."""
    for pid, child in list(CHILDREN.items()):
        if child.poll() is not None:
            del CHILDREN[pid]


def socket_folder(home: Path, name: str) -> Path:
    """A folder for `name`'s socket: below `home` if that is short enough, else a private one in the temporary folder."""
    inside = home / name
    if len(os.fsencode(inside)) <= _LONGEST:
        return inside
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"bangnong-{os.getuid()}-{digest}" / name


def make_private(folder: Path, uid: int, gid: int) -> None:
    """Create `folder` (mode 0700) for the user `uid`; refuse one that somebody else made first."""
    folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    owner = folder.parent.stat().st_uid
    if owner not in (os.getuid(), uid, 0):
        raise PermissionError(
            f"{folder.parent} belongs to user {owner}: remove it, or set TMPDIR to a folder of your own"
        )
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.getuid() == 0:
        os.chown(folder, uid, gid)
    elif folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else: remove it, or set TMPDIR to a folder of your own")
    folder.chmod(0o700)
