"""Types of the gazetteer: plain facts about a city's places, filled by `data`, searched by `classifiers`."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Town:
    """A street or town in full form ("花木街道") with its district in full form, its committees and villages.

    `committees` ("牡丹第一") and `villages` ("北石") go without 居委会 and 村委会.
    """

    name: str
    district: str
    committees: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A thing by its usual name and the other names people use for it (第六人民医院: 六院)."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Doors (lanes or houses) `first` to `last` of a road that runs through several districts: all in `district`.

    `side`: 0 for the even ones alone, 1 for the odd ones alone, None for both. What no stretch covers is not known.
    """

    first: int
    last: int
    side: int | None
    district: str

    def has(self, door: int) -> bool:
        return self.first <= door <= self.last and self.side in (None, door % 2)


@dataclass(frozen=True, slots=True)
class Places:
    """Everything an entity reader knows of the city. Districts are in full form ("浦东新区"), old names are aliases.

    `roads` and `estates`: name to the districts where one of that name lies. `doors`: road to its stretches.
    """

    districts: tuple[Named, ...] = ()
    towns: tuple[Town, ...] = ()
    roads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    estates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    doors: dict[str, tuple[Stretch, ...]] = field(default_factory=dict)
    hospitals: tuple[Named, ...] = ()
    drugs: tuple[Named, ...] = ()
