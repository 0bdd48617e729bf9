"""Phase × event × meta act: each is decided (something is said, noted or refused), or listed here with its reason."""

from collections.abc import Callable

import pytest

from conversations.codes import Act, Outcome
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
    ReporterClaimed,
    ReporterClosed,
    ReporterCorrected,
    ReporterHandedBack,
    ReporterReopened,
    ReporterReplied,
    RevisitAsked,
    TimerFired,
)
from conversations.messages import Inbound, Kind
from conversations.state import Phase
from tests.conversations.talking import CONTACT, Play, reading

NO_ACT = ""
WORDS = {
    NO_ACT: "就是想跟你们讲一声这桩事体", Act.HUMAN: "人工", Act.STATUS: "进度", Act.ADD: "补充一下", Act.CORRECT: "打错了",
    Act.WITHDRAW: "不用了", Act.ERASE_ME: "删除我的信息", Act.CONSENT: "同意", Act.REFUSE_CONSENT: "不同意", Act.GREET: "你好",
    Act.THANKS: "谢谢", Act.SOLVED: "解决了", Act.NOT_SOLVED: "没有解决", Act.YES: "是", Act.NO: "不是", Act.SKIP: "不知道",
    Act.MENU_CHOICE: "2", Act.ABUSE: "骗子", Act.ASK_RULE: "14天没阳性能出门吗？",
}  # fmt: skip

TIMERS = ("silence", "nudge", "claim", "revisit", "treatment")

EVENTS: dict[str, Callable[[Play], Event]] = {
    "follow": lambda play: ContactFollowed(Inbound(CONTACT, "e", "follow", "", play.now, opens="menu")),
    "unfollow": lambda play: ContactUnfollowed(Inbound(CONTACT, "e", "unfollow", "", play.now, opens="none")),
    "nothing follows": lambda play: BurstEnded(reading("chitchat", 0.2), play.state.burst_on),
    "colleague": lambda _: ColleagueSpoke(),
    "claim": lambda _: ReporterClaimed(1, "li"),
    "claim by another": lambda _: ReporterClaimed(1, "wang"),
    "reply": lambda _: ReporterReplied(1, "li", "在联系", "r"),
    "hand back": lambda _: ReporterHandedBack(1, "li"),
    "close": lambda _: ReporterClosed(1, "li", Outcome.SOLVED),
    "reopen": lambda _: ReporterReopened(1, "li", "没有解决"),
    "ask how it went": lambda _: RevisitAsked(1, "li"),
    "correct": lambda _: ReporterCorrected(1, "li", "verification", "confirmed"),
    "undelivered": lambda _: DeliveryFailed("c/1/0", 1, "45015", "没有送到"),
    "delivered late": lambda play: DeliveredLate(play.now),
    "erased": lambda _: ContactErased("admin"),
    "erase is due": lambda _: TimerFired("erase", 0, 0),
    **{
        f"{name} is due": lambda play, name=name: TimerFired(  # type: ignore[misc]
            name, 1, play.case.timers.get(name, 0) if play.state.cases else 0
        )
        for name in TIMERS
    },
    "menu": lambda play: MessageReceived(Inbound(CONTACT, "m", "menu", "", play.now, opens="menu"), reading()),
    "notice": lambda play: MessageReceived(Inbound(CONTACT, "m", "notice", "", play.now, opens="none"), reading()),
}

IGNORED: dict[tuple[str, str], str] = {
    **{(phase, "nothing follows"): "nothing was kept back: it was answered meanwhile" for phase in Phase},
    **{(phase, "colleague"): "no ticket to write it on; the state knows" for phase in (Phase.IDLE, Phase.COLLECTING)},
    **{(phase, "delivered late"): "only the window's count changes" for phase in Phase},
    **{(phase, "notice"): "asks for nothing: a delivery report, a page view" for phase in Phase},
    **{(Phase.IDLE, f"{name} is due"): "no case: the timer is stale" for name in TIMERS},
    **{(Phase.COLLECTING, f"{name} is due"): "never set: the case has no ticket"
       for name in TIMERS if name != "silence"},
    **{(Phase.WAITING, f"{name} is due"): "stale: the ticket is open, or was never set"
       for name in TIMERS},
    **{(Phase.WITH_REPORTER, f"{name} is due"): "stale: a person has it" for name in TIMERS if name != "claim"},
    (Phase.IDLE, "unfollow"): "nothing of theirs is open",
    (Phase.COLLECTING, "unfollow"): "no ticket yet to write it on; the silence timer opens it, and the state knows",
    (Phase.IDLE, "undelivered"): "no ticket it could belong to",
    (Phase.COLLECTING, "undelivered"): "no ticket yet; a window the platform calls shut is shut in the state",
}  # fmt: skip


