"""No property that cannot fail: for each the engine is broken in one place, and some dialogue must show it."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from conversations import answering, asking, endings, engine, hearing, silence, talk, warning
from conversations.codes import Act, Outcome
from conversations.effects import AlertDesk
from conversations.playbook import Manners
from conversations.state import Case
from conversations.turn import Draft, Turn
from conversations.values import evolve
from conversations.window import ReplyWindow
from tests.conversations.dialogues import play_dialogue
from tests.conversations.properties import PROPERTIES
from tests.conversations.telling import CHANNELS

_TRIES = 3000
_BOTH = ("phone", "address")


def _asks_regardless(patch: pytest.MonkeyPatch) -> None:
    for module in (asking, answering):
        patch.setattr(module, "ask_contact", lambda case, playbook: (playbook.say("ask_phone_address"), _BOTH))


def _asks_again_at_once(patch: pytest.MonkeyPatch) -> None:
    words = {("phone", "address"): "ask_phone_address", ("phone",): "ask_phone", ("address",): "ask_address"}
    ask = answering._ask
    patch.setattr(
        answering, "_remind",
        lambda draft, case, names: ask(draft, case, draft.playbook.say(words.get(names, "ask_phone_address")), names),
    )  # fmt: skip


def _forgets_to_share(patch: pytest.MonkeyPatch) -> None:
    for module in (hearing, talk):
        patch.setattr(module, "share", lambda draft, case: draft.put(case))


def _turn_stands_still(patch: pytest.MonkeyPatch) -> None:
    def same_turn(value: Any, **changes: Any) -> Any:
        changes.pop("turn", None)
        return evolve(value, **changes)

    patch.setattr(engine, "evolve", same_turn)


def _refuses_loudly(patch: pytest.MonkeyPatch) -> None:
    finish = Draft.finish

    def loud(draft: Draft, refused: str = "") -> Turn:
        if refused:
            draft.effects.append(AlertDesk("", refused))
        return finish(draft, refused)

    patch.setattr(Draft, "finish", loud)


def _talks_in_between(patch: pytest.MonkeyPatch) -> None:
    def talks(draft: Draft, *_: Any) -> Turn:
        draft.say("info", "您好")
        return draft.finish()

    patch.setattr(hearing, "_beside_a_reporter", talks)


def _deaf_to_the_wish_for_a_person(patch: pytest.MonkeyPatch) -> None:
    # A copy: an item taken out and put back would come last, and the order of acts is their weight.
    patch.setattr(talk, "_ACTS", {act: handler for act, handler in talk._ACTS.items() if act is not Act.HUMAN})


def _takes_pictures_at_their_word(draft: Draft, case: Case) -> None:
    for one in case.pictured:
        case = draft.put(evolve(case, slots={**one.slots, **case.slots}))


def _swells(draft: Draft) -> None:
    draft.said = [(purpose, words * 40) for purpose, words in draft.said]


BROKEN: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "never_asks_what_is_filled": _asks_regardless,
    "never_asks_for_a_phone_it_was_given": _forgets_to_share,
    "never_asks_more_than_its_budget": lambda patch: patch.setattr(Manners, "budget", lambda *_, **__: 99),
    "never_pushes_beyond_the_window": lambda patch: patch.setattr(ReplyWindow, "remaining", lambda *_: 99),
    "never_asks_in_the_same_words_twice_running": _asks_again_at_once,
    "danger_is_answered_in_the_same_turn": lambda patch: patch.setattr(warning, "is_red", lambda _: False),
    "no_pressing_case_is_closed_but_by_a_person": lambda patch: patch.setattr(endings, "pressing", lambda _: []),
    "a_person_is_reached_at_once": _deaf_to_the_wish_for_a_person,
    "the_record_tells_it_again": lambda patch: patch.setattr(hearing, "remember", lambda state, *_: state),
    "effect_ids_are_unique": _turn_stands_still,
    "a_refused_act_changes_nothing": _refuses_loudly,
    "one_message_a_turn_and_it_fits": lambda patch: patch.setattr(Draft, "_once", _swells),
    "the_bot_keeps_still_beside_a_reporter": _talks_in_between,
    "nothing_but_a_known_outcome_ends_a_case": lambda patch: patch.setattr(
        silence, "put_back", lambda case: evolve(case, reporter="", outcome=Outcome.WITHDRAWN)
    ),
    "a_picture_fills_nothing_by_itself": lambda patch: patch.setattr(
        silence, "ask_about_pictures", _takes_pictures_at_their_word
    ),
}

_BROKEN_LATER = {"the_record_tells_it_again"}
"""Broken between the talk and its replay."""


@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_a_broken_engine_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name not in _BROKEN_LATER:
        BROKEN[name](monkeypatch)
    for seed in range(_TRIES):
        chance = Random(seed)
        channel = chance.choice(sorted(CHANNELS))
        steps = play_dialogue(channel, [chance.randrange(2**32) for _ in range(chance.randint(4, 14))])
        with monkeypatch.context() as later:
            if name in _BROKEN_LATER:
                BROKEN[name](later)
            try:
                PROPERTIES[name](steps)
            except AssertionError:
                return
    pytest.fail(f"{name} holds whatever is broken: it says nothing")


def test_every_property_has_its_break() -> None:
    assert BROKEN.keys() == PROPERTIES.keys()
