"""What may be released, and how one entry is changed in a text: rules without a service."""

import re
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rows.changes import changes
from bot.rows.checking import check_rows, load_rows
from bot.rows.entries import Known, Unclear, drop_known, set_known, set_reply
from bot.rows.files import laid_over, own_texts, plain, text_digest
from bot.rows.guards import dangers
from bot.rows.release import TYPED, Proposal, not_now, not_theirs, stale_files
from bot.store.rows import Draft
from data.faults import BadRows

NOW = datetime(2022, 4, 20, tzinfo=UTC)
OWN = own_texts()
Change = Callable[[str], str]


def swap(old: str, new: str, count: int = 1) -> Change:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, count)

    return change


def sentence(key: str, words: str) -> Change:
    return lambda text: re.sub(rf'(?m)^{key} = ".*"$', f'{key} = "{words}"', text)


@pytest.mark.parametrize(
    ("file", "change", "says"),
    [
        ("replies.toml", swap('noted = "', 'notid = "'), "notid 没有地方用到"),
        ("replies.toml", swap("已记下：{items}", "已记下：{items:d}"), "只写占位符的名字"),
        ("replies.toml", swap("已记下：{items}", "已记下：{items!r}"), "只写占位符的名字"),
        ("replies.toml", sentence("okay", " "), "不能空"),
        ("replies.toml", sentence("danger_short", "快找医生。"), "少了 120"),
        ("replies.toml", sentence("danger_violence", "快躲开，打119。"), "少了 110"),
        ("slots.toml", swap("[weeks]", "[weekz]"), "没有槽位 'weeks'"),
        ("desk.toml", swap('city = "防疫通行组"\n', ""), "没有组 'city'"),
        ("desk.toml", swap("claim_minutes = 15", "claim_minutes = 0"), "claim_minutes 是 0"),
        ("desk.toml", swap("floor = 0.35", "floor = nan"), "floor 要在 0 和 1 之间"),
        ("desk.toml", swap("nudge_minutes = 3", "nudge_minutes = 99999999999"), "desk.toml"),
        ("desk.toml", lambda text: 'desks = "一组"\n', "写法不对"),
        ("knowledge.toml", swap("不收费。", "不收费{。"), "free：answer 里不能有花括号"),
        ("knowledge.toml", swap("since = 2022-03-25", "since = 2022-03-25T08:00:00"), "只写日期，不写几点"),
        ("knowledge.toml", swap('"你们收费吗"', '"你们是谁"'), "“你们是谁”也写在 who_we_are 里"),
        ("canned.toml", swap("我是记者{reporter}，现在", "我是记者{reporter:x}，现在"), "只写占位符的名字"),
        ("routing.csv", swap("*,*,*,general", "*,*,*,nobody"), "没有组 'nobody'"),
        ("intents/dialysis.toml", swap('code = "dialysis"', 'code = "care"'), "code 应为 'dialysis'"),
        ("intents/dialysis.toml", lambda text: text.partition("[[slot]]")[0] + "slot = 3\n", "写法不对"),
        ("intents/maternity.toml", swap('words = "奶粉|', 'word = "奶粉|'), "[[instead]] 要有 words 和 next_step"),
        ("replies.toml", lambda text: text + "\x00", "控制字符"),
        ("red/rules.csv", lambda text: "x", "没有这个文件"),
    ],
)  # fmt: skip
def test_what_would_harm_running_conversations_is_refused(file: str, change: Change, says: str, tmp_path: Path) -> None:
    text = change(OWN.get(file, ""))
    faults = check_rows({file: text}, tmp_path)
    assert any(says in str(fault) for fault in faults), [str(fault) for fault in faults]
    with pytest.raises(BadRows):
        load_rows({file: text}, tmp_path)
    assert list(tmp_path.iterdir()) == []  # nothing is left lying about


def test_a_slot_or_a_group_in_use_stays_even_where_no_file_names_it(tmp_path: Path) -> None:
    texts = {name: re.sub(r'\[\[slot\]\]\nname = "weeks"\n[^\[]*', "", text) for name, text in OWN.items()}
    texts = {name: text for name, text in texts.items() if text != OWN[name]}
    texts["slots.toml"] = OWN["slots.toml"].replace("[weeks]", "[months]")
    (fault,) = check_rows(texts, tmp_path)
    assert "少了 weeks" in fault.message
    six = {"desk.toml": OWN["desk.toml"].replace("[choices.5]", "[choices.6]")}
    assert any("少了选项 5" in fault.message for fault in check_rows(six, tmp_path))
    more = {"desk.toml": OWN["desk.toml"].replace("[desks]\n", '[desks]\nnight = "夜班组"\n')}
    assert check_rows(more, tmp_path) == []
    assert any("少了组 night" in fault.message for fault in check_rows({}, tmp_path, more))


def test_a_set_from_before_an_upgrade_goes_on_with_the_sentences_that_came_since(tmp_path: Path) -> None:
    old = "\n".join(
        line for line in OWN["replies.toml"].splitlines() if not line.startswith(("danger_fire =", "okay ="))
    )
    ours = set_reply(old, "thanks", "不客气，有事再说。")
    replies = load_rows({"replies.toml": ours}, tmp_path).playbook.replies
    own = tomllib.loads(OWN["replies.toml"])
    assert replies == {**own, "thanks": "不客气，有事再说。"}


def test_the_programs_own_rows_pass_and_need_no_room(tmp_path: Path) -> None:
    assert check_rows({}, tmp_path / "not" / "there") == []
    assert not (tmp_path / "not").exists()


