"""Which released set is in force, asked from outside: for `check` and `doctor`, whether or not anything runs."""

import asyncio
from pathlib import Path

from bot.rows.checking import check_rows
from bot.rows.serving import outdated
from bot.settings import BadSettings, Settings, load_settings, read_environment
from bot.store.database import Database, StoreAway
from bot.store.rows import get_set, newest_id


def released_standing() -> tuple[bool, str]:
    """As standing_of; "" where there is no installation yet. Nothing is made or started for the asking."""
    environment = read_environment()
    home = Path(environment.get("BANGNONG_HOME") or "var").expanduser()
    if not environment.get("BANGNONG_DATABASE_URL") and not (home / "keys").exists():
        return True, ""
    try:
        return asyncio.run(standing_of(load_settings(environment)))
    except BadSettings as error:
        return True, f"发布的话术：设置有误，没有看（{error.faults[0]}）"


async def standing_of(settings: Settings) -> tuple[bool, str]:
    """(whether it loads with this program, one line)."""
    from bot.embedded import EmbeddedPostgres

    database = Database(settings.database_url or EmbeddedPostgres(settings.home).dsn)
    try:
        await database.open()
        number, unseen = await newest_id(database)
        found = await get_set(database, number) if number else None
    except StoreAway:
        return True, "发布的话术：记录库没有应答，不知道在用哪一套"
    except Exception as error:  # a record of an older program has no such table
        return True, f"发布的话术：查不到（{type(error).__name__}）"
    finally:
        await database.close()
    if found is None:
        return True, "发布的话术：没有，用程序自带的"
    faults = await asyncio.to_thread(check_rows, found.texts, settings.home / "rows", found.texts)
    words = f"发布的话术：第 {number} 套（{found.reason}），{len(found.texts)} 个文件盖在程序自带的上面"
    if stale := outdated(found):
        words += f"；程序自带的 {'、'.join(stale)} 后来也改过，请对一遍"
    if unseen:
        words += f"；{unseen} 套紧急发布还没有第二个人看过"
    if faults:
        listed = "\n".join(f"  {fault}" for fault in faults)
        return False, f"{words}；这一版程序装不上，服务用程序自带的：在 /admin/rows 改好重新发布，或退回\n{listed}"
    return True, words
