"""What is on the agent's screen: the suggestions that stand, those that are spent, and room for more."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from offers.decisions import Outcome, OutcomeBy, OutcomeKind, Suggestion, Unsuggested, WhyWithdrawn, Withdrawn
from offers.matching import Candidate
from offers.policy import SuggestionsPolicy

REFUSED = {OutcomeKind.DECLINED, OutcomeKind.DISMISSED}
"""Outcomes after which sales pause."""

_SETTLES = {
    OutcomeKind.ACCEPTED,
    OutcomeKind.DECLINED,
    OutcomeKind.POSTPONED,
    OutcomeKind.DISMISSED,
    OutcomeKind.IGNORED,
}
"""Outcomes after which the card has done its work and leaves the screen."""


@dataclass(frozen=True, slots=True)
class Card:
    """A suggestion that stands, and until when.

    Attributes:
        expires_s: Seconds since the conversation began at which it is taken back.
    """

    suggestion: Suggestion
    candidate: Candidate
    expires_s: float


class Screen:
    """The cards of one conversation. An offer that was acted on or expired does not come again."""

    def __init__(self, conversation: str, policy: SuggestionsPolicy) -> None:
        self._conversation = conversation
        self._policy = policy
        self._cards: dict[str, Card] = {}
        self._made: dict[str, str] = {}
        self._decided: set[str] = set()
        self._spent: set[str] = set()

    @property
    def made(self) -> int:
        """How many suggestions were made so far."""
        return len(self._made)

    @property
    def deadline(self) -> float | None:
        """When the next card expires, in seconds since the conversation began."""
        return min((card.expires_s for card in self._cards.values()), default=None)

    def knows(self, suggestion: str) -> bool:
        """Whether a suggestion of this id was ever made here."""
        return suggestion in self._made

    def latest(self, offer: str) -> str | None:
        """Return the id of the last suggestion of an offer, whether it stands or not; None without one."""
        return next((made for made in reversed(self._made) if self._made[made] == offer), None)

    def is_decided(self, suggestion: str) -> bool:
        """Whether somebody told for good what became of it, so that nothing heard may say otherwise."""
        return suggestion in self._decided

    @property
    def room(self) -> int:
        """How many more cards may be put up now."""
        return min(
            self._policy.at_once - len(self._cards),
            self._policy.per_conversation - len(self._made),
        )

    def standing(self) -> tuple[Candidate, ...]:
        """The candidates whose cards stand, in order of rank."""
        return tuple(card.candidate for card in self._cards.values())

    def fresh(self, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
        """Candidates whose offers neither stand on the screen nor were spent before."""
        shown = {card.suggestion.offer for card in self._cards.values()}
        return tuple(c for c in candidates if c.offer.id not in shown | self._spent)

    def put_up(self, candidate: Candidate, at_s: float) -> Suggestion:
        """Put a card on the screen; return the suggestion with its id and the first free rank."""
        taken = {card.suggestion.rank for card in self._cards.values()}
        rank = next(rank for rank in range(1, len(taken) + 2) if rank not in taken)
        suggestion = candidate.suggest(f"{self._conversation}:{len(self._made) + 1}", rank)
        self._made[suggestion.id] = suggestion.offer
        self._cards[suggestion.id] = Card(suggestion, candidate, at_s + self._policy.expire_s)
        return suggestion

    def settle(self, outcome: Outcome | Unsuggested) -> None:
        """Take note of what became of a suggestion, or of an offer that was never one."""
        if outcome.outcome not in _SETTLES:
            return
        if isinstance(outcome, Unsuggested):
            self._spent.add(outcome.offer)
            return
        if outcome.by is not OutcomeBy.TRANSCRIPT:
            self._decided.add(outcome.suggestion)
        self._cards.pop(outcome.suggestion, None)
        self._spent.add(self._made[outcome.suggestion])

    def expire(self, at_s: float) -> list[Withdrawn]:
        """Take back the cards whose time is over; their offers are spent."""
        late = [card for card in self._cards.values() if card.expires_s <= at_s]
        self._spent.update(card.suggestion.offer for card in late)
        return self._drop(late, WhyWithdrawn("expired", "Nobody took it up in time."))

    def take_back(self, which: Callable[[Candidate], bool], why: WhyWithdrawn) -> list[Withdrawn]:
        """Take back the cards whose candidate ``which`` picks, in order of rank; they may come again."""
        return self._drop([card for card in self._cards.values() if which(card.candidate)], why)

    def _drop(self, cards: Iterable[Card], why: WhyWithdrawn) -> list[Withdrawn]:
        gone = sorted(cards, key=lambda card: card.suggestion.rank)
        for card in gone:
            del self._cards[card.suggestion.id]
        return [Withdrawn(card.suggestion.id, why) for card in gone]
