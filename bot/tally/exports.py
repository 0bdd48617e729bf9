"""Tickets as files that leave the house: every word masked, no cell a formula, on the map nothing but districts. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.codec import encode
from bot.desk import words
from bot.directory.sheets import guarded
from bot.mask import mask_text
from bot.store.tickets import Ticket
from bot.tally.sheets import Cell, write_book
from conversations.playbook import SHANGHAI, Playbook
from data.tally import TallyRows

COLUMNS = (
    "单号", "时间", "渠道", "类别", "缓急", "情况", "进度", "结果", "核实", "区", "组", "记者",
    "第一次有人看到", "结束时间", "摘要（已遮）",
)  # fmt: skip


def _row(ticket: Ticket, playbook: Playbook) -> tuple[str, ...]:
    def at(moment: datetime | None) -> str:
        return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment is not None else ""

    return (
        ticket.number, at(ticket.created_at), words.CHANNELS.get(ticket.channel, ticket.channel),
        words.intent_title(playbook, ticket.intent), words.URGENCY.get(ticket.urgency, ticket.urgency),
        "、".join(words.FLAGS.get(flag, flag) for flag in ticket.flags), words.stage(ticket.status, ticket.reporter),
        words.OUTCOME[ticket.outcome] if ticket.outcome else "", words.VERIFICATION.get(ticket.verification, ""),
        ticket.district, playbook.desks.get(ticket.desk, ticket.desk), ticket.reporter, at(ticket.acknowledged_at),
        at(ticket.closed_at), mask_text(ticket.body.summary),
    )  # fmt: skip


def as_csv(tickets: Iterable[Ticket], playbook: Playbook) -> bytes:
    """With the mark Excel needs to see that it is UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([guarded(cell) for cell in _row(one, playbook)] for one in tickets)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_sheet(tickets: Iterable[Ticket], playbook: Playbook) -> bytes:
    rows: list[Sequence[Cell]] = [COLUMNS, *(_row(one, playbook) for one in tickets)]
    return write_book({"求助单": rows}, {"求助单": (14, 17, 9, 14, 7, 20, 14, 12, 12, 10, 12, 12, 17, 17, 60)})


def as_geojson(tickets: Iterable[Ticket], playbook: Playbook, rows: TallyRows) -> bytes:
    """RFC 7946. A ticket stands at the rough centre of its district, or nowhere; the hour it came, no number, no words."""
    features = []
    for one in tickets:
        district = rows.districts.get(one.district)
        came = one.created_at.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": district.center} if district else None,
                "properties": {
                    "district": district.name if district else "", "intent": one.intent,
                    "title": words.intent_title(playbook, one.intent), "urgency": one.urgency,
                    "outcome": one.outcome or "open", "hour": came.isoformat(timespec="minutes"),
                },
            }
        )  # fmt: skip
    return encode({"type": "FeatureCollection", "features": features}) + b"\n"
