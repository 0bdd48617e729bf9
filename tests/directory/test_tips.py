"""A number a resident may try: only one where a person answered lately, that is nobody's own, and fits what they need."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.desk.directory import ROWS
from bot.facts import fact_of
from bot.store.database import Database
from bot.tips import Tips
from classifiers.reader import Reader
from conversations.codes import Intent
from conversations.events import MessageReceived
from conversations.knowledge import Tip
from conversations.messages import Inbound
from conversations.reading import Address
from conversations.state import Conversation
from tests.conversations.talking import CONTACT, NOW, Play, playbook, reading, said
from tests.directory.conftest import put

PHARMACY = Tip("控江路药房", "021-65001234", NOW, "杨浦区", frozenset({Intent.MEDICINE}))
HOME = Address("杨浦区", road="控江路", number="1200弄", raw="控江路1200弄", confidence=0.9)


async def called(database: Database, unit: int, hours: float, result: str) -> None:
    await database.execute(
        "insert into calls (number, conversation, unit, dialled, by, result, at) "
        "values ('B60405-9999', gen_random_uuid(), $1, '', 'lina', $2, $3)",
        unit, result, datetime.now(UTC) - timedelta(hours=hours),
    )  # fmt: skip


async def test_only_where_somebody_picks_up(database: Database) -> None:
    tips = Tips(database, ROWS, lambda: datetime.now(UTC))

    async def unit(name: str, number: str = "021-65000001", **more: object) -> int:
        values = {"kind": "pharmacy", "district": "虹口区", "street": "", "numbers": (number,), **more}
        return await put(database, name=name, **values)

    answered = await unit("有人接的药房")
    await called(database, answered, 3, "answered")
    await called(database, await unit("上周接过的药房"), 24 * 7, "answered")
    await called(database, await unit("没人接的药房"), 1, "busy")
    await called(database, await unit("店长的手机", "13800001111"), 1, "answered")
    await called(database, await unit("只管一个街道", street="曲阳路街道"), 1, "answered")
    await called(database, await unit("什么都管", kind="department"), 1, "answered")
    await called(database, await unit("全市药品热线", district=""), 1, "answered")
    await unit("没打过的药房")
    await tips.look()
    near = tips.near("虹口区", {Intent.MEDICINE, Intent.CONSULT})
    assert [(tip.name, tip.number) for tip in near] == [
        ("有人接的药房", "021-65000001"), ("全市药品热线", "021-65000001"),
    ]  # fmt: skip
    assert [tip.name for tip in tips.near("", {Intent.MEDICINE})] == ["全市药品热线"]
    assert tips.near("虹口区", {Intent.SUPPLIES}) == ()
    await called(database, answered, 0, "dead")
    await tips.look()
    assert "有人接的药房" not in [tip.name for tip in tips.near("虹口区", {Intent.MEDICINE})]


@pytest.mark.parametrize(
    ("urgency", "tip", "passed_on"),
    [
        ("soon", PHARMACY, True),
        ("normal", PHARMACY, True),
        ("urgent", PHARMACY, False),
        ("soon", Tip("虹口药房", "021-65009999", NOW, "虹口区", frozenset({Intent.MEDICINE})), False),
        ("soon", Tip("团购热线", "021-65008888", NOW, "杨浦区", frozenset({Intent.SUPPLIES})), False),
        ("soon", Tip("药品热线", "021-65007777", NOW, "", frozenset({Intent.MEDICINE})), True),
    ],
)
def test_said_once_with_the_receipt(urgency: str, tip: Tip, passed_on: bool) -> None:
    play = Play()
    words = "妈妈的降压药氨氯地平还有三天，13512340000，控江路1200弄"
    facts = reading(
        "medicine", 0.9, urgency, phones=["13512340000"], addresses=[HOME], drugs=["氨氯地平"], days_left=3.0
    )
    turn = play.do(MessageReceived(Inbound(CONTACT, "m", "text", words, play.now), facts, tips=(tip,)))
    assert play.case.ticket
    assert (tip.number in said(turn)) is passed_on
    if passed_on:
        assert f"{tip.name}：{tip.number}（4月5日18:00有人接听）" in said(turn)
    later = Inbound(CONTACT, "n", "text", "还有什么要说的吗", play.now)
    again = play.do(MessageReceived(later, reading("medicine", 0.5), tips=(tip,)))
    assert tip.number not in said(again)


def test_looked_up_for_where_they_live_and_never_beside_danger() -> None:
    asked: list[tuple[str, frozenset[Intent]]] = []

    def near(district: str, intents: object) -> tuple[Tip, ...]:
        asked.append((district, frozenset(intents)))  # type: ignore[call-overload]
        return (PHARMACY,)

    def heard(read: object) -> MessageReceived:
        message = Inbound(CONTACT, "m", "text", "控江路1200弄，药没了", NOW)
        state = Conversation(id="c", contact=CONTACT)
        event = fact_of(Reader(), state, message, read, playbook(), tips=near)  # type: ignore[arg-type]
        assert isinstance(event, MessageReceived)
        return event

    assert heard(reading("medicine", 0.9, "soon", addresses=[HOME])).tips == (PHARMACY,)
    assert asked == [("杨浦区", frozenset({Intent.MEDICINE}))]
    assert heard(reading("emergency", 0.9, "critical", addresses=[HOME])).tips == ()
    assert len(asked) == 1
