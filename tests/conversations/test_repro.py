"""What `bangnong chat --repro` prints is a scenario that tells the same talk again."""

import tomllib

from bot.scenario import short, write_scenario
from conversations.reading import Reading
from conversations.turn import Turn
from tests.conversations.talking import Play
from tests.conversations.telling import read, tell

TALK = (
    ("血透明天没车去\"快点\"", {"intent": "dialysis", "urgency": "urgent", "reasons": ["R08"], "intents": ["travel"]}),
    (
        "13512340001 长江路8号 上次2日做的",
        {
            "intent": "chitchat", "confidence": 0.3, "phones": ["13512340001"], "missed": 1, "drugs": ["肝素"],
            "addresses": [{"road": "长江路", "number": "8号", "districts": ["宝山区", "浦东新区"]}],
        },
    ),
    ("1", {"intent": "chitchat", "confidence": 0.2, "acts": ["menu_choice"]}),
)  # fmt: skip


def test_a_printed_talk_is_told_again() -> None:
    play = Play()
    told: list[tuple[str, Reading, Turn]] = []
    for words, row in TALK:
        understood = read(row)  # type: ignore[arg-type]
        told.append((words, understood, play.say(words, understood)))
    written = tomllib.loads(write_scenario(told))
    assert [row["expect"] for row in written["turn"]] == [[short(one) for one in turn.effects] for _, _, turn in told]
    assert tell(written).effects == [row["expect"] for row in written["turn"]]
