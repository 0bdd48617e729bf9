"""What was said first leaves first, though the ninth and the tenth turn were taken in one batch."""

import asyncio

from bot.lanes import Lanes
from bot.outbox import LEASE
from tests.inside import Open

WHO = "oOrder00000000000000000001"


async def test_the_ninth_turn_before_the_tenth(inside: Open) -> None:
    async with inside("wechat:main", outbox=False) as here:
        for nth in range(8):
            await here.turn(WHO, f"你好{nth}", "wechat")
        await here.database.execute("delete from outbox where kind = 'send'")
        both = await asyncio.gather(
            here.turn(WHO, "我爸透析两次没做了，喘不上气", "wechat"),
            here.turn(WHO, "浦东新区牡丹路60弄3号502室 电话13800138000", "wechat"),
        )
        said = [text.effect_id for outcome in both for text in outcome.replies]
        assert [outcome.turn for outcome in both] == [9, 10]
        assert len(said) > 1
        moments = await here.database.value("select count(distinct created_at) from outbox where kind = 'send'")
        assert moments == 1, "they were of one batch"
        store, left = here.services.outbox.store, []
        for _ in said:
            now = here.clock()
            lanes = Lanes([("wechat", "main")])
            claimed = [
                due for due in await store.claim(now, LEASE, lanes.room(now), lanes.accounts) if due.kind == "send"
            ]
            left += [due.effect_id for due in claimed]
            await store.sent(claimed)
        assert left == said
