"""The tally as text for a terminal, JSON for programs, and a workbook for Excel; no cell of it is a formula. Pure."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from adapters.text import clean
from bot.codec import encode
from bot.directory.sheets import guarded
from bot.tally.figures import CLOCKS, Tally
from bot.tally.telling import Section, sections_of, sentence_of
from conversations.playbook import SHANGHAI, Playbook

Cell = str | int | float | None


def as_text(tally: Tally, playbook: Playbook) -> str:
    """Every figure, one a line, and the paper's sentence."""
    out = [sentence_of(tally), ""]
    for section in sections_of(tally, playbook):
        out.append(f"【{section.title}】")
        out += [f"  {line.title}：{line.value}" for line in section.lines] or ["  没有"]
        out.append("")
    return "\n".join(out).rstrip() + "\n"


def as_json(tally: Tally) -> bytes:
    """Codes and numbers. Seconds and hours as numbers, moments as ISO 8601, rates between 0 and 1 or null."""
    counts, period = tally.counts, tally.period
    shares = {
        "solved": tally.share("solved"), "partly": tally.share("partly"), "open": tally.share("open"),
        "answered": tally.share("answered"), "referred": tally.share("referred"),
    }  # fmt: skip
    value = {
        "from": period.start.astimezone(SHANGHAI), "to": period.end.astimezone(SHANGHAI),
        "hours_open": period.hours, "working_hours": tally.working_hours,
        "total": tally.total, "raw": counts.raw, "duplicates": counts.duplicates, "no_request": counts.others,
        "per_hour": tally.per_hour, "per_working_hour": tally.per_working_hour, "per_day": tally.per_day,
        "mean_interval_seconds": tally.gap, "sentence": sentence_of(tally),
        "reporters": tally.reporters, "reporter_days": tally.reporter_days, "per_reporter_day": tally.per_reporter_day,
        "shifts": [
            {"day": day, "first": first, "last": last, "reporters": people, "acts": acts}
            for day, first, last, people, acts in tally.shifts
        ],
        **{f"by_{name}": tally.cut(name) for name in ("channel", "type", "intent", "district", "urgency", "status")},
        "outcomes": tally.cut("end"), "rates": {name: _share(one) for name, one in shares.items()},
        "orders": counts.orders, "local_coordination": counts.local, "deferred": tally.cut("status").get("deferred", 0),
        "clocks": {name: {**counts.clocks.get(name, {}), "rate": tally.clock(name).rate} for name in CLOCKS},
        "revisits": {
            "due": counts.revisits.due, "done": counts.revisits.done, "asked": counts.revisits.asked,
            "contacted": counts.revisits.contacted, "solved": counts.revisits.solved,
            "satisfied": counts.revisits.satisfied,
            "rates": {
                "contacted": tally.contacted.rate, "solved": tally.solved_by_revisit.rate, "satisfied": tally.satisfied.rate,
            },
        },
        "special_groups": dict(tally.groups), "units": {"reached": counts.units, "kinds": counts.unit_kinds},
        "handled": counts.handled,
        "alarms": {
            "count": counts.alarms.count, "acknowledged": counts.alarms.seen, "in_time": counts.alarms.within,
            "median_seconds": counts.alarms.half, "p90_seconds": counts.alarms.nine_tenths,
        },
        "missed": counts.missed, "manual": {code: text for code, _, text in tally.manual if text},
        "days": [{"day": day, "raw": one.raw, "requests": one.requests, "critical": one.critical, "solved": one.solved}
                 for day, one in sorted(counts.days.items())],
    }  # fmt: skip
    return encode(value) + b"\n"


def _share(share: Any) -> dict[str, float | int | None]:
    return {"n": share.n, "of": share.of, "rate": share.rate}


def as_xlsx(tallies: Sequence[Tally], playbook: Playbook) -> bytes:
    """A sheet a tally with every figure, then all their days."""
    sheets: dict[str, list[Sequence[Cell]]] = {}
    days: list[Sequence[Cell]] = [("日期", "诉求", "去重前", "危急", "已解决")]
    for tally in tallies:
        rows: list[Sequence[Cell]] = [(sentence_of(tally),)]
        for section in sections_of(tally, playbook):
            rows += [(), (section.title,), *_lines(section)]
        sheets[tally.period.span if len(tallies) > 1 else "日报"] = rows
        days += [
            (f"{day:%Y-%m-%d}", one.requests, one.raw, one.critical, one.solved)
            for day, one in sorted(tally.counts.days.items())
        ]
    widths: dict[str, Sequence[int]] = dict.fromkeys(sheets, (34, 44, 14))
    return write_book({**sheets, "每天": days}, {**widths, "每天": (14, 10, 10, 10, 10)})


def _lines(section: Section) -> Iterable[Sequence[Cell]]:
    return [(line.title, line.value, line.n) for line in section.lines]


def write_book(sheets: dict[str, list[Sequence[Cell]]], widths: dict[str, Sequence[int]]) -> bytes:
    """Sheet title → rows. Numbers stay numbers; every text is text, whoever wrote it, without what XML cannot say."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for place, width in enumerate(widths.get(title, ()), 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        for row in rows:
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=guarded(clean(value)) if isinstance(value, str) else value)
                if isinstance(value, str):
                    cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
