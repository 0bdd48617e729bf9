"""What the tests of understanding share: the shipped word list, the corpus, and one model trained per session."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

import pytest

from classifiers.artefacts import ModelStore
from classifiers.scorer import Model
from classifiers.tokens import Tokenizer
from classifiers.train import TrainedReport
from data.corpus import Sentence, load_corpus
from data.lexicon import Lexicon, load_lexicon
from tests.conftest import Lesson


@pytest.fixture(scope="package")
def lexicon() -> Lexicon:
    return load_lexicon()


@pytest.fixture(scope="package")
def tokenizer(lexicon: Lexicon, tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return Tokenizer(lexicon.words, lexicon.variants, folder=tmp_path_factory.mktemp("words"))


@pytest.fixture(scope="package")
def corpus() -> list[Sentence]:
    return load_corpus()


@pytest.fixture(scope="package")
def learnt(lesson: Lesson) -> tuple[ModelStore, TrainedReport, list[tuple[str, float]]]:
    """A store with one promoted model, its report, the progress told."""
    return lesson.store, lesson.report, lesson.told


@pytest.fixture(scope="package")
def model(learnt: tuple[ModelStore, TrainedReport, list[tuple[str, float]]]) -> Model:
    store, report, _ = learnt
    return store.load(report.model_id)


@pytest.fixture(scope="package")
def small(corpus: list[Sentence]) -> list[Sentence]:
    """A few hundred rows of every kind, for tests that train more than once."""
    return corpus[::10]


def copy_of(store: ModelStore, folder: Path) -> ModelStore:
    """The same models in another folder, free to be damaged."""
    import shutil

    shutil.copytree(store.folder, folder / "models")
    return ModelStore(folder / "models", store.tokenizer)
