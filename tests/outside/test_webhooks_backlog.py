"""A long backlog is told as its target stands at each claim: switched off it ends, and a renewed secret signs what is left."""

import hmac
from typing import Any

from bot.outside.door import OutsideDoor
from bot.outside.sender import HookSender
from bot.store.outside import add_target, renew_secret, switch_target
from tests.inside import Open
from tests.outside.conftest import Receiver

_BACKLOG = (
    "insert into hook_deliveries (target, event, subject, change, at) "
    "select $1, 'ticket.opened', 'B20405-' || n, 'opened', now() from generate_series(1, $2::int) n"
)


def signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    proof = hmac.new(secret.encode(), headers["x-bangnong-timestamp"].encode() + b"." + body, "sha256").hexdigest()
    return headers["x-bangnong-signature"] == proof


def came(receiver: Receiver, path: str) -> list[tuple[dict[str, str], bytes]]:
    return [(headers, body) for where, headers, body in receiver.heard if where == path]


async def test_a_backlog_follows_the_switch_and_the_secret(inside: Open, receiver: Receiver, monkeypatch: Any) -> None:
    async with inside(outbox=False) as here:
        database, vault = here.database, here.services.vault
        target, old = await add_target(database, vault, "x", f"{receiver.base}/backlog", ["ticket.opened"], "chief")
        await database.execute(_BACKLOG, target, 24)
        sender = HookSender(database, vault, OutsideDoor([receiver.base], []))
        fresh: list[str] = []
        busy: list[bool] = []
        tell = sender._tell

        async def telling(*args: Any) -> bool:
            went = await tell(*args)
            if not busy:  # an admin, while the first lot is under way
                busy.append(True)
                await switch_target(database, target, False)
                fresh.append(await renew_secret(database, vault, target) or "")
            return went

        monkeypatch.setattr(sender, "_tell", telling)
        async with sender.door.session() as http:
            await sender._serve(http, target)
            first = came(receiver, "/backlog")
            assert len(first) == 8  # what was claimed before it was switched off, and no more
            assert all(signed(old, *one) for one in first)
            await switch_target(database, target, True)
            await sender._serve(http, target)
        assert len(came(receiver, "/backlog")) == 24
        assert all(signed(fresh[0], *one) for one in came(receiver, "/backlog")[8:])
