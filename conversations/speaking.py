"""What is said, in which words and order: one short message a turn, danger first. Every sentence is a row. Pure."""

from collections.abc import Mapping
from datetime import datetime

from conversations.codes import Flag, Urgency
from conversations.listening import vague
from conversations.playbook import Playbook, SlotRow
from conversations.reading import Reading
from conversations.slots import missing
from conversations.state import Case, Conversation, Filled
from conversations.values import evolve

_WORDS = 40
_DANGER_KINDS = (
    ("R12", "danger_self_harm"),
    ("R13", "danger_violence"),
    ("R07", "danger_pregnancy"),
    ("R11", "danger_child"),
)
"""Reason code → its own wording of the danger line; anything else gets the plain one."""


def danger_line(state: Conversation, reading: Reading, playbook: Playbook, now: datetime) -> str:
    """The 120 line for this message; shorter when it was said within the last minute, honest at night."""
    again = state.danger_at is not None and now - state.danger_at < playbook.manners.danger_again
    if again and reading.urgency is Urgency.CRITICAL:
        return playbook.say("danger_short")
    if reading.urgency is not Urgency.CRITICAL:
        return playbook.say("danger_check")
    codes = [reason.code for reason in reading.reasons]
    key = next((key for code, key in _DANGER_KINDS if code in codes), "danger")
    line = playbook.say(key)
    if playbook.hours.night(now):
        line += playbook.say("danger_night")
    return line


def ask_contact(case: Case, playbook: Playbook) -> tuple[str, tuple[str, ...]]:
    """Phone and address as one ask: (words, slot names); ("", ()) when both are known."""
    wanted = tuple(name for name in ("phone", "address") if name not in case.slots)
    key = {("phone", "address"): "ask_phone_address", ("phone",): "ask_phone", ("address",): "ask_address"}.get(wanted)
    return (playbook.say(key), wanted) if key else ("", ())


def next_ask(case: Case, playbook: Playbook, needs: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The next question within the budget: phone and place together first, then one item at a time."""
    row = playbook.intents[case.intent]
    if case.rounds >= playbook.manners.rounds[case.urgency] or case.quiet:
        return "", ()
    slots = [slot for slot in missing(row, case, needs) if slot.ask or slot.name in ("phone", "address")]
    slots = [slot for slot in slots if case.asked.get(slot.name, 0) < 2]
    if not slots:
        return "", ()
    if any(slot.name in ("phone", "address") for slot in slots):
        return ask_contact(case, playbook)
    first: SlotRow = slots[0]
    return first.ask, (first.name,)


def asked(case: Case, names: tuple[str, ...]) -> Case:
    """The case after asking for these slots: one round spent."""
    if not names:
        return case
    counts = {**case.asked, **{name: case.asked.get(name, 0) + 1 for name in names}}
    return evolve(case, asked=counts, rounds=case.rounds + 1)


def noted(case: Case, news: Mapping[str, Filled], playbook: Playbook) -> str:
    """What was understood, as a statement: "已记下：电话 138…；地址 …。" Nothing when nothing was."""
    rows = {slot.name: slot for slot in playbook.intents[case.intent].slots}
    words = [
        f"{rows[name].title} {value.value}"
        for name, value in news.items()
        if value.value and name in rows and rows[name].kind != "story"  # their own story is not read back to them
    ]
    return playbook.say("noted", items="；".join(words)) if words else ""


def receipt(case: Case, playbook: Playbook, now: datetime) -> str:
    """The ticket's number, what is still missing, and what happens next: never a promise that is not recorded."""
    row = playbook.intents[case.intent]
    if vague(case, playbook) and case.urgency is Urgency.NORMAL:
        return playbook.say("receipt_vague", number=case.ticket)
    lines = [playbook.say("receipt", number=case.ticket, title=row.title)]
    critical = case.urgency is Urgency.CRITICAL
    gaps = [slot.title for slot in missing(row, case, ("open",)) if not critical or slot.name in ("phone", "address")]
    if gaps and not case.quiet:
        lines.append(playbook.say("receipt_gaps", items="、".join(gaps)))
    if playbook.hours.night(now):
        lines.append(playbook.say("next_night_critical" if critical else "next_night"))
    elif critical:
        lines.append(playbook.say("next_critical"))
    else:
        lines.append(row.next_step or playbook.say(f"next_{case.urgency}"))
    return "".join(lines)


def words_for_12345(case: Case, news: Mapping[str, Filled], playbook: Playbook) -> str:
    """For whoever has not called 12345 yet: the sentence to say there, filled with what they told us."""
    called = news.get("called_12345")
    if called is None or ("code", "no") not in called.parts:
        return ""
    row = playbook.intents[case.intent]
    told = [case.slots[name].value for name in ("address", "phone") if name in case.slots]
    words = case.summary if len(case.summary) <= _WORDS else case.summary[: _WORDS - 1] + "…"
    return playbook.say("call_12345", title=row.title, words=words, where="，".join(told) or "（说地址和电话）")


def closing(case: Case, playbook: Playbook) -> str:
    """One line when a case ends, none for the bereaved."""
    key = f"closed_{case.outcome}"
    if Flag.DECEASED in case.flags or key not in playbook.replies:
        return ""
    return playbook.say(key, number=case.ticket)


def status_words(state: Conversation, playbook: Playbook) -> str:
    """Every open ticket in plain words: what it is, where it stands."""
    lines = [
        playbook.say(
            "status_line",
            number=case.ticket,
            title=playbook.intents[case.intent].title,
            standing=playbook.replies.get(f"standing_{case.status}", playbook.replies["standing_intake"]),
        )
        for case in state.cases
        if case.open and case.ticket
    ]
    return "\n".join(lines) if lines else playbook.say("status_none")
