"""Models: which one reads, how well each does, promoting a candidate and going back. The gate itself is the store's."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.audit import audit
from bot.desk.pages import page
from bot.desk.session import Staff
from bot.keys import SERVICES
from classifiers.artefacts import ModelStore, NotGoodEnough
from classifiers.model_files import BadModel

SCORES = {
    "critical_recall": "危急判成危急", "caught": "危急被拦下（含待核）", "false_critical": "误报危急", "macro_f1": "类别 F1",
    "urgency_macro_f1": "缓急 F1", "ece": "把握偏差",
}  # fmt: skip
_SHOWN = 20
_known: dict[str, "ModelRow"] = {}
"""A model never changes once saved, and reading one takes a moment."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model in the list. `scores` by name of SCORES; `reasons` why it may not serve; `fault` when it cannot be read."""

    id: str
    rows: int = 0
    scores: dict[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    fault: str = ""


def _rows(models: ModelStore) -> tuple[str | None, list[ModelRow]]:
    """(serving id, models newest first). Reads files: for a thread."""
    out = []
    for name in reversed(models.list()[-_SHOWN:]):
        if name not in _known:
            _known[name] = _row(models, name)
        out.append(_known[name])
    return models.current(), out


def _row(models: ModelStore, name: str) -> ModelRow:
    try:
        about = models.load(name).about
    except BadModel as error:
        return ModelRow(name, fault=f"{error.wrong}；{error.cure}")
    gate: dict[str, Any] = about.get("gate") or {}
    scores = {key: float(value) for key, value in (gate.get("candidate") or {}).items() if key in SCORES}
    return ModelRow(name, int(about.get("rows", 0)), scores, tuple(map(str, gate.get("reasons", ()))))


async def get_models(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/models"""
    return await _models_page(request, staff)


async def _models_page(request: web.Request, staff: Staff, *, status: int = 200, error: str = "") -> web.StreamResponse:
    services = request.app[SERVICES]
    current, rows = await asyncio.to_thread(_rows, services.reader.models)
    labels = await services.database.value("select count(*) from labels")
    return page(
        "admin_models.html", staff, status=status, section="admin", tab="models", current=current, models=rows,
        scores=SCORES, error=error, labels=labels, serving=services.reader.current().model_id,
    )  # fmt: skip


async def post_model(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/models/{promote,rollback}: id for promote. A candidate that is not good enough is refused, with reasons."""
    services = request.app[SERVICES]
    models = services.reader.models
    name = str((await request.post()).get("id", ""))
    try:
        if request.match_info["act"] == "promote":
            await asyncio.to_thread(models.promote, name)
        else:
            name = await asyncio.to_thread(models.rollback)
    except NotGoodEnough as error:
        return await _models_page(request, staff, status=409, error="没有启用：" + "；".join(error.reasons))
    except BadModel as error:
        return await _models_page(request, staff, status=409, error=f"不能用：{error.wrong}；{error.cure}")
    except LookupError:
        return await _models_page(request, staff, status=409, error="没有更早的模型可以退回。")
    await audit(services.database, staff.login, f"admin.model_{request.match_info['act']}", name)
    raise web.HTTPSeeOther("/admin/models")
