"""When and how often to speak: every number that a business may want to change.

The file shipped as ``seeds/policy.yaml`` explains each in a reader's words; the defaults are the same.
"""

from enum import StrEnum
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError

from listener.events import Channel
from offers.decisions import OfferKind, OutcomeKind
from offers.rules import Rule, RuleError, compile_rule

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Feeling = Annotated[float, Field(ge=-1.0, le=1.0)]
Seconds = Annotated[float, Field(ge=0.0)]
Points = Annotated[float, Field(ge=-100.0, le=1000.0)]
Days = Annotated[float, Field(gt=0.0)]


class PolicyError(ValueError):
    """A policy we refuse to act on; the message names the file and every field that is wrong."""


class Ramp(StrEnum):
    """How far the roll-out has come."""

    OBSERVE = "observe"
    SERVICE = "service"
    SIMPLE = "simple"
    ALL = "all"


class ConsentWhenUnknown(StrEnum):
    """What a missing ``customer.consent.offers`` means for sales."""

    ALLOW = "allow"
    FORBID = "forbid"


def _rule(value: object) -> Rule:
    if not isinstance(value, str):
        raise ValueError("must be a rule in quotes, such as 'customer.tenure_months >= 24'")
    try:
        return compile_rule(value)
    except RuleError as error:
        raise ValueError(f"malformed rule, column {error.column}: {error}") from None


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GatePolicy(_Section):
    """May we speak?

    Attributes:
        ramp: Observe (silent), service only, simple calls, or all.
        consent_when_unknown: Whether sales are allowed without recorded consent.
        minimum_resolution: Probability that the request is confirmed, below which we are silent.
        minimum_hearing: Confidence of the recognised words that show the resolution, below which we
            are silent; chat and transcripts count as certain.
        minimum_sentiment: The customer's sentiment below which sales are held.
        unhappy_sentiment: The customer's sentiment below which everything is held.
        minimum_flag: Probability from which a flag counts.
        most_waiting: Calls waiting in the queue above which sales are held; None is no bound.
        handling_s: Seconds into a conversation after which sales are held; None is no bound.
        cooldown_s: Seconds of silence about sales after a suggestion was declined or dismissed.
        lag_s: Seconds behind the live speech from which everything is held.
    """

    ramp: Ramp = Ramp.ALL
    consent_when_unknown: ConsentWhenUnknown = ConsentWhenUnknown.ALLOW
    minimum_resolution: Share = 0.5
    minimum_hearing: Share = 0.5
    minimum_sentiment: Feeling = -0.15
    unhappy_sentiment: Feeling = -0.6
    minimum_flag: Share = 0.5
    most_waiting: Annotated[int, Field(ge=0)] | None = None
    handling_s: Annotated[float, Field(gt=0.0)] | None = None
    cooldown_s: Seconds = 120.0
    lag_s: Seconds = 5.0


class MatchingPolicy(_Section):
    """Which offers become candidates.

    Attributes:
        minimum_need: Confidence of a need below which no offer is matched with it.
    """

    minimum_need: Share = 0.5


class Terms(_Section):
    """Which terms take part in the priority; one that is switched off counts 1."""

    propensity: bool = True
    context: bool = True
    value: bool = True
    lever: bool = True


class Levers(_Section):
    """The business's own thumb on the scale, in points: those of an offer, its group and its kind add up.

    100 points double, -100 take away: L = 1 + points / 100, never below 0.
    """

    kinds: dict[OfferKind, Points] = {OfferKind.SERVICE: -20.0, OfferKind.GOODWILL: -50.0}
    groups: dict[str, Points] = {}
    offers: dict[str, Points] = {}


class ContextWeight(_Section):
    """Points for some offers where a rule holds of the customer, the context or the channel.

    Attributes:
        when: In CEL, as in the catalog; what it cannot decide gives no points.
        points: As for levers: C rises by so many percent.
        offers: Ids of the offers; likewise ``groups`` and ``kinds``. With none of the three, all.
    """

    when: Annotated[Rule, PlainValidator(_rule)]
    points: Points
    offers: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    kinds: frozenset[OfferKind] = frozenset()


class ArbitrationPolicy(_Section):
    """Which candidate comes first.

    Attributes:
        terms: Which of P, C, V and L take part.
        levers: The business's own weights.
        context_weights: Weights that depend on the customer and the context; their points add up.
        propensity_stated: Probability that an offer is accepted whose need was said outright, as long
            as nothing was learned; likewise ``propensity_unstated`` for one let slip.
        fit_weight: How much the priority rises with the fit, a cosine, between the customer's words and
            the offer's; 0 ignores it.
        neutral_fit: The fit that neither raises nor lowers the priority.
        value_weight: The power to which the margin counts: V = margin ** weight. 1 is the margin itself, 0
            none of it; 0.002 decides between near equals only. A margin below one unit counts as one.
        near_tie: Relative difference of priorities within which the cheaper offer goes first.
        minimum_share: Share of the first one's priority below which no other offer stands beside it.

    The defaults were found on twelve authored catalogs with the needs given: the fit's weight between
    1.5 and 2 and anything near the others' values gave the same result within its error.
    """

    terms: Terms = Terms()
    levers: Levers = Levers()
    context_weights: tuple[ContextWeight, ...] = ()
    propensity_stated: Share = 0.2
    propensity_unstated: Share = 0.18
    fit_weight: Annotated[float, Field(ge=0.0)] = 2.0
    neutral_fit: Share = 0.3
    value_weight: Share = 0.002
    near_tie: Annotated[float, Field(gt=0.0, le=1.0)] = 0.02
    minimum_share: Share = 0.6


