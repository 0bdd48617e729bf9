"""Loads `simulation.toml`: the campaign a rehearsal plays, in proportions."""

import math
import re
import string
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from conversations.codes import Intent, Outcome, Urgency
from conversations.playbook import SHANGHAI
from data.faults import Fault
from data.rows import MOST, line_of, read_toml
from data.tables import loaded

_FILE = "simulation.toml"


class Campaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`again`, `relative`, `chatter`, `redelivered`: shares of the cases, of the deliveries for the last."""

    opens: str
    hours: int
    cases: int
    again: float
    relative: float
    chatter: float
    redelivered: float

    @property
    def start(self) -> datetime:
        return _moment(self.opens)


class HourShares(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    share: tuple[float, ...]


class Wave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`times` as many as usual at `at`, of what is above the usual `keeps` an hour later, for so many `hours`."""

    at: str
    times: float
    keeps: float
    hours: int

    def factor(self, hour: datetime) -> float:
        nth = int((hour - _moment(self.at)).total_seconds() // 3600)
        return 1 + (self.times - 1) * self.keeps**nth if 0 <= nth < self.hours else 1.0


class Channels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: str
    wechat: float = 0
    toutiao: float = 0
    app: float = 0
    douyin: float = 0

    @property
    def since(self) -> datetime:
        return _moment(self.at)

    @property
    def shares(self) -> dict[str, float]:
        return {"wechat": self.wechat, "toutiao": self.toutiao, "app": self.app, "douyin": self.douyin}


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    first: int
    last: int
    share: float


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wait: tuple[str, ...]
    thanks: tuple[str, ...]
    chatter: tuple[str, ...]
    facts: tuple[str, ...]
    reply: tuple[str, ...]


class Crew(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`minutes`: a case's mean; `ends`: shares of outcomes; `orders`: share of the urgent that go to 12345."""

    first_day: int
    each_day: int
    opens: int
    minutes: dict[Urgency, float]
    ends: dict[Outcome, float]
    orders: float


class Simulation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    campaign: Campaign
    days: dict[date, float]
    hours: HourShares
    channels: tuple[Channels, ...]
    urgency: dict[Urgency, float]
    intents: dict[Intent, float]
    messages: tuple[Span, ...]
    words: Words
    crew: Crew
    surge: tuple[Wave, ...] = ()


def load_simulation(folder: Path | None = None) -> Simulation:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    return loaded(read_simulation, folder)


def read_simulation(folder: Path, faults: list[Fault]) -> Simulation | None:
    """As load_simulation, but adding to `faults`; None when there are any."""
    path, before = folder / _FILE, len(faults)
    tables = read_toml(path, faults)
    if len(faults) > before:
        return None
    if odd := _odd_number(tables):
        faults.append(Fault(_FILE, line_of(path, rf"\b{re.escape(odd)}\b"), f"有一个数不是数或大过 {MOST}：{odd}"))
        return None
    try:
        rows = msgspec.convert(tables, Simulation, strict=True)
    except msgspec.ValidationError as error:
        faults.append(Fault(_FILE, _line(path, str(error)), f"{error}"))
        return None
    faults.extend(Fault(_FILE, line_of(path, needle), message) for needle, message in _wrong(rows))
    return rows if len(faults) == before else None


def _odd_number(value: Any) -> str:
    """The first number that no campaign can have, as it is written; "" when there is none."""
    if isinstance(value, dict | list):
        return next(filter(None, map(_odd_number, value.values() if isinstance(value, dict) else value)), "")
    odd = isinstance(value, int | float) and not (math.isfinite(value) and abs(value) <= MOST)
    return str(value)[:20] if odd else ""


def _line(path: Path, message: str) -> int:
    """The line of the last name in msgspec's path (`at `$.crew.minutes``)."""
    names = re.findall(r"[a-z_]+", message.rsplit("$", 1)[-1])
    return line_of(path, rf"^\[*{names[-1]}\b") if names else 1


def _wrong(rows: Simulation) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    moments = [("opens", rows.campaign.opens)] + [("at", one.at) for one in rows.surge]
    moments += [("at", one.at) for one in rows.channels]
    for name, text in moments:
        try:
            _moment(text)
        except ValueError:
            found.append((rf'^{name} = "{re.escape(text)}"', f"{text} 不是时刻：写成 2022-03-25 22:00 这样"))
    if rows.campaign.hours < 1 or rows.campaign.cases < 1:
        found.append((r"^\[campaign\]", "hours 和 cases 至少是 1"))
    if len(rows.hours.share) != 24 or min(rows.hours.share, default=0) < 0 or not sum(rows.hours.share):
        found.append((r"^share", "要有 24 个不小于 0 的数，不能全是 0"))
    for name, shares in (("urgency", rows.urgency), ("intents", rows.intents), ("days", rows.days)):
        if not shares or min(shares.values()) < 0 or not sum(shares.values()):
            found.append((rf"^\[{name}\]", "份额不能小于 0，不能全是 0"))
    found += [(rf"^{code}\b", f"{code} 不立单，不能是一件求助") for code in rows.intents if not code.opens_case]
    if not rows.channels or any(not sum(one.shares.values()) for one in rows.channels):
        found.append((r"^\[\[channels", "每一段至少要有一个渠道"))
    if not rows.messages or any(not 1 <= one.first <= one.last for one in rows.messages):
        found.append((r"^\[\[messages", "条数从 1 起，from 不大于 to"))
    for text in rows.words.facts:
        try:
            names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError:
            names = set()
        if names != {"phone", "address"}:
            found.append((r"^facts", f"“{text}”里要有 {{phone}} 和 {{address}}，不能有别的"))
    if set(rows.crew.minutes) != set(Urgency) or not rows.crew.ends:
        found.append((r"^minutes", "四种缓急各要一个分钟数，ends 不能空"))
    return found


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
