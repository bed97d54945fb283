"""Suggestions whose answer is known: what one learns from."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from adapters.ledger.tables import CONVERSATIONS, OUTCOMES, SUGGESTIONS
from nlu.understanding import NeedKind
from offers.decisions import OutcomeKind
from offers.policy import ArbitrationPolicy
from offers.propensity import Trial

_NO_ANSWER = {OutcomeKind.SHOWN.value, OutcomeKind.VOICED.value}


@dataclass(frozen=True, slots=True)
class Option:
    """An offer that could have been shown.

    Attributes:
        features: What a propensity is learned from.
        stated: Whether its need was said outright.
        context: C, as it was.
        first: Probability, in [0, 1], that it came first.
    """

    offer: str
    kind: str
    group: str
    features: tuple[str, ...]
    stated: bool
    context: float
    first: float

    def prior(self, rules: ArbitrationPolicy) -> float:
        """Return the policy's chance of acceptance."""
        return rules.propensity_stated if self.stated else rules.propensity_unstated


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
            known = (f"channel:{row.channel}", *((f"reason:{row.reason}",) if row.reason else ()))
            options = tuple(_option(one, known) for one in json.loads(row.considered))
            yield Moment(row.offer, row.rank, answers[row.seq], options)


def trials(found: Iterable[Moment], rules: ArbitrationPolicy) -> list[Trial]:
    """Return what a propensity is learned from: every suggestion, whatever its rank."""
    chosen = ((moment, moment.chosen) for moment in found)
    return [Trial(one.features, one.prior(rules), moment.accepted) for moment, one in chosen if one]


def _option(one: dict[str, Any], known: tuple[str, ...]) -> Option:
    need = (f"need:{one['need_kind']}",) if one["need_kind"] else ()
    own = (f"offer:{one['offer']}", f"group:{one['group']}", f"kind:{one['kind']}")
    return Option(
        offer=one["offer"],
        kind=one["kind"],
        group=one["group"],
        features=(*own, *need, *known),
        stated=one["need_kind"] == NeedKind.STATED.value,
        context=one["score"]["context"],
        first=one.get("first", 0.0),
    )
