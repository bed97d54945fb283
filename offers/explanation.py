"""Where one offer falls out of the funnel at this moment of a conversation, and why, in words."""

from dataclasses import dataclass

from offers.arbitration import arbitrate
from offers.catalog import Offer
from offers.decisions import GateState, Scope
from offers.funnel import Fall, Funnel, Stage
from offers.matching import Candidate
from offers.policy import Policy
from offers.screen import Screen


@dataclass(frozen=True, slots=True)
class Moment:
    """What decides of every offer at one moment.

    Attributes:
        candidates: Those that are ready.
        churn: Whether the customer may leave.
    """

    funnel: Funnel
    candidates: tuple[Candidate, ...]
    gate: GateState
    screen: Screen
    policy: Policy
    churn: bool


def fall_of(offer: Offer, now: Moment) -> Fall | None:
    """Return where an offer falls out, or None when it is on the screen."""
    if any(candidate.offer.id == offer.id for candidate in now.screen.standing()):
        return None
    fall = now.funnel.fall(offer)
    if fall is not None:
        return fall
    found = next((candidate for candidate in now.candidates if candidate.offer.id == offer.id), None)
    return _unneeded(offer, found, now) or _outranked(offer, now) or _held(offer, now) or _unshown(offer, now)


def _unneeded(offer: Offer, found: Candidate | None, now: Moment) -> Fall | None:
    if found is None and any(candidate.need in offer.needs for candidate in now.candidates):
        return Fall(Stage.APPLICABILITY, "Many others meet the same need and fit better what was said.")
    if found is None:
        return Fall(Stage.APPLICABILITY, f"None of its needs was heard: {', '.join(offer.needs)}.")
    least = now.policy.matching.minimum_need
    if found.need is not None and found.confidence < least:
        why = f"Its need, {found.need}, is not certain enough: {found.confidence:.2f} of {least:.2f}."
        return Fall(Stage.APPLICABILITY, why)
    return None


def _outranked(offer: Offer, now: Moment) -> Fall | None:
    """Tell whether others would come first if everything could be said and nothing had been."""
    chosen = arbitrate(now.candidates, Scope.ALL, now.policy, churn=now.churn)
    if any(candidate.offer.id == offer.id for candidate in chosen):
        return None
    clash = next((c.offer.id for c in chosen if c.offer.clashes(offer)), None)
    if clash is not None:
        return Fall(Stage.ARBITRATION, f"It does not go with {clash}, which comes first.")
    ahead = ", ".join(f"{c.offer.id} ({c.score.priority:.3f})" for c in chosen)
    return Fall(Stage.ARBITRATION, f"Others come first: {ahead}.")


def _held(offer: Offer, now: Moment) -> Fall | None:
    if now.gate.scope.lets(offer.kind):
        return None
    return Fall(Stage.GATE, " ".join(hold.text for hold in now.gate.reasons))


def _unshown(offer: Offer, now: Moment) -> Fall | None:
    if not now.screen.fresh([Candidate(offer)]):
        return Fall(Stage.SCREEN, "It was on the screen before, and does not come again.")
    if now.screen.room <= 0:
        return Fall(Stage.SCREEN, "The screen is full, or the conversation has had all its suggestions.")
    return Fall(Stage.ARBITRATION, "It would repeat what stands on the screen, or falls too far behind it.")
