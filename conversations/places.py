"""Types of the gazetteer: plain facts about a city's places, filled by `data`, searched by `classifiers`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    """A street or town in full form ("花木街道"), with its district in full form."""

    name: str
    district: str


@dataclass(frozen=True, slots=True)
class Committee:
    """A committee or village by its short name ("牡丹第一"), as listed; one name may occur in several towns."""

    name: str
    town: str
    district: str


@dataclass(frozen=True, slots=True)
class Road:
    """A road in one district; a road through several districts has several rows."""

    name: str
    district: str


@dataclass(frozen=True, slots=True)
class Estate:
    """A housing estate, in the district where it lies."""

    name: str
    district: str


@dataclass(frozen=True, slots=True)
class Hospital:
    """A hospital by its usual name, with other names people use (六院, 红房子)."""

    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Everything an address reader knows. `districts`: any name people use, old ones too, to the full form."""

    districts: dict[str, str]
    towns: tuple[Town, ...]
    committees: tuple[Committee, ...]
    roads: tuple[Road, ...]
    estates: tuple[Estate, ...]
    hospitals: tuple[Hospital, ...]
    drugs: tuple[str, ...]
