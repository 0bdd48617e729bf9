"""Pictures are drawn in a program apart: one that never ends, wants all memory or brings its reader down is ended itself,
and nobody else's picture waits for it."""

import asyncio
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import bot
from bot.apart import plain_environment
from bot.log import get_logger
from bot.media.kinds import Refused
from bot.media.pictures import Drawn

log = get_logger("media")

OURS = (sys.executable, "-m", "bot.media.easel")
_SECONDS = 60.0
"""Until it is killed, on a machine that gives it little; its own bound, on the processor's time, comes first."""
_MOST_ANSWER = 32 << 20
ASKED = struct.Struct(">I")
_ANSWER = struct.Struct(">BIIII")
_FAULT, _DRAWN = 0, 1


class Died(Exception):
    """It was ended over the picture, by itself or by us."""


def drawn_frame(drawn: Drawn) -> bytes:
    head = _ANSWER.pack(_DRAWN, drawn.width, drawn.height, len(drawn.view), len(drawn.thumb))
    return head + drawn.view + drawn.thumb


def fault_frame(code: str) -> bytes:
    return _ANSWER.pack(_FAULT, 0, 0, 0, 0) + code.encode()


class Drawing:
    """One picture at a time, whoever asks: each may take some hundred megabytes while it is drawn."""

    def __init__(self, command: Sequence[str] = OURS, *, seconds: float = _SECONDS) -> None:
        self.command = tuple(command)
        self._seconds = seconds
        self._turn = asyncio.Semaphore(1)

    async def draw(self, data: bytes, most: int = 0) -> Drawn:
        """As `pictures.draw`; with `most` as `draw_to_send`. Raises Refused, Died; RuntimeError where the fault is ours."""
        try:
            async with self._turn:
                code, answer = await self._run(ASKED.pack(most) + data)
            if code < 0:
                raise Died(f"signal {-code}")
        except Died as died:
            log.warning("picture_not_drawn", reason=str(died), size=len(data))
            raise
        if code:
            raise RuntimeError(f"the program that draws pictures ended with {code}")
        return _drawn_of(answer)

    async def _run(self, asked: bytes) -> tuple[int, bytes]:
        """The program's exit code and answer. Raises Died; the program has ended whatever happens."""
        process = await asyncio.create_subprocess_exec(
            *self.command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, env=plain_environment(), cwd=Path(bot.__file__).parent.parent,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._seconds):
                answer = await _ask(process, asked)
                return await process.wait(), answer
        except TimeoutError:
            raise Died("time") from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


async def _ask(process: asyncio.subprocess.Process, asked: bytes) -> bytes:
    assert process.stdin is not None and process.stdout is not None
    with suppress(OSError):  # it ended before it had read: its code says why
        process.stdin.write(asked)
        await process.stdin.drain()
        process.stdin.close()
    answer = bytearray()
    while piece := await process.stdout.read(1 << 16):
        answer += piece
        if len(answer) > _MOST_ANSWER:
            raise Died("an endless answer")
    return bytes(answer)


def _drawn_of(answer: bytes) -> Drawn:
    if len(answer) < _ANSWER.size:
        raise RuntimeError("the program that draws pictures gave no answer")
    kind, width, height, view, thumb = _ANSWER.unpack_from(answer)
    body = answer[_ANSWER.size :]
    if kind == _FAULT:
        raise Refused(body.decode("ascii", "replace"))
    if len(body) != view + thumb:
        raise RuntimeError("the program that draws pictures gave half an answer")
    return Drawn(body[:view], body[view:], width, height)
