"""Dialogues made up from numbers: any event, any reading, any channel, in any order; kept with the state around each turn.

One number makes one move, so that a failing dialogue shrinks to the few moves that matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from conversations.codes import Act, Flag, Intent, Outcome, TicketStatus, Urgency
from conversations.events import (
    BurstEnded,
    ColleagueSpoke,
    ContactErased,
    ContactFollowed,
    ContactUnfollowed,
    DeliveredLate,
    DeliveryFailed,
    Event,
    MessageReceived,
    Part,
    PictureRead,
    PictureTaken,
    ReporterClaimed,
    ReporterClosed,
    ReporterCorrected,
    ReporterHandedBack,
    ReporterReopened,
    ReporterReplied,
    RevisitAsked,
    TimerFired,
)
from conversations.messages import Attachment, Inbound, Kind, Location
from conversations.reading import Address, Entities, Phone, Reading, Reason
from conversations.state import Conversation
from conversations.turn import Turn
from conversations.window import Limits
from tests.conversations.talking import CONTACT, NOW, Play, playbook
from tests.conversations.telling import CHANNELS


@dataclass(frozen=True)
class Step:
    """One turn with what it came from. `limits` and `now` as given to the engine."""

    before: Conversation
    event: Event
    turn: Turn
    limits: Limits
    now: datetime
    numbers: tuple[str, ...]

    @property
    def heard(self) -> MessageReceived | None:
        """The message, if this is one that was not heard before."""
        fresh = isinstance(self.event, MessageReceived) and self.turn.state.turn > self.before.turn
        return self.event if fresh and isinstance(self.event, MessageReceived) else None


def play_dialogue(channel: str, moves: Sequence[int]) -> list[Step]:
    """The dialogue these numbers make on that channel."""
    play = Play(limits=CHANNELS[channel])
    play.numbers = 8
    steps: list[Step] = []
    for number in moves:
        chance = Random(number)
        play.wait(seconds=chance.choice((0, 5, 20, 70, 400, 1200, 4000, 90_000)))
        before, now, given = play.state, play.now, play.given
        event = _event(chance, play)
        turn = play.do(event)
        numbers = tuple(f"B60405-{given + n:04d}" for n in range(1, play.numbers + 1))
        steps.append(Step(before, event, turn, play.limits, now, numbers))
    return steps


_TEXTS = (
    "血透三天没做了", "好", "人工", "1", "对", "不对", "13512340000", "家里没吃的了，药也没了，怎么办啊", "嗯", "四平路10号", "2",
    "我身份证310101198001011234", "爷爷叫不醒", "谢谢", "？？", "没有解决", "听不懂你在说什么",
    "1、201室没菜\n2、302室没药\n3、404室没奶粉", "我9岁，大人都去隔离了", "no food please help us",
)  # fmt: skip
_PLACES = (
    Address("虹口区", road="四平路", number="10号", raw="四平路10号", confidence=0.9),
    Address(road="长江路", number="8号", raw="长江路8号", confidence=0.9, districts=("宝山区", "浦东新区")),
    Address(road="长江路", number="8号", raw="长江路8号", confidence=0.9),
    Address("宝山区", raw="宝山", confidence=0.3),
)
_KINDS: tuple[Kind, ...] = ("image", "voice", "location", "link", "file", "unknown", "menu", "notice")
_PICTURES = ("p1", "p2", "p3", "p4", "p5")
_REASONS = ("R01", "R03", "R07", "R12", "R13", "model")


def _event(chance: Random, play: Play) -> Event:
    kind = chance.choices(
        ("message", "reporter", "timer", "coming", "failed", "erased", "picture"), weights=(60, 18, 12, 4, 4, 2, 10)
    )[0]
    case = chance.randint(1, max(1, len(play.state.cases)) + (chance.random() < 0.1))
    if kind == "message":
        if play.state.pictures_on and chance.random() < 0.4:
            said = Inbound(CONTACT, f"m{len(play.turns)}", "text", chance.choice(("1", "对的", "2", "不对")), play.now)
            return MessageReceived(said, Reading(acts=(Act.MENU_CHOICE,)))
        return _message(chance, play)
    if kind == "reporter":
        return _reporter(chance, case)
    if kind == "timer":
        if play.state.burst and chance.random() < 0.5:
            return BurstEnded(reading(chance), play.state.burst_on - (chance.random() < 0.2))
        name = chance.choice(("silence", "nudge", "claim", "revisit", "treatment", "erase", "burst", "picture"))
        pictured = [one.key for one in play.state.cases if "picture" in one.timers]
        if pictured and chance.random() < 0.6:
            name, case = "picture", pictured[-1]
        found = play.state.case(case)
        due = found.timers.get(name, 0) if found else 0
        return TimerFired(name, case, due if chance.random() < 0.8 else 0)
    if kind == "failed":
        if chance.random() < 0.2:
            return DeliveredLate(play.now - timedelta(seconds=chance.choice((3, 30))), chance.randint(1, 3))
        return DeliveryFailed(
            "c/1/0", case, "45015", "没有送到", chance.random() < 0.3, chance.random() < 0.4, chance.random() < 0.2
        )
    if kind == "picture":
        if chance.random() < 0.2:
            return PictureTaken(case, "li", chance.choice(_PICTURES), chance.choice(("phone", "address", "drug")))
        sent = play.now - timedelta(seconds=chance.choice((3, 30, 4000)))
        return PictureRead(chance.choice(_PICTURES), case, "处方 碳酸钙片 13512340000", sent, reading(chance))
    if kind == "erased":
        return ContactErased(chance.choice(("contact", "admin")))
    name = f"m{len(play.turns)}"
    if chance.random() < 0.3:
        return ColleagueSpoke()
    if chance.random() < 0.5:
        return ContactFollowed(Inbound(CONTACT, name, "follow", "", play.now, opens="menu"))
    return ContactUnfollowed(Inbound(CONTACT, name, "unfollow", "", play.now, opens="none"))


def _message(chance: Random, play: Play) -> MessageReceived:
    kind: Kind = "text" if chance.random() < 0.85 else chance.choice(_KINDS)
    text = chance.choice(_TEXTS) if kind == "text" else ""
    name = f"m{len(play.turns) - (chance.random() < 0.05)}"
    message = Inbound(
        CONTACT, name, kind, text, play.now - timedelta(seconds=chance.choice((0, 0, 1, 3600))),
        opens="menu" if kind == "menu" else "none" if kind == "notice" else "message",
        attachments=(Attachment(kind, media_id="x"),) if kind in ("image", "voice", "file") else (),
        location=Location(31.25, 121.5, "某小区") if kind == "location" else None,
    )  # fmt: skip
    parts = tuple(Part(line, reading(chance)) for line in text.split("\n")) if text.startswith("1、") else ()
    answered = chance.choices(("", "danger", "held"), weights=(90, 4, 6))[0]
    surge, more = chance.random() < 0.15, chance.random() < 0.2
    return MessageReceived(message, reading(chance, text), answered, parts, surge, more)


def reading(chance: Random, text: str = "") -> Reading:
    """Any reading at all; its entities need not be in the text, as after a mistake of the reader."""
    urgency = chance.choices(tuple(Urgency), weights=(15, 25, 30, 30))[0]
    reasons = chance.sample(_REASONS, chance.randint(1, 2)) if urgency is Urgency.CRITICAL else []
    flags = chance.sample(tuple(Flag), chance.choice((0, 0, 0, 1, 2)))
    if Flag.CHECK in flags and not reasons:
        reasons = [chance.choice(_REASONS)]
    acts = chance.sample(tuple(Act), chance.choice((0, 0, 0, 1, 1, 2)))
    if text == "人工":
        acts = [Act.HUMAN]
    return Reading(
        chance.choice(tuple(Intent)), chance.choice((0.1, 0.3, 0.4, 0.7, 0.95)),
        tuple((one, 0.5) for one in chance.sample(tuple(Intent), chance.choice((0, 0, 1, 2)))),
        tuple(acts), urgency, tuple(Reason(code, code) for code in reasons), tuple(flags), _entities(chance), "test",
        chance.choice(tuple(playbook().knowledge)) if chance.random() < 0.06 else "",
    )  # fmt: skip


def _entities(chance: Random) -> Entities:
    def perhaps(likely: float) -> bool:
        return chance.random() < likely

    return Entities(
        phones=(Phone("13512340000", "13512340000"),) if perhaps(0.25) else (),
        addresses=(chance.choice(_PLACES),) if perhaps(0.25) else (),
        days_left=chance.choice((0.0, 2.0)) if perhaps(0.15) else None,
        drugs=("胰岛素",) if perhaps(0.15) else (),
        hospitals=("第六人民医院",) if perhaps(0.1) else (),
        people=3 if perhaps(0.1) else None,
        age_months=60 if perhaps(0.1) else None,
        next_due_at=NOW + timedelta(days=chance.choice((1, 3, 9))) if perhaps(0.1) else None,
        pregnancy_weeks=33 if perhaps(0.1) else None,
        called_12345=chance.choice(("no", "yes_no_number", "tried_not_through")) if perhaps(0.15) else "",
    )


def _reporter(chance: Random, case: int) -> Event:
    by = chance.choice(("li", "li", "wang"))
    match chance.randint(0, 7):
        case 0 | 1:
            return ReporterClaimed(case, by)
        case 2:
            return ReporterReplied(case, by, chance.choice(("我是记者，在联系", "")), f"r{chance.randint(0, 20)}")
        case 3:
            return ReporterHandedBack(case, by)
        case 4:
            return ReporterClosed(case, by, chance.choice(tuple(Outcome)), tell=chance.random() < 0.8)
        case 5:
            return ReporterReopened(case, by)
        case 6:
            return RevisitAsked(case, by)
    field, value = chance.choice(
        (
            ("urgency", str(chance.choice(tuple(Urgency)))),
            ("intent", str(chance.choice(tuple(Intent)))),
            ("status", str(chance.choice(tuple(TicketStatus)))),
            ("verification", "confirmed"),
            ("slot:phone", "13500000000"),
            ("slot:nose", "1"),
        )
    )
    return ReporterCorrected(case, by, field, value, chance.choice(("", "电话里问清了")))
