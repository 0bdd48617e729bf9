"""What the pages of the rows share: who may, what is in force, a draft with its faults, the alarm over all of them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.desk import words
from bot.desk.pages import page
from bot.desk.record import names_of_staff
from bot.desk.session import Staff
from bot.keys import SERVICES
from bot.rows.checking import check_rows
from bot.rows.files import Texts, current_texts, laid_over
from bot.rows.preview import Previews
from bot.rows.release import EDITORS
from bot.rows.serving import ServingRows
from bot.services import Services
from bot.store.rows import Draft
from data.faults import Fault

PREVIEWS: web.AppKey[Previews] = web.AppKey("previews", Previews)
VIEWERS = EDITORS | {"auditor"}


@dataclass(frozen=True, slots=True)
class Alarm:
    """A line over every page of the administration until somebody has seen to it."""

    sentence: str
    path: str


def alarms_of(rows: ServingRows) -> list[Alarm]:
    out = []
    if rows.aside is not None:
        what = f"第 {rows.serving.number} 套" if rows.serving.number else "程序自带的"
        out.append(Alarm(f"发布的第 {rows.aside.number} 套话术这一版程序装不上，现在用的是{what}。", "/admin/rows"))
    if rows.unseen:
        out.append(Alarm(f"有 {rows.unseen} 套话术是一个人紧急发布的，还没有第二个人看过。", "/admin/rows#sets"))
    return out


def may_edit(staff: Staff) -> bool:
    return staff.role in EDITORS


async def faults_of(services: Services, overlay: Texts, before: Texts) -> list[Fault]:
    """Every fault with `overlay` released; a disk without room is one, in words."""
    try:
        return await asyncio.to_thread(check_rows, overlay, services.rows.beside, before)
    except OSError:
        return [Fault("检查", 1, "磁盘写不进去，没有检查成：请告诉管理员")]


def draft_texts(before: Texts, draft: Draft | None) -> dict[str, str]:
    """Every file as this draft would have it."""
    return current_texts(laid_over(before, draft.texts if draft else {}))


async def names_in(services: Services) -> Mapping[str, str]:
    names = await names_of_staff(services.database)
    return {**names, "cli": "命令行"}


def person(login: str, names: Mapping[str, str]) -> str:
    return words.person(login, dict(names)) if login else ""


def missing_page(staff: Staff, sentence: str = "可能已经发布或丢掉了。") -> web.Response:
    return page("message.html", staff, status=404, title="没有找到", sentence=sentence)


def services_of(request: web.Request) -> Services:
    return request.app[SERVICES]


def path_number(request: web.Request) -> int:
    """Of the route; -1 for what no id can be."""
    text = request.match_info["id"]
    return int(text) if len(text) < 18 else -1
