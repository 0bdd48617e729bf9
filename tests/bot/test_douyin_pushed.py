"""While nothing can be kept: the resident is told so by a push, or the platform is asked to deliver again. Never neither."""

from types import SimpleNamespace
from typing import Any

import pytest

from adapters.base import Failure, Opened, Outgoing, SendFailed, Sent
from adapters.douyin import Douyin
from adapters.douyin_examples import EXAMPLES
from bot.arrivals import Said
from bot.intake import Answer
from bot.pushed import heard_pushed
from bot.settings import Account
from tests.platforms.douyin import DouyinPlatform

MESSAGE = EXAMPLES[0].inbound[0]
KEPT, REFUSED = Answer((Said("", "已存好"),)), Answer((Said("", "没能收下"),), stored=False)


class Recorder(Douyin):
    """Notes what is pushed; `breaks` refuses it."""

    def __init__(self, *, breaks: bool) -> None:
        super().__init__()
        self.breaks = breaks
        self.pushed: list[Outgoing] = []

    async def send(self, world: Any, secrets: Any, message: Outgoing) -> Sent:
        self.pushed.append(message)
        if self.breaks:
            raise SendFailed(Failure("no_connection", "连不上。"))
        return Sent()


async def status_after(answer: Answer, *, breaks: bool = False) -> tuple[int, list[str]]:
    channel, secrets = Recorder(breaks=breaks), DouyinPlatform(base="http://127.0.0.1:9").secrets()
    account = Account(channel, "main", secrets, channel.limits(secrets))
    services: Any = SimpleNamespace(world=None)
    response = await heard_pushed(services, account, (MESSAGE,), [answer], Opened(b""))
    for message in channel.pushed:
        assert message.heard == (MESSAGE,), "a push must be able to quote"
    return response.status, [message.text for message in channel.pushed]


@pytest.mark.parametrize(
    ("answer", "breaks", "status", "pushed"),
    [
        (KEPT, False, 200, ["已存好"]),
        (KEPT, True, 200, ["已存好"]),  # it is kept: delivering it again would change nothing
        (REFUSED, False, 200, ["没能收下"]),  # not kept, and they know
        (REFUSED, True, 503, ["没能收下"]),  # not kept and nobody knows: let the platform try again
        (Answer((Said("", "已存好"),), again=True), False, 200, []),
        (Answer((Said("c/1/1", "已登记"),)), False, 200, []),  # the outbox's
        (Answer(), False, 200, []),
    ],
)
async def test_told_or_delivered_again(answer: Answer, breaks: bool, status: int, pushed: list[str]) -> None:
    assert await status_after(answer, breaks=breaks) == (status, pushed)
