"""What two tickets have in common, in keyed hashes, and why they may be one matter, in words. It proposes, never merges."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from bot.codec import TicketBody
from bot.vault import Vault
from classifiers import similar
from classifiers.similar import Sketch
from conversations.codes import Intent
from conversations.reading import Address

PHONE, HOUSEHOLD, BUILDING = "phone", "household", "building"

SAME_PHONE = "同一个电话"
SAME_HOUSEHOLD = "同一户"
SAME_TEXT = "文字几乎一样，像是转发"
SAME_BUILDING = "同一栋楼、同样的难处，没写清是哪一户"
NEIGHBOURS = "同一栋楼、同样的难处，不是同一户"

_WHOLE_HOUSE = frozenset({Intent.SUPPLIES, Intent.QUARANTINE, Intent.TESTING_CODE, Intent.COMMUNITY, Intent.LIVELIHOOD})
"""Needs a house has together. An illness is one person's: the flat next door with the same one is somebody else."""

Mark = tuple[str, bytes]
ReadAddresses = Callable[[str], Sequence[Address]]


@dataclass(frozen=True, slots=True)
class Marked:
    """What of a ticket can be compared: codes, keyed hashes, and the numbers of its text's pieces."""

    number: str
    intent: str
    district: str
    created_at: datetime
    marks: frozenset[Mark]
    pieces: Sketch

    def of(self, kind: str) -> frozenset[bytes]:
        return frozenset(mark for name, mark in self.marks if name == kind)


@dataclass(frozen=True, slots=True)
class Similar:
    """A ticket that may be the same matter, and why. `rank`: the surest first."""

    number: str
    reasons: tuple[str, ...]
    rank: tuple[int, int, bool, float]

    @property
    def reason(self) -> str:
        return "；".join(self.reasons)


def marks_of(body: TicketBody, vault: Vault, addresses: ReadAddresses) -> frozenset[Mark]:
    """Hashes of the telephones and doors of a ticket. `addresses` reads what a person typed in by hand."""
    found: set[Mark] = set()
    if phone := body.slots.get("phone"):
        found |= {_mark(vault, PHONE, number) for number in similar.numbers(str(phone["value"]))}
    if address := body.slots.get("address"):
        parts = dict(address.get("parts") or ())
        if not parts:
            read = addresses(str(address["value"]))
            parts = asdict(replace(read[0], districts=())) if read else {}
        households, buildings = similar.doors({name: str(value) for name, value in parts.items()})
        found |= {_mark(vault, HOUSEHOLD, one) for one in households}
        found |= {_mark(vault, BUILDING, one) for one in buildings}
    return frozenset(found)


def _mark(vault: Vault, kind: str, key: str) -> Mark:
    return kind, vault.hash("similar", kind, key)


def sketches_of(body: TicketBody, texts: Sequence[str], vault: Vault) -> tuple[Sketch, Sketch]:
    """(pieces, keys) of the longest of `texts`, what a contact wrote: a plea is copied as one message.

    Their address is taken out: neighbours who say nothing but where they live would look like one post.
    """
    address = body.slots.get("address", {})
    where = str(dict(address.get("parts") or ()).get("raw", "")) or str(address.get("value", ""))
    text = max((one.replace(where, "") if where else one for one in texts), key=len, default="")
    return similar.sketch(text, _keyed(vault, similar.PIECE)), similar.keys(text, _keyed(vault, similar.KEY))


def _keyed(vault: Vault, length: int) -> Callable[[str], int]:
    return lambda piece: vault.term(f"piece {length}\x1f{piece}")


def compare(one: Marked, other: Marked) -> Similar | None:
    """Why `other` may be the same matter as `one`; None where nothing says so."""
    reasons: list[str] = []
    if one.of(PHONE) & other.of(PHONE):
        reasons.append(SAME_PHONE)
    if not (one.district and other.district and one.district != other.district):  # estates of one name in two districts
        reasons += _doors(one, other)
    if similar.resemblance(one.pieces, other.pieces) >= similar.ALIKE:
        reasons.append(SAME_TEXT)
    if not reasons:
        return None
    grade = min(_ORDER.index(reason) for reason in reasons)
    rank = (grade, -len(reasons), other.intent != one.intent, -other.created_at.timestamp())
    return Similar(other.number, tuple(reasons), rank)


_ORDER = (SAME_PHONE, SAME_HOUSEHOLD, SAME_TEXT, SAME_BUILDING, NEIGHBOURS)


def _doors(one: Marked, other: Marked) -> list[str]:
    mine, theirs = one.of(HOUSEHOLD), other.of(HOUSEHOLD)
    if mine & theirs:
        return [SAME_HOUSEHOLD]
    if one.intent != other.intent or not one.of(BUILDING) & other.of(BUILDING):
        return []
    if not mine or not theirs:
        return [SAME_BUILDING]
    return [NEIGHBOURS] if one.intent in _WHOLE_HOUSE else []
