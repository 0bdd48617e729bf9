"""What became of sends, written down together with whatever else was taken in the same moment."""

import asyncio

from bot.store.outbox import Due, OutboxStore


class Outcomes:
    """`breath`: seconds for which outcomes wait for each other."""

    def __init__(self, store: OutboxStore, breath: float) -> None:
        self.store = store
        self.breath = breath
        self._waiting: list[tuple[Due, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def sent(self, due: Due) -> None:
        """Returns once it is written down. Raises StoreAway."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((due, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await written

    async def _write(self) -> None:
        await asyncio.sleep(self.breath)
        while self._waiting:
            batch, self._waiting = self._waiting, []
            failure: Exception | None = None
            try:
                await self.store.sent([due for due, _ in batch])
            except Exception as error:
                failure = error
            for _, written in batch:
                if written.done():
                    continue
                if failure is None:
                    written.set_result(None)
                else:
                    written.set_exception(failure)
