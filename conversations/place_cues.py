"""Of `cues.py`, the expressions about places: whose home it is, where somebody only goes, what is no place at all. Pure."""

from dataclasses import dataclass
from re import Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCues:
    """The part of `Cues` that tells of places."""

    lives_elsewhere: Pattern[str]
    """Whoever it is about is a neighbour, or lives somewhere else than the writer."""
    lives_alone: Pattern[str]
    """Whoever it is about, and not the writer, lives by themselves."""
    in_district: Pattern[str]
    """In which district somebody is, named without a road; group `district`."""
    out_there: Pattern[str]
    """What is told happens on the way or in the street, and not where they live."""
    own_home: Pattern[str]
    """The writer's own home, set apart from where another lives."""
    will_move: Pattern[str]
    """They will live there, and do not yet."""
    wanting: Pattern[str]
    """Behind one's own home: something is wanting there."""
    own_place: Pattern[str]
    """Whoever writes says of the place beside it that it is theirs (我住, 地址是, 改成)."""
    writer_at: Pattern[str]
    """At the end, right before a place: it is the writer's own (我住, 我人在)."""
    they_at: Pattern[str]
    """The same of somebody else; group `who` (她住, 我妈家在)."""
    writer_with: Pattern[str]
    """The writer is named beside them (我和老公住)."""
    writer_is: Pattern[str]
    """Who the writer is (我是她女儿): nobody the matter is about."""
    lives_with: Pattern[str]
    """Whoever it is about lives with the writer."""
    bring_to: Pattern[str]
    """At the end, right before a place: what they need is to be brought there."""
    going_to: Pattern[str]
    """At the end, right before a place: somebody wants to go there (去肿瘤医院, 转到)."""
    comes_to: Pattern[str]
    """Somebody comes to the place: it is where they live."""
    carried_to: Pattern[str]
    """Somebody was or is to be carried to the place behind it: of a hospital, it is no home though an ambulance comes."""
    hospital_called: Pattern[str]
    """At the end, right before a place: a hospital by the name people use (胸科, 国妇婴)."""
    kept_out: Pattern[str]
    """They are not let in where they want to stay."""
    wanted_there: Pattern[str]
    """What people go somewhere for (化疗, 配药, 上班)."""
    there_already: Pattern[str]
    """Before a place: somebody is there, or lives there, or is fetched there."""
    arrived: Pattern[str]
    """At the beginning, right behind a place: they are there by now."""
    hospital_at: Pattern[str]
    """At the end, right before a place: it is a hospital's (医院在, 医院地址是)."""
    form_label: Pattern[str]
    """At the beginning: a form sent line by line begins (姓名：)."""
    institution: Pattern[str]
    """At the end of a place's name: it is nobody's home (小学, 居委会)."""
    goes_there: Pattern[str]
    """At the beginning, right behind such a name: somebody learns or works there, or it did not help."""
    goes_to_it: Pattern[str]
    """At the end, right before such a name: it is their school, their committee."""
    is_there: Pattern[str]
    """At the end, right before such a name: somebody is there now."""
    hospital_ends: Pattern[str]
    """The end of a hospital's name."""
    of_writer: Pattern[str]
    """At the beginning of a clause: it is said of the writer, or of theirs (我妈心口痛, 家里), and of no neighbour."""
    from_there: Pattern[str]
    """What comes from behind another door harms who writes (楼上漏水, 隔壁打我)."""
    no_room: Pattern[str]
    """At the end, right before figures: they are no room (血压, 吃了)."""
    of_others: Pattern[str]
    """Who is at a place that is not theirs: an ambulance on its way, a hospital they went to, who speaks for a house."""
    where_unknown: Pattern[str]
    """They do not know where they are."""
    where_asked: Pattern[str]
    """Whoever asks does not say where they are, though 里 be in it (哪里举报)."""
    where_told: Pattern[str]
    """What somebody said or forbade is no place."""
    site: Pattern[str]
    """The words of a place."""
    no_site: Pattern[str]
    """Words with a place's word in them which are none (家里, 路上), and dates; left out before a place is looked for."""
    where_lost: Pattern[str]
    """They do not know where they are (不认识路, 不知道这是什么地方), not merely what somebody asked."""
    keep_me: Pattern[str]
    """They take back that their words be erased."""
    for_house: Pattern[str]
    """The writer speaks for a house or for many."""
    keeps_address: Pattern[str]
    """They would rather not say where they are."""
    spot: Pattern[str]
    """The words of a spot that has no number."""
    stays_at: Pattern[str]
    """A spot by its name where somebody stays (睡在外白渡桥下面); groups `place` and `name`."""
    no_name_of_spot: Pattern[str]
    """What stands before a spot and is no name of it (马路, 那个)."""
    beside: Pattern[str]
    """What somebody is beside who cannot say the address (在莘庄地铁站旁边, 旁边有个便利店)."""
    hospital_name: Pattern[str]
    """Whole: the name of a hospital and nothing of being there."""
    hospital: Pattern[str]
    """A hospital, or that there is none."""
    no_name: Pattern[str]
    """Said after "which hospital?" or "which medicine?": how somebody is, a wish, a question, and no name."""
