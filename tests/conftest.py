"""Fixtures shared by all: a trained model once a session, homes for real services, the sample of time everything uses."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite what the scenarios expect")


def pytest_configure(config: pytest.Config) -> None:
    """A base folder of this run's own, open to PostgreSQL's user: pytest's shared one is closed again by the next run."""
    if not config.option.basetemp:
        folder = Path(tempfile.mkdtemp(prefix="bangnong-tests-"))
        config.option.basetemp = str(folder / "base")
        folder.chmod(0o711)
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is slow comes last, so that a plain fault shows early."""
    items.sort(
        key=lambda item: (item.get_closest_marker("slow") is not None, item.get_closest_marker("browser") is not None)
    )


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a serving model, trained once from the shipped rows."""
    home = tmp_path_factory.mktemp("trained")
    env = {**os.environ, "BANGNONG_HOME": str(home)}
    subprocess.run(
        [sys.executable, "-m", "bot", "train", "--if-missing"], env=env, check=True, cwd=ROOT, capture_output=True
    )
    return home / "models"


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory, trained: Path) -> Iterator[Path]:
    """A fresh home with that model in it; world-searchable, so that PostgreSQL's user reaches it when we are root."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(trained, folder / "models")
    for place in (folder, *list(folder.parents)[:2]):
        if place.owner() == Path.home().owner():
            place.chmod(place.stat().st_mode | 0o011)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
