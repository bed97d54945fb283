"""Which offers fit what this customer needs: computed all the time, also behind a closed gate.

There is no index over vectors: offers are found by the id of the need they meet, a handful each, and only
those are compared with the customer's words.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.embedder import Embedder
from nlu.redaction import MASK, mask
from nlu.understanding import Evidence, Need, NeedKind
from offers.catalog import Catalog, Offer
from offers.decisions import Considered, Score, Suggestion, Talk

Vectors = NDArray[np.float32]

UNSCORED = Score(propensity=0.0, context=0.0, value=0.0, lever=0.0, priority=0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer that this customer may be made, and the need it would meet.

    Attributes:
        need: Id of the need; None for an offer that fits any customer.
        confidence: Of the need, in [0, 1]; 0 without one.
        evidence: The customer's own words; empty without a need.
        primer: Questions that surface the need.
        fit: Cosine, in [-1, 1], between what the customer said and how the offer is described; 0
            without a need.
        context_points: What the policy's context weights give it, in percent.
        lever_points: What the customer's history gives it, in percent.
        score: Given by arbitration.
    """

    offer: Offer
    need: str | None = None
    need_kind: NeedKind | None = None
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    primer: tuple[str, ...] = ()
    fit: float = 0.0
    context_points: float = 0.0
    lever_points: float = 0.0
    score: Score = UNSCORED

    def suggest(self, suggestion: str, rank: int) -> Suggestion:
        """Return the suggestion that puts this before the agent, under the given id and rank."""
        talk = self.offer.talk
        return Suggestion(
            id=suggestion,
            offer=self.offer.id,
            rank=rank,
            need=self.need,
            need_kind=self.need_kind,
            confidence=self.confidence,
            score=self.score,
            evidence=self.evidence,
            talk=Talk(talk.bridge, talk.pitch, self.primer, talk.objections, talk.decline),
            title=self.offer.title,
            kind=self.offer.kind,
            price=str(self.offer.price or ""),
        )

    @property
    def considered(self) -> Considered:
        """The candidate as it is remembered beside the one that was chosen."""
        offer = self.offer
        return Considered(
            offer.id, offer.group_id, offer.kind, self.need, self.need_kind, self.confidence, self.score
        )


class Matcher:
    """Matches one catalog's offers; holds nothing of any conversation and serves them all."""

    def __init__(self, catalog: Catalog, embedder: Embedder) -> None:
        """Embed the catalog's offers, once."""
        self._needs = catalog.needs
        self._embedder = embedder
        self._meeting: defaultdict[str | None, list[Offer]] = defaultdict(list)
        for offer in catalog.offers.values():
            for need in offer.needs or (None,):
                self._meeting[need].append(offer)
        self._words = {offer.id: embedder.embed(_described(offer)) for offer in catalog.offers.values()}

    def candidates(self, needs: Iterable[Need], admits: Callable[[Offer], bool]) -> tuple[Candidate, ...]:
        """Return every offer the customer may be made that meets a believed need, or any customer's.

        Each offer comes once, with the need it fits best; in the order of their ids.

        Args:
            needs: Those believed now.
            admits: Whether this customer may be made an offer, in this conversation.
        """
        best: dict[str, Candidate] = {}
        for candidate in self._fitting(needs):
            name = candidate.offer.id
            if name not in best:
                if admits(candidate.offer):
                    best[name] = candidate
            elif (candidate.confidence, candidate.fit) > (best[name].confidence, best[name].fit):
                best[name] = candidate
        return tuple(best[name] for name in sorted(best))

    def _fitting(self, needs: Iterable[Need]) -> Iterator[Candidate]:
        for need in needs:
            said = self._embedder.embed([_telling(evidence.text) for evidence in need.evidence])
            for offer in self._meeting.get(need.id, ()):
                yield Candidate(
                    offer=offer,
                    need=need.id,
                    need_kind=need.kind,
                    confidence=need.confidence,
                    evidence=need.evidence,
                    primer=self._needs[need.id].primer,
                    fit=round(float((self._words[offer.id] @ said.T).max(initial=-1.0)), 4),
                )
        for offer in self._meeting.get(None, ()):
            yield Candidate(offer=offer)


def _described(offer: Offer) -> list[str]:
    """How the catalog presents the offer, and how an agent would; the closer of the two counts."""
    texts = (f"{offer.title}. {offer.summary}", f"{offer.talk.bridge} {offer.talk.pitch}")
    return [text.strip() for text in texts if text.strip()]


_NUMBERS = re.compile(
    rf"\S*[\d{MASK}]\S*|\b(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|ten|double|triple"
    r"|\w+teen|eleven|twelve|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)\b",
    re.IGNORECASE,
)


def _telling(text: str) -> str:
    """The words without numbers: so that a quote and its masked record are matched alike.

    What the whole turn's mask hides, the quote's own may not, where a number is cut by the quote's end.
    """
    return " ".join(_NUMBERS.sub(" ", mask(text)).split())
