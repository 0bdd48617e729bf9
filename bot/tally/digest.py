"""What anybody may read: sums, no count so small that somebody could be recognised. Pure."""

from collections.abc import Sequence

from bot.tally.figures import Tally
from bot.tally.period import rate_words
from bot.tally.telling import title_of
from conversations.playbook import Playbook


def few(n: int, least: int) -> str:
    """A count that may be told to everybody."""
    return f"少于{least}件" if 0 < n < least else f"{n}件"


def folded(cells: Sequence[tuple[str, int]], least: int, rest: str) -> list[tuple[str, int]]:
    """Cells of a breakdown whose sum is known, so that nobody finds a small one by subtracting: small ones go together,
    and while they are still few together, the smallest of the others joins them."""
    kept = sorted(((title, n) for title, n in cells if n >= least), key=lambda one: -one[1])
    small = sum(n for _, n in cells if 0 < n < least)
    while 0 < small < least and kept:
        small += kept.pop()[1]
    return [*kept, (rest, small)] if small else kept


def digest_of(tally: Tally, playbook: Playbook) -> str:
    """What anybody may read: sums, no count below the rows' least, nothing of a single person."""
    least, total = tally.rows.least, tally.total
    head = f"“帮侬忙”{tally.period.span}"
    if total < least:
        return f"{head}\n收到求助、咨询等诉求：{few(total, least)}。\n"
    lines = [head, f"收到求助、咨询等诉求：{total}件，平均每小时{rate_words(tally.per_hour)}。"]
    for cut, name in (
        ("channel", "渠道"),
        ("intent", "类别"),
        ("district", "区"),
        ("urgency", "缓急"),
        ("end", "结果"),
    ):
        cells = [(title_of(playbook, tally, cut, code), n) for code, n in tally.cut(cut).items()]
        told = "、".join(f"{title}{few(n, least)}" for title, n in folded(cells, least, f"其他{name}合计"))
        lines.append(f"按{name}：{told}。")
    groups = "、".join(f"{title}{few(n, least)}" for title, n in tally.groups if n)
    if groups:
        lines.append(f"其中：{groups}（一件可以算进几个群体）。")
    lines.append(f"少于{least}件的不单列，以免认出具体的人。")
    return "\n".join(lines) + "\n"