class SuggestionsPolicy(_Section):
    """How many, and for how long.

    Attributes:
        at_once: Suggestions on the agent's screen at a time.
        per_conversation: Suggestions in a whole conversation.
        expire_s: Seconds after which a suggestion nobody acted on is taken back.
    """

    at_once: Annotated[int, Field(ge=1, le=3)] = 3
    per_conversation: Annotated[int, Field(ge=0)] = 6
    expire_s: Annotated[float, Field(gt=0.0)] = 180.0


class Suppresses(StrEnum):
    """What a rule of contact suppresses, and whose past it counts."""

    OFFER = "offer"
    GROUP = "group"
    CUSTOMER = "customer"


class ContactRule(_Section):
    """So many of one outcome within a window suppress for a while.

    Attributes:
        of: The offer that it happened to, its whole group, or every offer to this customer.
        after: The outcome that is counted.
        times: How often it must have happened.
        within_days: The window; None counts from the beginning of records.
        for_days: How long the suppression lasts, from the last one counted.
        channels: Where it must have happened, and where it then suppresses.
        kinds: The kinds of offer it suppresses; empty is all.
    """

    of: Suppresses
    after: OutcomeKind
    times: Annotated[int, Field(ge=1)] = 1
    within_days: Days | None = None
    for_days: Days
    channels: frozenset[Channel] = frozenset(Channel)
    kinds: frozenset[OfferKind] = frozenset()


class LaterPolicy(_Section):
    """What "maybe later" is worth.

    Attributes:
        points: Added to the offer's levers on the day it was said.
        half_life_days: Days in which half of that is gone.
    """

    points: Points = 30.0
    half_life_days: Days = 14.0


_SALES = frozenset({OfferKind.UPSELL, OfferKind.CROSS_SELL})


class ContactPolicy(_Section):
    """How often a customer may hear of the same, over all conversations and channels.

    Attributes:
        suppress: Each rule by itself; what one suppresses, no other lifts.
        later: What "maybe later" is worth.
    """

    suppress: tuple[ContactRule, ...] = (
        ContactRule(of=Suppresses.OFFER, after=OutcomeKind.DECLINED, for_days=30),
        ContactRule(of=Suppresses.OFFER, after=OutcomeKind.SHOWN, times=3, within_days=7, for_days=10),
        ContactRule(of=Suppresses.OFFER, after=OutcomeKind.ACCEPTED, for_days=90),
        ContactRule(
            of=Suppresses.CUSTOMER,
            after=OutcomeKind.DECLINED,
            times=3,
            within_days=30,
            for_days=30,
            kinds=_SALES,
        ),
        ContactRule(
            of=Suppresses.CUSTOMER, after=OutcomeKind.SHOWN, times=6, within_days=1, for_days=1, kinds=_SALES
        ),
    )
    later: LaterPolicy = LaterPolicy()


class Policy(_Section):
    """One policy; without a file the defaults hold.

    Attributes:
        policy: The policy's id, named in the decision stream.
        version: The business's own mark of this state of the file.
    """

    policy: str = "default"
    version: str = "1"
    gate: GatePolicy = GatePolicy()
    matching: MatchingPolicy = MatchingPolicy()
    arbitration: ArbitrationPolicy = ArbitrationPolicy()
    contact: ContactPolicy = ContactPolicy()
    suggestions: SuggestionsPolicy = SuggestionsPolicy()


def load_policy(text: str, name: str) -> Policy:
    """Read a policy from YAML text.

    Args:
        text: The file's contents.
        name: The file's name, for messages.

    Raises:
        PolicyError: Naming every field that is unknown, of the wrong type or out of bounds.
    """
    try:
        entries: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PolicyError(f"{name}: not YAML: {error}") from error
    if entries is None:
        return Policy()
    if not isinstance(entries, dict):
        raise PolicyError(f"{name}: expected sections such as 'gate:', found {type(entries).__name__}")
    try:
        return Policy.model_validate(entries)
    except ValidationError as error:
        problems = (
            f"{name}: {'.'.join(map(str, problem['loc']))}: {problem['msg']} (found {problem['input']!r})"
            for problem in error.errors()
        )
        raise PolicyError("\n".join(problems)) from error