def _in(phase: Phase) -> Play:
    play = Play()
    if phase is Phase.IDLE:
        return play
    play.say("妈妈的降压药只剩三天了", reading("medicine", urgency="soon", days_left=3.0))
    if phase is Phase.COLLECTING:
        return play
    play.say(
        "13512340000 四平路1号 氨氯地平，12345打过没单号",
        reading("medicine", 0.5, phones=["13512340000"], addresses=["四平路1号"], drugs=["氨氯地平"],
                called_12345="yes_no_number"),
    )  # fmt: skip
    play.say("同意", reading("chitchat", 0.3, acts=["consent"]))
    if phase is Phase.WITH_REPORTER:
        play.do(ReporterClaimed(1, "li"))
    return play


def _happens(play: Play, event: Event) -> bool:
    before = play.state
    turn = play.do(event)
    changed = not isinstance(event, TimerFired) and before.cases != turn.state.cases  # a timer only forgets itself
    return bool(turn.effects or turn.refused) or changed


@pytest.mark.parametrize("phase", list(Phase))
def test_the_phase_is_what_it_is_called(phase: Phase) -> None:
    assert _in(phase).state.phase is phase


@pytest.mark.parametrize("act", list(WORDS))
@pytest.mark.parametrize("phase", list(Phase))
def test_whatever_is_said_is_answered_or_noted(phase: Phase, act: str) -> None:
    play = _in(phase)
    message = Inbound(CONTACT, "x", "text", WORDS[act], play.now)  # type: ignore[index]
    happens = _happens(play, MessageReceived(message, reading("chitchat", 0.2, acts=[act] if act else [])))
    assert happens == ((phase, act) not in IGNORED), "decide it, or list it with its reason"


@pytest.mark.parametrize("kind", ["image", "voice", "video", "location", "link", "file", "unknown"])
@pytest.mark.parametrize("phase", list(Phase))
def test_whatever_is_sent_is_answered_or_noted(phase: Phase, kind: Kind) -> None:
    play = _in(phase)
    assert _happens(play, MessageReceived(Inbound(CONTACT, "x", kind, "", play.now), reading("chitchat", 0.1)))


@pytest.mark.parametrize("event", list(EVENTS))
@pytest.mark.parametrize("phase", list(Phase))
def test_whatever_happens_is_decided(phase: Phase, event: str) -> None:
    play = _in(phase)
    play.wait(hours=1)
    assert _happens(play, EVENTS[event](play)) == ((phase, event) not in IGNORED), (
        "decide it, or list it with its reason"
    )


@pytest.mark.parametrize("phase", list(Phase))
def test_a_beginning_is_kept_back_and_answered_or_noted(phase: Phase) -> None:
    play = _in(phase)
    message = Inbound(CONTACT, "x", "text", "小菜", play.now)
    assert _happens(play, MessageReceived(message, reading("chitchat", 0.2), more=True))
    assert bool(play.state.burst) is (phase is not Phase.WITH_REPORTER), "a person hears it as it comes"
    if play.state.burst:
        assert _happens(play, BurstEnded(reading("chitchat", 0.2), play.state.burst_on))


def test_nothing_is_listed_that_cannot_happen() -> None:
    assert {event for _, event in IGNORED} <= EVENTS.keys() | WORDS.keys()


def test_every_act_is_in_the_table() -> None:
    assert set(Act) == WORDS.keys() - {NO_ACT}
