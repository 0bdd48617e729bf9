"""What a channel is. One object a platform; everything the rest of the program may know about it stands here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import aiohttp

from conversations.messages import Attachment, ContactRef, Inbound
from conversations.window import Limits


class Secret:
    """A value that cannot be printed, joined or serialised by accident: not a str, and its repr hides it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def reveal(self) -> str:
        return self._value


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as the platform sent it. Header names in lower case; `body` the raw bytes."""

    method: str
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response in the platform's own form."""

    body: bytes = b""
    content_type: str = "text/plain"
    status: int = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """A request whose signature held: the clear payload, and whatever `render` needs to answer it (a key, a nonce)."""

    payload: bytes
    context: Any = None


class Rejected(Exception):
    """The signature does not hold: 403 and nothing else."""


class Malformed(Exception):
    """Signed but unreadable. Kept as a dead letter and answered in the platform's way: a retry would not help."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a platform refused. `note` is what the reporter reads; `blame` decides who is alarmed.

    `retry`: try again later. `closes_window`: the channel is shut until the contact writes again.
    `unreachable`: the contact cannot be written to at all. `stop_account`: pause all sending of the account.
    """

    code: str
    note: str
    retry: bool = False
    blame: Literal["platform", "contact", "config", "us"] = "platform"
    closes_window: bool = False
    unreachable: bool = False
    stop_account: bool = False


class SendFailed(Exception):
    """A send that did not succeed. `unknown`: nobody can say whether the platform took it (time-out after sending)."""

    def __init__(self, failure: Failure, *, unknown: bool = False) -> None:
        super().__init__(failure.code)
        self.failure = failure
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text to one contact. `effect_id` is ours, unique, usable as an idempotency key where a platform has one.

    `heard`: the contact's last arrivals, newest first, for a channel that `quotes` what it answers; else empty.
    """

    contact: ContactRef
    text: str
    effect_id: str
    heard: tuple[Inbound, ...] = ()


@dataclass(frozen=True, slots=True)
class OutgoingPicture:
    """One picture to one contact: a JPEG no larger than the account's `picture_bytes`."""

    contact: ContactRef
    data: bytes
    effect_id: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it. `platform_ids` one a part; `parts` how many messages it cost."""

    platform_ids: tuple[str, ...] = ()
    parts: int = 1


class TokenCache(Protocol):
    """Access tokens shared by all processes; `fetch` runs in one place at a time (single flight)."""

    async def get(self, key: str, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        """The cached token, else the one `fetch` brings: (token, seconds it may be used)."""
        ...

    async def drop(self, key: str, token: str) -> None:
        """Forget `token`, only if the cache still holds it."""
        ...


class Grants(Protocol):
    """What a platform has given an account for months and takes back when it gives anew: kept in the record, sealed."""

    async def read(self, name: str) -> bytes | None:
        """What is kept, None for nothing. Raises OSError while the record is away."""
        ...

    async def change(self, name: str, change: Callable[[bytes | None], Awaitable[bytes]]) -> bytes:
        """Replace what is kept; of all processes one at a time, the others see what it left. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """What a channel may use to reach its platform. Without `grants` an account has what its settings say."""

    http: aiohttp.ClientSession
    tokens: TokenCache
    grants: Grants | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account's authorisation stands: until when a person need do nothing (None: nobody knows), and in words."""

    good: bool
    words: str
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A request as the platform sends it, in clear, and what it means. The conformance suite signs and plays it."""

    title: str
    payload: bytes
    inbound: tuple[Inbound, ...]


@runtime_checkable
class Channel(Protocol):
    """A platform. `Secrets` is a frozen dataclass; field FOO is read from BANGNONG_<NAME>_<ACCOUNT>_FOO."""

    name: ClassVar[str]
    Secrets: ClassVar[type]
    examples: ClassVar[tuple[Example, ...]]

    def limits(self, secrets: Any) -> Limits:
        """What this kind of account may do."""
        ...

    def handshake(self, request: Request, secrets: Any) -> Answer | None:
        """The platform's URL check, answered; None when the request is no such check. Raises Rejected."""
        ...

    def open(self, request: Request, secrets: Any) -> Opened:
        """Verify and decrypt. Raises Rejected (403) or Malformed (signed but unreadable)."""
        ...

    def parse(self, payload: bytes, account: str) -> tuple[Inbound, ...]:
        """Often one, sometimes none (receipts, echoes). Raises Malformed, nothing else."""
        ...

    def render(self, text: str, inbound: Inbound | None, opened: Opened | None, secrets: Any) -> Answer:
        """The response; `text` "" acknowledges and says nothing. Never raises."""
        ...

    def sign(self, payload: bytes, secrets: Any, *, now: float) -> Request:
        """A request as the platform would send it; for `bangnong fire`, rehearsals and the conformance suite."""
        ...

    def unwrap(self, answer: Answer, secrets: Any) -> str:
        """The text inside a rendered answer ("" for a bare acknowledgement); the platform's side of `render`."""
        ...

    async def send(self, world: World, secrets: Any, message: Outgoing) -> Sent:
        """Push a text. Raises SendFailed, nothing else but CancelledError."""
        ...

    async def fetch_media(self, world: World, secrets: Any, attachment: Attachment) -> bytes:
        """The bytes of a picture or voice. Raises SendFailed."""
        ...


@runtime_checkable
class Quoting(Protocol):
    """A channel that cannot write without naming what it answers: the outbox hands it `Outgoing.heard`."""

    quotes: ClassVar[bool]


@runtime_checkable
class Picturing(Protocol):
    """A channel with accounts that carry pictures (`Limits.picture_bytes`) and must be pushed them."""

    async def send_picture(self, world: World, secrets: Any, message: OutgoingPicture) -> Sent:
        """Push a picture, within the outbox's lease. Raises SendFailed, nothing else but CancelledError."""
        ...


@runtime_checkable
class Answering(Protocol):
    """A channel that can ask its platform something harmless: after a broken line the outbox asks before it sends, for a
    text that was cut off is a text of which nobody knows whether it arrived."""

    async def answers(self, world: World, secrets: Any) -> bool:
        """Whether the platform answers at all, were it with a refusal. Raises nothing but CancelledError."""
        ...


@runtime_checkable
class Switched(Protocol):
    """A channel with accounts that take nothing at /hook until they are told to: there is no such address then."""

    def listens(self, secrets: Any) -> bool:
        """Whether this account is told to."""
        ...


@runtime_checkable
class Pulling(Protocol):
    """A channel whose deliveries only say that something is there: the messages are fetched, page by page.

    `pull` hands every page to `hear` and remembers how far it got (`World.grants`) only once `hear` has come back, so
    that a crash brings the page again and loses nothing. `knock`: the delivery, None for a look nobody asked for.
    Raises SendFailed; what was heard until then stays heard.
    """

    async def pull(
        self,
        world: "World",
        secrets: Any,
        account: str,
        knock: Inbound | None,
        hear: Callable[[tuple[Inbound, ...]], Awaitable[None]],
    ) -> int:
        """How many messages came."""
        ...


@runtime_checkable
class Authorised(Protocol):
    """A channel whose account a person must authorise anew now and then."""

    async def keep(self, world: World, secrets: Any, now: datetime) -> Standing:
        """Renew what is due, then how it stands. Raises nothing: what went wrong is in the standing."""
        ...

    async def standing(self, world: World, secrets: Any, now: datetime) -> Standing:
        """How it stands, without asking the platform."""
        ...
