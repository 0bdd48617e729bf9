"""A service with a fault planted on purpose, to see the soak turn red: `python -m tests.soak.planted FAULT serve …`."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any


def sends_twice() -> None:
    """What was sent is not taken off the outbox at its first sending: the lease is forgotten, and it goes out again."""
    from bot.store.outbox import Due, OutboxStore

    sent, seen = OutboxStore.sent, set[str]()

    async def forgetful(self: OutboxStore, dues: Sequence[Due]) -> None:
        for due in dues:
            if due.purpose == "reply" and due.effect_id not in seen:
                seen.add(due.effect_id)
                await self.later(due, due.lease_until - timedelta(seconds=75))
            else:
                await sent(self, [due])

    changed: Any = forgetful
    OutboxStore.sent = changed  # type: ignore[method-assign]


def forgets_a_send() -> None:
    """A claimed row is taken off before it was sent, as if sending could not fail."""
    from bot.sending import Sender

    async def hopeful(self: Sender, due: Any, lane: Any) -> None:
        await self.store.sent([due])

    changed: Any = hopeful
    Sender.send = changed  # type: ignore[method-assign]


FAULTS = {"sends_twice": sends_twice, "forgets_a_send": forgets_a_send}

if __name__ == "__main__":
    FAULTS[sys.argv[1]]()
    from bot.cli import main

    sys.exit(main(sys.argv[2:]))
