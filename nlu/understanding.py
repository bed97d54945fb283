"""The snapshot of what we believe after a turn, each belief with its evidence."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Evidence:
    """The verbatim span that shows a belief.

    Attributes:
        turn: The number of the turn it was said in.
        start: Offset of its first character in that turn's text, in Unicode code points.
        end: Offset behind its last character.
        text: ``turn.utterance.text[start:end]``, exactly.
    """

    turn: int
    start: int
    end: int
    text: str


class ResolutionState(StrEnum):
    """How far the customer's current request has come."""

    UNKNOWN = "unknown"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    FAILED = "failed"


class Trend(StrEnum):
    """Where the customer's sentiment is going."""

    FALLING = "falling"
    STEADY = "steady"
    RISING = "rising"


class NeedKind(StrEnum):
    """Whether the customer asked for it or let it slip."""

    STATED = "stated"
    UNSTATED = "unstated"


class FlagId(StrEnum):
    """What an agent must know of this customer before anything is offered."""

    VULNERABLE = "vulnerable"
    COMPLAINT = "complaint"
    CHURN = "churn"
    DECLINED = "declined"
    NO_CONSENT = "no_consent"
    HURRY = "hurry"


@dataclass(frozen=True, slots=True)
class Alternative:
    """A call reason that would also fit.

    Attributes:
        confidence: Probability in [0, 1].
    """

    id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the customer got in touch.

    Attributes:
        id: One of the catalog's reasons.
        confidence: Probability in [0, 1].
        alternatives: At most three others, likeliest first.
    """

    id: str
    confidence: float
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """How far the current request has come, and what was said that shows it.

    Attributes:
        confidence: Probability in [0, 1] that the state is right.
    """

    state: ResolutionState = ResolutionState.UNKNOWN
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentiment:
    """How the customer feels.

    Attributes:
        value: Of what was said last, in [-1, 1]; below 0 unhappy.
        confidence: In [0, 1]; 0 before the customer has said anything that tells.
        mood: The same over several turns: slower to change.
    """

    value: float = 0.0
    trend: Trend = Trend.STEADY
    confidence: float = 0.0
    mood: float = 0.0


@dataclass(frozen=True, slots=True)
class Need:
    """What the customer needs, by the catalog's id.

    Attributes:
        confidence: Probability in [0, 1].
        evidence: The customer's own words, oldest first; never empty.
    """

    id: str
    kind: NeedKind
    confidence: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about the customer that bears on whether to offer, with the words that show it.

    Attributes:
        evidence: May be empty where it is known from the customer's record, not from words.
    """

    id: FlagId
    confidence: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Understanding:
    """What is believed after a turn. Numbers are rounded to four decimals."""

    reason: Reason | None = None
    resolution: Resolution = Resolution()
    sentiment: Sentiment = Sentiment()
    needs: tuple[Need, ...] = ()
    flags: tuple[Flag, ...] = ()
