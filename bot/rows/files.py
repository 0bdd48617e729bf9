"""Which row files an editor may change, and how released texts are laid over the files of the program.

Danger rules, training sentences, the gazetteer, the acts and the cues are not among them: they change with the program alone.
"""

import hashlib
import json
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from data.faults import rows_folder

Texts = Mapping[str, str]
"""File name as below the rows folder (`replies.toml`, `intents/dialysis.toml`) → its whole text."""

TITLES = {
    "replies.toml": "机器人说的话",
    "knowledge.toml": "知识库（核准过的答复）",
    "canned.toml": "记者的常用语",
    "desk.toml": "组、时限、上班时间、分寸",
    "routing.csv": "分给哪一组",
    "slots.toml": "要问的每一项",
}
_KEY = re.compile(r"(\w+)\s*=")
LONGEST = 60_000
"""Characters of a file: ten times the longest of today."""


@cache
def own_texts() -> dict[str, str]:
    """The program's own text of every file that may be changed. They do not change while it runs."""
    folder = rows_folder()
    names = [*TITLES, *sorted(f"intents/{path.name}" for path in (folder / "intents").glob("*.toml"))]
    return {name: (folder / name).read_text("utf-8") for name in names}


def plain(text: str) -> str:
    """As a file has it: newlines alone, one at the end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"


def digest_of(texts: Texts) -> str:
    """Of these texts under these names, whatever their order."""
    return hashlib.sha256(json.dumps(dict(texts), sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def current_texts(overlay: Texts) -> dict[str, str]:
    """Every file that may be changed, as it is with `overlay` released."""
    return {**own_texts(), **overlay}


def laid_over(overlay: Texts, changes: Texts) -> dict[str, str]:
    """`overlay` with `changes`; a file that is again as the program has it is no longer overlaid."""
    own = own_texts()
    return {name: text for name, text in {**overlay, **changes}.items() if text != own.get(name)}


@contextmanager
def rows_with(overlay: Texts, beside: Path) -> Iterator[Path]:
    """A folder as the loaders want it, below `beside`, gone again afterwards. Raises OSError.

    It holds what the loaders of rows read; lexicon, red rows, gazetteer and corpus stay where they are.
    """
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rows-", dir=beside) as name:
        folder, own = Path(name), rows_folder()
        (folder / "intents").mkdir()
        for path in [*own.glob("*.toml"), *own.glob("*.csv"), *(own / "intents").glob("*.toml")]:
            shutil.copyfile(path, folder / path.relative_to(own))
        for file, text in overlay.items():
            if file in own_texts():
                (folder / file).write_text(completed(file, text), "utf-8")
        yield folder


def completed(file: str, text: str) -> str:
    """Sentences that came with a later version of the program are added to a set released before it: an upgrade must not
    put aside everything a newsroom has written. What does not parse stays as it is, for its fault to be named."""
    if file != "replies.toml":
        return text
    try:
        had = tomllib.loads(text).keys()
    except tomllib.TOMLDecodeError:
        return text
    lines = own_texts()[file].splitlines()
    new = [line for line in lines if (found := _KEY.match(line)) and found[1] not in had]
    return plain(text) + "\n".join([*new, ""]) if new else text
