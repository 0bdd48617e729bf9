"""The order's fields: filled from the ticket, read from what was typed, written out for people and for the gateway. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.hotline.gate import called_of
from bot.store.orders import Form, Order
from bot.store.said import Message
from bot.store.tickets import Ticket
from conversations.playbook import SHANGHAI, Playbook
from data.hotline import LEVELS, Field, Hotline

BLANK = "＿＿"
_ANSWER = 400
"""Characters of an answer that go into the sentence to the resident; the rest is read out on the telephone."""
_REASON = 200


def first_form(ticket: Ticket, messages: Sequence[Message], playbook: Playbook, rows: Hotline) -> Form:
    """An order as it follows from the ticket, for a person to read and mend."""
    known = _known(ticket, messages, playbook, rows)
    fields = {
        field.code: next((value for source in field.sources if (value := known.get(source, ""))), "")[: field.longest]
        for field in rows.fields
    }
    level, kind = rows.level_for(ticket.urgency), rows.kind_for(ticket.intent)
    return Form(level.code, kind.code, called_of(ticket, rows).code, fields)


def _known(ticket: Ticket, messages: Sequence[Message], playbook: Playbook, rows: Hotline) -> dict[str, str]:
    titles = {slot.name: slot.title for row in playbook.intents.values() for slot in row.slots}
    category = rows.category_for(ticket.intent)
    title = next((row.title for row in playbook.intents.values() if row.code == ticket.intent), ticket.intent)
    called = ticket.body.slots.get("called_12345", {})
    told = [one.text.strip() for one in messages if one.direction == "i" and one.case in (0, ticket.case)]
    boxed = {source.removeprefix("slot:") for field in rows.fields for source in field.sources} | {"called_12345"}
    facts = [f"{titles[name]}：{value}" for name, value in ticket.slots.items() if name in titles and name not in boxed]
    known = {f"slot:{name}": value for name, value in ticket.slots.items()}
    return known | {
        "summary": _one_line(f"{ticket.district}{title}：{ticket.body.summary}"),
        "category": category.name if category else title,
        "facts": "\n".join(facts),
        "words": "\n".join(filter(None, told)),
        "number": dict(called.get("parts") or ()).get("number", ""),
    }


def typed_form(given: Mapping[str, str], was: Form, rows: Hotline) -> tuple[Form, str]:
    """(the form as typed, what is wrong with it as a sentence or ""). A code nobody knows leaves the old one."""
    fields, wrong = {}, ""
    for field in rows.fields:
        value = given.get(f"field-{field.code}")
        text = was.fields.get(field.code, "") if value is None else _clean(value, field)
        if len(text) > field.longest:
            wrong = wrong or f"“{field.title}”太长：最多 {field.longest} 个字，现在 {len(text)} 个。"
        fields[field.code] = text

    def one_of(name: str, known: Sequence[str], old: str) -> str:
        return given[name] if given.get(name) in known else old

    return Form(
        one_of("level", LEVELS, was.level), one_of("kind", [one.code for one in rows.kinds], was.kind),
        one_of("called", [one.code for one in rows.called], was.called), fields,
        given.get("reason", was.reason).strip()[:_REASON],
    ), wrong  # fmt: skip


def _clean(value: str, field: Field) -> str:
    text = value.replace("\r\n", "\n").replace("\x00", "").strip()
    return text if field.lines > 1 else _one_line(text)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def missing(form: Form, rows: Hotline) -> list[str]:
    """Titles of what an order should say and does not yet."""
    return [field.title for field in rows.fields if field.need and not form.fields.get(field.code)]


def payload(order: Order, form: Form, at: datetime, intent: str, rows: Hotline) -> bytes:
    """What the gateway gets. Kept and sent again byte by byte, so that its answer to a repetition is the same."""
    category = rows.category_for(intent)
    body = {
        "number": order.number,
        "ticket": order.ticket,
        "level": form.level,
        "type": form.kind,
        "category": {"code": category.code if category else "", "name": form.fields.get("category", "")},
        "called_12345": form.called,
        "made_at": order.made_at.isoformat(timespec="seconds"),
        "sent_at": at.isoformat(timespec="seconds"),
        "fields": dict(form.fields),
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def plain_text(order: Order, rows: Hotline) -> str:
    """The order as one text: to be pasted into the hotline's own form, or read out on the telephone."""
    form = order.form
    kind = next((one.title for one in rows.kinds if one.code == form.kind), form.kind)
    lines = [
        f"{rows.level(form.level).title}工单 {order.number}",
        f"诉求类型：{kind}",
        *(f"{field.title}：{form.fields[field.code]}" for field in rows.fields if form.fields.get(field.code)),
        f"居民打过12345吗：{rows.call(form.called).title}",
        f"提交单位：帮侬忙 {(order.sent_at or order.made_at).astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
    ]
    return "\n".join(lines)


def tell_text(order: Order, stage: str, rows: Hotline) -> str:
    """What the resident may be told, for a person to read, mend and send; what is not known is a blank."""
    answer = _one_line(order.reply.text)
    if len(answer) > _ANSWER:
        answer = answer[: _ANSWER - 1] + "…"
    values = {
        "level": rows.level(order.form.level).title, "order": order.number, "hotline": order.reply.number,
        "unit": order.reply.unit, "answer": answer if answer.endswith(("。", "！", "？", "…")) or not answer else answer + "。",
    }  # fmt: skip
    return rows.tells[stage].format_map({name: value or BLANK for name, value in values.items()})
