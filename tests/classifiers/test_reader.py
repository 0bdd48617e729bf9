"""The merge: rules alone, model and rules, and a detector that breaks."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.artefacts import ModelStore
from classifiers.opinion import Opinion
from classifiers.reader import Reader, merged
from classifiers.scorer import Model
from classifiers.train import TrainedReport
from classifiers.urgency import Level
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.reading import Entities, Reason
from data.playbook import load_playbook
from tests.classifiers.conftest import copy_of

NOW = datetime(2022, 4, 5, 12, tzinfo=UTC)
Trained = tuple[ModelStore, TrainedReport, list[tuple[str, float]]]


@dataclass(frozen=True)
class Saw:
    urgency: Urgency = Urgency.NORMAL
    flags: tuple[Flag, ...] = ()
    reasons: tuple[Reason, ...] = ()
    intent: Intent | None = None
    hushed: Intent | None = None


class Rules:
    """Red on 喘; breaks on 坏."""

    def read(self, text: str) -> Saw:
        if "坏" in text:
            raise RuntimeError("rule broke")
        if "喘" in text:
            return Saw(Urgency.CRITICAL, (Flag.ELDER,), (Reason("R01", "呼吸困难", "喘"),), Intent.EMERGENCY)
        return Saw()


class Facts:
    def read(self, text: str, now: datetime) -> Entities:
        if "坏" in text:
            raise ValueError("facts broke")
        return Entities(age_months=960)


class Says:
    def read(self, text: str) -> tuple[Act, ...]:
        return (Act.HUMAN,) if "人工" in text else ()


def test_rules_alone_read_danger_without_a_model() -> None:
    reader = Reader(danger=Rules(), extractor=Facts(), acts=Says())
    red, calm = reader.read(["爸爸喘", "人工"], [NOW, NOW])
    assert (red.intent, red.urgency, red.confidence, red.model) == (Intent.EMERGENCY, Urgency.CRITICAL, 0.0, "")
    assert red.reasons[0].code == "R01" and red.entities.age_months == 960
    assert (calm.intent, calm.urgency, calm.acts) == (Intent.CONSULT, Urgency.NORMAL, (Act.HUMAN,))


def test_the_model_alone_names_intent_and_urgency(model: Model) -> None:
    thanks, food = Reader(model=model).read(["谢谢你们，问题解决了", "断粮三天了，米和菜都没有，求物资"], [NOW, NOW])
    assert thanks.intent is Intent.FEEDBACK and thanks.urgency is Urgency.NORMAL and thanks.model == model.id
    assert food.intent is Intent.SUPPLIES and food.urgency.at_least(Urgency.SOON)
    assert food.reasons[0].code == "model" and 0 < food.confidence <= 1


def test_the_rules_critical_is_never_lowered_and_names_the_case(model: Model) -> None:
    reading = Reader(model=model, danger=Rules()).read(["谢谢你们 喘"], [NOW])[0]
    assert reading.urgency is Urgency.CRITICAL
    assert reading.intent is Intent.EMERGENCY


@pytest.mark.parametrize("with_model", [True, False])
def test_a_broken_detector_loses_only_itself(model: Model, with_model: bool) -> None:
    told: list[tuple[str, Exception]] = []
    reader = Reader(
        model=model if with_model else None, danger=Rules(), extractor=Facts(), acts=Says(),
        failed=lambda name, error: told.append((name, error)),
    )  # fmt: skip
    broken, red = reader.read(["这个坏了 转人工", "喘"], [NOW, NOW])
    assert broken.acts == (Act.HUMAN,) and broken.entities == Entities()
    assert red.urgency is Urgency.CRITICAL
    assert sorted(name for name, _ in told) == ["danger", "extractor"]
    assert reader.failures == {"danger": 1, "extractor": 1}


def test_a_model_that_breaks_on_one_text_still_reads_the_others(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Model.cut

    def touchy(self: Model, texts: list[str]) -> object:
        if any("毒" in text for text in texts):
            raise FloatingPointError("poison")
        return real(self, texts)

    monkeypatch.setattr(Model, "cut", touchy)
    reader = Reader(model=model, danger=Rules())
    poisoned, fine = reader.read(["毒 喘", "谢谢你们，药拿到了"], [NOW, NOW])
    assert (poisoned.model, poisoned.urgency) == ("", Urgency.CRITICAL)
    assert fine.model == model.id and fine.intent is Intent.FEEDBACK
    assert reader.failures == {"model": 2}


def test_texts_and_times_go_in_pairs(model: Model) -> None:
    with pytest.raises(ValueError, match="argument"):
        Reader(model=model).read(["a", "b"], [NOW])
    assert Reader(model=model).read([], []) == []


def test_refresh_takes_over_the_promoted_model(learnt: Trained, tmp_path: Path) -> None:
    store = copy_of(learnt[0], tmp_path)
    reader = Reader()
    assert reader.refresh(store) and reader.model_id == learnt[1].model_id
    assert not reader.refresh(store)


def test_the_odds_are_the_models_own(model: Model) -> None:
    texts = ["家里没米了", "透析三天没做了", ""]
    reader = Reader(model=model)
    told = reader.odds(texts)
    for one, text in zip(told, texts, strict=True):
        shown = reader.explain(text, NOW)
        assert one.intents == pytest.approx(shown["intent"]["probabilities"], abs=6e-5)
        assert one.urgencies == pytest.approx(shown["urgency"]["probabilities"], abs=6e-5)
        assert sum(one.intents.values()) == pytest.approx(1, abs=1e-5)
    assert Reader().odds(texts) == reader.odds([]) == []


def test_explain_shows_words_reasons_and_rules(model: Model) -> None:
    told = Reader(model=model, danger=Rules()).explain("爸爸喘不上气 电话13800135678", NOW)
    assert "‹phone›" in told["tokens"] and told["rules"] == [("R01", "呼吸困难", "喘")]
    assert abs(sum(told["intent"]["probabilities"].values()) - 1) < 0.01
    first = next(iter(told["intent"]["because"].values()))
    assert first and all(isinstance(name, str) and push for name, push in first)
    assert Reader().explain("x", NOW)["rules"] == []


def test_several_needs_in_one_text_are_all_named(model: Model) -> None:
    text = "我爸的降压药前天就吃完了配不到，还有家里断粮两天，米和菜都没有了"
    reading = Reader(model=model).read([text], [NOW])[0]
    named = {reading.intent, *(intent for intent, _ in reading.intents)}
    assert {Intent.MEDICINE, Intent.SUPPLIES} <= named
    assert reading.intent not in dict(reading.intents)
    two = Reader(model=model).read(["我爸的降压药没了，我妈后天要化疗"], [NOW])[0]
    assert {two.intent, *(intent for intent, _ in two.intents)} == {Intent.MEDICINE, Intent.ONCOLOGY}
    single = Reader(model=model).read(["求两盒氨氯地平，我爸的降压药吃完了"], [NOW])[0]
    assert single.intent is Intent.MEDICINE and single.intents == ()


@pytest.mark.parametrize(
    ("read", "confidence", "ruled", "named"),
    [
        (Intent.SUPPLIES, 0.56, Intent.MATERNITY, Intent.MATERNITY),  # it wavers
        (Intent.SUPPLIES, 0.7, Intent.MATERNITY, Intent.SUPPLIES),
        (Intent.CHILD_ILLNESS, 0.7, Intent.MATERNITY, Intent.MATERNITY),  # neighbours: the rule saw which of the two
        (Intent.CHILD_ILLNESS, 0.56, Intent.OTHER_MEDICAL, Intent.CHILD_ILLNESS),  # "something medical" names nothing
    ],
)
def test_an_urgent_rule_names_the_need_where_the_model_wavers(
    read: Intent, confidence: float, ruled: Intent, named: Intent
) -> None:
    level = Level(Urgency.URGENT, 0.9, check=False)
    opinion = Opinion(read, confidence, ((Intent.MATERNITY, 0.4),), level, Urgency.NORMAL, "m")
    rule = Saw(Urgency.URGENT, (), (Reason("O11", "婴儿断奶粉", "奶粉没了"),), ruled)
    reading = merged(rule, opinion, Entities(), ())
    assert reading.intent is named
    assert named not in dict(reading.intents)


def test_beside_a_death_the_ambulance_that_came_solved_nothing() -> None:
    gone = Saw(Urgency.NORMAL, (Flag.DECEASED,), (Reason("F01", "提到有人去世", "人没了"),), None)
    assert merged(gone, None, Entities(), (Act.THANKS, Act.SOLVED)).acts == (Act.THANKS,)
    assert merged(Saw(Urgency.NORMAL, (), (), None), None, Entities(), (Act.SOLVED,)).acts == (Act.SOLVED,)


@pytest.mark.parametrize(
    ("read", "hushed", "urgency", "intent", "flags"),
    [
        (Intent.EMERGENCY, Intent.OTHER_MEDICAL, Urgency.NORMAL, Intent.OTHER_MEDICAL, (Flag.CHECK,)),
        (Intent.EMERGENCY, Intent.LIVELIHOOD, Urgency.NORMAL, Intent.LIVELIHOOD, (Flag.CHECK,)),
        (Intent.CHILD_ILLNESS, Intent.OTHER_MEDICAL, Urgency.NORMAL, Intent.CHILD_ILLNESS, (Flag.CHECK,)),
        (Intent.EMERGENCY, None, Urgency.CRITICAL, Intent.EMERGENCY, ()),
        (Intent.DISTRESS, Intent.OTHER_MEDICAL, Urgency.CRITICAL, Intent.DISTRESS, ()),  # despair is never hushed
    ],
)
def test_what_the_rules_saw_silenced_is_a_doubt_where_the_model_alone_is_alarmed(
    read: Intent, hushed: Intent | None, urgency: Urgency, intent: Intent, flags: tuple[Flag, ...]
) -> None:
    opinion = Opinion(read, 0.8, (), Level(Urgency.CRITICAL, 0.8, check=False), Urgency.CRITICAL, "m")
    reading = merged(Saw(hushed=hushed), opinion, Entities(), ())
    assert (reading.urgency, reading.intent, reading.flags) == (urgency, intent, flags)
    ruled = Saw(Urgency.CRITICAL, (), (Reason("R02", "胸口痛", "胸痛"),), Intent.EMERGENCY, hushed)
    assert merged(ruled, opinion, Entities(), ()).urgency is Urgency.CRITICAL


@pytest.mark.parametrize("felt", [Intent.DISTRESS, Intent.CARE])
def test_how_to_be_rung_is_no_blow_and_an_oath_is_nobodys_mother(felt: Intent) -> None:
    opinion = Opinion(felt, 0.95, (), Level(Urgency.URGENT, 0.7, check=True), Urgency.NORMAL, "m")
    reading = merged(Saw(hushed=Intent.CONSULT), opinion, Entities(), ())
    assert (reading.urgency, reading.intent, reading.flags) == (Urgency.NORMAL, Intent.CONSULT, ())
    assert reading.confidence < load_playbook().manners.floor
    assert merged(Saw(), opinion, Entities(), ()).intent is felt


@pytest.mark.parametrize(
    ("codes", "named"),
    [
        (("R13F",), Intent.EMERGENCY),  # a curtain on fire is no despair
        (("R05", "R13"), Intent.DISTRESS),
        (("R13F", "R12O"), Intent.DISTRESS),
        (("R08",), Intent.DISTRESS),
    ],
)
def test_despair_that_no_rule_sees_gives_way_to_fire_and_water(codes: tuple[str, ...], named: Intent) -> None:
    opinion = Opinion(Intent.DISTRESS, 0.9, (), Level(Urgency.CRITICAL, 0.8, check=False), Urgency.NORMAL, "m")
    rule = Saw(Urgency.CRITICAL, (), tuple(Reason(code, "险情", "") for code in codes), Intent.EMERGENCY)
    assert merged(rule, opinion, Entities(), ()).intent is named


def test_of_what_only_rules_matter_the_model_is_asked_where_they_see_something(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def opinions(reader: Reader, texts: list[str]) -> list[None]:
        asked.extend(texts)
        return [None] * len(texts)

    monkeypatch.setattr(Reader, "_opinions", opinions)
    calm, red, own = Reader(danger=Rules()).read_meaning(["老人", "喘", "药"], by_rules={0, 1})
    assert asked == ["喘", "药"]
    assert (calm.urgency, red.urgency, own.urgency) == (Urgency.NORMAL, Urgency.CRITICAL, Urgency.NORMAL)
