"""What must hold in every dialogue whatever is said, read, pressed or due. Each looks at the turns, not at the engine."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from bot.codec import dump_event, dump_state, load_event, load_state
from conversations.codes import Act, Flag, Outcome, Urgency
from conversations.effects import AlertDesk, EraseContact, OpenTicket, SendText
from conversations.engine import step
from conversations.events import (
    ContactErased,
    ContactFollowed,
    PictureTaken,
    ReporterClosed,
    ReporterReplied,
    TimerFired,
)
from conversations.state import Case, Conversation
from tests.conversations.dialogues import Step
from tests.conversations.talking import CONTACT, playbook

Property = Callable[[Sequence[Step]], None]
PROPERTIES: dict[str, Property] = {}


def holds(check: Property) -> Property:
    PROPERTIES[check.__name__] = check
    return check


def asks() -> dict[str, tuple[str, ...]]:
    """Every sentence that asks for slots, and which."""
    rows = playbook().intents.values()
    sentences = {slot.ask: (slot.name,) for row in rows for slot in row.slots if slot.ask}
    replies = playbook().replies
    sentences |= {replies["ask_phone_address"]: ("phone", "address"), replies["ask_address"]: ("address",)}
    for key in ("ask_phone", "ask_phone_gently"):
        sentences[replies[key]] = ("phone",)
    for call in ("110", "119", "120"):
        sentences[replies["nudge_critical"].format(call=call)] = ("phone",)
    return sentences | {replies["ask_consent"]: ("consent",), replies["ask_repost"]: ("repost",)}


def asked_in(text: str) -> Iterator[tuple[str, ...]]:
    known = asks()
    for line in text.split("\n"):
        if line in known:
            yield known[line]


def texts(one: Step) -> list[SendText]:
    return [effect for effect in one.turn.effects if isinstance(effect, SendText)]


@holds
def never_asks_what_is_filled(steps: Sequence[Step]) -> None:
    for one in steps:
        for text in texts(one):
            case = one.turn.state.case(text.case)
            for names in asked_in(text.text):
                assert case is None or not set(names) & case.slots.keys(), (names, text.text)


@holds
def never_asks_for_a_phone_it_was_given(steps: Sequence[Step]) -> None:
    told = False
    for one in steps:
        if any(isinstance(effect, EraseContact) for effect in one.turn.effects):
            told = False
        heard = one.heard
        if heard and heard.message.kind not in ("menu", "notice") and heard.reading.entities.phones:
            told = True
        for text in texts(one):
            assert not (told and any("phone" in names for names in asked_in(text.text))), text.text


@holds
def never_asks_in_the_same_words_twice_running(steps: Sequence[Step]) -> None:
    """They went on telling: what is missing is said, not asked again. Danger and a plea for a person ask all the same."""
    before: tuple[str, ...] = ()
    for one in steps:
        if one.heard is None:
            before = ()
            continue
        asked = tuple(line for text in texts(one) for line in text.text.split("\n") if line in asks())
        pressing = any(case.open and case.urgency is Urgency.CRITICAL for case in one.turn.state.cases)
        plea = Act.HUMAN in one.heard.reading.acts or one.heard.parts
        if not pressing and not plea and one.heard.message.kind not in ("menu", "notice"):
            assert not set(asked) & set(before), asked
        before = asked


@holds
def never_asks_more_than_its_budget(steps: Sequence[Step]) -> None:
    """Of the highest urgency a case had; a plea for a person and danger, its own or of a household on its list, each
    allow the ask for a number again."""
    rounds, extra, asked = playbook().manners.rounds, Counter[int](), Counter[int]()
    most: Counter[int] = Counter()
    for one in steps:
        if any(isinstance(effect, EraseContact) for effect in one.turn.effects):
            asked, most, extra = Counter(), Counter(), Counter()
        for case in one.turn.state.cases:
            most[case.key] = max(most[case.key], rounds[case.urgency])
            red = 2 * (case.urgency is Urgency.CRITICAL)
            extra[case.key] = max(extra[case.key], red + case.wants_human)
            extra[case.parent] = max(extra[case.parent], red)
        for text in texts(one):
            asked[text.case] += bool(list(asked_in(text.text)))
        for key, count in asked.items():
            assert not key or count <= most[key] + extra[key], (key, count)


@holds
def never_pushes_beyond_the_window(steps: Sequence[Step]) -> None:
    opened: datetime | None = None
    spent, following = 0, True
    for one in steps:
        windows = one.limits.windows
        event, heard = one.event, one.heard
        if heard and heard.message.opens in (windows or ("message",)):
            opened, spent = max(opened or heard.message.sent_at, heard.message.sent_at), 0
        elif isinstance(event, ContactFollowed) and one.turn.state.turn > one.before.turn:
            opened, spent = max(opened or one.now, one.now), 0
        slot = (heard is not None and not heard.answered) or isinstance(event, ContactFollowed)
        pushed = 0 if slot else len(texts(one))
        if one.limits.pull or not pushed:
            continue
        assert one.limits.push, "this account may only answer"
        following = one.turn.state.following
        assert following, "they have left"
        if windows:
            spent += pushed
            assert spent <= max(window.count for window in windows.values())
            assert opened and one.now < opened + max(window.lasts for window in windows.values())


@holds
def danger_is_answered_in_the_same_turn(steps: Sequence[Step]) -> None:
    for one in steps:
        heard = one.heard
        if heard is None or heard.answered or heard.message.kind in ("menu", "notice"):
            continue
        # Beside the word of a death a doubt is how it came about; whatever a rule is sure of is danger there too.
        sure = Flag.DECEASED not in heard.reading.flags or Flag.CHECK not in heard.reading.flags
        named = any(reason.code != "model" for reason in heard.reading.reasons)
        if heard.reading.urgency is Urgency.CRITICAL and named and sure:
            said = [text.text for text in texts(one) if text.purpose == "danger"]
            assert said and ("120" in said[0] or "110" in said[0]), "a threat to life and no line"
            assert any(isinstance(effect, AlertDesk) for effect in one.turn.effects)
            assert any(case.open and case.ticket and case.urgency is Urgency.CRITICAL for case in one.turn.state.cases)


@holds
def no_pressing_case_is_closed_but_by_a_person(steps: Sequence[Step]) -> None:
    for one in steps:
        if isinstance(one.event, ReporterClosed | ContactErased):
            continue
        for case in one.before.cases:
            if case.open and case.urgency.at_least(Urgency.URGENT):
                now = one.turn.state.case(case.key)
                assert now is not None and now.open, f"{case.intent} {case.urgency} is gone"


@holds
def a_person_is_reached_at_once(steps: Sequence[Step]) -> None:
    for one in steps:
        heard = one.heard
        if heard is None or Act.HUMAN not in heard.reading.acts or heard.message.kind in ("menu", "notice"):
            continue
        assert any(isinstance(effect, AlertDesk) for effect in one.turn.effects), "nobody hears of it"
        assert any(case.open and case.ticket for case in one.turn.state.cases)


@holds
def the_record_tells_it_again(steps: Sequence[Step]) -> None:
    state = Conversation(id="c", contact=CONTACT)
    for one in steps:
        event, now, numbers = load_event(dump_event(one.event, one.now, one.numbers))
        turn = step(state, event, playbook=playbook(), limits=one.limits, now=now, numbers=numbers)
        assert turn == one.turn
        state = load_state(dump_state(turn.state))
        assert state == turn.state


@holds
def effect_ids_are_unique(steps: Sequence[Step]) -> None:
    ids = Counter((one.turn.state.turn, place) for one in steps for place, _ in enumerate(one.turn.effects))
    assert not ids or max(ids.values()) == 1
    numbers = [effect.number for one in steps for effect in one.turn.effects if isinstance(effect, OpenTicket)]
    assert len(numbers) == len(set(numbers))


@holds
def a_refused_act_changes_nothing(steps: Sequence[Step]) -> None:
    for one in steps:
        if one.turn.refused:
            after = one.turn.state
            assert not one.turn.effects
            assert (after.cases, after.window, after.focus, after.asked, after.replied) == (
                one.before.cases, one.before.window, one.before.focus, one.before.asked, one.before.replied,
            )  # fmt: skip


@holds
def one_message_a_turn_and_it_fits(steps: Sequence[Step]) -> None:
    for one in steps:
        assert len(texts(one)) <= 1
        for text in texts(one):
            assert isinstance(one.event, ReporterReplied) or len(text.text.encode()) <= one.limits.text_bytes
            assert text.text.strip()


@holds
def the_bot_keeps_still_beside_a_reporter(steps: Sequence[Step]) -> None:
    """Danger aside, and timers of other cases: while a person speaks with them, they hear that person only."""
    for one in steps:
        held = any(case.open and case.reporter for case in one.before.cases)
        held = held or one.before.hushed(one.now)
        if held and one.heard and not one.heard.answered and one.heard.message.kind not in ("menu", "notice"):
            assert all(text.purpose == "danger" for text in texts(one)), texts(one)


@holds
def nothing_but_a_known_outcome_ends_a_case(steps: Sequence[Step]) -> None:
    def ended(case: Case) -> bool:
        return case.outcome is not None

    for one in steps:
        if isinstance(one.event, TimerFired) and one.event.name != "erase":
            assert not [case for case in one.turn.state.cases if ended(case)
                        and not any(ended(old) for old in one.before.cases if old.key == case.key)]  # fmt: skip
        for case in one.turn.state.cases:
            assert not ended(case) or case.outcome in Outcome


@holds
def a_picture_fills_nothing_by_itself(steps: Sequence[Step]) -> None:
    """Only what was asked about, and only with their own message after it; or a person takes it."""
    for one in steps:
        had = {
            (case.key, name): filled for case in one.before.cases for name, filled in case.slots.items()
        } | {(0, name): filled for name, filled in one.before.known.items()}  # fmt: skip
        known = {filled for filled in had.values() if filled.source == "picture"}
        news = {
            filled for case in one.turn.state.cases for filled in case.slots.values()
            if filled.source == "picture" and filled not in known
        }  # fmt: skip
        if not news or (isinstance(one.event, PictureTaken) and all(filled.by == "li" for filled in news)):
            continue
        assert one.heard is not None, "nobody said yes"
        assert one.before.pictures_on
        asked = {
            picture.slots[name].value for case in one.before.cases for picture in case.pictured for name in picture.asked
        }  # fmt: skip
        assert {filled.value for filled in news} <= asked
