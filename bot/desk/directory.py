"""The directory on the desk: found while typing, called with one tap, changed with a history, never deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.audit import audit
from bot.desk import unit_words, words
from bot.desk.pages import fragment, json_answer, page
from bot.desk.record import names_of_staff
from bot.desk.session import Staff
from bot.directory.freshness import doubts
from bot.directory.importing import row_of_unit
from bot.directory.units import COLUMNS, Unit, Words, read_draft
from bot.forms import read_form
from bot.keys import SERVICES
from bot.numbers import whole
from bot.services import Services
from bot.store.calls import calls_to
from bot.store.directory import (
    Changed,
    Taken,
    add_unit,
    change_unit,
    history_of_unit,
    restore_unit,
    retire_unit,
    verify_unit,
)
from bot.store.units import find_units, get_unit
from data.directory import load_directory
from data.faults import Fault, rows_folder
from data.places import load_places

ROWS = load_directory()
"""Read at the start, as all rows are: a wrong one stops the start and names its line."""

_SHOWS = {"": "在用", "stale": "要重新核实", "retired": "已停用"}
_SHOWN = 120
_JUDGED = 1000
"""Units looked at one by one for the list of those to verify: more than anybody verifies in a week."""
_TAKEN = "同一个地方已经有这个名字的单位了。"
_CHANGED_BESIDE = "别的同事刚改过这一家，现在的内容在上面。您填的还在下面，没有存：对过以后再存一次。"
_CHANGED = "别的同事刚改过这一家，请看过现在的内容再改。"


def _districts() -> dict[str, str]:
    """Name or alias → full form."""
    faults: list[Fault] = []
    found = load_places(rows_folder(), faults).districts
    return {name: one.name for one in found for name in (one.name, *one.aliases)}


DISTRICTS = _districts()


def words_of(services: Services) -> Words:
    return Words.of(ROWS, services.playbook, DISTRICTS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the address bar, checked: an unknown code counts as no filter."""

    q: str = ""
    kind: str = ""
    district: str = ""
    show: str = ""

    def query(self, **changes: str) -> str:
        values = {name: getattr(self, name) for name in self.__dataclass_fields__} | changes
        chosen = {name: value for name, value in values.items() if value}
        return "/desk/directory" + (f"?{urlencode(chosen)}" if chosen else "")


def _wanted(request: web.Request) -> Wanted:
    query = request.query
    district = query.get("district", "")
    return Wanted(
        q=query.get("q", "").strip()[:60],
        kind=query.get("kind", "") if query.get("kind", "") in ROWS.kinds else "",
        district=district if district == "全市" or district in DISTRICTS.values() else "",
        show=query.get("show", "") if query.get("show", "") in _SHOWS else "",
    )


async def _found(services: Services, wanted: Wanted) -> list[Unit]:
    """With `stale` those that want verifying, the ones that fail first."""
    now = services.clock()
    units = await find_units(
        services.database, ROWS, q=wanted.q, kinds=(wanted.kind,) if wanted.kind else (),
        district={"": None, "全市": ""}.get(wanted.district, wanted.district), retired=wanted.show == "retired",
        doubtful=now - ROWS.rules.stale if wanted.show == "stale" else None,
        most=_JUDGED if wanted.show == "stale" else _SHOWN + 1,
    )  # fmt: skip
    if wanted.show != "stale":
        return units
    stale = [one for one in units if doubts(one.figures, one.verified_at, ROWS.rules, now)]
    return sorted(stale, key=lambda one: (-one.figures.failures, one.verified_at is not None, one.verified_at or now))


