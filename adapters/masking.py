"""A conversation's words with personal data masked, before anything is stored."""

from dataclasses import replace

from listener.events import Partial, Utterance
from nlu.redaction import mask
from nlu.understanding import Evidence, Understanding
from offers.decisions import Decision, Fact, Suggestion
from offers.events import Event


def mask_event(event: Event) -> Event:
    """Return the event with its words masked, character for character."""
    return replace(event, text=mask(event.text)) if isinstance(event, Utterance | Partial) else event


class Masker:
    """Masks one conversation's decisions in their order.

    Evidence quotes a turn, and a quote alone may not show that it is part of a card number; so each turn is
    masked whole and remembered, and evidence is quoted from that.
    """

    def __init__(self) -> None:
        self._turns: list[str] = []

    def mask(self, decision: Decision) -> Decision:
        """Return the decision as it may be stored; every offset still holds."""
        return replace(decision, data=self._masked(decision.data))

    def _masked(self, fact: Fact) -> Fact:
        match fact:
            case Utterance():
                self._turns.append(mask(fact.text))
                return replace(fact, text=self._turns[-1])
            case Partial():
                return replace(fact, text=mask(fact.text))
            case Suggestion():
                return replace(fact, evidence=self._quoted(fact.evidence))
            case Understanding():
                return self._understanding(fact)
            case _:
                return fact

    def _understanding(self, seen: Understanding) -> Understanding:
        return replace(
            seen,
            resolution=replace(seen.resolution, evidence=self._quoted(seen.resolution.evidence)),
            needs=tuple(replace(need, evidence=self._quoted(need.evidence)) for need in seen.needs),
            flags=tuple(replace(flag, evidence=self._quoted(flag.evidence)) for flag in seen.flags),
        )

    def _quoted(self, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        return tuple(replace(one, text=self._turns[one.turn][one.start : one.end]) for one in evidence)
