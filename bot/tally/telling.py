"""The figures in people's words: sections for page, sheet and terminal, and one sentence for the paper. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.desk import words
from bot.tally.figures import CLOCKS, STATES, Share, Tally
from bot.tally.period import gap_words, rate_words
from conversations.playbook import SHANGHAI, Playbook
from data.supervision import load_supervision

NOWHERE = "没写区"
LADDER = load_supervision()
CLOCK_TITLES = {
    "acknowledge": "有人看到",
    "call": "和居民通上话",
    "contact_unit": "联系上单位或报12345",
    "revisit": "首次回访",
}
STATE_TITLES = {
    "kept": "按时",
    "late": "超时",
    "waiting": "还没到时间",
    "untimed": "做了，没记时间",
    "ended": "到点前已结束",
}
HANDLED = {"human": "有记者办过", "bot": "只由自动助手答复", "nobody": "还没有人看过"}
END_TITLES = {"open": "还在办", **words.OUTCOME}
_ORDERS_NOTE = "12345工单按送出的时间计；派出指12345已派单或已答复，解决指求助单以“已解决”结束。"
_GRAVITY = {"critical": 0, "urgent": 1, "soon": 2, "normal": 3}


@dataclass(frozen=True, slots=True)
class Line:
    """`value`: as people read it; `n`: the bare number behind it, where there is one."""

    title: str
    value: str
    n: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[Line, ...]
    note: str = ""


def title_of(playbook: Playbook, tally: Tally, cut: str, code: str) -> str:
    """A code of a breakdown in words; a code of an older program stands for itself."""
    if cut == "intent":
        return words.intent_title(playbook, code)
    if cut == "type":
        return tally.rows.type_title(code)
    tables: dict[str, Mapping[str, str]] = {
        "channel": words.CHANNELS, "urgency": words.URGENCY, "end": END_TITLES, "status": words.STATUS,
        "district": {"": NOWHERE},
    }  # fmt: skip
    return tables[cut].get(code, code)


def ordered(tally: Tally, cut: str) -> list[tuple[str, int]]:
    """(code, requests): levels by gravity, outcomes as they are listed, everything else the most first."""
    found = tally.cut(cut)
    places = {"urgency": _GRAVITY, "end": {code: n for n, code in enumerate(END_TITLES)}}.get(cut, {})
    return sorted(found.items(), key=lambda one: (places.get(one[0], 99), one[0] == "", -one[1], one[0]))


def sections_of(tally: Tally, playbook: Playbook) -> tuple[Section, ...]:
    """Every figure of the tally, in the order the report prints them."""
    cuts = (("channel", "渠道"), ("type", "诉求类型"), ("intent", "类别"), ("district", "区"), ("urgency", "缓急"))
    breakdowns = [
        Section(
            f"按{name}",
            tuple(_count(title_of(playbook, tally, cut, code), n, tally) for code, n in ordered(tally, cut)),
        )
        for cut, name in cuts
    ]
    return (
        Section("时间和总数", _totals(tally)), Section("记者", _reporters(tally)), *breakdowns,
        Section("12345和协调", _orders(tally), _ORDERS_NOTE),
        Section("结果", _ends(tally), "比例的分母都是本期诉求总数。单位说“已办”不算解决。"),
        Section("时限", _clocks(tally), "分母是按时和超时之和；还没到时间的、没记下时间的、到点前已结束的不算在内。"),
        Section("回访", _revisits(tally), "联系、解决、满意分开问，分开算。“不评价”不算进满意的分母。"),
        Section("特殊群体", tuple(Line(title, f"{n}件", n) for title, n in tally.groups), "一件可以算进几个群体。"),
        Section("危急", _alarms(tally)),
        Section("谁办的", tuple(_count(title, tally.counts.handled.get(who, 0), tally) for who, title in HANDLED.items())),
        Section(
            "编辑手填", tuple(Line(title, value or "没有填") for _, title, value in tally.manual),
            "速报、内参没有手填的那天，用系统里送出的数。",
        ),
    )  # fmt: skip


def _count(title: str, n: int, tally: Tally) -> Line:
    return Line(title, f"{n}件（{100 * n / tally.total:.1f}%）" if tally.total else f"{n}件", n)


def rate(value: float | None, digits: int = 1) -> str:
    return "—" if value is None else f"{value:,.{digits}f}件"


def plain(value: float) -> str:
    """Without decimals that say nothing: 262, 13.5."""
    return f"{value:,.1f}".removesuffix(".0")


def _totals(tally: Tally) -> tuple[Line, ...]:
    period, counts = tally.period, tally.counts
    start, end = period.start.astimezone(SHANGHAI), period.end.astimezone(SHANGHAI)
    gap = "—" if tally.gap is None else f"{tally.gap:,.0f} 秒（{gap_words(tally.gap)}）"
    return (
        Line("从", f"{start:%Y-%m-%d %H:%M}"),
        Line("到", f"{end:%Y-%m-%d %H:%M}"),
        Line("开通小时", f"{plain(period.hours)} 小时", period.hours),
        Line("值班小时", f"{plain(tally.working_hours)} 小时", tally.working_hours),
        Line("诉求总数", f"{tally.total:,}件", tally.total),
        Line("去重前", f"{counts.raw:,}件（重复{counts.duplicates:,}，不算诉求{counts.others:,}）", counts.raw),
        Line("平均每小时", f"{rate(tally.per_hour)}（{rate_words(tally.per_hour)}）", tally.per_hour),
        Line("平均值班每小时", rate(tally.per_working_hour), tally.per_working_hour),
        Line("平均每天", rate(tally.per_day), tally.per_day),
        Line("平均间隔", gap, tally.gap),
    )


def _reporters(tally: Tally) -> tuple[Line, ...]:
    lines = [
        Line("接办的记者", f"{tally.reporters}人", tally.reporters),
        Line("出勤人次", f"{tally.reporter_days}人次", tally.reporter_days),
        Line("每人次接办", rate(tally.per_reporter_day), tally.per_reporter_day),
    ]
    for day, first, last, people, acts in tally.shifts:
        hours = f"{first.astimezone(SHANGHAI):%H:%M}—{last.astimezone(SHANGHAI):%H:%M}"
        lines.append(Line(f"{day.month}月{day.day}日第一次到最后一次动作", f"{hours}（{people}人，{acts}次）", acts))
    return tuple(lines)


def _orders(tally: Tally) -> tuple[Line, ...]:
    orders, counts = tally.counts.orders, tally.counts
    return (
        Line("紧急工单送出", f"{orders.urgent_filed}件", orders.urgent_filed),
        Line("紧急工单已派出", str(Share(orders.urgent_dispatched, orders.urgent_filed)), orders.urgent_dispatched),
        Line("紧急工单已解决", str(Share(orders.urgent_solved, orders.urgent_filed)), orders.urgent_solved),
        Line("全部工单送出", f"{orders.filed}件", orders.filed),
        Line("街镇、居委、医院协调", f"{counts.local}件", counts.local),
        *(
            Line(f"提级到{LADDER.level_title(code)}", f"{n}次，办到{kept}次", n)
            for code, (n, kept) in _ladder(counts.ladder)
        ),
        Line("接过电话的单位", f"{counts.units}家（{counts.unit_kinds}类）", counts.units),
    )


def _ladder(found: Mapping[str, tuple[int, int]]) -> list[tuple[str, tuple[int, int]]]:
    """From the lowest level up; a level an editor took away comes last."""
    places = {one.code: one.rank for one in LADDER.levels}
    return sorted(found.items(), key=lambda one: (places.get(one[0], len(places)), one[0]))


def _ends(tally: Tally) -> tuple[Line, ...]:
    status = tally.cut("status")
    told = {**dict.fromkeys(("solved", "partly", "open"), 0), **tally.cut("end")}
    lines = [Line(END_TITLES.get(code, code), str(Share(n, tally.total)), n) for code, n in told.items()]
    for code, title in (("answered", "还在办：已答复"), ("referred", "还在办：已告知渠道"), ("deferred", "还在办：留存待办"),
                        ("reported_up", "还在办：已写速报或内参")):  # fmt: skip
        lines.append(Line(title, f"{status.get(code, 0)}件", status.get(code, 0)))
    return tuple(lines)


def _clocks(tally: Tally) -> tuple[Line, ...]:
    lines = []
    for name in CLOCKS:
        found, share = tally.counts.clocks.get(name, {}), tally.clock(name)
        rest = "，".join(f"{STATE_TITLES[one]}{found[one]}" for one in STATES[1:] if found.get(one))
        lines.append(Line(f"{CLOCK_TITLES[name]}：按时", f"{share}{f'；{rest}' if rest else ''}", share.n))
    return tuple(lines)


def _revisits(tally: Tally) -> tuple[Line, ...]:
    found = tally.counts.revisits
    return (
        Line("该回访的", f"{found.due}件", found.due),
        Line("其中已回访", str(Share(found.done, found.due)), found.done),
        Line("本期问了几次", f"{found.asked}次", found.asked),
        Line("联系上", str(tally.contacted), tally.contacted.n),
        Line("居民说已解决", str(tally.solved_by_revisit), tally.solved_by_revisit.n),
        Line("满意和基本满意", str(tally.satisfied), tally.satisfied.n),
    )


def _alarms(tally: Tally) -> tuple[Line, ...]:
    alarms = tally.counts.alarms
    return (
        Line("危急求助", f"{alarms.count}件", alarms.count),
        Line("有人看到", str(Share(alarms.seen, alarms.count)), alarms.seen),
        Line("时限内有人看到", str(Share(alarms.within, alarms.count)), alarms.within),
        Line("多久有人看到（中位数）", seconds(alarms.half), alarms.half),
        Line("多久有人看到（九成在内）", seconds(alarms.nine_tenths), alarms.nine_tenths),
        Line("起初没认出、人改成危急的", f"{tally.counts.missed}件", tally.counts.missed),
    )


def seconds(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.0f} 秒" if value < 120 else f"{value / 60:.1f} 分钟"


def sentence_of(tally: Tally) -> str:
    """One sentence as a newspaper prints it."""
    if not tally.total:
        return tally.rows.sentences["quiet"].format(span=tally.period.span, **dict.fromkeys(_NONE, "0"))
    each = tally.per_reporter_day
    return tally.rows.sentences["day" if tally.period.whole_day else "whole"].format(
        span=tally.period.span, hours=plain(tally.period.hours), total=tally.total, rate=rate_words(tally.per_hour),
        gap=gap_words(tally.gap), reporters=tally.reporters, reporter_days=tally.reporter_days,
        each="0" if each is None else f"{each:.0f}", critical=tally.cut("urgency").get("critical", 0),
        urgent=tally.cut("urgency").get("urgent", 0), solved=tally.share("solved").n, partly=tally.share("partly").n,
    )  # fmt: skip


_NONE = (
    "hours", "total", "rate", "gap", "reporters", "reporter_days", "each", "critical", "urgent", "solved", "partly"
)  # fmt: skip
