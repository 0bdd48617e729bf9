"""Fixtures shared by all: a trained model once a session, homes for real services, the sample of time everything uses."""

import gc
import os
import pickle
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from bot.understanding import open_models
from classifiers.artefacts import ModelStore
from classifiers.train import TrainedReport, train
from data.corpus import load_corpus
from data.lexicon import load_lexicon
from tests.homes import Homes, alone, shared_cluster

USUAL, QUICK = 12, 3
"""Seconds of a slow test that does not say how many, and of one with a browser that is not slow."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite what the scenarios expect")


def pytest_configure(config: pytest.Config) -> None:
    """A base folder of this run's own, open to PostgreSQL's user: pytest's shared one is closed again by the next run."""
    gc.disable()  # until all is collected: what is made by then stays, and to look through it costs a fifth of that time
    if not config.option.basetemp:
        folder = Path(tempfile.mkdtemp(prefix="bangnong-tests-"))
        config.option.basetemp = str(folder / "base")
        folder.chmod(0o711)
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Alone: what is slow comes last, so that a plain fault shows early. Shared out by files: the longest files first.

    How long is what `slow(SECONDS)` says, roughly and on a busy machine; the order is all that hangs on it.
    """
    lasts: Counter[Path] = Counter()
    for item in items:
        if item.get_closest_marker("long") is None and (mark := item.get_closest_marker("slow")):
            lasts[item.path] += mark.args[0] if mark.args else USUAL
        elif item.get_closest_marker("browser"):
            lasts[item.path] += QUICK
    together = "PYTEST_XDIST_WORKER" in os.environ

    def place(item: pytest.Item) -> tuple[int, str, bool, bool]:
        late = item.get_closest_marker("slow") is not None
        file = (-lasts[item.path], str(item.path)) if together else (0, "")
        return *file, late, item.get_closest_marker("browser") is not None

    items.sort(key=place)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@dataclass(frozen=True)
class Lesson:
    """One training of a session: every third row, since what is tested is how it goes, not how well."""

    home: Path
    store: ModelStore
    report: TrainedReport
    told: list[tuple[str, float]]


def _taught(home: Path) -> tuple[TrainedReport, list[tuple[str, float]]]:
    store = open_models(home)
    told: list[tuple[str, float]] = []
    rows, kinds = load_corpus()[::3], load_lexicon().kinds
    report = train(rows, store, kinds=kinds, progress=lambda stage, share: told.append((stage, share)))
    store.promote(report.model_id, first=True)
    return report, told


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all test processes of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    """Whoever of several test processes needs it first trains; the others wait for the lock and copy."""
    shared = _shared(tmp_path_factory) / "lesson"
    kept = shared / "report.pickle"
    with alone(shared):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(_taught(shared)))
    report, told = pickle.loads(kept.read_bytes())
    home = tmp_path_factory.mktemp("trained")
    shutil.copytree(shared / "models", home / "models")
    return Lesson(home, open_models(home), report, told)


@pytest.fixture(scope="session")
def trained(lesson: Lesson) -> Path:
    """A folder with a serving model."""
    return lesson.home / "models"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PostgreSQL data folder to copy: an empty record, shut down in order."""
    return shared_cluster(_shared(tmp_path_factory) / "record")


@pytest.fixture(scope="session")
def homes(trained: Path, cluster: Path) -> Homes:
    return Homes(trained, cluster)


@pytest.fixture
def home(homes: Homes) -> Iterator[Path]:
    """A home of one's own."""
    folder = homes.new("home")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
