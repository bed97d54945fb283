"""What ``rightsell check`` says of a catalog that is fit to sell from."""

from collections import Counter
from collections.abc import Iterator

from offers.catalog import Catalog
from offers.decisions import OfferKind

_FEW_EXAMPLES = 5
"""Below this a reason is recognised by likeness to its examples alone, which errs more."""


def summarise(catalog: Catalog) -> str:
    """Return what the catalog holds, and what its author may want to improve."""
    return "\n".join(_lines(catalog))


def _lines(catalog: Catalog) -> Iterator[str]:
    kinds = Counter(offer.kind for offer in catalog.offers.values())
    counts = ", ".join(f"{kinds[kind]} {kind.replace('_', '-')}" for kind in OfferKind if kinds[kind])
    yield f"{catalog.id} {catalog.version} is fit to use."
    yield f"  {len(catalog.reasons)} reasons, {len(catalog.needs)} needs, {len(catalog.offers)} offers"
    yield f"  offers: {counts}"
    yield from (f"  hint: {hint}" for hint in _hints(catalog))


def _hints(catalog: Catalog) -> Iterator[str]:
    met = {need for offer in catalog.offers.values() for need in offer.needs}
    for need in catalog.needs.values():
        if need.id not in met:
            yield f"need '{need.id}' has no offer: it will be noticed, and nothing suggested"
        if not need.unstated:
            yield f"need '{need.id}' has no unstated examples: it is noticed only when asked for"
    for reason in catalog.reasons.values():
        if (count := len(reason.examples)) < _FEW_EXAMPLES:
            yield f"reason '{reason.id}' has {count} examples: from {_FEW_EXAMPLES} on it is known better"
