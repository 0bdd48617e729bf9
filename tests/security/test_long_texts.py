"""A stranger's long text: whatever it repeats, twice of it takes about twice as long, and the service goes on for everybody."""

import time
from collections.abc import Callable

import pytest

from bot.learning.deidentify import deidentify
from bot.mask import mask_text
from bot.store.search import pieces
from conversations.telephones import other_number
from conversations.writers import without_chinese

UNITS = [
    "1-2-3-",
    "a1b2",
    "-",
    "1",
    "a@",
    "a.",
    "4月1号",
    "1号",
    "路1弄",
    "５",
    "姓名：",
    "张先生 ",
    "- ",
    "@",
    "\n",
    "1、",
    "没有药",
    "#",
    "x.y.",
]
WORKS: dict[str, Callable[[str], object]] = {
    "lists": mask_text,
    "training texts": deidentify,
    "the search's index": lambda text: pieces(text, indexing=True),
    "a number to ring": lambda text: other_number(text, asked=True),
    "another language": without_chinese,
}
LONGEST = 20_000
"""Characters that the chat page takes."""
_NOISE = 0.05


@pytest.mark.parametrize("work", WORKS)
def test_twice_the_text_takes_twice_as_long(work: str) -> None:
    slow = {unit: spent for unit in UNITS if (spent := _spent(WORKS[work], unit))[1] > 3 * spent[0] + _NOISE}
    assert not slow


def _spent(work: Callable[[str], object], unit: str) -> tuple[float, float]:
    """Seconds for half of the longest text and for the whole of it, the best of two."""
    half, whole = ((unit * LONGEST)[:length] for length in (LONGEST // 2, LONGEST))
    return min(_seconds(work, half) for _ in range(2)), min(_seconds(work, whole) for _ in range(2))


def _seconds(work: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    work(text)
    return time.process_time() - began
