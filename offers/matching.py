"""Which offers fit what this customer needs: computed all the time, also behind a closed gate.

Offers are found by the id of the need they meet, and only those are compared with the customer's words. Of a
need and kind with many offers, those that fit best and may be made come into question: see ``offers.index``.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from nlu.embedder import Embedder
from nlu.reader import speakable
from nlu.redaction import MASK, mask
from nlu.understanding import Evidence, Need, NeedKind
from offers.catalog import Catalog, Offer
from offers.decisions import Considered, OfferKind, Score, Suggestion, Talk
from offers.index import MOST_JUDGED, SHORTLIST, Group, Vectors
from offers.voicing import Voicing

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
        self._voicing = Voicing(catalog)
        meeting: defaultdict[str, defaultdict[OfferKind, list[Offer]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._for_anybody: defaultdict[OfferKind, list[Offer]] = defaultdict(list)
        words: dict[str, Vectors] = {}
        for offer in catalog.offers.values():
            if offer.needs:
                words[offer.id] = embedder.embed(_described(offer))
            else:
                self._for_anybody[offer.kind].append(offer)
            for need in offer.needs:
                meeting[need][offer.kind].append(offer)
        self._meeting = {
            need: [Group(offers, [words[offer.id] for offer in offers]) for offers in kinds.values()]
            for need, kinds in meeting.items()
        }

    def candidates(self, needs: Iterable[Need], admits: Callable[[Offer], bool]) -> tuple[Candidate, ...]:
        """Return the offers the customer may be made that meet a believed need, or any customer's.

        Each offer comes once, with the need it fits best; in the order of their ids. Of a need and kind,
        there are ``SHORTLIST`` at most.

        Args:
            needs: Those believed now.
            admits: Whether this customer may be made an offer, in this conversation.
        """
        best: dict[str, Candidate] = {}
        for candidate in self._fitting(needs, admits):
            other = best.setdefault(candidate.offer.id, candidate)
            if (candidate.confidence, candidate.fit) > (other.confidence, other.fit):
                best[candidate.offer.id] = candidate
        return tuple(best[name] for name in sorted(best))

    def voiced(self, text: str, admits: Callable[[Offer], bool]) -> Offer | None:
        """Return the offer that an agent's words, masked, put to the customer; None when it is not certain.

        Args:
            text: The words.
            admits: Whether this customer may be made an offer, in this conversation.
        """
        return self._voicing.voiced(text, admits, lambda offer: self._likeness(text, offer))

    def _likeness(self, text: str, offer: Offer) -> float:
        # The reader embeds the same words: they are run once, and only where words of an offer were found.
        said = self._embedder.embed([speakable(text)])
        described = self._embedder.embed(_described(offer))
        return round(float((described @ said.T).max(initial=-1.0)), 4)

    def _fitting(self, needs: Iterable[Need], admits: Callable[[Offer], bool]) -> Iterator[Candidate]:
        for need in needs:
            said = self._embedder.embed([_telling(evidence.text) for evidence in need.evidence])
            for group in self._meeting.get(need.id, ()):
                for offer, fit in group.fitting(said, admits):
                    yield Candidate(
                        offer=offer,
                        need=need.id,
                        need_kind=need.kind,
                        confidence=need.confidence,
                        evidence=need.evidence,
                        primer=self._needs[need.id].primer,
                        fit=fit,
                    )
        for offers in self._for_anybody.values():
            admitted = (offer for offer in islice(offers, MOST_JUDGED) if admits(offer))
            for offer in islice(admitted, SHORTLIST):
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
