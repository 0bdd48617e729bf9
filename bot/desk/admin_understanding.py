"""/admin/understanding: how the help desk learns, at one look: what to label, the training, the candidate in the shadow."""

from collections.abc import AsyncIterator
from datetime import datetime

from aiohttp import web

from bot.audit import audit
from bot.desk import words
from bot.desk.admin_understanding_models import ModelLine, model_lines
from bot.desk.pages import fragment, json_answer, page
from bot.desk.record import names_of_staff
from bot.desk.session import ADMINS, Staff
from bot.keys import SERVICES
from bot.learning.training import Trainings
from bot.store.learning import first_candidates
from bot.store.learning_rows import agreement, progress
from bot.store.learning_runs import Busy, last_training, shadow_last
from conversations.playbook import SHANGHAI

TRAININGS: web.AppKey[Trainings] = web.AppKey("trainings", Trainings)
LABELLERS = ADMINS | {"editor"}
REASONS = {
    "danger": "危急与否，规则和模型看法不同", "corrected": "记者更正过", "unsure": "两种事由分不清", "drawn": "随手抽的",
    "second": "等第二个人看",
}  # fmt: skip
TRAINING_STATES = {"running": "正在训练", "done": "训练完了", "failed": "没有训练成", "stopped": "停下了"}
_SHOWN = 12
_WORDS = 48


async def run_trainings(app: web.Application) -> AsyncIterator[None]:
    """On the application's cleanup: a training ends with the service that started it."""
    services = app[SERVICES]
    app[TRAININGS] = Trainings(services.database, services.settings.home)
    yield
    await app[TRAININGS].close()


async def get_home(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/understanding"""
    return await home_page(request, staff)


async def home_page(request: web.Request, staff: Staff, *, status: int = 200, error: str = "") -> web.StreamResponse:
    services = request.app[SERVICES]
    first = await first_candidates(services.database, services.vault, _SHOWN)
    gone = await progress(services.database, day_start(services.clock()))
    current: str | None = None
    lines: list[ModelLine] = []
    if staff.admin:
        current, lines = await model_lines(services)
    return page(
        "admin_understanding.html", staff, status=status, section="admin", tab="understanding", error=error,
        first=[(one, _short(one.text)) for one in first], progress=gone, reasons=REASONS,
        waiting=sum(gone.statuses.get(one, 0) for one in ("waiting", "second")), mine=gone.today.get(staff.login, 0),
        settle=gone.statuses.get("settle", 0), drawn=await agreement(services.database),
        training=await _training(request, staff), models=lines, current=current,
        shadow=await shadow_last(services.database), names=await names_of_staff(services.database), person=words.person,
    )  # fmt: skip


def day_start(now: datetime) -> datetime:
    return now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WORDS else line[:_WORDS] + "…"


async def _training(request: web.Request, staff: Staff) -> str:
    services = request.app[SERVICES]
    names = await names_of_staff(services.database)
    return fragment(
        "admin_understanding_training.html", run=await last_training(services.database), states=TRAINING_STATES,
        names=names, person=words.person, staff=staff,
    )  # fmt: skip


async def get_training(request: web.Request, staff: Staff) -> web.StreamResponse:
    """GET /admin/understanding/training: `{"html", "running"}`."""
    run = await last_training(request.app[SERVICES].database)
    running = run is not None and run.state == "running"
    return json_answer({"html": await _training(request, staff), "running": running})


async def post_training(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /admin/understanding/training/{begin,stop}"""
    services = request.app[SERVICES]
    if request.match_info["act"] == "begin":
        try:
            run = await request.app[TRAININGS].start(staff.login)
        except Busy:
            return await home_page(request, staff, status=409, error="已经有一个训练在进行，等它结束再来。")
        await audit(services.database, staff.login, "learning.training", str(run))
    else:
        if not await request.app[TRAININGS].stop():
            return await home_page(request, staff, status=409, error="这个进程里没有正在进行的训练。")
        await audit(services.database, staff.login, "learning.training_stopped", "")
    raise web.HTTPSeeOther("/admin/understanding#training")
