"""`python -m bot.ocr.child`: the program that reads pictures. Alone, niced, without our keys, with a bound on memory and time.

It is given JPEGs that we have drawn anew, never what a resident's telephone made. It looks for text alone: a QR code in
the picture stays a pattern of squares, and no address it reads is opened.
"""

import io
import json
import signal
import sys
from importlib.metadata import version
from typing import Any, BinaryIO

from bot.apart import bound
from bot.ocr.lines import Box, lines_of
from bot.ocr.protocol import HEAD, LONGEST_PICTURE, frame

MEMORY = 1536 << 20
"""Bytes of data: reading takes 0.7 GB at most; a picture that wants twice that is refused by the allocator."""
_NICE = 15
_SECONDS = 90
"""A picture that takes longer ends the program, also where nobody is left to kill it."""
_SIDE = 1600
"""Pixels of the longer side. At 1,600 small print is read as well as at 2,000, in half the time."""
_LEAST = 0.6
"""Scores below which a line is a guess."""
NO_ENGINE = 3
"""Exit code where the extra `ocr` is not installed."""


def main() -> int:
    bound(MEMORY, _NICE)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints is not an answer
    try:
        engine = _Engine()
    except ImportError as error:
        sys.stderr.write(f"no recogniser: {error}\n")
        return NO_ENGINE
    _say(sink, {"ready": engine.name})
    while picture := _next(source):
        signal.alarm(_SECONDS)
        _say(sink, _read(engine, picture))
        signal.alarm(0)
    return 0


def _next(source: BinaryIO) -> bytes:
    """The next picture; b"" when there is none any more."""
    head = source.read(HEAD.size)
    if len(head) < HEAD.size:
        return b""
    (length,) = HEAD.unpack(head)
    return source.read(length) if length <= LONGEST_PICTURE else b""


def _say(sink: BinaryIO, answer: dict[str, Any]) -> None:
    sink.write(frame(json.dumps(answer, ensure_ascii=False).encode()))
    sink.flush()


def _read(engine: "_Engine", picture: bytes) -> dict[str, Any]:
    try:
        return {"lines": lines_of(engine.boxes(picture))}
    except MemoryError:
        return {"fault": "memory"}
    except Exception as error:
        return {"fault": type(error).__name__}


class _Engine:
    """RapidOCR with the models of its wheel. Raises ImportError without the extra."""

    def __init__(self) -> None:
        import numpy
        from PIL import Image
        from rapidocr import RapidOCR

        self._array, self._image = numpy.asarray, Image
        self._recognise: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": _SIDE,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )
        self.name = f"rapidocr {version('rapidocr')}"

    def boxes(self, picture: bytes) -> list[Box]:
        with self._image.open(io.BytesIO(picture), formats=("JPEG",)) as opened:
            opened.draft("RGB", (_SIDE, _SIDE))
            small = opened.convert("RGB")
        small.thumbnail((_SIDE, _SIDE))
        found = self._recognise(self._array(small)[:, :, ::-1])
        if found.boxes is None or found.txts is None:
            return []
        return [
            _box(corners, text)
            for corners, text, score in zip(found.boxes.tolist(), found.txts, found.scores, strict=True)
            if score >= _LEAST and text.strip()
        ]


def _box(corners: list[list[float]], text: str) -> Box:
    """`corners`: top left, top right, bottom right, bottom left of the text, however it is turned."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    ends = sorted((((ax + dx) / 2, (ay + dy) / 2), ((bx + cx) / 2, (by + cy) / 2)))
    return Box(text, ends[0], ends[1], max(1.0, ((ax - dx) ** 2 + (ay - dy) ** 2) ** 0.5))


if __name__ == "__main__":
    sys.exit(main())
