"""When and how often to speak: every number that a business may want to change.

The file shipped as ``seeds/policy.yaml`` explains each in a reader's words; the defaults are the same.
"""

from enum import StrEnum
from typing import Annotated

import yaml
from pydantic import Field, ValidationError

from offers.contact_rules import ContactPolicy
from offers.decisions import OfferKind
from offers.sections import Feeling, Points, RuleField, Seconds, Section, Share


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


class GatePolicy(Section):
    """May we speak?

    Attributes:
        ramp: Observe (silent), service only, simple calls, or all.
        consent_when_unknown: Whether sales are allowed without recorded consent.
        minimum_resolution: Probability that the request is confirmed, below which we are silent.
        minimum_hearing: Confidence of the recognised words that show the resolution, below which we
            are silent; chat and transcripts count as certain.
        minimum_sentiment: The customer's mood below which sales are held.
        unhappy_sentiment: The customer's mood below which everything is held.
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


class MatchingPolicy(Section):
    """Which offers become candidates.

    Attributes:
        minimum_need: Confidence of a need below which no offer is matched with it.
    """

    minimum_need: Share = 0.5


class Terms(Section):
    """Which terms take part in the priority; one that is switched off counts 1."""

    propensity: bool = True
    context: bool = True
    value: bool = True
    lever: bool = True


class Levers(Section):
    """The business's own thumb on the scale, in points: those of an offer, its group and its kind add up.

    100 points double, -100 take away: L = 1 + points / 100, never below 0.
    """

    kinds: dict[OfferKind, Points] = Field(
        default_factory=lambda: {OfferKind.SERVICE: -20.0, OfferKind.GOODWILL: -50.0}
    )
    groups: dict[str, Points] = Field(default_factory=dict)
    offers: dict[str, Points] = Field(default_factory=dict)


class ContextWeight(Section):
    """Points for some offers where a rule holds of the customer, the context or the channel.

    Attributes:
        when: In CEL, as in the catalog; what it cannot decide gives no points.
        points: As for levers: C rises by so many percent.
        offers: Ids of the offers; likewise ``groups`` and ``kinds``. With none of the three, all.
    """

    when: RuleField
    points: Points
    offers: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    kinds: frozenset[OfferKind] = frozenset()


class ExplorationPolicy(Section):
    """How much may be tried that is not known to be best.

    Attributes:
        share: Of live conversations in which the chance of acceptance is drawn instead of expected.
        silent: Of those, in which no sale is shown at all.
    """

    share: Share = 0.0
    silent: Share = 0.1


class ArbitrationPolicy(Section):
    """Which candidate comes first.

    Attributes:
        terms: Which of P, C, V and L take part.
        levers: The business's own weights.
        context_weights: Weights that depend on the customer and the context; their points add up.
        exploration: How much may be tried.
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
    exploration: ExplorationPolicy = ExplorationPolicy()
    propensity_stated: Share = 0.2
    propensity_unstated: Share = 0.18
    fit_weight: Annotated[float, Field(ge=0.0)] = 2.0
    neutral_fit: Share = 0.3
    value_weight: Share = 0.002
    near_tie: Annotated[float, Field(gt=0.0, le=1.0)] = 0.02
    minimum_share: Share = 0.6


class SuggestionsPolicy(Section):
    """How many, and for how long.

    Attributes:
        at_once: Suggestions on the agent's screen at a time.
        per_conversation: Suggestions in a whole conversation.
        expire_s: Seconds after which a suggestion nobody acted on is taken back.
    """

    at_once: Annotated[int, Field(ge=1, le=3)] = 3
    per_conversation: Annotated[int, Field(ge=0)] = 6
    expire_s: Annotated[float, Field(gt=0.0)] = 180.0


class Policy(Section):
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
