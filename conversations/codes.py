"""The codes shared by rows, data, API, desk and reports. Titles and everything else about them are rows."""

from enum import StrEnum


class Code(StrEnum):
    """A word of the vocabulary. Hashed as the text it equals, in C: codes are keys and set members on every turn."""

    __hash__ = str.__hash__


class Urgency(Code):
    """How soon. Ordered by `rank`: the machine may only raise it, a named person lowers it with a reason."""

    CRITICAL = "critical"
    URGENT = "urgent"
    SOON = "soon"
    NORMAL = "normal"

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return _RANK[self]

    def at_least(self, other: "Urgency") -> bool:
        return self.rank <= other.rank


_RANK = {level: rank for rank, level in enumerate(Urgency)}


def most_urgent(*levels: Urgency) -> Urgency:
    """The highest of several readings wins; no averaging."""
    return min(levels, key=lambda level: level.rank)


class Intent(Code):
    """What a message is about. The first eighteen open a case; the last three do not."""

    EMERGENCY = "emergency"
    DIALYSIS = "dialysis"
    ONCOLOGY = "oncology"
    TRANSFUSION = "transfusion"
    MATERNITY = "maternity"
    CHILD_ILLNESS = "child_illness"
    MEDICINE = "medicine"
    OTHER_MEDICAL = "other_medical"
    CARE = "care"
    SUPPLIES = "supplies"
    QUARANTINE = "quarantine"
    TESTING_CODE = "testing_code"
    TRAVEL = "travel"
    COMMUNITY = "community"
    LIVELIHOOD = "livelihood"
    DISTRESS = "distress"
    CONSULT = "consult"
    OFFER = "offer"
    FEEDBACK = "feedback"
    CHITCHAT = "chitchat"
    SPAM = "spam"

    @property
    def opens_case(self) -> bool:
        return self not in _NO_CASE


_NO_CASE = frozenset({Intent.FEEDBACK, Intent.CHITCHAT, Intent.SPAM})


class Flag(Code):
    """Facts that change how a case is handled, beside intent and urgency."""

    CHECK = "check"
    DECEASED = "deceased"
    MINOR = "minor"
    ELDER = "elder"
    LONE_ELDER = "lone_elder"
    PREGNANT = "pregnant"
    DISABLED = "disabled"
    POSITIVE = "positive"
    PROXY = "proxy"
    OVERSEAS = "overseas"
    MANY = "many"
    REPOST = "repost"
    RUMOUR = "rumour"
    REPEAT = "repeat"
    AT_DOOR = "at_door"
    """Turned away at a hospital, perhaps still in front of it."""
    MUTE = "mute"
    """Whoever writes cannot make a call: deaf, or not to be heard. They are asked for no number."""


class Act(Code):
    """What a message does, beside what it is about."""

    HUMAN = "human"
    STATUS = "status"
    ADD = "add"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    ERASE_ME = "erase_me"
    CONSENT = "consent"
    REFUSE_CONSENT = "refuse_consent"
    GREET = "greet"
    THANKS = "thanks"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    YES = "yes"
    NO = "no"
    SKIP = "skip"
    MENU_CHOICE = "menu_choice"
    ABUSE = "abuse"
    ASK_RULE = "ask_rule"


class TicketStatus(Code):
    """Where a ticket stands; the ladder of `taxonomy`. `claimed_done` is never "solved"."""

    INTAKE = "intake"
    TRIAGED = "triaged"
    ASSIGNED = "assigned"
    VERIFYING = "verifying"
    AWAIT_12345 = "await_12345"
    TICKET_12345 = "ticket_12345"
    LOCAL_COORD = "local_coord"
    ANSWERED = "answered"
    REFERRED = "referred"
    DEFERRED = "deferred"
    ESCALATED = "escalated"
    REPORTED_UP = "reported_up"
    CLAIMED_DONE = "claimed_done"
    REVISITED = "revisited"
    CLOSED = "closed"
    REOPENED = "reopened"


class Outcome(Code):
    """How a closed ticket ended."""

    SOLVED = "solved"
    PARTLY = "partly"
    ANSWERED = "answered"
    REFERRED = "referred"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    UNREACHABLE = "unreachable"
    DECEASED = "deceased"
    INVALID = "invalid"


class Verification(Code):
    """Whether the facts were checked; kept apart from handling."""

    UNVERIFIED = "unverified"
    CALLED_BACK = "called_back"
    CONFIRMED = "confirmed"
    DOUBTFUL = "doubtful"
    OUTDATED = "outdated"
