"""Types of the rows that read danger and acts from a text. Filled by `data`, matched by `classifiers`.

Patterns are those of `conversations.patterns`."""

from dataclasses import dataclass

from conversations.codes import Act, Code, Flag, Intent, Urgency
from conversations.patterns import Pattern


class Kind(Code):
    """How the words around a sign change it."""

    PLAIN = "plain"  # a symptom: negation, past, fear, question, news all count
    SIGN = "sign"  # contains its own negation (叫不醒): only a negator right before it counts
    EVENT = "event"  # a disease: a label unless the clause says that it is happening (突发中风)
    SELF = "self"  # self-harm: a negation is never believed, it becomes a doubt
    BARE = "bare"  # negation counts, fear and condition do not (不透析会有生命危险)
    FACT = "fact"  # a circumstance: no frame counts


class Frame(Code):
    """What surrounding words do to a sign."""

    NEGATION = "negation"  # the sign is absent
    DOUBLE = "double"  # a negated negation (不是没有): the sign stands
    HYPOTHESIS = "hypothesis"  # fear or condition: in doubt
    QUESTION = "question"  # in doubt
    NEWS = "news"  # heard, read, forwarded: in doubt
    PAST = "past"  # long ago: absent
    ONCE = "once"  # it happened, no one says when (昏迷过): in doubt
    RESOLVED = "resolved"  # over, or help is there: in doubt
    DATED = "dated"  # of another day: in doubt where the text says that it ended well or badly
    ENDED = "ended"  # anywhere: how what is told of another day ended
    STILL = "still"  # behind the sign: it goes on, whatever day it began
    EVENT = "event"  # a disease is happening
    JOKE = "joke"  # anywhere in the text: everything is in doubt
    IDIOM = "idiom"  # a fixed phrase: signs inside it are absent
    CONTRAST = "contrast"  # a clause begins here, as after a comma


class Side(Code):
    """Where a frame stands, seen from the sign."""

    BEFORE = "before"
    AFTER = "after"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class SignRow:
    """One way of writing a concept. Several rows share a concept."""

    concept: str
    kind: Kind
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class FrameRow:
    """Words that change a sign at most `reach` characters away, within its clause (resolved, news: its sentence)."""

    frame: Frame
    side: Side
    reach: int
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A measured quantity that makes a concept: `low <= value < high` in the quantity's unit."""

    concept: str
    quantity: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Need:
    """One of these concepts must be there, or, when `absent`, none of them."""

    concepts: tuple[str, ...]
    absent: bool = False


@dataclass(frozen=True, slots=True)
class RuleRow:
    """Concepts that together mean something. Either `urgency` or `flag` is set.

    `within`: characters between the first need's occurrence and the others; 0: anywhere in the text.
    `reason`: words for the reporter.
    """

    code: str
    urgency: Urgency | None
    flag: Flag | None
    intent: Intent | None
    needs: tuple[Need, ...]
    within: int
    reason: str


@dataclass(frozen=True, slots=True)
class RedRows:
    """Everything `RedFlags` works by. `words`: named word sets; `variants`: single characters read as another."""

    words: dict[str, tuple[str, ...]]
    variants: dict[str, str]
    signs: tuple[SignRow, ...]
    frames: tuple[FrameRow, ...]
    limits: tuple[LimitRow, ...]
    rules: tuple[RuleRow, ...]


class Where(Code):
    """Where in a message an act's pattern must stand, so that a long plea does not say yes by accident."""

    WHOLE = "whole"  # the message says nothing else (marks, smileys and particles aside)
    START = "start"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class ActRow:
    """A pattern for a meta act, in messages of at most `longest` characters (0: any length)."""

    act: Act
    where: Where
    longest: int
    pattern: Pattern
