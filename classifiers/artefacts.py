"""Models on disk: a folder of arrays and JSON each, a pointer to the one that serves, and the gate before it moves.

    models/
      current                    id of the serving model, replaced atomically
      current.json               the ones that served before
      20220405-101500-1a2b3c4d/  model.json  vocabulary.json  weights.npy  bias.npy  twin_weights.npy  twin_bias.npy

Nothing is ever unpickled. The *twin* is the same model fitted without the held-out fifth of the rows: twins are what
the gate compares, since the models themselves have seen every row.
"""

import json
import os
import shutil
from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.features import CHAR, WORD
from classifiers.features import VERSION as FEATURES
from classifiers.grams import Grams
from classifiers.scorer import Floats, Model, Thresholds, Weights
from classifiers.tokens import Tokenizer
from conversations.codes import Intent, Urgency

FORMAT = 1


class BadModel(Exception):
    """A model folder that cannot be used; the text names the file and the cure."""

    def __init__(self, file: Path, wrong: str, cure: str) -> None:
        self.file, self.wrong, self.cure = file, wrong, cure
        super().__init__(f"{file}: {wrong}; {cure}")


class NotGoodEnough(Exception):
    """A candidate that may not serve. `report` holds the figures that were compared."""

    def __init__(self, reasons: Sequence[str], report: Mapping[str, Any]) -> None:
        self.reasons, self.report = tuple(reasons), report
        super().__init__("; ".join(reasons))


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
        """Id of the serving model, None before the first promotion. Cheap: read again only when it moved."""
        try:
            stat = (self.folder / "current").stat()
        except FileNotFoundError:
            return None
        mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if self._seen is None or self._seen[0] != mark:
            self._seen = (mark, (self.folder / "current").read_text("utf-8").strip())
        return self._seen[1] or None

    def load(self, model_id: str, *, twin: bool = False) -> Model:
        """The model, checked. Raises `BadModel` for a missing, torn, foreign or misshapen one."""
        folder = self.folder / model_id
        if not model_id or Path(model_id).name != model_id:
            raise BadModel(folder, "not a model id", "take an id from `bangnong models list`")
        about = _json(folder / "model.json", dict)
        keys = _json(folder / "vocabulary.json", list)
        try:
            if about["format"] != FORMAT:
                raise BadModel(
                    folder / "model.json", f"format {about['format']} is not {FORMAT}", "run `bangnong train`"
                )
            if about["tokenizer"] != self.tokenizer.id:
                told = f"made with word list {about['tokenizer']}, this program has {self.tokenizer.id}"
                raise BadModel(folder / "model.json", told, "run `bangnong train` to fit a model to the new word list")
            if about["features"] != FEATURES:
                told = f"made with keys {about['features']}, this program asks for {FEATURES}"
                raise BadModel(folder / "model.json", told, "run `bangnong train`")
            intents = tuple(map(Intent, about["intents"]))
            urgencies = tuple(map(Urgency, about["urgencies"]))
            first, second = map(float, about["temperatures"])
            thresholds = Thresholds(**about["thresholds"])
            kinds = {str(word): str(kind) for word, kind in about["kinds"].items()}
        except (KeyError, TypeError, ValueError) as wrong:
            raise BadModel(folder / "model.json", f"unreadable ({wrong!r})", _CURE) from wrong
        labels = len(intents) + len(urgencies)
        prefix = "twin_" if twin else ""
        weights: Weights = _array(folder / f"{prefix}weights.npy", (len(keys) + 1, labels + 1), np.dtype(np.float32))
        bias: Floats = _array(folder / f"{prefix}bias.npy", (labels,), np.dtype(np.float64))
        words = {key[1:]: row for row, key in enumerate(keys) if key[0] == WORD}
        try:
            chars = Grams({key[1:]: row for row, key in enumerate(keys) if key[0] == CHAR})
        except ValueError as wrong:
            raise BadModel(folder / "vocabulary.json", str(wrong), _CURE) from wrong
        if len(words) + len(chars) != len(keys) or not (first > 0 and second > 0):
            raise BadModel(folder, "vocabulary or temperatures make no sense", _CURE)
        return Model(model_id, intents, urgencies, weights, bias, (first, second), words, chars, kinds, self.tokenizer,
                     thresholds, about)  # fmt: skip

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
        reasons = list(gate.get("reasons", ["模型没有验收记录"]))
        before = self.current()
        if before not in (None, model_id) and gate.get("against") != before:
            reasons.append(f"验收时对照的是 {gate.get('against') or '空'}，现在服务的是 {before}：请重新训练")
        if reasons and not (first and before is None):
            raise NotGoodEnough(reasons, gate)
        if before != model_id:
            self._point(model_id, [*self._history(), *([before] if before else [])])

    def rollback(self) -> str:
        """Back to the model that served before; its id. Raises `LookupError` when there is none."""
        history = self._history()
        while history:
            earlier = history.pop()
            if (self.folder / earlier / "model.json").exists():
                self.load(earlier)
                self._point(earlier, history)
                return earlier
        raise LookupError("no earlier model to go back to")

    def _history(self) -> MutableSequence[str]:  # the method `list` hides the builtin's name in annotations
        file = self.folder / "current.json"
        return [str(item) for item in _json(file, list)] if file.exists() else []

    def _point(self, model_id: str, history: Sequence[str]) -> None:
        _replace(self.folder / "current.json", json.dumps([*history]))
        _replace(self.folder / "current", model_id + "\n")


_CURE = "delete the folder and run `bangnong train`, or `bangnong models rollback`"


def renamed(model: Model, model_id: str) -> Model:
    """The same model under another id (ids are only known when training has finished)."""
    return replace(model, id=model_id)


def _json(file: Path, kind: type) -> Any:
    try:
        value = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise BadModel(file, "missing", _CURE) from None
    except (ValueError, OSError) as wrong:
        raise BadModel(file, f"unreadable ({wrong})", _CURE) from wrong
    if not isinstance(value, kind):
        raise BadModel(file, f"holds no {kind.__name__}", _CURE)
    return value


def _array(file: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    try:
        array = np.load(file, allow_pickle=False)
    except FileNotFoundError:
        raise BadModel(file, "missing", _CURE) from None
    except (ValueError, OSError, EOFError) as wrong:
        raise BadModel(file, f"unreadable ({wrong})", _CURE) from wrong
    if array.shape != shape or array.dtype != dtype:
        raise BadModel(file, f"{array.dtype}{array.shape} is not {dtype}{shape}", _CURE)
    if not np.isfinite(array).all():
        raise BadModel(file, "holds values that are no numbers", _CURE)
    return array


def _replace(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
