"""A text that WeCom took and did not deliver after all: the reporter learns it, whoever else was written to is not touched."""

from typing import Any

import pytest

from adapters.base import Opened
from adapters.wecom_pull import read_page
from adapters.wecom_send import part_key
from bot.asides import take_aside
from tests.inside import DYING, Inside, Open
from tests.platforms.wecom import OPEN_KFID, WeComPlatform

WHO, OTHER = "wmFailed00000000000000000001", "wmFailed00000000000000000002"


def event(kind: str, **told: Any) -> dict[str, Any]:
    return {
        "msgid": f"event-{kind}-{told}", "send_time": 1_795_000_000, "origin": 4, "msgtype": "event",
        "event": {"event_type": kind, "open_kfid": OPEN_KFID, "external_userid": WHO, **told},
    }  # fmt: skip


async def told(here: Inside, row: dict[str, Any]) -> None:
    (message,) = read_page({"msg_list": [row]}, "main", OPEN_KFID)
    assert await take_aside(here.services, here.services.accounts["wecom", "main"], message, Opened(b""), again=True)


@pytest.fixture
def settings() -> dict[str, str]:
    secrets = WeComPlatform().secrets()
    return {
        f"BANGNONG_WECOM_MAIN_{name.upper()}": getattr(secrets, name).reveal()
        for name in ("corpid", "secret", "open_kfid", "token", "aes_key")
    }


async def test_a_text_that_did_not_arrive_after_all(inside: Open, settings: dict[str, str]) -> None:
    async with (
        WeComPlatform().serve() as platform,
        inside("app:main,wecom:main", BANGNONG_WECOM_MAIN_API_BASE=platform.base, **settings) as here,
    ):
        for who in (WHO, OTHER):
            platform.wrote(who, DYING)
            await here.turn(who, DYING, "wecom")
        await here.gone("select 1 from outbox where kind = 'send'")
        sent = await here.database.fetch(
            "select m.*, c.openid_hash from messages m join contacts c on c.id = m.conversation where direction = 'o'"
        )
        mine = here.services.vault.hash("openid", "wecom", "main", WHO)
        (row,) = [one for one in sent if one["openid_hash"] == mine]
        key = part_key(f"{row['conversation']}/{row['turn']}/{row['position']}", 0)
        await told(here, event("msg_send_fail", fail_msgid="of nobody", fail_type=4))
        assert {one["delivery"] for one in sent} == {"delivered"}
        for _ in range(2):  # the page may come again
            await told(here, event("msg_send_fail", fail_msgid=key, fail_type=10))
        found = await here.database.fetch("select conversation, delivery, note from messages where direction = 'o'")
        failed = [one for one in found if one["delivery"] == "failed"]
        assert [one["conversation"] for one in failed] == [row["conversation"]]
        assert "不再接收" in failed[0]["note"]
        assert await here.database.value("select count(*) from ticket_events where change = 'undelivered'") == 1


async def test_a_message_taken_back_is_marked(inside: Open, settings: dict[str, str]) -> None:
    async with inside("app:main,wecom:main", outbox=False, **settings) as here:
        message = here.message(WHO, "没菜了", "wecom")
        await here.services.turns.hear(message, slot=False)
        await told(here, event("user_recall_msg", recall_msgid=message.message_id))
        assert await here.database.value("select delivery from messages where direction = 'i'") == "recalled"


def test_a_forwarded_talk_is_heard() -> None:
    item = [
        {
            "msgtype": "text",
            "msg_content": '{"msgtype":"text","text":{"content":"隔壁老人昏迷了"}}',
            "sender_name": "王",
        },
        {"msgtype": "image", "msg_content": "{}"},
        {"msgtype": "text", "msg_content": "no json"},
    ]
    row = {
        "msgid": "m1", "open_kfid": OPEN_KFID, "external_userid": WHO, "send_time": 1_795_000_000, "origin": 3,
        "msgtype": "merged_msg", "merged_msg": {"title": "群聊", "item": item},
    }  # fmt: skip
    (message,) = read_page({"msg_list": [row]}, "main", OPEN_KFID)
    assert (message.kind, message.text) == ("text", "隔壁老人昏迷了")
