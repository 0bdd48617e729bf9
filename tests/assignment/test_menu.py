"""The menu stands in every page and takes nothing of a page's own away."""

from bot.desk.pages import PAGES
from bot.desk.session import Staff

_OWN = ("groups", "counts", "acts", "here", "plans", "title", "entries", "code", "path", "word", "shown")


def _shown(role: str) -> str:
    page = PAGES.from_string(
        '{% extends "base.html" %}{% block main %}' + "|".join("{{ " + one + " }}" for one in _OWN) + "{% endblock %}"
    )
    return page.render(staff=Staff("li", "李", role, "c", False, b""), **{one: f"own-{one}" for one in _OWN})


def test_what_a_page_was_given_stays_its_own() -> None:
    assert "|".join(f"own-{one}" for one in _OWN) in _shown("editor")


def test_everybody_sees_what_they_may_open() -> None:
    reporter, auditor, editor = _shown("reporter"), _shown("auditor"), _shown("editor")
    for words, there in (("专长和区", editor), ("看板", auditor), ("代为登记", reporter), ("督办", reporter)):
        assert f">{words}</a>" in there
    for words, there in (
        ("专长和区", reporter),
        ("看板", reporter),
        ("系统管理", reporter),
        ("代为登记", auditor),
        ("专长和区", auditor),
    ):
        assert f">{words}</a>" not in there
