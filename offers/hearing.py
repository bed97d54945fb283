"""Which offers are voiced, and what the customer answers: heard, when nobody tells."""

from collections.abc import Callable

from listener.events import Speaker, Utterance
from nlu.answers import answer_of, asks_for_it, asks_for_more, inquires
from nlu.redaction import mask
from offers.catalog import Offer
from offers.decisions import Outcome, OutcomeBy, OutcomeKind, Unsuggested
from offers.screen import Screen

_CLEAR = 0.6
"""Recogniser's confidence below which words voice and answer nothing."""

_MOST_ANSWERS = 2
"""Customer's turns after an offer in which an answer is looked for: the second only after a question."""

_BACK_CHANNEL = 2
"""As many words ("oh right") go by: the customer is still listening."""


class Ear:
    """Listens to one conversation.

    Args:
        voiced: The offer that an agent's words, masked, put to the customer; None when that is not certain.
    """

    def __init__(self, voiced: Callable[[str], Offer | None]) -> None:
        self._voiced = voiced
        self._open: Offer | None = None
        self._left = 0
        self._asked = False
        self._elsewhere = False
        self._told: dict[str, OutcomeKind] = {}

    def hear(self, utterance: Utterance, screen: Screen) -> Outcome | Unsuggested | None:
        """Take the next turn; return what it makes of an offer, each thing once.

        What was accepted stays so, however often the agent speaks of it; what was declined or postponed may
        still be answered otherwise. What somebody told of a suggestion is not contradicted.
        """
        if utterance.confidence < _CLEAR:
            return None
        text = mask(utterance.text)
        if utterance.speaker is Speaker.AGENT:
            offer = self._voiced(text)
            outcome = self._take_up(text, offer)
        else:
            offer = self._open
            outcome = None if offer is None else self._answer(text)
        if offer is None or outcome is None or self._told.get(offer.id) is outcome:
            return None
        self._told[offer.id] = outcome
        suggestion = screen.latest(offer.id)
        if suggestion is None:
            return Unsuggested(offer.id, offer.group_id, offer.kind, outcome)
        if screen.is_decided(suggestion):
            return None
        return Outcome(suggestion, outcome, OutcomeBy.TRANSCRIPT)

    def _take_up(self, text: str, offer: Offer | None) -> OutcomeKind | None:
        """Take the agent's words, and the offer they voice."""
        self._asked = offer is not None and asks_for_it(text)
        self._elsewhere = asks_for_more(text)
        if offer is None or self._told.get(offer.id) is OutcomeKind.ACCEPTED:
            return None
        self._open, self._left = offer, _MOST_ANSWERS
        return None if offer.id in self._told else OutcomeKind.VOICED

    def _answer(self, text: str) -> OutcomeKind | None:
        """Take the customer's words; return what they make of the offer that was voiced last."""
        answer = None if self._elsewhere else answer_of(text, asked=self._asked)
        if answer is None and len(text.split()) <= _BACK_CHANNEL and not inquires(text):
            return None
        self._left -= 1
        if answer is not None or self._left == 0 or self._elsewhere or not inquires(text):
            self._open = None
        return None if answer is None else OutcomeKind(answer.value)
