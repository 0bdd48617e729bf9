"""The ladder in people's words: what is proposed for a ticket and why, who was told what, the sentence to read out. Masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk import words
from bot.desk.calls_view import CallsPanel
from bot.desk.directory import ROWS as DIRECTORY
from bot.desk.orders_panel import consent_of, may_act
from bot.desk.session import Staff
from bot.desk.unit_words import UnitRow
from bot.mask import mask_text
from bot.services import Services
from bot.store.supervision import Step, steps_of
from bot.store.tickets import Ticket
from bot.supervision.ladder import NOBODY, Proposal, may_send
from bot.supervision.saying import plain_words
from bot.supervision.watching import ROWS, due_steps
from conversations.playbook import Playbook
from data.directory import PromiseTime
from data.supervision import Level, Result, Way

EDITORS_ONLY = "这一级由值班编辑来提：请告诉编辑单号。"
GOES_BY_REPORT = "市一级走速报：先写速报，送出去以后在这里记一笔。"


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step. `state`: late, waiting, or how it ended; `good`: it was done; `waived`: nobody was told, and why."""

    id: int
    number: str
    level: str
    level_code: str
    whom: str
    way: str
    at: datetime
    who: str
    due: datetime | None
    due_words: str
    promise: str
    note: str
    result: str
    state: str
    state_word: str
    good: bool
    settled: str
    waived: bool
    hidden: bool
    erased: bool
    title: str
    urgency: str
    district: str


@dataclass(frozen=True, slots=True)
class SupervisionPanel:
    """The ticket page's section. `headline`: the one thing to do; `objection`: why whoever looks may not do it."""

    headline: str
    trigger: str
    level: Level | None
    objection: str
    steps: list[StepLine]
    levels: tuple[Level, ...]
    units: list[UnitRow]
    say: str
    full: bool
    acts: bool
    times: Sequence[PromiseTime]
    ways: tuple[Way, ...]
    results: tuple[Result, ...]

    @property
    def open(self) -> list[StepLine]:
        return [one for one in self.steps if one.state in ("late", "waiting")]


def headline_of(proposal: Proposal) -> str:
    """建议提级到街道镇：居委会答应 14:00 前办，已过 2 小时"""
    return f"建议提级到{proposal.level.title}：{proposal.reason}"


def step_line(step: Step, playbook: Playbook, names: Mapping[str, str], now: datetime) -> StepLine:
    """Pure."""
    whom, promise, note, result = (
        mask_text(one) for one in (step.whom, step.promise, step.note, step.result)
    )  # fmt: skip
    state, due_words = step.state, ""
    row = ROWS.result(step.state)
    if state == "open" and step.due is not None:
        state = "late" if step.due <= now else "waiting"
        due_words = f"超时 {words.span(now - step.due)}" if state == "late" else f"还有 {words.span(step.due - now)}"
    word = {"late": "没有回音", "waiting": "等回音", "waived": "先不提级", "erased": "资料已删除"}.get(state, "")
    return StepLine(
        id=step.id, number=step.number, level=ROWS.level_title(step.level), level_code=step.level,
        whom="" if step.erased else whom or ROWS.level_title(step.level), way=ROWS.way_title(step.way), at=step.at,
        who=words.person(step.by, names), due=step.due, due_words=due_words, promise=promise, note=note, result=result,
        state=state, state_word=word or (row.title if row else state), good=bool(row and row.good),
        settled=f"{words.person(step.settled_by, names)} 记下" if step.settled_by else "", waived=step.state == "waived",
        hidden=(promise, note, result) != (step.promise, step.note, step.result), erased=step.erased,
        title=words.intent_title(playbook, step.intent), urgency=step.urgency, district=step.district,
    )  # fmt: skip


async def supervision_panel(
    services: Services, ticket: Ticket, names: Mapping[str, str], staff: Staff, calls: CallsPanel, now: datetime
) -> SupervisionPanel:
    """`calls`: what the same page shows of calls, for the units that fit. Raises StoreAway."""
    steps = await steps_of(services.database, services.vault, ticket.number)
    lines = [step_line(one, services.playbook, names, now) for one in steps]
    live = ticket.outcome is None and not ticket.erased
    found = await due_steps(services.database, now, [ticket.number]) if live else []
    proposal = found[0].proposal if found else None
    level = proposal.level if proposal else (next_level(steps) if live else None)
    objection = ""
    if level is not None and not may_send(level, staff.role):
        objection = EDITORS_ONLY
    elif level is not None and level.report:
        objection = GOES_BY_REPORT
    acts = live and may_act(ticket, staff)
    say = ""
    if acts and level is not None:
        say = plain_words(ticket, level, proposal.reason if proposal else "", services.playbook, ROWS, now)
    return SupervisionPanel(
        headline=headline_of(proposal) if proposal else "", trigger=proposal.trigger if proposal else "", level=level,
        objection=objection, steps=lines, acts=acts, say=say, times=DIRECTORY.promises, ways=ROWS.ways, results=ROWS.results,
        levels=tuple(one for one in ROWS.levels if may_send(one, staff.role)),
        units=[one.row for one in calls.callees], full=bool(say) and await consent_of(services, ticket) == "yes",
    )  # fmt: skip


def next_level(steps: Sequence[Step]) -> Level:
    """One above whoever was told last; the highest again after the highest."""
    rank = max((one.rank for one in steps), default=NOBODY) + 1
    return ROWS.levels[min(rank, len(ROWS.levels) - 1)]
