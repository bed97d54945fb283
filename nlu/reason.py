"""Why the customer got in touch: evidence gathered from turn to turn, the first that say so counting most."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from listener.events import Speaker
from nlu.business import Business
from nlu.embedder import Embedder
from nlu.examples import ReasonModel, Vector, fit_examples
from nlu.reader import speakable
from nlu.reading import Reading
from nlu.understanding import Alternative, Reason

_FADING = 0.5
"""Each customer's turn that says why counts half of the one before."""

_AGENT_SHARE = 0.5
"""An agent's turn often repeats the request in clearer words, but it is not the customer's word."""

_CONTEXT_SHARE = 0.5
"""A hint from the telephone menu counts half of what the customer says: menus are coarse."""

_HALF_SURE = 0.12
"""Evidence at which every second belief was right.

Source for this and those above: chosen once for twelve authored businesses, STAR, NatCS and MultiDoGO
together, and for conversations held against a foreign business's reasons."""

_LEAST_CONFIDENCE = 0.2
"""Below, no reason is believed: this gives up one right belief in fifty, and two in five of the foreign."""

_MOST_ALTERNATIVES = 3

_OFFERING_MORE = (
    "is there anything else i can help you with today",
    "anything else i can do for you",
    "is there anything else",
    "anything else on your mind",
)
_OFFERING_COSINE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class ReasonState:
    """What is carried from turn to turn; as large after a thousand turns as after one.

    Attributes:
        evidence: For each of the catalog's reasons, 0 or more.
        weight: What the customer's next turn that says why will count.
        belief: The call reason now, None while none fits.
    """

    evidence: Vector
    weight: float = 1.0
    belief: Reason | None = None


class ReasonReader:
    """Tells the call reason by the catalog's examples.

    Args:
        business: Its reasons; from five examples each a logistic head learns them, below prototypes.
        embedder: The same that makes the readings.
        fitted: What ``rightsell fit`` made of this business's reasons; None learns them here.
    """

    def __init__(self, business: Business, embedder: Embedder, fitted: ReasonModel | None = None) -> None:
        self._ids = tuple(reason.id for reason in business.reasons)
        self._model = fitted or ReasonModel(embedder, fit_examples(business.reasons, embedder))
        self._offering = embedder.embed(_OFFERING_MORE)

    def begin(self, context: Mapping[str, object]) -> ReasonState:
        """Return the state before the first turn.

        Args:
            context: What is known of the contact; ``ivr_reason`` is a hint, an id or words.
        """
        return self._believe(ReasonState(_CONTEXT_SHARE * self._hint(context.get("ivr_reason"))))

    def read(self, state: ReasonState, reading: Reading) -> ReasonState:
        """Take the next turn of either speaker; return the state after it."""
        if reading.turn.utterance.speaker is Speaker.AGENT:
            return self._read_agent(state, reading)
        said = self._model.read(speakable(reading.text))
        if not said.any():
            return state
        told = ReasonState(state.evidence + state.weight * said, state.weight * _FADING)
        return self._believe(told)

    def _read_agent(self, state: ReasonState, reading: Reading) -> ReasonState:
        if (self._offering @ reading.vector).max() >= _OFFERING_COSINE:
            # What comes next may be another request, and counts like a first one.
            return replace(state, weight=1.0)
        if state.weight == 1.0:
            return state  # the customer has not said anything yet that the agent could repeat
        said = self._model.read(speakable(reading.text))
        return self._believe(replace(state, evidence=state.evidence + state.weight * _AGENT_SHARE * said))

    def _hint(self, hint: object) -> Vector:
        if not isinstance(hint, str) or not hint.strip():
            return np.zeros(len(self._ids))
        if hint in self._ids:
            return np.asarray([float(each == hint) for each in self._ids])
        return self._model.read(hint.replace("_", " "))

    def _believe(self, state: ReasonState) -> ReasonState:
        confidence = _confidence(state.evidence)
        order: list[int] = np.argsort(-state.evidence, kind="stable")[: _MOST_ALTERNATIVES + 1].tolist()
        ranked = [Alternative(self._ids[each], float(confidence[each])) for each in order]
        if not ranked or ranked[0].confidence < _LEAST_CONFIDENCE:
            return replace(state, belief=None)
        others = tuple(each for each in ranked[1:] if each.confidence > 0)
        return replace(state, belief=Reason(ranked[0].id, ranked[0].confidence, others))


def _confidence(evidence: Vector) -> Vector:
    """Return a probability for each reason: the best by its evidence, the rest share what that leaves."""
    best, total = float(evidence.max(initial=0.0)), float(evidence.sum())
    sure = best**2 / (best**2 + _HALF_SURE**2)
    if best == total:
        return np.where(evidence > 0, sure, 0.0)
    shared = evidence * ((1.0 - sure) / (total - best))
    return np.where(evidence == best, sure, np.minimum(shared, sure))
