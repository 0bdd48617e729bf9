"""What the program counts and writes of a cluster: numbers, places, what was tried. Codes and counts alone, no words. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.desk import words
from bot.reports.clusters import RANKS, VERIFIED
from bot.store.tickets import Ticket
from conversations.playbook import SHANGHAI, Playbook
from data.obstacles import ObstacleRows
from data.supervision import SupervisionRows


@dataclass(frozen=True, slots=True)
class Tried:
    """What was done for one ticket. `calls`: (kind of unit, result, promise's state); `steps`: (level, state)."""

    calls: tuple[tuple[str, str, str], ...] = ()
    orders: tuple[str, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What the cluster is a part of. `alike`: open tickets with the obstacle outside it; `requests`: all of the last seven
    days; `days`: day → tickets marked with the obstacle."""

    alike: int = 0
    requests: int = 0
    days: Mapping[date, int] = field(default_factory=dict)


def _list(counts: Counter[str]) -> str:
    return "、".join(f"{name} {n} 件" for name, n in counts.most_common())


def counts_lines(tickets: Sequence[Ticket], playbook: Playbook) -> list[str]:
    """How many, since when, where, how grave."""
    if not tickets:
        return ["没有求助算在里面。"]
    first, last = min(one.created_at for one in tickets), max(one.created_at for one in tickets)
    span = f"{_moment(first)}" if _moment(first) == _moment(last) else f"{_moment(first)} 至 {_moment(last)}"
    places = Counter(one.district or "区未知" for one in tickets)
    levels = Counter(
        words.URGENCY.get(one.urgency, one.urgency)
        for one in sorted(tickets, key=lambda one: RANKS.get(one.urgency, 9))
    )
    kinds = Counter(words.intent_title(playbook, one.intent) for one in tickets)
    count = (
        f"求助 {len(tickets)} 件，{span} 收到，写稿时都没有办完。"
        if len(tickets) > 1
        else f"求助 1 件，{span} 收到，还没有办完。"
    )
    return [count, f"在：{_list(places)}。", f"缓急：{_list(levels)}。类别：{_list(kinds)}。"]


def _moment(at: datetime) -> str:
    here = at.astimezone(SHANGHAI)
    return f"{here.month}月{here.day}日{here.hour}时"


def verified_lines(tickets: Sequence[Ticket]) -> list[str]:
    sure = [one for one in tickets if one.verification in VERIFIED]
    true = sum(one.verification == "confirmed" for one in sure)
    people = len({one.reporter for one in sure if one.reporter})
    who = f"，现由 {people} 名记者跟进" if people else ""
    rest = len(tickets) - len(sure)
    return [
        f"记者打过电话核实的 {len(sure)} 件，其中情况属实 {true} 件{who}。"
        + (f"还没有核实的 {rest} 件。" if rest else "")
    ]


def scope_lines(around: Around) -> list[str]:
    alike = f"同样卡在这里、没有写进本稿的还有 {around.alike} 件。" if around.alike else "没有别的求助卡在这里。"
    return [alike]


def trend_lines(around: Around) -> list[str]:
    days = [f"{day.month}月{day.day}日 {n} 件" for day, n in sorted(around.days.items())]
    return [f"近七天一天天记下的：{'，'.join(days)}。"] if days else []


def method_lines(around: Around) -> list[str]:
    return [
        f"数法：记者在求助单上点选“卡在哪里”，一件可以点几样；同期收到诉求 {around.requests} 件。没有点过的没有数进来。"
    ]


def obstacle_lines(obstacle: str, rows: ObstacleRows) -> list[str]:
    found = rows.obstacle(obstacle)
    return [f"{found.title}（{found.cause}）。"] if found else [f"{obstacle}。"]


def tried_lines(
    tried: Sequence[Tried], kinds: Mapping[str, str], ladder: SupervisionRows, human: Sequence[str]
) -> list[str]:
    """One line a kind of unit; `kinds`: code → title of the directory's, `human`: results in which a person answered."""
    out = []
    calls = [call for one in tried for call in one.calls]
    for kind in dict.fromkeys(kind for kind, _, _ in calls):
        mine = [(result, promise) for other, result, promise in calls if other == kind]
        reached = sum(result in human for result, _ in mine)
        shut = sum(result in ("refused", "passed_on") for result, _ in mine)
        broken = sum(promise == "missed" for _, promise in mine)
        more = [f"说办不了或让找别人 {shut} 次" if shut else "", f"答应了没做到 {broken} 次" if broken else ""]
        out.append(
            "，".join(filter(None, [f"{kinds.get(kind, kind)}：打了 {len(mine)} 次，有人接 {reached} 次", *more]))
            + "。"
        )
    orders = Counter(state for one in tried for state in one.orders)
    if sum(orders.values()):
        more = [
            f"退单 {orders['returned']} 张" if orders["returned"] else "",
            f"答复 {orders['answered']} 张" if orders["answered"] else "",
        ]
        out.append("，".join(filter(None, [f"12345：送出工单 {sum(orders.values())} 张", *more])) + "。")
    steps = [step for one in tried for step in one.steps]
    good = {one.code for one in ladder.results if one.good}
    for level in ladder.levels:
        mine_steps = [state for code, state in steps if code == level.code]
        if mine_steps:
            out.append(
                f"提级到{level.title} {len(mine_steps)} 次，办到 {sum(state in good for state in mine_steps)} 次。"
            )
    return out or ["还没有打过单位的电话，也没有送过工单。"]


def tried_words(tried: Tried, kinds: Mapping[str, str], ladder: SupervisionRows) -> str:
    """Of one ticket, for its case: 找过居委村委、街道镇，提级到区."""
    found = list(dict.fromkeys(kinds.get(kind, kind) for kind, _, _ in tried.calls))
    if tried.orders:
        found.append("12345")
    levels = [level.title for level in ladder.levels if any(code == level.code for code, _ in tried.steps)]
    parts = [f"找过{'、'.join(found)}" if found else "", f"提级到{levels[-1]}" if levels else ""]
    return "，".join(filter(None, parts))
