"""What the core decides: the events of the decision stream, as values."""

from dataclasses import dataclass, field
from enum import StrEnum

from listener.events import Partial, Utterance
from nlu.understanding import Evidence, NeedKind, Understanding


class OfferKind(StrEnum):
    """What an offer is; ``upsell`` and ``cross_sell`` are sales."""

    UPSELL = "upsell"
    CROSS_SELL = "cross_sell"
    RETENTION = "retention"
    SERVICE = "service"
    GOODWILL = "goodwill"

    @property
    def is_sale(self) -> bool:
        """Whether making it is selling."""
        return self in (OfferKind.UPSELL, OfferKind.CROSS_SELL)


class Scope(StrEnum):
    """What the gate lets through now."""

    ALL = "all"
    SERVICE = "service"
    NONE = "none"

    def lets(self, kind: OfferKind) -> bool:
        """Whether an offer of this kind may be suggested."""
        return self is Scope.ALL or (self is Scope.SERVICE and not kind.is_sale)


class Holds(StrEnum):
    """What a reason to stay silent keeps back."""

    ALL = "all"
    SALES = "sales"


class OutcomeKind(StrEnum):
    """What became of a suggestion; a later one supersedes an earlier one."""

    SHOWN = "shown"
    VOICED = "voiced"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    POSTPONED = "postponed"
    DISMISSED = "dismissed"
    IGNORED = "ignored"


class OutcomeBy(StrEnum):
    """Who said so."""

    AGENT = "agent"
    TRANSCRIPT = "transcript"
    CRM = "crm"


@dataclass(frozen=True, slots=True)
class CatalogMark:
    """Which catalog was used.

    Attributes:
        sha256: Of the file's bytes, lower-case hex.
    """

    id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Started:
    """The conversation began.

    Attributes:
        customer: The customer's id, or None.
        policy: The policy's id.
        models: Name to sha256 of every model that takes part.
    """

    channel: str
    customer: str | None
    catalog: CatalogMark
    policy: str
    models: dict[str, str]


@dataclass(frozen=True, slots=True)
class Ended:
    """The conversation is over: how many turns it had, and suggestions were made."""

    turns: int
    suggestions: int


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason to stay silent.

    Attributes:
        id: Short and stable, such as ``unresolved``.
        holds: All suggestions, or sales only.
        text: The reason in an agent's words.
    """

    id: str
    holds: Holds
    text: str


@dataclass(frozen=True, slots=True)
class GateState:
    """May we speak? ``state`` is ``open`` when anything at all may be suggested, else ``held``."""

    state: str
    scope: Scope
    reasons: tuple[Hold, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """The parts of an offer's priority, P × C × V × L.

    Attributes:
        propensity: P, probability in [0, 1] that this customer accepts.
        context: C, weight of the present context, mostly the fit with the need; 1 is neutral.
        value: V, the weight of the offer's expected margin; 1 is neutral.
        lever: L, the business's own thumb on the scale; 1 is neutral.
        priority: What candidates are sorted by.
    """

    propensity: float
    context: float
    value: float
    lever: float
    priority: float


@dataclass(frozen=True, slots=True)
class Objection:
    """What the customer may say against it, and an honest answer."""

    when: str
    say: str


@dataclass(frozen=True, slots=True)
class Talk:
    """How to say it: from service to advice, the offer, questions first, answers, the easy no."""

    bridge: str = ""
    pitch: str = ""
    primer: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()
    decline: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An offer put before the agent.

    Attributes:
        id: Unique within the conversation and the same in every replay.
        offer: The offer's id.
        rank: From 1; the first is shown first.
        need: Id of the need it meets; None for an offer that fits any customer.
        evidence: The customer's own words; empty without a need.
        title: The offer's title, so that a screen needs no catalog.
        kind: The offer's kind.
        price: As the customer would hear it, such as ``15.00 USD per month``; empty when free.
    """

    id: str
    offer: str
    rank: int
    need: str | None
    need_kind: NeedKind | None
    confidence: float
    score: Score
    evidence: tuple[Evidence, ...]
    talk: Talk
    title: str
    kind: OfferKind
    price: str


@dataclass(frozen=True, slots=True)
class WhyWithdrawn:
    """Why a suggestion was taken back, in an agent's words."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A suggestion taken back; ``suggestion`` is its id."""

    suggestion: str
    reason: WhyWithdrawn


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a suggestion; ``suggestion`` is its id."""

    suggestion: str
    outcome: OutcomeKind
    by: OutcomeBy


class NoticeId(StrEnum):
    """What may be wrong with who is heard as whom."""

    SAME_SOUND = "same_sound"
    SWAPPED_ROLES = "swapped_roles"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the call that people should look into.

    Attributes:
        active: False when it is so no more.
        text: What it means, in words for whoever set the call up.
    """

    id: NoticeId
    active: bool
    text: str


@dataclass(frozen=True, slots=True)
class Lagging:
    """Live audio came faster than it could be understood, by so many seconds."""

    behind_s: float


Fact = (
    Started
    | Ended
    | Partial
    | Utterance
    | Understanding
    | GateState
    | Suggestion
    | Withdrawn
    | Outcome
    | Lagging
    | Notice
)


@dataclass(frozen=True, slots=True)
class Considered:
    """An offer that could have been suggested at a moment when something was.

    Attributes:
        group: The offer's group.
        need: Id of the need it would meet; None for an offer that fits any customer.
        confidence: Of the need, in [0, 1]; 0 without one.
        first: Probability, in [0, 1], that it came first, under the policy as it was.
    """

    offer: str
    group: str
    kind: OfferKind
    need: str | None
    need_kind: NeedKind | None
    confidence: float
    score: Score
    first: float = 0.0


@dataclass(frozen=True, slots=True)
class Unsuggested:
    """What was heard of an offer that nobody had suggested: the agent brought it up by themselves.

    Attributes:
        group: The offer's group.
        outcome: ``voiced``, ``accepted``, ``declined`` or ``postponed``.
    """

    offer: str
    group: str
    kind: OfferKind
    outcome: OutcomeKind


@dataclass(frozen=True, slots=True)
class Decision:
    """One event of the decision stream.

    Attributes:
        seq: 1, 2, 3 … within its conversation.
        at: Seconds since the conversation began; never goes back.
        turn: Number of the turn that caused it; None where none did.
        data: What was heard, believed or decided.
        considered: What a suggestion was chosen from, itself included; by the ids of the offers. Told to
            the ledger, and no part of the stream.
        unsuggested: What an utterance makes of an offer that was never suggested; told to the ledger, and no
            part of the stream.
    """

    seq: int
    conversation: str
    at: float
    turn: int | None
    data: Fact
    considered: tuple[Considered, ...] = field(default=(), compare=False)
    unsuggested: Unsuggested | None = field(default=None, compare=False)
