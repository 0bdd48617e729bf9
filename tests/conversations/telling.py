"""Telling a scenario file: its rows become events, played in order, the state stored and read back between any two."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bot.scenario import short
from conversations.codes import Outcome
from conversations.events import (
    BurstEnded,
    ContactErased,
    ContactFollowed,
    ContactUnfollowed,
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
from conversations.messages import Attachment, Inbound, Location
from conversations.playbook import SHANGHAI
from conversations.reading import Address, Reading
from conversations.turn import Turn
from conversations.window import Limits, Window
from tests.conversations.talking import CONTACT, NOW, WECHAT, Play, reading

Row = dict[str, Any]

CHANNELS = {
    "wechat": WECHAT,
    "wechat_uncertified": Limits(push=False),
    "douyin": Limits(
        answer_within=0, windows={"message": Window(timedelta(hours=24), 6), "menu": Window(timedelta(seconds=30), 3)}
    ),
    "app": Limits(text_bytes=8000, pull=True),
}
"""What the channel of a file allows; `wechat_uncertified` may answer in the slot only."""

_SPAN = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_REPORTER = ("claim", "reply", "hand_back", "close", "reopen", "ask", "take", "correct")


@dataclass
class Told:
    """A file told once: which row brought which turn, and where it ended."""

    rows: list[Row]
    turns: list[Turn]
    play: Play

    @property
    def effects(self) -> list[list[str]]:
        """What followed each row, in short form; a refused act says so."""
        return [
            [*(short(effect) for effect in turn.effects), *([f"refused {turn.refused}"] if turn.refused else [])]
            for turn in self.turns
        ]


def tell(told: Row, rows: list[Row] | None = None) -> Told:
    """Play the rows (the file's own order unless others are given)."""
    play = Play(limits=CHANNELS[told.get("channel", "wechat")], now=_start(told.get("starts", "")))
    play.numbers = told.get("numbers", play.numbers)
    rows = told["turn"] if rows is None else rows
    turns: list[Turn] = []
    for row in rows:
        play.now += _span(row.get("after", "0s"))
        turns.append(play.do(event_of(play, row)))
    return Told(rows, turns, play)


def orders(told: Row) -> Iterator[list[Row]]:
    """Every other order of arrival: a run of rows marked `orders = "both"` also comes the other way round."""
    rows: list[Row] = told["turn"]
    start = 0
    while start < len(rows):
        stop = start
        while stop < len(rows) and rows[stop].get("orders") == "both":
            stop += 1
        if stop - start > 1:
            yield [*rows[:start], *reversed(rows[start:stop]), *rows[stop:]]
        start = max(stop, start + 1)


def ending(told: Told) -> set[Any]:
    """What must be the same whichever order things came in: needs, urgency, facts, flags, tickets; not the wording."""
    return {
        (
            case.intent, case.urgency, frozenset(case.flags), case.status, case.outcome, case.reporter, bool(case.ticket),
            frozenset((name, filled.value) for name, filled in case.slots.items()),
        )
        for case in told.play.state.cases
    }  # fmt: skip


def event_of(play: Play, row: Row) -> Event:
    """The row as a fact. Exactly one of says, sends, reporter, timer, failed, event, erase, picture tells which."""
    case = row.get("case", 1)
    if act := row.get("reporter"):
        return _reporter(play, act, case, row)
    if name := row.get("timer"):
        if name == "erase":
            return TimerFired("erase", 0, 0)
        if name == "burst":
            return BurstEnded(read(row.get("read", {})), row.get("set_on", play.state.burst_on))
        found = play.state.case(case)
        assert found is not None, f"no case {case}"
        assert name in found.timers, f"no timer {name} was set for case {case}"
        return TimerFired(name, case, row.get("set_on", found.timers[name]))
    if (failed := row.get("failed")) is not None:
        told = {"code": "45015", "note": "没有送到", **failed}
        return DeliveryFailed(f"c/{play.state.turn}/0", case, **told)
    if by := row.get("erase"):
        return ContactErased(by)
    if picture := row.get("picture"):
        sent = play.now - _span(row.get("sent_before", "5s"))
        return PictureRead(picture, row.get("case", 0), row.get("words", ""), sent, read(row.get("read", {})))
    name = row.get("id", f"m{len(play.turns)}")
    match row.get("event"):
        case "follow":
            return ContactFollowed(Inbound(CONTACT, name, "follow", "", play.now, opens="menu", event="subscribe"))
        case "unfollow":
            return ContactUnfollowed(Inbound(CONTACT, name, "unfollow", "", play.now, opens="none"))
        case "menu" | "notice" as kind:
            opens = "menu" if kind == "menu" else "none"
            return _message(row, Inbound(CONTACT, name, kind, "", play.now, opens=opens, event_key=row.get("key", "")))  # type: ignore[arg-type]
    kind = row.get("sends", "text")
    place = row.get("location")
    message = Inbound(
        CONTACT, name, kind, row.get("says", ""), play.now - _span(row.get("sent_before", "0s")),
        attachments=() if kind in ("text", "location") else (Attachment(kind, media_id="x", title=row.get("title", "")),),
        location=Location(place["latitude"], place["longitude"], place.get("label", "")) if place else None,
    )  # fmt: skip
    return _message(row, message)


def _message(row: Row, message: Inbound) -> MessageReceived:
    parts = tuple(Part(part["says"], read(part.get("read", {}))) for part in row.get("parts", []))
    return MessageReceived(
        message,
        read(row.get("read", {})),
        row.get("answered", ""),
        parts,
        row.get("surge", False),
        row.get("more", False),
        queue=row.get("queue", 0),
    )


def read(row: Row) -> Reading:
    """A reading written by hand; an address may be its words or its parts."""
    row = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    row["addresses"] = [one if isinstance(one, str) else _address(one) for one in row.get("addresses", ())]
    return reading(**row)


def _address(parts: Row) -> Address:
    words = "".join(value for value in parts.values() if isinstance(value, str))
    lists = {name: tuple(value) for name, value in parts.items() if isinstance(value, list)}
    return Address(**{"confidence": 0.9, "raw": words, **parts, **lists})


def _reporter(play: Play, act: str, case: int, row: Row) -> Event:
    name = row.get("by", "li")
    match act:
        case "claim":
            return ReporterClaimed(case, name)
        case "hand_back":
            return ReporterHandedBack(case, name, row.get("note", ""))
        case "reply":
            return ReporterReplied(case, name, row["words"], row.get("id", f"r{len(play.turns)}"))
        case "close":
            return ReporterClosed(case, name, Outcome(row["outcome"]), row.get("note", ""), row.get("tell", True))
        case "ask":
            return RevisitAsked(case, name)
        case "reopen":
            return ReporterReopened(case, name, row.get("note", ""))
        case "take":
            return PictureTaken(case, name, row["from"], row["slot"])
        case "correct":
            return ReporterCorrected(case, name, row["field"], row["value"], row.get("reason", ""))
    raise ValueError(f"{act!r} is none of {', '.join(_REPORTER)}")


def _start(clock: str) -> datetime:
    """ "02:10" is that time in Shanghai on the day the tests live in; nothing is 18:00."""
    if not clock:
        return NOW
    return datetime.combine(NOW.date(), time.fromisoformat(clock), SHANGHAI).astimezone(UTC)


def _span(words: str) -> timedelta:
    return timedelta(seconds=float(words[:-1]) * _SPAN[words[-1]])
