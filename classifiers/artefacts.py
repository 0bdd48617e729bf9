"""Models on disk: a folder of arrays and JSON each, a pointer to the one that serves, and the gate before it moves.

    models/
      current                    id of the serving model, replaced atomically
      current.json               the ones that served before
      20220405-101500-1a2b3c4d/  model.json  vocabulary.json  weights.npy  bias.npy  twin_weights.npy  twin_bias.npy

Nothing is ever unpickled. The *twin* is the same model fitted without the held-out fifth of the rows: twins are what
the gate compares, since the models themselves have seen every row.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.features import CHAR, WORD
from classifiers.features import VERSION as FEATURES
from classifiers.grams import Grams
from classifiers.model_files import CURE, FORMAT, BadModel, Shapes, described, read_json
from classifiers.scorer import Model, Thresholds
from classifiers.tokens import Tokenizer
from classifiers.word_rows import WordRows
from conversations.codes import Intent, Urgency


class NotGoodEnough(Exception):
    """A candidate that may not serve. `report` holds the figures that were compared."""

    def __init__(self, reasons: Sequence[str], report: Mapping[str, Any]) -> None:
        self.reasons, self.report = tuple(reasons), report
        super().__init__("; ".join(reasons))


class NotServing(Exception):
    """The model to be left does not serve (any more)."""


class ModelStore:
    """The models of one installation. Safe to read while another process saves or promotes: files appear whole."""

    def __init__(self, folder: Path, tokenizer: Tokenizer) -> None:
        self.folder, self.tokenizer = folder, tokenizer
        self._seen: tuple[tuple[int, int, int], str] | None = None

    def list(self) -> tuple[str, ...]:
        """Ids of all complete models, oldest first."""
        if not self.folder.is_dir():
            return ()
        return tuple(
            sorted(path.parent.name for path in self.folder.glob("*/model.json") if path.parent.name[0] != ".")
        )

    def current(self) -> str | None:
        """Id of the serving model, None before the first promotion. Cheap: read again only when it moved. Raises `BadModel`."""
        try:
            stat = (self.folder / "current").stat()
        except FileNotFoundError:
            return None
        mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if self._seen is None or self._seen[0] != mark:
            try:
                self._seen = (mark, (self.folder / "current").read_text("utf-8").strip())
            except (OSError, UnicodeDecodeError) as wrong:
                raise BadModel(self.folder / "current", f"unreadable ({wrong})", CURE) from wrong
        return self._seen[1] or None

    def check(self, model_id: str) -> None:
        """Whether `load` would take it: raises `BadModel` as it does, in a tenth of its time."""
        folder = self._folder(model_id)
        about, keys = described(folder, self.tokenizer.id)
        shapes = Shapes(len(keys), len(about["intents"]) + len(about["urgencies"]))
        shapes.weights(folder, lightly=True)
        shapes.bias(folder, lightly=True)

    def load(self, model_id: str, *, twin: bool = False) -> Model:
        """The model, checked. Raises `BadModel` for a missing, torn, foreign or misshapen one."""
        folder = self._folder(model_id)
        about, keys = described(folder, self.tokenizer.id)
        try:
            intents = tuple(map(Intent, about["intents"]))
            urgencies = tuple(map(Urgency, about["urgencies"]))
            first, second = map(float, about["temperatures"])
            thresholds = Thresholds(**about["thresholds"])
            kinds = {str(word): str(kind) for word, kind in about["kinds"].items()}
        except (KeyError, TypeError, ValueError) as wrong:
            raise BadModel(folder / "model.json", f"unreadable ({wrong!r})", CURE) from wrong
        shapes, prefix = Shapes(len(keys), len(intents) + len(urgencies)), "twin_" if twin else ""
        weights, bias = shapes.weights(folder, prefix), shapes.bias(folder, prefix)
        words = WordRows({key[1:]: row for row, key in enumerate(keys) if key[0] == WORD}, kinds)
        try:
            chars = Grams({key[1:]: row for row, key in enumerate(keys) if key[0] == CHAR})
        except ValueError as wrong:
            raise BadModel(folder / "vocabulary.json", str(wrong), CURE) from wrong
        if len(words) + len(chars) != len(keys) or not (first > 0 and second > 0):
            raise BadModel(folder, "vocabulary or temperatures make no sense", CURE)
        return Model(model_id, intents, urgencies, weights, bias, (first, second), words, chars, kinds, self.tokenizer,
                     thresholds, about)  # fmt: skip

    def _folder(self, model_id: str) -> Path:
        if not model_id or Path(model_id).name != model_id:
            raise BadModel(self.folder / model_id, "not a model id", "take an id from `bangnong models list`")
        return self.folder / model_id

    def remove_drafts(self) -> None:
        """What a training left behind that was killed while it saved. Only for who knows that none is under way."""
        for draft in self.folder.glob(".draft-*"):
            shutil.rmtree(draft, ignore_errors=True)

    def save(self, model: Model, twin: Model) -> None:
        """Writes a candidate. It appears under its id at once or not at all; it does not serve until promoted."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".draft-{model.id}-{os.getpid()}"
        draft.mkdir()
        try:
            keys = [""] * (len(model.words) + len(model.chars))
            for letter, table in ((WORD, model.words), (CHAR, model.chars)):
                for key, row in table.items():
                    keys[row] = letter + key
            about = {
                **model.about,
                "format": FORMAT,
                "tokenizer": self.tokenizer.id,
                "features": FEATURES,
                "intents": list(model.intents),
                "urgencies": list(model.urgencies),
                "temperatures": list(model.temperatures),
                "thresholds": asdict(model.thresholds),
                "kinds": dict(model.kinds),
            }
            for name, array in (
                ("weights", model.weights),
                ("bias", model.bias),
                ("twin_weights", twin.weights),
                ("twin_bias", twin.bias),
            ):
                np.save(draft / f"{name}.npy", array, allow_pickle=False)
            (draft / "vocabulary.json").write_text(json.dumps(keys, ensure_ascii=False), "utf-8")
            (draft / "model.json").write_text(json.dumps(about, ensure_ascii=False, indent=1, default=str), "utf-8")
            draft.rename(self.folder / model.id)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def promote(self, model_id: str, *, first: bool = False) -> None:
        """Lets a candidate serve, if its own report allows it. Raises `NotGoodEnough` (report inside) or `BadModel`.

        `first`: where nothing serves yet, a model below its floors serves rather than none; rules stand beside it.

        The report compares with the model that served when the candidate was trained; if another serves now, its
        figures on the same rows are not known, and the candidate has to be trained again.
        """
        gate = self.load(model_id).about.get("gate", {})
        with self._alone():
            reasons = list(gate.get("reasons", ["模型没有验收记录"]))
            before = self.current()
            if before not in (None, model_id) and gate.get("against") != before:
                reasons.append(f"验收时对照的是 {gate.get('against') or '空'}，现在服务的是 {before}：请重新训练")
            if reasons and not (first and before is None):
                raise NotGoodEnough(reasons, gate)
            if before != model_id:
                self._point(model_id, [*self._history(), *([before] if before else [])])

    def rollback(self, leaving: str = "") -> str:
        """Back to the model that served before; its id. Raises `LookupError` when there is none, `NotServing` when `leaving`
        is not what serves: whoever presses twice goes back once.
        """
        with self._alone():
            if leaving and self.current() != leaving:
                raise NotServing(leaving)
            history = self._history()
            while history:
                earlier = history.pop()
                if (self.folder / earlier / "model.json").exists():
                    self.load(earlier)
                    self._point(earlier, history)
                    return earlier
        raise LookupError("no earlier model to go back to")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Which model serves is decided by one at a time, in whatever process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".pointing").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _history(self) -> MutableSequence[str]:  # the method `list` hides the builtin's name in annotations
        file = self.folder / "current.json"
        return [str(item) for item in read_json(file, list)] if file.exists() else []

    def _point(self, model_id: str, history: Sequence[str]) -> None:
        _replace(self.folder / "current.json", json.dumps([*history]))
        _replace(self.folder / "current", model_id + "\n")


def renamed(model: Model, model_id: str) -> Model:
    """The same model under another id (ids are only known when training has finished)."""
    return replace(model, id=model_id)


def _replace(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
