"""The sentences the engine may say: `replies.toml`, each with the placeholders it is given.

Sentences of a kind of danger are named in `dangers.toml` alone, so that a new danger is rows and nothing else.
"""

import re
import string
from collections.abc import Mapping
from pathlib import Path

from conversations.codes import TicketStatus
from data.faults import Fault
from data.rows import is_words, line_of, read_toml

_SMALLEST_CHANNEL = 2047
"""Bytes of the tightest channel: no sentence may be longer."""

_PLAIN = """
    danger danger_short danger_check danger_night danger_ambulance_waits
    ask_phone_address ask_phone ask_address ask_door ask_lane next_urgent next_urgent_here next_soon next_normal next_night
    next_critical_mute next_night_mute ask_safely question_kept where_lost welcome greet form_begun menu_help spam thanks unclear
    unclear_choices notice status_none status_noted after_end withdraw_done erase_done erase_kept refuse_consent
    call_yourself next_repost condolence condolence_again condolence_beside beside_you feedback abused
    slowly skipped noted_words upset again okay not_now
    private_number danger_check_self_harm heard_first danger_at_door
    danger_if child_danger place_right ask_child_phone ask_child_address not_solved_what
    media_kept media_voice_kept courtesy
    ask_repost_contact next_mute status_late status_taken status_done
    ask_door_of ask_phone_gently ask_lost ask_child foreign_again solved_ended ask_satisfied satisfied_bad
    danger_any danger_if_any danger_distress danger_if_distress picture_no ask_repost ask_consent next_surge beside_you_again
    media_image media_voice media_other held not_stored comment
"""
_NUMBERED = """
    revisit revisit_critical threat added added_mute solved_critical not_solved_critical human human_night
    erase_undone child child_added foreign foreign_added withdraw_kept erase_held solved not_solved consent consent_but
    media_added
"""

REPLIES: Mapping[str, frozenset[str]] = {
    key: frozenset(names.split())
    for key, names in {
        **dict.fromkeys(_PLAIN.split(), ""),
        **dict.fromkeys(_NUMBERED.split(), "number"),
        **{
            f"closed_{outcome}": "number"
            for outcome in ("solved", "partly", "answered", "referred", "duplicate", "withdrawn")
        },
        **{f"standing_{status}": "" for status in TicketStatus},
        **dict.fromkeys(
            (
                "next_critical",
                "next_critical_violence",
                "next_night_critical",
                "danger_mute",
                "danger_check_call",
                "again_critical",
                "nudge_critical",
                "foreign_danger",
            ),
            "call",
        ),
        "added_critical": "number call",
        "solved_which": "items title",
        "solved_rest": "items",
        "tip": "name number when",
        "before_treatment": "number day title",
        "missed_treatment": "number day title",
        "comment_link": "link",
        "ask_district": "place",
        "ask_district_choices": "place choices",
        "noted": "items",
        "danger_list": "items",
        "receipt": "number title",
        "receipt_vague": "number",
        "list_receipt": "count items",
        "picture_ask": "items",
        "danger_picture": "words",
        "answer": "answer source",
        "also_receipt": "number title",
        "call_12345": "title words where",
        "receipt_gaps": "items",
        "status_line": "number title standing",
        "status_begun": "missing",
        "status_queue": "count",
        "phone_odd": "number count",
    }.items()
}
"""Every sentence the engine may say, with the placeholders it is given."""


_NUMBERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        """
        danger danger_short danger_check danger_check_self_harm danger_if child_danger danger_picture danger_at_door
        danger_ambulance_waits
        """.split(),
        ("120",),
    ),
    "danger_any": ("110", "119", "120"),
    "danger_if_any": ("119", "120"),
    "danger_distress": ("110", "120"),
    "danger_if_distress": ("110", "120"),
    "danger_check_call": ("{call}",),
    "danger_mute": ("{call}",),
}
"""What a sentence is for: whoever hears it must know whom to ring. Those of a kind of danger: see `dangers`."""


def placeholders(key: str) -> frozenset[str]:
    """What may stand in braces in the sentence `key`; nothing in those that are said of a danger."""
    return REPLIES.get(key, frozenset())


def read_replies(folder: Path, faults: list[Fault]) -> dict[str, str]:
    """Key → sentence, with every fault named."""
    path = folder / "replies.toml"
    raw = read_toml(path, faults)
    rows = [row for row in read_toml(folder / "dangers.toml", []).values() if isinstance(row, dict)]
    of_dangers = {str(row.get(name)) for row in rows for name in ("say", "short", "ask", "foreign")}
    for key in sorted(REPLIES.keys() - raw.keys()):
        faults.append(Fault(path.name, 1, f"缺一句 {key}"))
    for key, text in raw.items():
        line = line_of(path, rf"^\[*{re.escape(key)}\b")
        if key not in REPLIES and key not in of_dangers:
            faults.append(Fault(path.name, line, f"{key} 没有地方用到：名字写错了，或应删去"))
            continue
        if not is_words(text):
            faults.append(Fault(path.name, line, f"{key} 要是一句话，不能空"))
            continue
        try:
            parts = [part for part in string.Formatter().parse(text) if part[1] is not None]
            names = {str(part[1]) for part in parts}
        except ValueError:
            faults.append(Fault(path.name, line, f"{key} 的花括号不成对"))
            continue
        if any(spec or conversion for _, _, spec, conversion in parts):
            faults.append(Fault(path.name, line, f"{key} 花括号里只写占位符的名字，如 {{number}}，不带冒号和叹号"))
        if names - placeholders(key):
            faults.append(
                Fault(
                    path.name,
                    line,
                    f"{key} 里的 {sorted(names - placeholders(key))} 不是它的占位符（有：{sorted(placeholders(key))}）",
                )
            )
        for number in _NUMBERS.get(key, ()):
            if not re.search(rf"(?<!\d){re.escape(number)}(?!\d)", text):
                faults.append(Fault(path.name, line, f"{key} 少了 {number}：听到的人要知道打哪个号码"))
        if len(text.encode()) > _SMALLEST_CHANNEL // 3:
            faults.append(Fault(path.name, line, f"{key} 太长：一条消息里还要放别的话"))
    return {key: str(value) for key, value in raw.items()}
