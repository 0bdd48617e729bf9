"""Draws a report: a table for the terminal and one self-contained HTML page. Figures come from `metrics`."""

from collections.abc import Sequence
from html import escape

from classifiers.evaluate import FIGURES
from classifiers.metrics import Bin, ClassScore, Report


def as_text(report: Report) -> str:
    """The report as lines of text, for a terminal."""
    lines = [f"{report.title}：{report.rows} 条，其中危急 {report.critical_rows} 条"]
    lines += [f"  {title} {getattr(report, name):.3f}" for name, title, _ in FIGURES]
    for title, scores in (("事由", report.classes), ("紧急程度", report.urgency_classes)):
        lines.append(f"{title:<14}{'条数':>6}{'准确':>7}{'召回':>7}{'F1':>7}")
        lines += [
            f"{score.label:<16}{score.rows:>6}{score.precision:>8.2f}{score.recall:>8.2f}{score.f1:>8.2f}"
            for score in scores
            if score.rows
        ]
    return "\n".join(lines)


def as_html(report: Report, note: str = "") -> str:
    """One page with figures, class scores, confusion matrices and the reliability curve; nothing from outside."""
    figures = "".join(
        f"<tr><th>{escape(title)}</th><td>{getattr(report, name):.3f}</td></tr>" for name, title, _ in FIGURES
    )
    return _PAGE.format(
        title=escape(report.title),
        note=escape(note),
        rows=report.rows,
        critical=report.critical_rows,
        figures=figures,
        intents=_scores(report.classes),
        urgencies=_scores(report.urgency_classes),
        confusion=_matrix(report.labels, report.confusion),
        urgency_confusion=_matrix(report.urgency_labels, report.urgency_confusion),
        curve=_curve(report.reliability),
    )


def _scores(scores: Sequence[ClassScore]) -> str:
    head = "<tr><th>类别</th><th>条数</th><th>准确率</th><th>召回率</th><th>F1</th></tr>"
    return head + "".join(
        f"<tr><th>{escape(score.label)}</th><td>{score.rows}</td><td>{score.precision:.2f}</td>"
        f'<td>{score.recall:.2f}</td><td><meter value="{score.f1:.3f}"></meter> {score.f1:.2f}</td></tr>'
        for score in scores
        if score.rows
    )


def _matrix(labels: Sequence[str], table: Sequence[Sequence[int]]) -> str:
    used = [n for n in range(len(labels)) if sum(table[n]) or sum(row[n] for row in table)]
    head = "<tr><th>标注 ＼ 判断</th>" + "".join(f"<th><span>{escape(labels[n])}</span></th>" for n in used) + "</tr>"
    lines = [head]
    for n in used:
        total = max(1, sum(table[n]))
        cells = "".join(_cell(table[n][m], total, hit=m == n) for m in used)
        lines.append(f"<tr><th>{escape(labels[n])}</th>{cells}</tr>")
    return "".join(lines)


def _cell(count: int, total: int, *, hit: bool) -> str:
    return f'<td class="{"hit" if hit else "miss"}" style="--share:{count / total:.2f}">{count or ""}</td>'


def _curve(bins: Sequence[Bin]) -> str:
    """Confidence to the right, the share that was right upwards; a dot's size is the number of texts."""
    most = max((item.rows for item in bins), default=1)
    points = [(40 + 300 * item.confidence, 320 - 300 * item.right, item) for item in bins]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3 + 7 * (item.rows / most) ** 0.5:.1f}">'
        f"<title>说 {item.confidence:.0%}，对 {item.right:.0%}，{item.rows} 条</title></circle>"
        for x, y, item in points
    )
    ticks = "".join(
        f'<text x="{40 + 300 * n / 5:.0f}" y="338" text-anchor="middle">{n / 5:.0%}</text>'
        f'<text x="34" y="{324 - 300 * n / 5:.0f}" text-anchor="end">{n / 5:.0%}</text>'
        for n in range(6)
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    return (
        '<svg viewBox="0 0 360 350" role="img" aria-label="置信度与实际正确率">'
        '<rect x="40" y="20" width="300" height="300"/><path d="M40 320 340 20"/>'
        f'<polyline points="{line}"/>{dots}{ticks}</svg>'
    )


_PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1d2733; }}
table {{ border-collapse: collapse; margin: .5rem 0 1.5rem; }}
th, td {{ padding: .15rem .5rem; border: 1px solid #d8dee6; text-align: right; font-weight: 400; }}
th {{ text-align: left; background: #f5f7fa; }}
.matrix td {{ min-width: 1.6rem; }}
.matrix tr:first-child th span {{ writing-mode: vertical-rl; }}
.hit {{ background: rgb(33 115 70 / calc(var(--share) * .6)); }}
.miss {{ background: rgb(196 43 28 / calc(var(--share) * .9)); }}
svg {{ max-width: 26rem; }} rect {{ fill: none; stroke: #d8dee6; }} path {{ stroke: #9aa5b1; stroke-dasharray: 4; }}
polyline {{ fill: none; stroke: #1a5fb4; }} circle {{ fill: #1a5fb4; fill-opacity: .6; }} text {{ font-size: 11px; fill: #55606e; }}
.wide {{ overflow-x: auto; }}
</style>
<h1>{title}</h1>
<p>{rows} 条，其中危急 {critical} 条。{note}</p>
<table>{figures}</table>
<h2>事由各类得分</h2><table>{intents}</table>
<h2>紧急程度各级得分</h2><table>{urgencies}</table>
<h2>事由混淆矩阵</h2><div class="wide"><table class="matrix">{confusion}</table></div>
<h2>紧急程度混淆矩阵</h2><table class="matrix">{urgency_confusion}</table>
<h2>可靠性曲线</h2><p>横轴是模型的把握，纵轴是实际判断正确的比例；越贴近虚线，把握越可信。</p>{curve}
</html>
"""  # noqa: E501
