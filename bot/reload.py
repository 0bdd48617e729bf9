"""The reader in use, and how a newly promoted model takes its place without a restart."""

import asyncio
from pathlib import Path

from bot.log import get_logger
from bot.understanding import open_models, open_reader
from classifiers.model_files import BadModel
from classifiers.reader import Answering, Reader

log = get_logger("reader")


class ReaderHolder:
    """Looks at the model pointer every few seconds: cheap, and works without Redis."""

    def __init__(self, home: Path, answers: Answering | None = None) -> None:
        self.models = open_models(home)
        self._reader = open_reader(None, _failed, answers, lazy=True)
        self._refused = ""
        self._refresh()
        assert self.models.tokenizer.engine  # a fifth of a second that no resident should wait for

    def current(self) -> Reader:
        return self._reader

    async def watch(self) -> None:
        """Prepares what the start left out, then takes every model that is promoted. A model takes a quarter of a second to
        read: in a thread, so that nobody's answer waits for it."""
        await asyncio.to_thread(self._reader.prepare)
        while True:
            await asyncio.sleep(2)
            try:
                if await asyncio.to_thread(self._refresh):
                    log.info("model_loaded", model=self._reader.model_id)
            except Exception:  # a model that breaks must not keep later ones from being taken
                log.exception("model_look_failed")

    def _refresh(self) -> bool:
        try:
            return self._reader.refresh(self.models)
        except (BadModel, OSError) as error:
            if str(error) != self._refused:  # once, not every two seconds
                self._refused = str(error)
                log.error("bad_model", reason=self._refused)
            return False


def _failed(detector: str, error: Exception) -> None:
    log.error("detector_failed", detector=detector, kind=type(error).__name__)
