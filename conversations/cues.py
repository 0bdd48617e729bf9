"""The words by which the core knows an answer, a place, a question or a person, as `data/cues.csv` has them. Pure.

Each field is one expression, compiled when the rows are loaded. It is the cue of its own name, unless it has a shape: that
says of which cues it is made and what stands between them. Figures, marks and gaps are grammar and stay in the shape.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from re import Pattern

from conversations.place_cues import PlaceCues
from conversations.shapes import KIN, SHAPES, STARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues(PlaceCues):
    """Every expression the core asks for. "At the beginning" and "whole" say how it is held against a text."""

    happening: Pattern[str]
    """It is happening now: at the beginning of an answer (正在, 是老家); 是不是 asks back."""
    happening_still: Pattern[str]
    """The same where other things were asked since: 是我爱人的号码 is an answer to those."""
    not_now: Pattern[str]
    """It is over, feared or heard of."""
    help_called: Pattern[str]
    """Somebody has called for help already: no new danger."""
    missed_call: Pattern[str]
    """They did not hear our call."""
    ambulance_waits: Pattern[str]
    """They rang 120, and it does not come yet."""
    illness: Pattern[str]
    """Whole: an illness by its name is no event of it (他有冠心病)."""
    better: Pattern[str]
    """Whole: whoever it is about is better."""
    of_harm: Pattern[str]
    """A body, how somebody is, or what happens to them: without any of it a few words beside an open matter are no danger."""
    of_body: Pattern[str]
    """A body, an illness, or somebody who may have one."""
    acute: Pattern[str]
    """How somebody is now, beside a medicine that ran out: however few the words, no illness they have had."""
    threat: Pattern[str]
    """The writer will hurt others."""
    can_talk: Pattern[str]
    """Whom they fear has gone, or they have: on a telephone that was watched it may be spoken of."""
    not_yet: Pattern[str]
    """He comes back, or still nothing is to be written."""

    kin: Pattern[str]
    """Of whom of the family it is; a group of each name of `KIN`."""
    only_tells: Pattern[str]
    """Right behind one of the family: who tells of another, or looks after them."""
    of_both: Pattern[str]
    """What is said of two people at once."""
    thing: Pattern[str]
    """Of what somebody says that it came or did not; a group of each name of `THINGS`."""
    all_of_it: Pattern[str]
    """All that was asked for has ended."""
    strangers: Pattern[str]
    """Who died is none of the writer's: a neighbour, a colleague, somebody of whom they heard."""
    gone_alone: Pattern[str]
    """The whole message tells when somebody went, and not who."""
    struck_down: Pattern[str]
    """Somebody who is called dead fell just now: whoever can help does not wait for a doctor's word."""
    person: Pattern[str]
    """Somebody named beside the one in danger: a ticket of their own."""
    also: Pattern[str]
    """Something is said of another matter, or of another person as well."""
    moreover: Pattern[str]
    """At the beginning: who begins like this speaks of something else, however few the words."""
    unit_says: Pattern[str]
    """What a unit answered, or did."""
    child: Pattern[str]
    """The writer says that they are under fourteen, in a primary school, or alone since their parents were taken away, which no
    grown-up says."""
    grown: Pattern[str]
    """The writer says that they are older, or have children."""

    agrees_but: Pattern[str]
    """From the beginning: it may be passed on, only not to somebody they name."""
    only_to: Pattern[str]
    """It may be passed on to the one they name, and to nobody else."""
    ring_me: Pattern[str]
    """On which number they are to be rung."""

    no_phone: Pattern[str]
    """There is no telephone; counts only where we asked for one."""
    phoneless: Pattern[str]
    """Their own telephone is gone."""
    keeps_number: Pattern[str]
    """They would rather not leave a number."""
    instead: Pattern[str]
    """A number is told in place of the one before."""
    not_to_ring: Pattern[str]
    """The number we have is dead, or somebody else's who is not to be rung."""
    first_told: Pattern[str]
    """Of several numbers the first is meant."""
    before_dead: Pattern[str]
    """At the end, right before a number: it is not to be rung."""
    after_dead: Pattern[str]
    """At the beginning, right behind a number: it is not to be rung."""
    unit: Pattern[str]
    in_vain: Pattern[str]
    """They rang 12345 and did not get through."""
    no_answer: Pattern[str]
    """Somebody who was rung does not answer."""
    not_of_theirs: Pattern[str]
    """Whom else they may have rung (药店)."""
    not_rung: Pattern[str]
    rang: Pattern[str]
    ringing: Pattern[str]
    """A bare no is about ringing somebody (没打)."""
    number_label: Pattern[str]
    """What stands before a number is its label, not a place, though 里 be in it."""
    bare_label: Pattern[str]
    """Whole: a label whose number or place was taken out."""

    gone: Pattern[str]
    """Whole: nothing is left of what was named before (都没了)."""
    away: Pattern[str]
    """What these are some days away is no stock."""
    days_alone: Pattern[str]
    """Whole: a number of days, weeks or months (大概还有两天); groups `count` and `unit`, as of the two below."""
    days_beside: Pattern[str]
    """Beside other words, where we have asked how long it lasts (两个大人一个小孩，还能撑两天)."""
    days_last: Pattern[str]
    """At the end of a few words that were not asked for (格列齐特 还有5天)."""
    lasts: Pattern[str]
    """The words are about how long something lasts."""

    no_stock: Pattern[str]
    """Nor do these speak of a stock: who does not come, a ticket's number, how somebody is."""
    runs_out: Pattern[str]
    """It ends within the day, and is not gone yet."""
    of_contact: Pattern[str]
    """The words are about a telephone or a door, though figures be in them."""
    asks_when: Pattern[str]
    """They ask when help comes, or how long it takes."""

    when_told: Pattern[str]
    """Said after "when was the last one?": a day, or how long ago."""
    weeks_told: Pattern[str]
    """Said after "how many weeks?"."""
    age_told: Pattern[str]
    """Said after "how old?"."""
    fever_told: Pattern[str]
    """Said after "how many degrees, and how is the child?"."""
    alone_told: Pattern[str]
    """Said after "is anybody with them?"."""
    route_told: Pattern[str]
    """Said after "from where to where, and when?"."""
    by_the_way: Pattern[str]
    """Said by the way while we ask: of the writer, the weather, of us; an answer to nothing."""
    says_nothing: Pattern[str]
    """A courtesy, a wish to be quick, or how it went with 12345: no answer to a question about an illness."""
    drug_is: Pattern[str]
    """At the beginning: what stands before a medicine's name."""
    no_drug: Pattern[str]
    """Said after "which medicine?", and about something else."""
    asks_back: Pattern[str]
    """At the end: whoever asks back has not answered."""
    asks_us: Pattern[str]
    """They ask us something, whatever it is about."""
    lacks: Pattern[str]
    """Something is wanting, said beside thanks or an end (奶粉还没有)."""
    settled: Pattern[str]
    """In the same clause: what was wanting is there (断药的事解决了)."""
    not_come: Pattern[str]
    """In the same clause: it has not come."""
    of_before: Pattern[str]
    """At the beginning, behind a blank: it is said of what stands before (断药的事 解决了)."""
    of_theirs: Pattern[str]
    """In the same clause: it came to others, and not to who writes."""
    help_came: Pattern[str]
    """Help is there, or it is over: nobody is told to go on ringing."""
    help_left: Pattern[str]
    """Help was there and left without whoever needs it (120又走了 没拉)."""
    taken_along: Pattern[str]
    """Help left and took them along."""
    turned_away: Pattern[str]
    """They were taken along and are back."""
    praise: Pattern[str]
    """Thanks and praise among what is said of our work."""

    picture_yes: Pattern[str]
    """Whole, as the first word: what we read on their picture is right."""
    picture_no: Pattern[str]
    picture_doubt: Pattern[str]
    """After a yes: not so clear a yes."""
    content_good: Pattern[str]
    """Whole: how content they are."""
    content_fair: Pattern[str]
    content_bad: Pattern[str]


_FIELDS = {one.name: SHAPES.get(one.name, f"%({one.name})s") for one in fields(Cues)}

CUES = frozenset(name for shape in _FIELDS.values() for name in re.findall(r"%\((\w+)\)s", shape)) - {STARTS}
"""Every cue the core asks for: the rows have words for each of them and for no other."""


def compiled(words: Mapping[str, str]) -> Cues:
    """`words`: of each of `CUES` its alternatives, parted by `|`."""
    known = {**words, STARTS: _starts("|".join(words[f"kin_{one}"] for one in KIN))}
    return Cues(**{name: re.compile(shape % known) for name, shape in _FIELDS.items()})


def _starts(alternatives: str) -> str:
    r"""The characters one of them may begin with; `\s\S`, which is any, where that cannot be told of each."""
    first = [re.match(r"(?:\(\?<!.\))?([\u3400-\u9fff])(?![?*{])", one) for one in alternatives.split("|")]
    told = [one[1] for one in first if one is not None]
    return "".join(sorted(set(told))) if len(told) == len(first) else r"\s\S"
