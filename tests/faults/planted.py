"""A service with a fault planted on purpose, to see the tests turn red: `python -m tests.faults.planted FAULT serve …`."""

import asyncio
import sys
from typing import Any


def acknowledge_before_commit() -> None:
    """Say yes first and commit afterwards, as a hurried programmer would."""
    from bot.intake import Answer, Intake

    hear = Intake.hear

    async def hurried(self: Intake, inbound: Any, account: Any) -> Answer:
        async def later() -> None:
            await asyncio.sleep(0.25)
            await hear(self, inbound, account)

        self.tasks = getattr(self, "tasks", set())  # type: ignore[attr-defined]
        task = asyncio.create_task(later())
        self.tasks.add(task)  # type: ignore[attr-defined]
        return Answer()

    Intake.hear = hurried  # type: ignore[method-assign]


def full_disk() -> None:
    """Every append to the spool fails as it does on a full disk."""
    import errno
    import os

    import bot.spool

    def full(handle: int, data: bytes) -> None:
        os.write(handle, data[: len(data) // 2])  # a disk fills up in the middle of a record
        raise OSError(errno.ENOSPC, "No space left on device")

    bot.spool._write_all = full


FAULTS = {"acknowledge_before_commit": acknowledge_before_commit, "full_disk": full_disk}

if __name__ == "__main__":
    FAULTS[sys.argv[1]]()
    from bot.cli import main

    sys.exit(main(sys.argv[2:]))
