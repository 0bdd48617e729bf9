"""Candidates: compared with the serving model on frozen rows, read in the shadow, promoted or refused, gone back from."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.audit import audit
from bot.desk import words
from bot.desk.pages import page
from bot.desk.record import names_of_staff
from bot.desk.session import Staff
from bot.keys import SERVICES
from bot.learning.charts import EDGE, LEFT, SIDE, TOP, confusion, curve
from bot.learning.comparing import compare_apart, load_comparison
from bot.services import Services
from bot.store.learning_rows import checked_text, labelled_rows
from bot.store.learning_runs import (
    Busy,
    begin_shadow,
    differences_of,
    end_shadow,
    moves_of,
    shadow_last,
    shadow_now,
)
from classifiers.artefacts import ModelStore, NotGoodEnough, NotServing
from classifiers.evaluate import FIGURES
from classifiers.model_files import BadModel

SCORES = {
    "critical_recall": "危急判成危急", "caught": "危急被拦下（含待核）", "false_critical": "误报危急", "macro_f1": "类别 F1",
    "urgency_macro_f1": "缓急 F1", "ece": "把握偏差",
}  # fmt: skip
_SHOWN = 20
_EXAMPLES = 60
_known: dict[tuple[str, str], "ModelLine"] = {}
"""By home and id: a model never changes once saved, and reading one takes a moment."""


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model in the list. `reasons`: why it may not serve; `fault`: why it cannot be read; `against`: what it was measured
    beside."""

    id: str
    rows: int = 0
    data: str = ""
    made_at: datetime | None = None
    against: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    fault: str = ""


async def model_lines(services: Services) -> tuple[str | None, list[ModelLine]]:
    """(serving id, models newest first)."""
    return await asyncio.to_thread(_lines, services.reader.models)


def _lines(models: ModelStore) -> tuple[str | None, list[ModelLine]]:
    out = []
    for name in reversed(models.list()[-_SHOWN:]):
        key = (str(models.folder), name)
        if key not in _known:
            _known[key] = _line(models, name)
        out.append(_known[key])
    return models.current(), out


def _line(models: ModelStore, name: str) -> ModelLine:
    try:
        about = models.load(name).about
    except BadModel as error:
        return ModelLine(name, fault=f"{error.wrong}；{error.cure}")
    gate: Mapping[str, Any] = about.get("gate") or {}
    scores = {key: float(value) for key, value in (gate.get("candidate") or {}).items() if key in SCORES}
    made = about.get("made_at")
    return ModelLine(
        name, int(about.get("rows", 0)), str(about.get("data", ""))[:8], datetime.fromisoformat(made) if made else None,
        str(gate.get("against") or ""), scores, tuple(map(str, gate.get("reasons", ()))),
    )  # fmt: skip


def why_not(line: ModelLine, current: str | None) -> tuple[str, ...]:
    """The gate's reasons in words, before anybody presses: what `ModelStore.promote` would say."""
    if line.fault or line.id == current:
        return ()
    moved = current is not None and line.against != current
    return (*line.reasons, *(("训练它的时候，服务的是另一个模型：请重新训练，再来比较",) if moved else ()))


