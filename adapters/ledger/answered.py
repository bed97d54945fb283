"""Suggestions whose answer is known: what one learns from."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from adapters.ledger.tables import CONVERSATIONS, OUTCOMES, SUGGESTIONS
from listener.events import Channel
from nlu.understanding import NeedKind
from offers.arbitration import prior
from offers.decisions import OfferKind, OutcomeKind
from offers.policy import ArbitrationPolicy
from offers.propensity import Trial, features, known_of

_NO_ANSWER = {OutcomeKind.SHOWN.value, OutcomeKind.VOICED.value}


@dataclass(frozen=True, slots=True)
class Option:
    """An offer that could have been shown.

    Attributes:
        features: What a propensity is learned from.
        need_kind: How its need came out; None for an offer that fits any customer.
        context: C, as it was.
        first: Probability, in [0, 1], that it came first.
    """

    offer: str
    features: tuple[str, ...]
    need_kind: NeedKind | None
    context: float
    first: float


@dataclass(frozen=True, slots=True)
class Moment:
    """A suggestion that came first, what it was chosen from, and whether the customer took it."""

    offer: str
    rank: int
    accepted: bool
    options: tuple[Option, ...]

    @property
    def chosen(self) -> Option | None:
        """The option that was shown; None where the ledger did not keep it."""
        return next((option for option in self.options if option.offer == self.offer), None)


def moments(connection: Connection) -> Iterator[Moment]:
    """Yield the suggestions whose answer is known, oldest first; the last word counts."""
    answers: dict[int, bool] = {}
    for row in connection.execute(select(OUTCOMES).order_by(OUTCOMES.c.seq)):
        if row.outcome not in _NO_ANSWER:
            answers[row.suggestion] = row.outcome == OutcomeKind.ACCEPTED.value
    found = select(SUGGESTIONS, CONVERSATIONS.c.channel).join(
        CONVERSATIONS, CONVERSATIONS.c.seq == SUGGESTIONS.c.conversation
    )
    for row in connection.execute(found.order_by(SUGGESTIONS.c.seq)):
        if row.seq in answers:
            known = known_of(Channel(row.channel), row.reason)
            options = tuple(_option(one, known) for one in json.loads(row.considered))
            yield Moment(row.offer, row.rank, answers[row.seq], options)


def trials(found: Iterable[Moment], rules: ArbitrationPolicy) -> list[Trial]:
    """Return what a propensity is learned from: every suggestion, whatever its rank."""
    chosen = ((moment, moment.chosen) for moment in found)
    return [
        Trial(one.features, prior(one.need_kind, rules), moment.accepted) for moment, one in chosen if one
    ]


def _option(one: dict[str, Any], known: tuple[str, ...]) -> Option:
    need_kind = NeedKind(one["need_kind"]) if one["need_kind"] else None
    return Option(
        offer=one["offer"],
        features=features(one["offer"], one["group"], OfferKind(one["kind"]), need_kind, known),
        need_kind=need_kind,
        context=one["score"]["context"],
        first=one.get("first", 0.0),
    )
