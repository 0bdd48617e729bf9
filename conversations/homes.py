"""Two of the family in one message, each with an address of their own (我爸透析停了 他住…，我妈晕倒了 她住…). Pure.

One ticket of them would send help to one door, and nobody to the other.
"""

import re
from collections.abc import Iterable, Sequence

from conversations.clauses import PAUSE
from conversations.cues import Cues
from conversations.reading import Address, Reading
from conversations.whereabouts import door_parts, specific
from conversations.whom import told_of

_MEN, _WOMEN = frozenset({"father", "grandfather", "husband"}), frozenset({"mother", "grandmother", "wife"})
_HE, _SHE = "他", re.compile("她|伊")
_FIRST = 0xE000
"""A private character stands for each address while the text is cut: there are blanks in addresses too."""

Owner = frozenset[str]


def homes_apart(text: str, reading: Reading, cues: Cues) -> tuple[str, ...]:
    """The words of each home, in the order of their addresses; () unless two of the family live at two places and a need may
    be of both."""
    places = [one for one in reading.entities.addresses if _whole(one) and one.raw and text.count(one.raw) == 1]
    places.sort(key=lambda one: text.find(one.raw))
    if len(places) < _FEWEST:
        return ()
    for nth, place in enumerate(places):
        text = text.replace(place.raw, chr(_FIRST + nth))
    clauses = [one for one in PAUSE.split(_marked(text, len(places))) if one]
    owners = _owners(clauses, len(places), cues)
    if len(owners) < len(places) or any(one & other for one in owners for other in owners if one is not other):
        return ()
    told = _shared_out(clauses, owners, cues)
    if not told:
        return ()
    return tuple(_with_places("，".join(words), places) for words in told)


_FEWEST = 2


def _whole(place: Address) -> bool:
    return specific(place) and door_parts(place) and bool(place.road or place.estate)


def _marked(text: str, count: int) -> str:
    """An address and what is said behind it without a mark are two clauses (他住…101透析停了)."""
    return re.sub(rf"([{chr(_FIRST)}-{chr(_FIRST + count)}])(?=\S)", r"\1 ", text)


def _with_places(words: str, places: Sequence[Address]) -> str:
    for nth, place in enumerate(places):
        words = words.replace(chr(_FIRST + nth), place.raw)
    return words


def _owners(clauses: Sequence[str], count: int, cues: Cues) -> list[Owner]:
    """Whose each address is: who is named beside it, the "he" or "she" named before, or who is named next; fewer than
    addresses where one of them is the writer's, or nobody's."""
    known = [whom for one in clauses if (whom := told_of(one, cues))]
    found: list[Owner] = []
    before: Owner = frozenset()
    for nth, clause in enumerate(clauses):
        beside = _whom(clause, cues)
        mark = next((at for at in range(count) if chr(_FIRST + at) in clause), None)
        if mark is None:
            before = beside or before
            continue
        if cues.writer_at.search(clause.split(chr(_FIRST + mark))[0]):
            if not _needs_too(clauses, cues):
                return []
            beside = _WRITER
        whom = beside or _meant(clause, before, known, found)
        whom = whom or next((who for one in clauses[nth + 1 :] if (who := told_of(one, cues))), frozenset())
        if not whom:
            return []
        found.append(whom)
        before = whom
    return found


_WRITER = frozenset({"writer"})


def _whom(clause: str, cues: Cues) -> Owner:
    """Whom a clause is about; the writer with them, where it says so (我和妹妹家都没菜了)."""
    own = cues.writer_with.search(clause) or cues.own_home.search(clause)
    return told_of(clause, cues) | (_WRITER if own else frozenset())


def _needs_too(clauses: Sequence[str], cues: Cues) -> bool:
    """Whether the writer lacks something as well, and does not only tell where they are themselves."""
    return any(
        (cues.writer_with.search(one) or cues.own_home.search(one))
        and (cues.lacks.search(one) or cues.wanting.search(one))
        for one in clauses
    )


def _meant(clause: str, before: Owner, known: Iterable[Owner], taken: Sequence[Owner]) -> Owner:
    """Whom "he" or "she" means: of those who have no address yet the one named last whom it fits."""
    others = _WOMEN if _HE in clause else _MEN if _SHE.search(clause) else frozenset[str]()
    free = [one for one in (*known, before) if one and not one & others and not any(one & had for had in taken)]
    if before in free:
        return before
    return free[-1] if free and others else frozenset()


def _shared_out(clauses: Sequence[str], owners: Sequence[Owner], cues: Cues) -> list[list[str]]:
    """The clauses of each home; [] where one of them seems to need nothing."""
    told: list[list[str]] = [[] for _ in owners]
    needs = [False] * len(owners)
    of_all: list[str] = []
    now: list[int] = []
    last = chr(_FIRST + len(owners) - 1)
    for nth, clause in enumerate(clauses):
        mark = next((at for at in range(len(owners)) if chr(_FIRST + at) in clause), None)
        whom = _whom(clause, cues)
        if mark is not None:
            now = [mark]
        elif whom:
            now = [at for at, owner in enumerate(owners) if owner & whom] or now
        elif cues.of_both.search(clause) and any(last in one for one in clauses[:nth]):
            now = [at for at, has in enumerate(needs) if not has] or now
        if not now:
            of_all.append(clause)
        said = len(_BARE.sub("", clause))
        if mark is None and not said and nth == len(clauses) - 1:
            continue  # the number of who writes
        for at in now:
            told[at].append(clause)
            needs[at] = needs[at] or said > (_SHORTEST if mark is None else _WITH_A_PLACE)
    if all(needs):
        return told
    return [words if has else [*of_all, *words] for words, has in zip(told, needs, strict=True)] if of_all else []


_BARE = re.compile(r"[\d\W]+|电话|手机|联系")
_SHORTEST, _WITH_A_PLACE = 2, 8
"""Characters of a clause, and of one with an address in it, that may tell a need; what is one, the reading says."""
