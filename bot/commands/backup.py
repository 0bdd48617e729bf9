"""`bangnong backup FILE` and `bangnong restore FILE`: the whole installation in one file, and back."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from bot.commands.record import with_record
from bot.settings import Settings, load_settings, read_environment
from bot.store.database import Database
from bot.vault import Vault


def add(commands: Any) -> None:
    saving: argparse.ArgumentParser = commands.add_parser("backup", help="write everything but the keys into one file")
    saving.add_argument("file", type=Path, help="a new file; an old backup is never overwritten")
    saving.set_defaults(run=run_backup)
    loading: argparse.ArgumentParser = commands.add_parser(
        "restore", help="bring a backup back; stop the service first"
    )
    loading.add_argument("file", type=Path)
    loading.add_argument("--replace", action="store_true", help="put it in place of a record that is not empty")
    loading.set_defaults(run=run_restore)


def _told(words: str) -> None:
    print(f"{words} …", file=sys.stderr)


def run_backup(options: argparse.Namespace) -> int:
    from bot.backup import BackupFailed, back_up

    if options.file.exists():
        print(f"{options.file} 已经有了：换个名字，旧备份不会被覆盖", file=sys.stderr)
        return 2

    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        try:
            manifest = await asyncio.to_thread(back_up, database.dsn, settings.home, vault, options.file, _told)
        except BackupFailed as error:
            print(error, file=sys.stderr)
            return 1
        size = options.file.stat().st_size / 1e6
        print(f"{options.file}：{len(manifest.files)} 个文件，{size:.1f} MB")
        print(f"密钥不在里面：请把 {settings.home / 'keys'}（或 BANGNONG_SECRET_KEY）另外收好，没有它这份备份打不开。")
        return 0

    return with_record(work)


async def bring_back(database: Database, home: Path, source: Path, made_at: str, *, replace: bool) -> int:
    """The backup in place of what is here; how many people were erased again. Raises BackupFailed, nothing changed.

    What must outlast the record that is replaced is on disk before it goes: whoever is cut off begins again.
    """
    from bot.backup import BackupFailed, restore_files, restore_record
    from bot.restoring import Remembered
    from bot.store.contacts import erase_contact
    from bot.store.database import migrate

    others = await database.value(
        "select count(*) from pg_stat_activity where datname = current_database() "
        "and backend_type = 'client backend' and pid <> pg_backend_pid()"
    )
    if others:
        raise BackupFailed("还有程序连着数据库：请先停下服务（bangnong serve、worker），再恢复")
    if await database.value("select count(*) from contacts") and not replace:
        raise BackupFailed("这里的记录不是空的：确实要用备份换掉它，加 --replace；原来的记录会没有")
    before = Remembered.of(home)
    kept = before.with_what(await Remembered.read(database))
    kept.write(home)
    await database.close()
    try:
        await asyncio.to_thread(restore_record, database.dsn, source, home / "restoring", _told)
    except BackupFailed:
        if before == Remembered():
            Remembered.forget(home)
        raise
    await migrate(database.dsn)
    await database.open()
    again = [one for one in kept.gone if await erase_contact(database, one)]
    await kept.go_on_counting(database)
    await asyncio.to_thread(restore_files, source, home, _told)
    await database.execute("insert into audit (actor, action, subject) values ('cli', 'restore', $1)", made_at)
    Remembered.forget(home)
    return len(again)


def run_restore(options: argparse.Namespace) -> int:
    from bot.backup import BackupFailed, read_manifest

    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        again = await bring_back(database, settings.home, options.file, manifest.made_at, replace=options.replace)
        if again:
            _told(f"备份以后删除过的 {again} 人，照样删除")
        print(f"已恢复到 {manifest.made_at} 的样子。启动服务前请跑一遍 bangnong doctor。")
        return 0

    if not options.file.is_file():
        print(f"没有 {options.file} 这个文件", file=sys.stderr)
        return 2
    # Before a database is made here: it would be sealed under the wrong key.
    here = load_settings(read_environment())
    try:
        manifest = read_manifest(options.file)
        if not manifest.opens_with(Vault(here.secret_key, here.secret_key_previous)):
            raise BackupFailed(
                f"这份备份要用做它时的密钥：把那时的 keys 文件夹放到 {here.home / 'keys'}，或设 BANGNONG_SECRET_KEY"
            )
    except BackupFailed as error:
        print(error, file=sys.stderr)
        return 1

    async def guarded(database: Database, vault: Vault, settings: Settings) -> int:
        try:
            return await work(database, vault, settings)
        except BackupFailed as error:
            print(error, file=sys.stderr)
            return 1

    return with_record(guarded, replacing=True)
