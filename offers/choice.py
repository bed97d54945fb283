"""What goes on the screen next, and what it was chosen from: arbitration and exploration together."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from offers.arbitration import arbitrate
from offers.decisions import Considered, Scope
from offers.exploration import Chance, Exploration
from offers.matching import Candidate
from offers.policy import Policy


@dataclass(frozen=True, slots=True)
class Choice:
    """What was ready at one moment.

    Attributes:
        fresh: Candidates that neither stand on the screen nor were spent.
        scope: What the gate lets through.
        standing: What is on the screen already.
        churn: Whether the customer may leave.
    """

    fresh: tuple[Candidate, ...]
    scope: Scope
    standing: tuple[Candidate, ...]
    churn: bool

    def made(self, policy: Policy, exploration: Exploration) -> tuple[Candidate, ...]:
        """Return the candidates worth showing, best first."""
        return self._under(policy, self._scope(exploration), exploration.chance)

    def considered(self, policy: Policy, exploration: Exploration) -> Iterator[Considered]:
        """Yield all that could have been chosen, each by itself, with how likely it was to come first."""
        scope = self._scope(exploration)

        def first(chance: Chance) -> str:
            chosen = self._under(policy, scope, chance)
            return chosen[0].offer.id if chosen else ""

        likely = exploration.probabilities(first)
        for candidate in self.fresh:
            alone = replace(self, fresh=(candidate,), standing=())
            for scored in alone.made(policy, exploration):
                yield replace(scored.considered, first=likely.get(scored.offer.id, 0.0))

    def _scope(self, exploration: Exploration) -> Scope:
        return Scope.SERVICE if exploration.is_silent and self.scope is Scope.ALL else self.scope

    def _under(self, policy: Policy, scope: Scope, chance: Chance) -> tuple[Candidate, ...]:
        return arbitrate(self.fresh, scope, policy, standing=self.standing, churn=self.churn, chance=chance)
