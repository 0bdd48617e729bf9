"""One model's folder, read back with suspicion: of this program's format, words and keys, whole, and nothing but numbers."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.features import VERSION as FEATURES
from classifiers.scorer import Floats, Weights

FORMAT = 1
CURE = "delete the folder and run `bangnong train`, or `bangnong models rollback`"


class BadModel(Exception):
    """A model folder that cannot be used; the text names the file and the cure."""

    def __init__(self, file: Path, wrong: str, cure: str) -> None:
        self.file, self.wrong, self.cure = file, wrong, cure
        super().__init__(f"{file}: {wrong}; {cure}")


def described(folder: Path, tokenizer: str) -> tuple[dict[str, Any], list[str]]:
    """What `model.json` says, and the model's keys. Raises BadModel unless made for this word list and these features."""
    about = read_json(folder / "model.json", dict)
    keys = read_json(folder / "vocabulary.json", list)
    try:
        if about["format"] != FORMAT:
            raise BadModel(folder / "model.json", f"format {about['format']} is not {FORMAT}", "run `bangnong train`")
        if about["tokenizer"] != tokenizer:
            told = f"made with word list {about['tokenizer']}, this program has {tokenizer}"
            raise BadModel(folder / "model.json", told, "run `bangnong train` to fit a model to the new word list")
        if about["features"] != FEATURES:
            told = f"made with keys {about['features']}, this program asks for {FEATURES}"
            raise BadModel(folder / "model.json", told, "run `bangnong train`")
        if not (isinstance(about["intents"], list) and isinstance(about["urgencies"], list)):
            raise TypeError("labels are no lists")
    except (KeyError, TypeError) as wrong:
        raise BadModel(folder / "model.json", f"unreadable ({wrong!r})", CURE) from wrong
    return about, keys


@dataclass(frozen=True, slots=True)
class Shapes:
    """The arrays of a model with so many keys and labels. `lightly`: only shape and size are looked at."""

    keys: int
    labels: int

    def weights(self, folder: Path, prefix: str = "", *, lightly: bool = False) -> Weights:
        shape = (self.keys + 1, self.labels + 1)
        found: Weights = _array(folder / f"{prefix}weights.npy", shape, np.dtype(np.float32), lightly)
        return found

    def bias(self, folder: Path, prefix: str = "", *, lightly: bool = False) -> Floats:
        found: Floats = _array(folder / f"{prefix}bias.npy", (self.labels,), np.dtype(np.float64), lightly)
        return found


def read_json(file: Path, kind: type) -> Any:
    try:
        value = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise BadModel(file, "missing", CURE) from None
    except (ValueError, OSError) as wrong:
        raise BadModel(file, f"unreadable ({wrong})", CURE) from wrong
    if not isinstance(value, kind):
        raise BadModel(file, f"holds no {kind.__name__}", CURE)
    return value


def _array(file: Path, shape: tuple[int, ...], dtype: np.dtype[Any], lightly: bool) -> Any:
    try:
        array = np.load(file, mmap_mode="r" if lightly else None, allow_pickle=False)
    except FileNotFoundError:
        raise BadModel(file, "missing", CURE) from None
    except (ValueError, OSError, EOFError) as wrong:
        raise BadModel(file, f"unreadable ({wrong})", CURE) from wrong
    if array.shape != shape or array.dtype != dtype:
        raise BadModel(file, f"{array.dtype}{array.shape} is not {dtype}{shape}", CURE)
    if not lightly and not np.isfinite(array).all():
        raise BadModel(file, "holds values that are no numbers", CURE)
    return array
