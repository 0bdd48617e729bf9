"""A training started from the desk: a niced process of its own, its progress in the record, ended with the service.

The process is `bangnong train --candidate --told`: the same code as on the command line. It says how far it is, a line of
JSON each, and ends by itself when nobody reads them any more. A lock in the folder of models keeps two trainings of one
installation apart, however they were started.
"""

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.log import get_logger
from bot.store.database import Database, StoreAway
from bot.store.learning_runs import begin_training, end_training, training_sign

log = get_logger("training")

_SIGN = 3.0
"""Seconds between two signs of life."""
_PATIENCE = 4.0
"""Seconds a stopped process has to go by itself."""
_LONGEST = 1800.0


class Trainings:
    """The training of this process, if it has one."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database, self.home = database, home
        self._task: asyncio.Task[None] | None = None

    async def start(self, by: str) -> int:
        """Begin; the run's id. Raises Busy, StoreAway."""
        run = await begin_training(self.database, by)
        await self.stop()  # one whose signs of life did not get through was given up: no second one runs beside it
        self._task = asyncio.create_task(self._run(run), name="training")
        return run

    async def stop(self) -> bool:
        """Ends the training of this process; whether there was one. Its run is marked as stopped."""
        if self._task is None or self._task.done():
            return False
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        return True

    close = stop

    async def _run(self, run: int) -> None:
        state, model, told = "failed", "", ""
        try:
            state, model, told = await asyncio.wait_for(self._train(run), _LONGEST)
        except TimeoutError:
            told = "半小时还没有训练完，已停下"
        except asyncio.CancelledError:
            state = "stopped"
            raise
        except OSError as error:
            told = f"没能启动训练（{error.strerror}）"
        finally:
            with suppress(StoreAway):
                await end_training(self.database, run, state, model, told)
            log.info("training_ended", run=run, state=state, model=model)

    async def _train(self, run: int) -> tuple[str, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "train", "--candidate", "--told",
            env={**os.environ, "BANGNONG_HOME": str(self.home), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            return await self._follow(process, run)
        finally:
            await _end(process)

    async def _follow(self, process: asyncio.subprocess.Process, run: int) -> tuple[str, str, str]:
        assert process.stdout is not None
        assert process.stderr is not None
        errors = asyncio.create_task(process.stderr.read())
        stage, share, model, reasons = "准备", 0.0, "", ""
        reading: asyncio.Task[bytes] | None = None
        try:
            while True:
                reading = reading or asyncio.create_task(process.stdout.readline())
                done, _ = await asyncio.wait({reading}, timeout=_SIGN)
                if done:
                    line, reading = reading.result(), None
                    if not line:
                        break
                    told = _parsed(line)
                    stage, share = str(told.get("stage", stage)), float(told.get("share", share))
                    model, reasons = str(told.get("model", model)), str(told.get("reasons", reasons))
                with suppress(StoreAway):
                    if not await training_sign(self.database, run, stage, share):
                        return "stopped", "", ""
        finally:
            if reading is not None:
                reading.cancel()
        code = await process.wait()
        last = (await errors).decode("utf-8", "replace").strip().splitlines()[-1:]
        return ("done", model, reasons) if code == 0 and model else ("failed", "", " ".join(last) or f"退出码 {code}")


async def _end(process: asyncio.subprocess.Process) -> None:
    """The process is gone when this returns."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _PATIENCE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
