"""A told conversation as people read it; `docs/conversations.md` holds ten, kept in step by tests/test_scenarios.py."""

import re
import tomllib
from pathlib import Path
from typing import Any

from conversations.effects import AlertDesk, OpenTicket, SendText
from tests.conversations.telling import Told, tell

SCENARIOS = Path(__file__).parent.parent / "scenarios"
_TALK = re.compile(r"(?s)(<!-- talk: (?P<name>\w+) -->\n).*?(<!-- /talk -->)")
_EVENTS = {"follow": "关注", "unfollow": "取消关注", "menu": "点菜单", "notice": "平台通知"}
_KINDS = {"image": "图片", "voice": "语音", "video": "视频", "file": "文件", "link": "链接", "location": "位置"}
_ACTS = {
    "claim": "接手",
    "hand_back": "交回",
    "close": "结束",
    "reopen": "重新打开",
    "ask": "在对话里问回访",
    "correct": "更正",
}


def with_talks(page: str) -> str:
    """The page with the transcript of each marked talk as it is told today."""
    return _TALK.sub(lambda found: f"{found[1]}{_transcript(found['name'])}{found[3]}", page)


def _transcript(name: str) -> str:
    told = tell(tomllib.loads((SCENARIOS / f"{name}.toml").read_text("utf-8")))
    return "```text\n" + "\n".join(_lines(told)) + "\n```\n"


def _lines(told: Told) -> list[str]:
    lines: list[str] = []
    for row, turn in zip(told.rows, told.turns, strict=True):
        if line := _happened(row):
            lines.append(f"{line}    （过了{row['after']}）" if "after" in row else line)
        for effect in turn.effects:
            match effect:
                case SendText(text, _, _, author):
                    who = "帮侬忙" if author == "bot" else "记者　"
                    lines.append(f"  {who}：" + text.replace("\n", "\n          "))
                case OpenTicket(number):
                    lines.append(f"  　　　　［立单 {number}］")
                case AlertDesk(number, reason):
                    lines.append(f"  　　　　［提醒记者 {number} {reason}］")
    return lines


def _happened(row: dict[str, Any]) -> str:
    if "says" in row:
        return "居民：" + row["says"].replace("\n", "\n      ")
    if "sends" in row:
        return f"居民：［{_KINDS[row['sends']]}］"
    if act := row.get("reporter"):
        return f"［记者{_ACTS[act]}］" if act in _ACTS else ""
    if timer := row.get("timer"):
        return f"［到时间：{timer}］"
    return f"［{_EVENTS[row['event']]}］" if "event" in row else ""
