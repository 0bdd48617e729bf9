"""Rows changed in mid-crisis: which recorded turns would come out otherwise, before anybody meets them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.replay import Recorded, differences
from conversations.events import Event, MessageReceived, ReporterClaimed, ReporterReplied
from conversations.messages import Inbound
from tests.conversations.talking import CONTACT, NOW, WECHAT, playbook, reading


def told() -> list[Recorded]:
    at = iter(range(60))

    def heard(text: str, **read: Any) -> Event:
        when = NOW + timedelta(minutes=next(at))
        return MessageReceived(Inbound(CONTACT, f"m{when.minute}", "text", text, when), reading(**read))

    events = [
        heard("我妈三天没透析了喘不上气", intent="dialysis", urgency="critical", reasons=["R08"]),
        heard("13812345678", intent="spam", confidence=0.5, phones=["13812345678"]),
        ReporterClaimed(1, "li"),
        ReporterReplied(1, "li", "马上打给您", "r1"),
        heard("谢谢", intent="feedback", acts=["thanks"]),
    ]
    return [
        Recorded(event, NOW + timedelta(minutes=n), ("B60405-0001",) if n == 0 else ())
        for n, event in enumerate(events)
    ]


def test_the_same_rows_say_the_same() -> None:
    assert list(differences(CONTACT, told(), WECHAT, playbook(), playbook())) == []


def test_a_changed_sentence_is_found_in_its_turn_without_personal_data() -> None:
    changed = replace(playbook(), replies={**playbook().replies, "noted": "记下了：{items}。"})
    (found,) = differences(CONTACT, told(), WECHAT, playbook(), changed)
    assert found.turn == 2
    assert "已记下" in " ".join(found.was)
    assert "记下了" in " ".join(found.now)
    assert "13812345678" not in " ".join((*found.was, *found.now))


def test_rows_that_open_more_tickets_are_shown_with_stand_ins() -> None:
    quick = replace(playbook().manners, floor=0.0)
    rows = replace(playbook(), manners=quick)
    talk = [
        Recorded(
            MessageReceived(Inbound(CONTACT, "m", "text", "楼下的那桩事体", NOW), reading("consult", 0.1)), NOW, ()
        )
    ]
    (found,) = differences(CONTACT, talk, WECHAT, playbook(), rows)
    assert any("新增1" in line for line in found.now)