async def get_model(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/understanding/models/{id}"""
    return await _model_page(request, staff, request.match_info["id"])


async def _model_page(
    request: web.Request, staff: Staff, name: str, *, status: int = 200, error: str = ""
) -> web.StreamResponse:
    services = request.app[SERVICES]
    current, lines = await model_lines(services)
    line = next((one for one in lines if one.id == name), None)
    if line is None:
        return page(
            "message.html", staff, status=404, title="没有找到", sentence="没有这个模型。", back="/admin/understanding"
        )
    against = (line.against if name == current else current) or ""
    found = await asyncio.to_thread(load_comparison, services.settings.home, name, against) if against else None
    titles = {str(row.code): row.title for row in services.playbook.intents.values()}
    drawn: dict[str, Any] = {}
    if found:
        drawn = {
            "intents": confusion(found["now"]["labels"], found["now"]["confusion"], titles),
            "levels": confusion(found["now"]["urgency_labels"], found["now"]["urgency_confusion"], words.URGENCY),
            "was": curve(found["was"]["reliability"]), "now": curve(found["now"]["reliability"]),
            "figures": [(title, found["was"][key], found["now"][key], more) for key, title, more in FIGURES],
            "classes": _classes(found, titles), "examples": await _examples(services, found),
        }  # fmt: skip
    return page(
        "admin_understanding_model.html", staff, status=status, section="admin", tab="understanding", error=error,
        line=line, current=current, against=against, found=found, drawn=drawn, title=lambda code: titles.get(code, code),
        refused=why_not(line, current), history=await _history(services), names=await names_of_staff(services.database),
        person=words.person, shadow=await shadow_now(services.database), past=await shadow_last(services.database, name),
        left=LEFT, top=TOP, side=SIDE, edge=EDGE,
    )  # fmt: skip


def _classes(
    found: Mapping[str, Any], titles: Mapping[str, str]
) -> list[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """(title, was, now) of every class that occurs, urgency first."""
    out = []
    for key, names in (("urgency_classes", words.URGENCY), ("classes", titles)):
        old = {one["label"]: one for one in found["was"][key]}
        out += [
            (names.get(one["label"], one["label"]), old[one["label"]], one) for one in found["now"][key] if one["rows"]
        ]
    return out


async def _examples(services: Services, found: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """(words, change): sentences of ours, and of residents only what two people have seen without whom and where."""
    from bot.desk.admin_understanding_label import place_of

    out = []
    for one in found["changed"][:_EXAMPLES]:
        text = one["text"]
        if not text and (place := place_of(one["key"])) is not None:
            text = await checked_text(services.database, services.vault, *place)
        if text:
            out.append((text, one))
    return out


async def _history(services: Services) -> list[Any]:
    """Who let which model serve, newest first; those from the command line are not in the log."""
    return await services.database.fetch(
        "select at, actor, action, subject from audit where action in ('admin.model_promote', 'admin.model_rollback') "
        "order by id desc limit 20"
    )


async def post_model(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/understanding/models/{id}/{promote,rollback,compare,shadow}"""
    services, act, name = request.app[SERVICES], request.match_info["act"], request.match_info["id"]
    models = services.reader.models
    back = f"/admin/understanding/models/{name}"
    if name not in models.list():
        return await _model_page(request, staff, name)
    try:
        if act == "promote":
            await asyncio.to_thread(models.promote, name)
            await audit(services.database, staff.login, "admin.model_promote", name)
        elif act == "rollback":
            earlier = await asyncio.to_thread(models.rollback, name)
            await audit(services.database, staff.login, "admin.model_rollback", earlier)
            back = f"/admin/understanding/models/{earlier}"
        elif act == "compare":
            against = models.current()
            if against in (None, name):
                return await _model_page(request, staff, name, status=409, error="它正在服务，没有可比的。")
            labelled = await labelled_rows(services.database, services.vault)
            if not await compare_apart(services.settings.home, name, str(against), labelled):
                return await _model_page(request, staff, name, status=409, error="没有比成：两个模型里有一个读不出来。")
        else:
            await asyncio.to_thread(models.load, name)
            if name == models.current():
                return await _model_page(request, staff, name, status=409, error="它正在服务，不用再旁听。")
            await begin_shadow(services.database, name, staff.login)
            await audit(services.database, staff.login, "learning.shadow", name)
            back = "/admin/understanding/shadow"
    except NotGoodEnough as error:
        return await _model_page(request, staff, name, status=409, error="没有启用：" + "；".join(error.reasons))
    except BadModel as error:
        return await _model_page(request, staff, name, status=409, error=f"不能用：{error.wrong}；{error.cure}")
    except Busy:
        return await _model_page(request, staff, name, status=409, error="已经有一个候选在旁听，先结束那一个。")
    except NotServing:
        return await _model_page(
            request, staff, name, status=409, error="它已经不在服务：请到正在服务的那个模型上退回。"
        )
    except LookupError:
        return await _model_page(request, staff, name, status=409, error="没有更早的模型可以退回。")
    except TimeoutError:
        return await _model_page(request, staff, name, status=409, error="比了两分钟还没有完，稍后再试。")
    raise web.HTTPSeeOther(back)


async def get_shadow(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/understanding/shadow: where the candidate and the serving model differ on live messages."""
    services = request.app[SERVICES]
    run = await shadow_last(services.database)
    differences = await differences_of(services.database, run.id, _EXAMPLES) if run else []
    return page(
        "admin_understanding_shadow.html", staff, section="admin", tab="understanding", run=run, differences=differences,
        moves=await moves_of(services.database, run.id) if run else {}, names=await names_of_staff(services.database),
        person=words.person, title=lambda code: words.intent_title(services.playbook, code),
    )  # fmt: skip


async def post_shadow(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/understanding/shadow/end"""
    services = request.app[SERVICES]
    name = await end_shadow(services.database, staff.login)
    if name is not None:
        await audit(services.database, staff.login, "learning.shadow_ended", name)
    raise web.HTTPSeeOther("/admin/understanding/shadow")
