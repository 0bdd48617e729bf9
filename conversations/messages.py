"""What crosses the border between a platform and us: one normalised message, whoever carried it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal[
    "text", "image", "voice", "video", "location", "link", "file", "follow", "unfollow", "menu", "notice", "unknown"
]
"""`follow`/`unfollow`: the contact (un)subscribed or scanned; `menu`: a tap on an entry of ours; `notice`: a platform
event that asks for nothing (delivery report, page view); `unknown`: stored, answered neutrally."""

Opener = Literal["message", "menu", "none"]
"""Which reply window this arrival opens: a real message, a menu tap / follow / scan, or none."""


@dataclass(frozen=True, slots=True)
class ContactRef:
    """Whose message it is. `account` is our own account's name in the settings; `openid` the platform's opaque id."""

    channel: str
    account: str
    openid: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, voice or file that stays with the platform until fetched (`media_id` or `url`, both may be empty)."""

    kind: str
    media_id: str = ""
    url: str = ""
    format: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of ours for a contact. `name`: under which it is kept; `size` in bytes; width and height as listed, pixels."""

    name: str
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Location:
    """A location card: degrees (WGS-84 or the platform's own datum) and the platform's words for the place."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing a platform delivered.

    `message_id` is the key of de-duplication within (channel, account): the platform's id, or for events without one a
    key built from sender, time, event and its key. `text` is what to read ("" if there is none), kept as sent.
    `sent_at` is aware UTC. `recipient` is the platform's own id of our account, needed to answer in the slot.
    `event`/`event_key` name the platform event in lower case (e.g. `subscribe`, `qrscene_poster07`).
    """

    contact: ContactRef
    message_id: str
    kind: Kind
    text: str
    sent_at: datetime
    opens: Opener = "message"
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    recipient: str = ""
    event: str = ""
    event_key: str = ""
