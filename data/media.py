"""Loads `media.toml`: sizes, how long platforms keep what residents send, whose addresses are called, words for the lost."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from data.faults import Fault
from data.rows import MOST, is_whole, is_words, line_of, read_toml
from data.tables import loaded

KINDS = ("image", "voice", "video", "file")
LOST = (
    "gone", "expired", "elsewhere", "too_big", "wrong_type", "macro", "damaged", "too_many_pixels", "strange_address",
    "unnamed",
)  # fmt: skip
CHANNELS = ("wechat", "douyin", "app")
MOST_MB = 20
"""What the channels read into memory at most; a row cannot allow more."""


@dataclass(frozen=True, slots=True)
class MediaRows:
    """`most`: kind → bytes; `keeps`: channel → how long; `hosts`: ends of host names; `lost`, `names`: code → words."""

    most: Mapping[str, int]
    keeps: Mapping[str, timedelta]
    hosts: frozenset[str]
    lost: Mapping[str, str]
    names: Mapping[str, str]


def load_media(folder: Path | None = None) -> MediaRows:
    """The rows of `folder` (the shipped ones by default). Raises BadRows naming every fault."""
    return loaded(read_media, folder)


def read_media(folder: Path, faults: list[Fault]) -> MediaRows | None:
    """As load_media, but adding to `faults`; None when something is wrong."""
    path, before = folder / "media.toml", len(faults)
    raw = read_toml(path, faults)
    if len(faults) > before:
        return None
    check = _Check(path, raw, faults)
    for name in raw.keys() - {"most_mb", "keeps_hours", "hosts", "lost", "names"}:
        check.fault(name, "", "没有这一节：名字写错了，或应删去")
    for code, value in check.section("most_mb", KINDS).items():
        if not is_whole(value, 1, MOST_MB):
            check.fault("most_mb", code, f"要是 1 到 {MOST_MB} 的整数（MB）")
    for code, value in check.section("keeps_hours", CHANNELS).items():
        if not is_whole(value):
            check.fault("keeps_hours", code, f"要是大于 0 的小时数，最多 {MOST}")
    for code, value in check.section("hosts", ("wechat", "douyin")).items():
        if not isinstance(value, list) or not all(isinstance(one, str) and _is_host(one) for one in value):
            check.fault("hosts", code, '要是一列域名，如 ["qpic.cn"]，不带 https:// 和路径')
    for table, wanted in (("lost", LOST), ("names", KINDS)):
        for code, value in check.section(table, wanted).items():
            if not is_words(value):
                check.fault(table, code, "要有一句话")
    if len(faults) > before:
        return None
    return MediaRows(
        most={kind: mb << 20 for kind, mb in raw["most_mb"].items()},
        keeps={channel: timedelta(hours=hours) for channel, hours in raw["keeps_hours"].items()},
        hosts=frozenset(host.lower() for hosts in raw["hosts"].values() for host in hosts),
        lost=raw["lost"],
        names=raw["names"],
    )


def _is_host(name: str) -> bool:
    """Two labels at least: "com" would let half the world in."""
    labels = name.split(".")
    return len(labels) >= 2 and all(
        label.isascii() and label.replace("-", "").isalnum() and not label.startswith("-") for label in labels
    )


class _Check:
    def __init__(self, path: Path, raw: Mapping[str, Any], faults: list[Fault]) -> None:
        self.path, self.raw, self.faults = path, raw, faults

    def fault(self, table: str, code: str, message: str) -> None:
        start = line_of(self.path, rf"^\[*{re.escape(table)}\b")
        lines = self.path.read_text("utf-8").splitlines()[start:]
        offset = next((n for n, line in enumerate(lines, 1) if code and line.split("=")[0].strip() == code), 0)
        self.faults.append(Fault(self.path.name, start + offset, f"{table}.{code}：{message}" if code else message))

    def section(self, table: str, wanted: tuple[str, ...]) -> Mapping[str, Any]:
        """A section that must name every code of its own and no other."""
        given = self.raw.get(table)
        if not isinstance(given, dict):
            self.faults.append(Fault(self.path.name, 1, f"缺 [{table}] 一节"))
            return {}
        for code in wanted:
            if code not in given:
                self.fault(table, "", f"{table} 缺 {code}")
        for code in given.keys() - set(wanted):
            self.fault(table, code, "没有这一项：名字写错了，或应删去")
        return {code: value for code, value in given.items() if code in wanted}
