"""The manual says what the program does: keys, words and numbers that people rely on."""

import re
from pathlib import Path

from bot.desk import words
from bot.desk.session import HOURS
from bot.people import SHORTEST
from data.playbook import load_playbook

ROOT = Path(__file__).parent.parent.parent
MANUAL = (ROOT / "docs/desk.md").read_text("utf-8")


def test_every_key_of_the_page_stands_in_the_manual() -> None:
    page = (ROOT / "bot/desk/templates/_help.html").read_text("utf-8")
    for key in re.findall(r"<kbd>([^<]+)</kbd>", page):
        assert re.search(rf"`(Ctrl\+)?{re.escape(key)}(\+Enter)?`", MANUAL), key


def test_every_word_for_where_a_message_went_is_explained() -> None:
    for code, word in words.DELIVERY.items():
        assert word in MANUAL or code in ("received", "told"), word


def test_the_numbers_are_the_programs() -> None:
    manners = load_playbook().manners
    assert f"{int(manners.claim.total_seconds() // 60)} 分钟没有动作会自动放回" in MANUAL
    assert f"{HOURS} 小时没有动静会自动退出" in MANUAL
    assert f"密码至少 {SHORTEST} 个字符" in MANUAL


def test_every_picture_of_the_manual_is_there_small_and_used() -> None:
    folder = ROOT / "docs/pictures"
    shown = set(re.findall(r"pictures/([\w-]+\.webp)", MANUAL))
    assert {one.name for one in folder.iterdir()} == shown
    assert max(one.stat().st_size for one in folder.iterdir()) <= 80_000


def test_every_place_the_manual_leads_to_is_there() -> None:
    headings = {
        re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in re.findall(r"(?m)^#+ (.+)$", MANUAL)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", MANUAL)) <= headings