@given(words=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_sentence_goes_in_and_comes_out_and_touches_nothing_else(words: str) -> None:
    text = set_reply(OWN["replies.toml"], "thanks", words)
    was, now = tomllib.loads(OWN["replies.toml"]), tomllib.loads(text)
    assert now.pop("thanks") == words
    was.pop("thanks")
    assert now == was
    assert text.count("#") - OWN["replies.toml"].count("#") == words.count("#")


def test_entries_of_the_knowledge_base_keep_their_neighbours_and_comments() -> None:
    text = (
        "# 头\n\n[a]\nasks = [\n  '一', '二',\n]\nanswer = '答案一二'\nsource = 'x'\nsince = 2022-04-01\n"
        "approved_by = ''\n# 这一条归乙\n[b]\nx = 1\n"
    )
    entry = Known(("问法\"一'", "问法二"), "第一行\n第二行", "来源", "2022-04-02", "2022-05-01", "王")
    done = set_known(text, "a", entry)
    row = tomllib.loads(done)["a"]
    assert (row["asks"], row["answer"], str(row["until"])) == (["问法\"一'", "问法二"], "第一行\n第二行", "2022-05-01")
    assert "# 头" in done
    assert done.index("# 这一条归乙") < done.index("[b]")
    assert tomllib.loads(drop_known(done, "a")) == {"b": {"x": 1}}
    added = tomllib.loads(set_known(text, "c", entry))
    assert list(added) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="isoformat"):
        set_known(text, "a", Known((), "", "", "四月", "", ""))
    for broken in ("[a", '["quoted.key"]\n'):
        with pytest.raises(Unclear):
            drop_known(broken, "a")


def test_what_is_as_the_program_has_it_is_not_overlaid() -> None:
    changed = {"desk.toml": OWN["desk.toml"] + "# x\n"}
    assert laid_over(changed, {"desk.toml": OWN["desk.toml"]}) == {}
    assert plain("a\r\nb\rc\n\n") == "a\nb\nc\n"
    (one,) = changes({}, changed)
    assert (one.name, one.gone, one.new, one.lines[-1].kind, one.lines[-1].text) == ("desk.toml", 0, 1, "new", "# x")


def test_danger_sentences_are_seen_whatever_else_changed() -> None:
    texts = {"replies.toml": OWN["replies.toml"].replace("danger_night = ", "danger_night= ")}
    assert dangers({}, texts) == ()
    texts = {"replies.toml": OWN["replies.toml"].replace("打不通请一直重拨", "打不通请再打", 1)}
    assert dangers({}, texts) == ("danger",)
    assert "danger" in dangers({}, {"replies.toml": "danger = "})


def draft(**more: Any) -> Draft:
    told: dict[str, Any] = {
        "id": 1, "kind": "change", "target": None, "author": "wang", "title": "改了", "status": "offered", "version": 2,
        "texts": {}, "bases": {}, "created_at": NOW, "updated_at": NOW, "offered_at": NOW, "ended_at": None, "ended_by": "",
    }  # fmt: skip
    return Draft(**{**told, **more})


def proposal(dangers: tuple[str, ...] = (), stale: tuple[str, ...] = (), **more: Any) -> Proposal:
    return Proposal(draft(**more), 0, {}, {"desk.toml": "x"}, stale, dangers)


@pytest.mark.parametrize(
    ("login", "role", "urgent", "kind", "touched", "may"),
    [
        ("shen", "editor", False, "change", (), True),
        ("shen", "admin", False, "change", (), True),
        ("wang", "editor", False, "change", (), False),
        ("wang", "admin", False, "change", (), False),
        ("shen", "reporter", False, "change", (), False),
        ("shen", "liaison", False, "change", (), False),
        ("shen", "auditor", False, "change", (), False),
        ("wang", "admin", True, "change", (), True),
        ("wang", "editor", True, "change", (), False),
        ("shen", "admin", True, "change", (), False),
        ("shen", "editor", False, "change", ("danger",), False),
        ("shen", "admin", False, "change", ("danger",), True),
        ("wang", "admin", True, "change", ("danger",), False),
        ("wang", "admin", True, "rollback", ("danger",), True),
        ("wang", "editor", False, "rollback", (), False),
    ],
)
def test_who_may_release(login: str, role: str, urgent: bool, kind: str, touched: tuple[str, ...], may: bool) -> None:
    words = not_theirs(proposal(touched, kind=kind), login=login, role=role, urgent=urgent)
    assert (words is None) is may, words


def test_what_is_still_to_be_done_before_a_release() -> None:
    fine: dict[str, Any] = {"login": "shen", "urgent": False, "typed": "", "reason": "", "title": "改了"}
    assert not_now(proposal(), **fine) is None
    assert "不在等复核" in (not_now(proposal(status="open"), **fine) or "")
    assert "desk.toml" in (not_now(proposal(stale=("desk.toml",)), **fine) or "")
    assert TYPED in (not_now(proposal(("danger",)), **fine) or "")
    assert not_now(proposal(("danger",)), **{**fine, "typed": TYPED}) is None
    assert "为什么等不到" in (not_now(proposal(), **{**fine, "urgent": True}) or "")


def test_a_change_written_on_what_somebody_else_has_replaced_is_stale() -> None:
    base = text_digest(OWN["desk.toml"])
    mine = draft(texts={"desk.toml": OWN["desk.toml"] + "# 我的\n"}, bases={"desk.toml": base})
    assert stale_files(mine, {}) == ()
    assert stale_files(mine, {"desk.toml": OWN["desk.toml"] + "# 别人的\n"}) == ("desk.toml",)
    assert stale_files(mine, {"desk.toml": OWN["desk.toml"] + "# 我的\n"}) == ()  # the very same words