async def get_directory(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/directory?q=&kind=&district=&show=; fetched: `{"html", "count"}` of the list alone."""
    services = request.app[SERVICES]
    wanted = _wanted(request)
    found = await _found(services, wanted)
    names, now = await names_of_staff(services.database), services.clock()
    shown = [unit_words.unit_row(one, ROWS, services.playbook, names, now) for one in found[:_SHOWN]]
    values: dict[str, Any] = {"units": shown, "more": len(found) > _SHOWN, "wanted": wanted, "staff": staff}
    if request.headers.get("X-Requested-With") == "bangnong":
        return json_answer({"html": fragment("_units.html", **values), "count": len(shown)})
    values.pop("staff")
    return page(
        "directory.html", staff, section="directory", kinds={code: row.title for code, row in ROWS.kinds.items()},
        districts=["全市", *dict.fromkeys(DISTRICTS.values())], shows=_SHOWS, now=now, **values,
    )  # fmt: skip


async def get_new(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/directory/new"""
    return await _form(request, staff, None, {"district": request.query.get("district", "")[:20]})


async def get_unit_page(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /desk/directory/{unit}"""
    unit = await _unit(request)
    return await _form(request, staff, unit) if unit else _unknown(staff)


async def _unit(request: web.Request) -> Unit | None:
    number = request.match_info["unit"]
    return await get_unit(request.app[SERVICES].database, ROWS, int(number)) if len(number) < 18 else None


def _unknown(staff: Staff) -> web.Response:
    return page(
        "message.html", staff, status=404, section="directory", title="没有这个单位", sentence="可以在通讯录里搜索。",
        back="/desk/directory",
    )  # fmt: skip


async def _form(
    request: web.Request,
    staff: Staff,
    unit: Unit | None,
    given: Mapping[str, str] | None = None,
    *,
    wrong: Mapping[str, str] | None = None,
    error: str = "",
    status: int = 200,
) -> web.Response:
    """The page of a unit, or of one to be added; `given`: what was filled in, `wrong`: what of it cannot be taken."""
    services = request.app[SERVICES]
    names, now = await names_of_staff(services.database), services.clock()
    kept: dict[str, str] = dict.fromkeys(COLUMNS, "")
    row, history, calls = None, [], []
    if unit is not None:
        kept = dict(zip(COLUMNS, row_of_unit(unit, ROWS, services.playbook), strict=True))
        row = unit_words.unit_row(unit, ROWS, services.playbook, names, now)
        history = [
            (one, words.person(one.by, names), unit_words.detail_words(one, ROWS, services.playbook))
            for one in await history_of_unit(services.database, unit.id)
        ]
        calls = [
            (one, words.person(one.by, names), ROWS.result_title(one.result))
            for one in await calls_to(services.database, services.vault, unit.id)
        ]
    return page(
        "unit.html", staff, status=status, section="directory", unit=unit, row=row, columns=COLUMNS,
        given={**kept, **(given or {})}, wrong=wrong or {}, error=error, history=history, calls=calls, now=now,
        kinds={code: kind.title for code, kind in ROWS.kinds.items()}, intents=words.intents(services.playbook),
        districts=list(dict.fromkeys(DISTRICTS.values())), changes=unit_words.CHANGES,
    )  # fmt: skip


async def _given(request: web.Request) -> dict[str, str]:
    """The form's fields; several ticked kinds of matter are one cell, as in a sheet."""
    form = await read_form(request)
    given = {name: str(form.get(name, ""))[:2000] for name in COLUMNS}
    given["scope"] = "|".join(str(one) for one in form.getall("scope", []))[:2000]
    given["verified_at"] = ""
    return given


async def post_new(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/directory/new. Whoever adds it has the number from somewhere: it is not yet verified unless ticked."""
    services = request.app[SERVICES]
    given = await _given(request)
    draft, wrong = read_draft(given, words_of(services), services.clock())
    if draft is None:
        return await _form(request, staff, None, given, wrong=wrong, status=400)
    try:
        made = await add_unit(services.database, draft, staff.login, services.clock())
    except Taken:
        return await _form(request, staff, None, given, wrong={"name": _TAKEN}, status=409)
    await audit(services.database, staff.login, "directory.added", str(made))
    await _verified_too(request, staff, made)
    raise web.HTTPSeeOther(f"/desk/directory/{made}")


async def _verified_too(request: web.Request, staff: Staff, unit: int) -> None:
    """Where the form says that somebody has just called, or looked it up."""
    services = request.app[SERVICES]
    if (await read_form(request)).get("verified") != "yes":
        return
    if await verify_unit(services.database, unit, staff.login, services.clock()):
        await audit(services.database, staff.login, "directory.verified", str(unit))


async def post_edit(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/directory/{unit}/edit: the fields, and the version that was looked at."""
    services = request.app[SERVICES]
    unit = await _unit(request)
    if unit is None:
        return _unknown(staff)
    given = await _given(request)
    draft, wrong = read_draft(given, words_of(services), services.clock())
    if draft is None:
        return await _form(request, staff, unit, given, wrong=wrong, status=400)
    looked_at = whole(str((await read_form(request)).get("version", "")), 99_999_999) or 0
    try:
        columns = await change_unit(services.database, unit.id, looked_at, draft, staff.login, services.clock())
    except Taken:
        return await _form(request, staff, unit, given, wrong={"name": _TAKEN}, status=409)
    except Changed:
        fresh = await _unit(request) or unit
        return await _form(request, staff, fresh, given, error=_CHANGED_BESIDE, status=409)
    if columns:
        await audit(services.database, staff.login, "directory.changed", str(unit.id), columns=",".join(columns))
    await _verified_too(request, staff, unit.id)
    raise web.HTTPSeeOther(f"/desk/directory/{unit.id}")


async def post_mark(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/directory/{unit}/{verify,retire,restore}; `back`: the list it was pressed on."""
    services = request.app[SERVICES]
    unit = await _unit(request)
    if unit is None:
        return _unknown(staff)
    act = request.match_info["act"]
    marks = {
        "verify": (verify_unit, "verified"),
        "retire": (retire_unit, "retired"),
        "restore": (restore_unit, "restored"),
    }
    mark, said = marks[act]
    if not await mark(services.database, unit.id, staff.login, services.clock()):
        return await _form(request, staff, unit, error=_CHANGED, status=409)
    await audit(services.database, staff.login, f"directory.{said}", str(unit.id))
    back = str((await read_form(request)).get("back", ""))
    raise web.HTTPSeeOther(back if back.startswith("/desk/directory") else f"/desk/directory/{unit.id}")
