"""Facts that reach a conversation, in the past tense. What cannot be recomputed (reading, ids) is part of the fact."""

from dataclasses import dataclass, field
from datetime import datetime

from conversations.codes import Outcome, Urgency
from conversations.knowledge import Tip
from conversations.messages import Inbound, Picture
from conversations.reading import Reading


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a list, read by itself."""

    text: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """The contact wrote. `answered`: what was already said while nothing could be stored (`danger`, `held` or ""), or
    `pushed` where nobody waits for an answer, so that whatever is said costs a message of the window.

    `parts`: the entries, where the message is a list of households. `surge`: more was open than people could see to
    (`Manners.surging`), so what can wait is told so. `queue`: tickets nobody had taken yet, as of a moment ago. `more`:
    another message follows, or may; a beginning is kept back.
    """

    message: Inbound
    reading: Reading
    answered: str = ""
    parts: tuple[Part, ...] = ()
    surge: bool = False
    more: bool = False
    tips: tuple[Tip, ...] = ()
    """Numbers that may be passed on."""
    queue: int = 0


@dataclass(frozen=True, slots=True)
class BurstEnded:
    """Nothing followed what was kept back: it is answered now. `reading`: of all of it; `set_on`: the timer's turn."""

    reading: Reading
    set_on: int
    parts: tuple[Part, ...] = ()
    surge: bool = False


@dataclass(frozen=True, slots=True)
class PictureRead:
    """What is written on a picture of the contact's. `picture`: its name at the desk; `case`: what its message belongs to;
    `sent_at`: of that message; `reading`: of the words."""

    picture: str
    case: int
    text: str
    sent_at: datetime
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True, slots=True)
class PictureTaken:
    """A reporter took a slot over from a picture, having made sure of it themselves."""

    case: int
    reporter: str
    picture: str
    slot: str


@dataclass(frozen=True, slots=True)
class ContactFollowed:
    """The contact followed our account, scanned our code or opened the chat."""

    message: Inbound


@dataclass(frozen=True, slots=True)
class ContactUnfollowed:
    """The contact left: unreachable until they come back; cases stay open."""

    message: Inbound


@dataclass(frozen=True, slots=True)
class ColleagueSpoke:
    """Somebody of ours wrote to the contact on the platform itself, past the desk: the bot leaves them to it."""


@dataclass(frozen=True, slots=True)
class ReporterClaimed:
    case: int
    reporter: str


@dataclass(frozen=True, slots=True)
class ReporterReplied:
    """A reporter wrote to the contact, or sent a picture (with words under it or none). `reply_id` is the desk's own, so
    pressing twice sends once."""

    case: int
    reporter: str
    text: str
    reply_id: str
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class ReporterHandedBack:
    case: int
    reporter: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReporterClosed:
    """A reporter ended the case. `tell`: the contact is told in one line, if the window allows."""

    case: int
    reporter: str
    outcome: Outcome
    note: str = ""
    tell: bool = True
    heard: int | None = None
    """The turn in which the contact was heard last when this was decided; None when nobody looked."""
    urgency: Urgency | None = None
    """What the decision held for; None for any."""


@dataclass(frozen=True, slots=True)
class WholeEnded:
    """The other contact's case that this one was merged into has ended."""

    case: int
    reporter: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ReporterReopened:
    """A person took up an ended case again: it was not solved after all, or was ended by mistake."""

    case: int
    reporter: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RevisitAsked:
    """A person at the desk has the revisit's question asked in the chat, of an open case or an ended one."""

    case: int
    reporter: str


@dataclass(frozen=True, slots=True)
class ReporterCorrected:
    """A reporter changed a field: `intent`, `urgency`, `status`, `verification`, or `slot:<name>`."""

    case: int
    reporter: str
    field: str
    value: str
    reason: str = ""
    heard: int | None = None
    """As in `ReporterClosed`."""


@dataclass(frozen=True, slots=True)
class TimerFired:
    """`set_on` is the turn that set it: a timer of an older question is stale and changes nothing."""

    name: str
    case: int
    set_on: int


@dataclass(frozen=True, slots=True)
class DeliveryFailed:
    """A pushed message did not arrive, or nobody can say (`unsure`): then `said_at` and `parts` as in `DeliveredLate`."""

    effect_id: str
    case: int
    code: str
    note: str
    unsure: bool = False
    closes_window: bool = False
    unreachable: bool = False
    said_at: datetime | None = None
    parts: int = 1


@dataclass(frozen=True, slots=True)
class DeliveredLate:
    """A pushed message was on its way for a while: said at `said_at`, it reached the platform only now, as `parts` of its
    messages. Where the contact wrote meanwhile, it is the new window that pays."""

    said_at: datetime
    parts: int = 1


@dataclass(frozen=True, slots=True)
class ContactErased:
    """The contact's data is to be destroyed (their own wish, confirmed, or an operator's command)."""

    by: str


Event = (
    MessageReceived
    | BurstEnded
    | PictureRead
    | PictureTaken
    | ContactFollowed
    | ContactUnfollowed
    | ColleagueSpoke
    | ReporterClaimed
    | ReporterReplied
    | ReporterHandedBack
    | ReporterClosed
    | WholeEnded
    | ReporterReopened
    | RevisitAsked
    | ReporterCorrected
    | TimerFired
    | DeliveryFailed
    | DeliveredLate
    | ContactErased
)

ReporterEvent = (
    ReporterClaimed | ReporterReplied | ReporterHandedBack | ReporterClosed | ReporterReopened | ReporterCorrected
)
