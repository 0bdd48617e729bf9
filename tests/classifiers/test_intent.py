"""From probabilities to intents."""

import numpy as np

from classifiers.clauses import MOST, clauses
from classifiers.intent import decide, possible, with_clauses
from classifiers.tokens import Tokenizer
from conversations.codes import Intent

LABELS = (Intent.EMERGENCY, Intent.OTHER_MEDICAL, Intent.MEDICINE, Intent.SUPPLIES, Intent.CHITCHAT)


def test_a_family_wins_by_its_sum() -> None:
    primary, confidence, _ = decide(np.array([0.2, 0.25, 0.35, 0.1, 0.1]), LABELS, further=0.5)
    assert primary is Intent.OTHER_MEDICAL
    assert confidence == 0.25  # its own, not the family's


def test_further_needs_are_listed_likeliest_first_and_never_from_the_same_family() -> None:
    primary, _, further = decide(np.array([0.3, 0.15, 0.2, 0.25, 0.1]), LABELS, further=0.1)
    assert primary is Intent.EMERGENCY
    assert [intent for intent, _ in further] == [Intent.SUPPLIES, Intent.MEDICINE]


def test_small_talk_has_no_further_needs() -> None:
    primary, _, further = decide(np.array([0.0, 0.0, 0.3, 0.0, 0.7]), LABELS, further=0.1)
    assert (primary, further) == (Intent.CHITCHAT, ())


def test_only_plausible_needs_outside_the_family_are_looked_for() -> None:
    assert possible(np.array([0.5, 0.3, 0.1, 0.02, 0.08]), LABELS, Intent.EMERGENCY) == (Intent.MEDICINE,)
    assert possible(np.array([0.0, 0.0, 0.3, 0.0, 0.7]), LABELS, Intent.CHITCHAT) == ()


def test_a_clause_names_a_further_need() -> None:
    rows = np.array([[0.02, 0.0, 0.9, 0.08, 0.0], [0.0, 0.0, 0.4, 0.6, 0.0]])
    assert with_clauses((), (Intent.MEDICINE, Intent.SUPPLIES), rows, LABELS) == ((Intent.MEDICINE, 0.9),)
    assert with_clauses(((Intent.SUPPLIES, 0.45),), (Intent.MEDICINE,), rows, LABELS)[1] == (Intent.SUPPLIES, 0.45)


def test_clauses_keep_every_word_and_stay_few(tokenizer: Tokenizer) -> None:
    def told(text: str) -> list[str]:
        found = clauses(tokenizer.read(text))
        assert not found or [word for piece in found for word in piece.words] == tokenizer.cut(text)
        return [piece.normalised for piece in found]

    assert told("我妈的降压药断了，家里米和菜也没有了") == ["我妈的降压药断了", "家里米和菜也没有了"]
    assert told("我妈的降压药断了还有家里米和菜没有了") == ["我妈的降压药断了", "还有家里米和菜没有了"]
    assert told("就一句话没有标点") == told("") == told("，，。") == []
    assert told("急，我爸喘不上气透不过气，快") == ["急", "我爸喘不上气透不过气 快"]
    assert len(told("家里没有吃的了。" * 57)) <= MOST


def test_what_a_treated_illness_does_is_no_second_need_of_theirs() -> None:
    """尿毒症三天没透析，腿肿: the swelling is looked for in no clause as another matter; a want of food is."""
    labels = (Intent.DIALYSIS, Intent.OTHER_MEDICAL, Intent.SUPPLIES, Intent.CONSULT)
    odds = np.array([0.8, 0.1, 0.06, 0.04])
    assert possible(odds, labels, Intent.DIALYSIS) == (Intent.SUPPLIES,)
    assert set(possible(odds, labels, Intent.SUPPLIES)) == {Intent.DIALYSIS, Intent.OTHER_MEDICAL}
