"""The way of an offer to the agent's screen, stage by stage, and where one falls out, in words.

Eligibility (may this customer have it) → suitability (is it good for them) → contact policy (have they heard
enough of it) → applicability (does it meet a need) → arbitration → gate → screen. The first three depend on
nothing that is said, so they are decided once in a conversation.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from offers.catalog import Offer
from offers.contact import ContactHistory
from offers.eligibility import Eligibility
from offers.matching import Candidate
from offers.policy import ArbitrationPolicy, ContextWeight
from offers.rules import Verdict


class Stage(StrEnum):
    """A stage of the funnel, in order."""

    ELIGIBILITY = "eligibility"
    SUITABILITY = "suitability"
    CONTACT = "contact"
    APPLICABILITY = "applicability"
    ARBITRATION = "arbitration"
    GATE = "gate"
    SCREEN = "screen"


@dataclass(frozen=True, slots=True)
class Fall:
    """Where an offer fell out, and why in an agent's words."""

    stage: Stage
    why: str


class Funnel:
    """What is decided of each offer before anything is said; each once, since facts do not change.

    Args:
        eligibility: Of this customer.
        history: What the customer has heard of.
        rules: The policy's weights.
    """

    def __init__(self, eligibility: Eligibility, history: ContactHistory, rules: ArbitrationPolicy) -> None:
        self._eligibility = eligibility
        self._history = history
        weights = rules.context_weights
        self._weights = [w for w in weights if eligibility.decide(w.when).verdict is Verdict.ELIGIBLE]
        self._falls: dict[str, Fall | None] = {}

    def fall(self, offer: Offer) -> Fall | None:
        """Return where an offer falls out whatever is said, or None when it does not."""
        if offer.id not in self._falls:
            self._falls[offer.id] = self._judge(offer)
        return self._falls[offer.id]

    def admits(self, offer: Offer) -> bool:
        """Whether an offer may be made, as far as that does not depend on what is said."""
        return self.fall(offer) is None

    def weigh(self, candidate: Candidate) -> Candidate:
        """Return the candidate with the points that context and history give it."""
        points = sum(weight.points for weight in self._weights if _concerns(weight, candidate.offer))
        return replace(
            candidate, context_points=points, lever_points=round(self._history.lift(candidate.offer), 6)
        )

    def _judge(self, offer: Offer) -> Fall | None:
        standing = self._eligibility.judge(offer)
        if standing.verdict is not Verdict.ELIGIBLE:
            return Fall(Stage.ELIGIBILITY, standing.why)
        suits = self._eligibility.decide(offer.suitable)
        if suits.verdict is Verdict.UNKNOWN:
            missing = suits.missing or "what its rule asks"
            return Fall(Stage.SUITABILITY, f"Whether it suits is not known: {missing}.")
        if suits.verdict is Verdict.NOT_ELIGIBLE:
            return Fall(Stage.SUITABILITY, "It does not suit this customer now.")
        why = self._history.suppression(offer)
        return Fall(Stage.CONTACT, why) if why else None


def _concerns(weight: ContextWeight, offer: Offer) -> bool:
    if not (weight.offers or weight.groups or weight.kinds):
        return True
    return offer.id in weight.offers or offer.group_id in weight.groups or offer.kind in weight.kinds
