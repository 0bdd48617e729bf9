"""Whose is this ticket and why: urgency, then speciality, district and load, with a cap. Pure; reasons are sentences."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.assignment import GRAVE, AssignmentRows


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be given tickets. `grave`: open critical and urgent ones held; `load`: all open ones held;
    `shared`: tickets that go round they were given lately; `editor`: on a shift that is told when there is nobody."""

    login: str
    name: str
    specialities: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    helper: bool = False
    grave: int = 0
    critical: int = 0
    load: int = 0
    shared: int = 0
    on_duty: bool = True
    present: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open ticket nobody has. `urgency`: as the queue ranks it, a doubtful danger counts as critical."""

    number: str
    urgency: str
    intent: str
    district: str
    created_at: datetime

    @property
    def rank(self) -> int:
        return ("critical", "urgent", "soon", "normal").index(self.urgency)


@dataclass(frozen=True, slots=True)
class Choice:
    """`login` "" when there is nobody; `code` says which nobody: off_duty, absent, full; else given."""

    login: str
    why: str
    code: str = "given"


NOBODY = {
    "off_duty": "现在没有人在班",
    "absent": "在班的人都不在线",
    "full": "在班的人手上都满了（每人最多 {cap} 张急件）",
    "refused": "在班的人都让给了别人",
}


def choose(waiting: Waiting, people: Sequence[Person], rows: AssignmentRows, passed: Collection[str] = ()) -> Choice:
    """Whose it is. `passed`: logins that said no to this one, or let it lie."""
    duty = [one for one in people if one.on_duty]
    there = [one for one in duty if one.present]
    free = [one for one in there if one.grave < rows.cap]
    willing = [one for one in free if one.login not in passed]
    if not willing:
        code = "refused" if free else "full" if there else "absent" if duty else "off_duty"
        return Choice("", NOBODY[code].format(cap=rows.cap), code)
    best = min(willing, key=lambda one: _fitness(waiting, one, rows))
    return Choice(best.login, reason(waiting, best, rows))


def _fitness(waiting: Waiting, one: Person, rows: AssignmentRows) -> tuple[int, ...] | tuple[int | str, ...]:
    """The smaller, the better. Danger goes to whoever is free of danger; what weighs on people goes round."""
    kind = rows.speciality_of(waiting.intent)
    special = kind is not None and kind.code in one.specialities
    return (
        one.critical if waiting.urgency == "critical" else 0,
        one.shared if kind is not None and kind.share else 0,
        not special,
        one.helper and waiting.urgency in GRAVE,  # somebody on loan takes grave ones after those who know the way
        waiting.district not in one.districts,
        one.grave,
        one.load,
        one.login,
    )


def reason(waiting: Waiting, one: Person, rows: AssignmentRows) -> str:
    """Why this person, as a colleague would say it."""
    kind = rows.speciality_of(waiting.intent)
    said = ["在班、在线"]
    if waiting.urgency == "critical" and not one.critical:
        said.append("手上没有危急单")
    if kind is not None and kind.code in one.specialities:
        said.append(f"专长{kind.title}")
    if kind is not None and kind.share:
        said.append(f"这类单近来接了 {one.shared} 张，轮着来")
    if waiting.district and waiting.district in one.districts:
        said.append(f"管{waiting.district}")
    said.append(f"手上急件 {one.grave} 张")
    return "，".join(said)


def order_for(one: Person, waiting: Sequence[Waiting], rows: AssignmentRows, fewest_shared: int = 0) -> list[Waiting]:
    """What this person should take, the best first. `fewest_shared`: of what goes round, the least anybody on duty had."""

    def place(each: Waiting) -> tuple[int, bool, bool, bool, datetime, str]:
        kind = rows.speciality_of(each.intent)
        tired = kind is not None and kind.share and one.shared > fewest_shared
        special = kind is not None and kind.code in one.specialities
        return (
            each.rank,
            tired and each.rank > 0,
            not special,
            each.district not in one.districts,
            each.created_at,
            each.number,
        )

    return sorted(waiting, key=place)


def why_next(each: Waiting, one: Person, rows: AssignmentRows) -> str:
    """Why the desk gave somebody this one when they asked for the next."""
    kind = rows.speciality_of(each.intent)
    word = {"critical": "危急在前", "urgent": "紧急在前"}.get(each.urgency, "等得最久")
    said = [word]
    if kind is not None and kind.code in one.specialities:
        said.append(f"专长{kind.title}")
    if each.district and each.district in one.districts:
        said.append(f"管{each.district}")
    return "，".join(said)
