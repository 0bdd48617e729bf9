"""Understanding put together: rows from `data`, detectors from `classifiers`, and the model that serves."""

from collections.abc import Callable
from pathlib import Path

from classifiers.acts import ActReader
from classifiers.answers import Answers
from classifiers.artefacts import ModelStore
from classifiers.entities import EntityReader
from classifiers.reader import Answering, Reader
from classifiers.redflags import RedFlags
from classifiers.tokens import Tokenizer
from data.acts import load_acts
from data.faults import BadRows, Fault, rows_folder
from data.knowledge import read_knowledge
from data.lexicon import load_lexicon
from data.places import load_places
from data.red import load_red


def open_tokenizer(home: Path) -> Tokenizer:
    """The tokenizer with our lexicon; its cache stays in a folder of ours."""
    cache = home / "cache"
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    lexicon = load_lexicon()
    return Tokenizer(lexicon.words, lexicon.variants, folder=cache)


def open_models(home: Path) -> ModelStore:
    return ModelStore(home / "models", open_tokenizer(home))


def open_reader(
    models: ModelStore | None,
    failed: Callable[[str, Exception], None] | None = None,
    answers: Answering | None = None,
    *,
    lazy: bool = False,
) -> Reader:
    """A reader over the shipped rows and the serving model; without one the rules read alone. Raises BadRows.

    `answers`: who knows the approved answers, where others than the shipped ones serve. `lazy`: what most texts never ask
    for is left to `Reader.prepare`, or to the text that asks: a command reads a few lines and ends.
    """
    faults: list[Fault] = []
    folder = rows_folder()
    red, acts, places = load_red(folder, faults), load_acts(folder, faults), load_places(folder, faults)
    answers = answers or Answers(read_knowledge(folder, faults))
    if faults:
        raise BadRows(faults)
    reader = Reader(
        danger=RedFlags(red),
        extractor=EntityReader(places, red),
        acts=ActReader(acts, red.variants),
        answers=answers,
        failed=failed,
    )
    if models is not None:
        reader.refresh(models)
    if not lazy:
        reader.prepare()
        assert models is None or models.tokenizer.engine  # its dictionary is made when first asked for
    return reader
