"""A ledger's moments under another policy: what it would have shown first, and what that is worth."""

from collections.abc import Iterable, Iterator, Mapping

from adapters.learning.evaluation import Entry
from adapters.ledger.answered import Moment, Option
from offers.arbitration import lever_of, prior, value_of
from offers.catalog import Catalog, Offer
from offers.policy import ArbitrationPolicy
from offers.propensity import PropensityModel


class Judge:
    """Another policy, with or without what was learned.

    The context term of each option is taken as it was: its words are not kept. An offer that the catalog has
    no longer earns nothing and is not chosen.

    Args:
        catalog: The offers and their margins.
        rules: The other policy's arbitration.
        model: What was learned; nothing goes by the policy's chances.
    """

    def __init__(self, catalog: Catalog, rules: ArbitrationPolicy, model: PropensityModel) -> None:
        self._offers: Mapping[str, Offer] = catalog.offers
        self._rules, self._model = rules, model

    def entries(self, moments: Iterable[Moment]) -> Iterator[Entry]:
        """Yield an entry for each first suggestion whose probability was kept."""
        for moment in moments:
            chosen = moment.chosen
            if moment.rank == 1 and chosen is not None and chosen.first > 0:
                options = moment.options
                first = max(options, key=lambda one: (self._priority(one), one.offer)).offer
                yield Entry(
                    chosen=moment.offer,
                    probability=chosen.first,
                    reward=self._margin(moment.offer) if moment.accepted else 0.0,
                    wanted={first: 1.0},
                    expected={
                        one.offer: self._chance(one) * self._margin(one.offer) for one in moment.options
                    },
                )

    def _chance(self, option: Option) -> float:
        return self._model.chance(option.features, prior(option.need_kind, self._rules))

    def _margin(self, offer: str) -> float:
        return max(self._offers[offer].value, 0.0) if offer in self._offers else 0.0

    def _priority(self, option: Option) -> float:
        offer = self._offers.get(option.offer)
        if offer is None:
            return -1.0
        terms = self._rules.terms
        return (
            (self._chance(option) if terms.propensity else 1.0)
            * (option.context if terms.context else 1.0)
            * (value_of(offer, self._rules) if terms.value else 1.0)
            * (lever_of(offer, self._rules) if terms.lever else 1.0)
        )
