"""What lies in the spool's folder, for whoever looks after the installation: nothing there may be forgotten."""

from dataclasses import dataclass
from pathlib import Path

from bot.spool import records

ASIDE = "aside"
"""The folder of messages that could not be made into turns by a fault of ours."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`waiting`, `aside`: messages; `damaged`: files with something unreadable in them."""

    waiting: int
    aside: int
    damaged: int

    @property
    def good(self) -> bool:
        return not self.aside and not self.damaged

    @property
    def words(self) -> str:
        """What is kept from the record, and what to do about it; "nothing" when nothing is."""
        told = []
        if self.aside:
            told.append(
                f"{self.aside} messages in spool/{ASIDE} could not be made into turns: look for batch_failed in the log; "
                "they are tried again every few minutes"
            )
        if self.damaged:
            told.append(f"{self.damaged} damaged files in spool (*.damaged): what could be read is in the record")
        return "; ".join(told) or "nothing"


def standing_of(folder: Path) -> Standing:
    """Counted without opening a seal. What is drained meanwhile is not there any more."""
    damaged = len([*folder.glob("*.damaged"), *(folder / ASIDE).glob("*.damaged")])
    return Standing(_messages(folder), _messages(folder / ASIDE), damaged)


def _messages(folder: Path) -> int:
    count = 0
    for path in folder.glob("*.spool"):
        try:
            count += sum(1 for _ in records(path.read_bytes()))
        except FileNotFoundError:
            continue
    return count
