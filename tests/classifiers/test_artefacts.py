"""Models on disk: whole or refused with a cure, promoted only when good enough, rolled back."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from classifiers.artefacts import ModelStore, NotGoodEnough, NotServing
from classifiers.evaluate import Floors, gate
from classifiers.metrics import Outcome, Report, measure
from classifiers.model_files import BadModel
from classifiers.tokens import Tokenizer
from classifiers.train import TrainedReport, train
from conversations.codes import Intent, Urgency
from data.corpus import Sentence
from tests.classifiers.conftest import copy_of

Trained = tuple[ModelStore, TrainedReport, list[tuple[str, float]]]


def test_a_saved_model_scores_as_before(learnt: Trained, tmp_path: Path) -> None:
    store, report, _ = learnt
    again = copy_of(store, tmp_path).load(report.model_id)
    texts = ["我爸喘不上气", "谢谢"]
    assert np.array_equal(again.score(texts).intents, store.load(report.model_id).score(texts).intents)
    assert again.about["data"] and again.about["cross_validated"]["rows"] == report.cross_validated.rows


def _cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


def _pickled(file: Path) -> None:
    file.write_bytes(pickle.dumps({"a": 1}))


def _objects(file: Path) -> None:
    np.save(file, np.array([object()]), allow_pickle=True)


def _narrow(file: Path) -> None:
    np.save(file, np.load(file)[:, :-1])


def _not_numbers(file: Path) -> None:
    weights = np.load(file)
    weights[3, 3] = np.nan
    np.save(file, weights)


@pytest.mark.parametrize("damage", [_cut_short, _pickled, _objects, _narrow, _not_numbers, Path.unlink])
@pytest.mark.parametrize("twin", [False, True])
def test_damaged_weights_are_named_with_a_cure(learnt: Trained, tmp_path: Path, damage: object, twin: bool) -> None:
    store = copy_of(learnt[0], tmp_path)
    name = "twin_weights.npy" if twin else "weights.npy"
    damage(store.folder / learnt[1].model_id / name)  # type: ignore[operator]
    with pytest.raises(BadModel, match=rf"{name}.*(bangnong)"):
        store.load(learnt[1].model_id, twin=twin)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 99),
        ("intents", ["emergency", "no such"]),
        ("temperatures", [1.0]),
        ("thresholds", {"x": 1}),
        ("tokenizer", "v0-other"),
        ("features", "of yesterday"),
    ],
)
def test_a_foreign_description_is_refused(learnt: Trained, tmp_path: Path, field: str, value: object) -> None:
    store = copy_of(learnt[0], tmp_path)
    file = store.folder / learnt[1].model_id / "model.json"
    about = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**about, field: value}), "utf-8")
    with pytest.raises(BadModel, match=r"model\.json"):
        store.load(learnt[1].model_id)


@pytest.mark.parametrize("name", ["", "..", "../models", "absent"])
def test_an_id_is_no_path(learnt: Trained, name: str) -> None:
    with pytest.raises(BadModel):
        learnt[0].load(name)


def test_an_empty_store_has_nothing(tokenizer: Tokenizer, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "none", tokenizer)
    assert store.list() == () and store.current() is None
    with pytest.raises(LookupError):
        store.rollback()


def test_promotion_and_rollback_move_the_pointer_for_every_reader(
    small: list[Sentence], tokenizer: Tokenizer, tmp_path: Path
) -> None:
    store, other = ModelStore(tmp_path, tokenizer), ModelStore(tmp_path, tokenizer)
    free = Floors(worst_class=0.0, caught=0.0)
    first = train(small, store, floors=free).model_id
    assert store.list() == (first,) and other.current() is None
    store.promote(first)
    assert other.current() == first
    second = train(small[:-1], store, seed=1, floors=free)
    if second.good_enough:
        store.promote(second.model_id)
        assert other.current() == second.model_id
        assert store.rollback() == first == other.current()
    with pytest.raises(LookupError):
        store.rollback()


def test_going_back_from_a_page_of_before_goes_nowhere(learnt: Trained, tmp_path: Path) -> None:
    store = copy_of(learnt[0], tmp_path)
    served = learnt[1].model_id
    earlier = ["20980101-000000-00000000", "20980102-000000-00000000"]
    for name in earlier:
        shutil.copytree(store.folder / served, store.folder / name)
    (store.folder / "current.json").write_text(json.dumps(earlier), "utf-8")
    assert store.rollback(served) == earlier[1]
    with pytest.raises(NotServing):
        store.rollback(served)  # pressed once more on the same page
    assert store.current() == earlier[1]
    assert store.rollback(earlier[1]) == earlier[0]


def test_a_candidate_measured_against_another_model_does_not_serve(learnt: Trained, tmp_path: Path) -> None:
    store = copy_of(learnt[0], tmp_path)
    old = learnt[1].model_id
    (store.folder / "20990101-000000-00000000").mkdir()
    for file in (store.folder / old).iterdir():
        (store.folder / "20990101-000000-00000000" / file.name).write_bytes(file.read_bytes())
    with pytest.raises(NotGoodEnough, match="重新训练"):
        store.promote("20990101-000000-00000000")
    assert store.current() == old


def test_a_model_under_the_floor_stays_a_candidate(small: list[Sentence], tokenizer: Tokenizer, tmp_path: Path) -> None:
    store = ModelStore(tmp_path, tokenizer)
    report = train(small, store, floors=Floors(worst_class=1.0, caught=1.01))
    assert not report.good_enough
    with pytest.raises(NotGoodEnough) as refused:
        store.promote(report.model_id)
    assert refused.value.report["candidate"]["macro_f1"] == round(report.held_out.macro_f1, 4)
    assert store.current() is None and store.list() == (report.model_id,)


def _report(found: int) -> Report:
    rows = [Sentence(str(n), Intent.EMERGENCY, (), Urgency.CRITICAL, (), "f", n) for n in range(10)]
    level = [Urgency.CRITICAL if n < found else Urgency.NORMAL for n in range(10)]
    return measure("x", rows, [Outcome(Intent.EMERGENCY, 1.0, urgency) for urgency in level])


def test_falling_recall_on_critical_closes_the_gate() -> None:
    floors = Floors(worst_class=0.0, caught=0.0)
    assert gate(_report(8), _report(8), "m", floors)["reasons"] == []
    assert gate(_report(9), _report(8), "m", floors)["reasons"] == []
    assert gate(_report(7), _report(8), "m", floors)["reasons"] != []


def test_a_crash_while_saving_leaves_no_model(
    learnt: Trained, tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ModelStore(tmp_path, tokenizer)
    model = learnt[0].load(learnt[1].model_id)

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(np, "save", broken)
    with pytest.raises(OSError, match="disk full"):
        store.save(model, model)
    assert store.list() == () and list(tmp_path.iterdir()) == []


def test_what_a_killed_training_left_goes(learnt: Trained, tokenizer: Tokenizer, tmp_path: Path) -> None:
    store = ModelStore(tmp_path, tokenizer)
    (tmp_path / ".draft-dead-11466").mkdir()
    (tmp_path / ".draft-dead-11466" / "weights.npy").write_bytes(b"half")
    store.remove_drafts()
    assert list(tmp_path.iterdir()) == []


def test_a_pointer_that_cannot_be_read_is_named(tokenizer: Tokenizer, tmp_path: Path) -> None:
    (tmp_path / "current").write_bytes(b"\xff\xfe")
    with pytest.raises(BadModel, match="current"):
        ModelStore(tmp_path, tokenizer).current()
