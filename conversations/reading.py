"""What understanding made of one text. Produced by `classifiers`, stored with the event, never recomputed on replay."""

from dataclasses import dataclass, field
from datetime import datetime

from conversations.codes import Act, Flag, Intent, Urgency

DOUBTED = "doubt:"
DESPAIR = frozenset({"R12", "R12V", "O12"})
OF_ANOTHER = "R12O"
"""Somebody else is about to harm themselves: the writer is asked where, as in any danger, and told what to do."""
VEILED = "R12V"
"""Words behind which somebody may take leave of life (药我攒够了): always asked, whatever the words are about."""
VIOLENT = frozenset({"R13", "R13O", "R13S"})
"""What people do to one another; the rest of R13 is of fire, gas, water, houses and ways."""
LOST = "R13L"
"""The writer has lost their way home, and is old or a child: asked what they see, and everything they say is of that."""
OVERLOOKED = "R13S"
"""Whom they fear reads along: one harmless line, and no word that says what was told."""
PICTURED = "picture:"
"""Before the code of a rule that saw its words on a picture: nobody has said yet that it is about them, or now."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an urgency or flag was read, in words for the reporter. `code` is the rule's id (`R08`) or `model`."""

    code: str
    text: str
    span: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as dialled (digits, `+` for overseas), as written, and whose it is said to be ("女儿")."""

    number: str
    raw: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Parts as written ("牡丹路", "60弄", "5号楼", "502室"); district and town in full form. Missing parts are ""."""

    district: str = ""
    town: str = ""
    committee: str = ""
    estate: str = ""
    road: str = ""
    lane: str = ""
    sublane: str = ""
    number: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    raw: str = ""
    confidence: float = 0.0
    districts: tuple[str, ...] = ()
    """Where `district` is "": the districts that have a place of this name, if the reader knows them."""


@dataclass(frozen=True, slots=True)
class Entities:
    """Facts found in the text. Lists are in order of usefulness (most specific address first); absent is "" or None.

    `last_done_at`/`next_due_at` are resolved against the message's time in Asia/Shanghai, aware.
    `days_left`: days of medicine, food or oxygen left; `missed`: sessions missed; `age_months`: 0 for a newborn.
    """

    phones: tuple[Phone, ...] = ()
    addresses: tuple[Address, ...] = ()
    age_months: int | None = None
    pregnancy_weeks: int | None = None
    last_done_at: datetime | None = None
    next_due_at: datetime | None = None
    days_left: float | None = None
    missed: int | None = None
    temperature: float | None = None
    oxygen: int | None = None
    people: int | None = None
    drugs: tuple[str, ...] = ()
    hospitals: tuple[str, ...] = ()
    order_12345_no: str = ""
    called_12345: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, understood: primary intent (with calibrated confidence 0..1), further intents, acts, urgency and why.

    Without a trained model `model` is "" and `confidence` 0; rules (urgency, flags, acts, entities) still hold.
    """

    intent: Intent = Intent.CONSULT
    confidence: float = 0.0
    intents: tuple[tuple[Intent, float], ...] = ()
    acts: tuple[Act, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    reasons: tuple[Reason, ...] = ()
    flags: tuple[Flag, ...] = ()
    entities: Entities = field(default_factory=Entities)
    model: str = ""
    answer: str = ""
    """Code of the approved answer this asks for; "" for none."""


def is_red(reading: Reading) -> bool:
    """Possible threat to life now, plain or doubtful for a reason that can be named: answered at once, whatever goes on.

    A doubt of the model alone is shown to people but not put to the resident as a question: asked whether it happens now
    that the pills have run out, everybody says yes. Beside reasons that press they read what to look for (`felt`).
    """
    named = any(reason.code.startswith("R") or reason.code in DESPAIR for reason in reading.reasons)
    return reading.urgency is Urgency.CRITICAL or (Flag.CHECK in reading.flags and named)
