"""The program that reads pictures, from our side: started when there is something to read, ended when there is nothing for a
while, killed when it hangs. Whatever it does, nothing here waits longer than it said it would."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import bot
from bot.apart import plain_environment
from bot.log import get_logger
from bot.ocr.protocol import HEAD, Answer, Garbled, answer_of, frame, length_of

log = get_logger("ocr")

OURS = (sys.executable, "-m", "bot.ocr.child")
_START = 90.0
"""Seconds until it must have greeted: it loads 30 MB of models, niced, on a machine that is busy with people."""
_PICTURE = 100.0
"""Seconds a picture may take; the program's own alarm rings before that. One takes about one on a free core."""
_IDLE = 180.0
"""Seconds without a picture after which it is ended, and its memory is the machine's again."""
_FAREWELL = 0.2


class Unavailable(Exception):
    """It does not start: the extra is not installed, or is broken. No picture's fault."""


class Died(Exception):
    """It ended, hung or talked nonsense over a picture. The picture may be the reason."""


class Program:
    """One picture at a time, whoever asks."""

    def __init__(
        self, command: Sequence[str] = OURS, *, start: float = _START, picture: float = _PICTURE, idle: float = _IDLE
    ) -> None:
        self.command = tuple(command)
        self._limits = (start, picture, idle)
        self._process: asyncio.subprocess.Process | None = None
        self._name = ""
        self._turn = asyncio.Lock()
        self._ending: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """Of the program while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def read(self, picture: bytes) -> Answer:
        """What it says of a JPEG. Raises Unavailable, Died; it has ended then."""
        _, limit, idle = self._limits
        async with self._turn:
            self._keep_alive()
            process = await self._started()
            try:
                async with asyncio.timeout(limit):
                    answer = await _ask(process, picture)
            except (TimeoutError, OSError, asyncio.IncompleteReadError, Garbled) as error:
                code = await self._end()
                log.warning("ocr_died", reason=type(error).__name__, code=code)
                raise Died(type(error).__name__) from error
            except BaseException:
                await self._end()  # stopped in the middle: what is still to be said would be taken for the next answer
                raise
            self._ending = asyncio.get_running_loop().call_later(idle, self._kill)
            return answer

    async def greeting(self) -> str:
        """Start it and hear what it is. Raises Unavailable."""
        async with self._turn:
            await self._started()
            return self._name

    async def close(self) -> None:
        self._keep_alive()
        await self._end()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self.command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL, env=plain_environment(), cwd=Path(bot.__file__).parent.parent,
            )  # fmt: skip
            async with asyncio.timeout(self._limits[0]):
                greeting = await _answer(self._process)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, Garbled) as error:
            code = await self._end()
            raise Unavailable(f"{type(error).__name__}, exit {code}") from error
        except BaseException:
            await self._end()
            raise
        if not greeting.ready:
            await self._end()
            raise Unavailable("no greeting")
        self._name = greeting.ready
        log.info("ocr_started", engine=self._name)
        return self._process

    def _keep_alive(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _end(self) -> int | None:
        """Killed, for it keeps nothing; its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(TimeoutError):
            return await asyncio.wait_for(process.wait(), _FAREWELL)  # it may have ended by itself, and say why
        with suppress(ProcessLookupError):
            process.kill()
        return await process.wait()


async def _ask(process: asyncio.subprocess.Process, picture: bytes) -> Answer:
    assert process.stdin is not None
    process.stdin.write(frame(picture))
    await process.stdin.drain()
    answer = await _answer(process)
    if answer.ready:
        raise Garbled("a greeting for an answer")
    return answer


async def _answer(process: asyncio.subprocess.Process) -> Answer:
    assert process.stdout is not None
    length = length_of(await process.stdout.readexactly(HEAD.size))
    return answer_of(await process.stdout.readexactly(length))
