"""Catalogs of 10 to 1,000,000 offers: what loading and matching cost.

Loading is reading and checking a made catalog's YAML. Matching is what one turn costs in which four needs are
believed, without embedding what was said: candidates with their rules judged, for a customer who has just
come (cold) and later in the same conversation (warm). The baseline judges every rule and compares every
offer's words. All vectors are made, by chance around their need's, not by a model; above ``--most-loaded``
offers the catalog is made without a file. Memory is the process's peak, so sizes should rise.

    python -m bench.catalogs [--sizes 10 1000 100000] [--most-loaded 10000] [--json FILE]
"""

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from listener.events import Channel
from nlu.business import NeedExamples
from nlu.understanding import Evidence, Need, NeedKind
from offers.catalog import Catalog, Offer, load_catalog
from offers.decisions import OfferKind
from offers.eligibility import Eligibility, Facts
from offers.index import SHORTLIST, Vectors
from offers.matching import Matcher
from offers.rules import compile_rule

KINDS = tuple(OfferKind)
DAY = date(2026, 11, 1)
CUSTOMER: dict[str, object] = {"id": "c", "tenure_months": 12, "products": ["p-3", "p-11"]}
TURNS, BASELINE_TURNS, BELIEVED = 200, 5, 4
DIM = 384
QUOTE = "said"


class Made:
    """Stands where the embedder would: a need's direction and chance, the same for the same text."""

    name, sha256, dim = "made", "0", DIM

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a unit vector a text, near those that name the same need."""
        rows = [self._quote(text) if text.startswith(QUOTE) else self._vector(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, DIM), np.float32)

    @lru_cache(maxsize=100_000)  # noqa: B019  # lives as long as the benchmark
    def _quote(self, text: str) -> Vectors:
        return self._vector(text)

    def _vector(self, text: str) -> Vectors:
        need = int.from_bytes(text.rpartition("~")[2].encode(), "little")
        of_need = np.random.default_rng(need).standard_normal(DIM, np.float32)
        seed = int.from_bytes(text.encode()[-20:], "little")
        row = of_need + np.random.default_rng(seed).standard_normal(DIM, np.float32)
        return (row / np.linalg.norm(row)).astype(np.float32)


def rule(number: int) -> str:
    """Return one of 720 rules; about a half let the customer in."""
    return f'customer.tenure_months >= {number % 24} && !("p-{number % 30}" in customer.products)'


def marked(need: int) -> str:
    """Return a word that stands for a need, in letters: numbers are not compared."""
    return "~z" + "".join(chr(97 + need // 26**place % 26) for place in range(3))


def n_needs(size: int) -> int:
    """Return how many needs a catalog of a size has: 5 to 1,000."""
    return min(max(size // 100, 5), 1_000)


def as_yaml(size: int) -> str:
    """Return a made catalog."""
    needs = n_needs(size)
    lines = ["catalog: made", 'version: "1"', "currency: EUR", "vertical: bench", "reasons: []", "needs:"]
    lines += [f"  - {{id: n{need}, title: Need {need}, stated: [i need {need}]}}" for need in range(needs)]
    lines.append("offers:")
    for number in range(size):
        lines += [
            f"  - id: o{number}",
            f"    title: Offer {number}",
            f"    kind: {KINDS[number // needs % len(KINDS)]}",
            f"    needs: [n{number % needs}]",
            f"    summary: What helps with {number} {marked(number % needs)}",
            f"    eligible: '{rule(number)}'",
        ]
    return "\n".join(lines)


def without_file(size: int) -> Catalog:
    """Return the same without reading it; equal rules are compiled once."""
    needs = n_needs(size)
    rules = [compile_rule(rule(number)) for number in range(720)]
    offers = {
        f"o{number}": Offer(
            f"o{number}",
            f"Offer {number}",
            KINDS[number // needs % len(KINDS)],
            (f"n{number % needs}",),
            summary=f"What helps with {number} {marked(number % needs)}",
            eligible=rules[number % 720],
        )
        for number in range(size)
    }
    heard = {
        f"n{need}": NeedExamples(f"n{need}", f"Need {need}", ("x",), (), (), ()) for need in range(needs)
    }
    return Catalog("made", "1", "EUR", "bench", "0", {}, heard, offers)


def believed(catalog: Catalog, turn: int) -> list[Need]:
    """Return what is believed in a turn: four needs, a quote each."""
    count = len(catalog.needs)
    numbers = [(turn * BELIEVED + place) % count for place in range(BELIEVED)]
    return [
        Need(
            f"n{n}", NeedKind.STATED, 0.9, (Evidence(0, 0, 4, f"{QUOTE} {chr(97 + turn % 26)} {marked(n)}"),)
        )
        for n in numbers
    ]


def customer() -> Eligibility:
    """Return a customer who has just come."""
    return Eligibility(Facts(Channel.VOICE, "c", CUSTOMER, {}), DAY)


class EveryOffer:
    """The baseline: every rule is judged, all words are compared, the best of each need are kept."""

    def __init__(self, catalog: Catalog, embedder: Made) -> None:
        self._offers = list(catalog.offers.values())
        self._words = embedder.embed([f"{offer.title}. {offer.summary}" for offer in self._offers])
        self._embedder = embedder

    def candidates(self, needs: Iterable[Need], admits: Callable[[Offer], bool]) -> list[Offer]:
        """Return the best for each need."""
        may = np.array([admits(offer) for offer in self._offers])
        found: list[Offer] = []
        for need in needs:
            said = self._embedder.embed([evidence.text for evidence in need.evidence])
            fits = (self._words @ said.T).max(axis=1)
            meets = np.array([need.id in offer.needs for offer in self._offers])
            order = np.argsort(np.where(may & meets, -fits, np.inf))[:SHORTLIST]
            found += [self._offers[number] for number in order]
        return found


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long the work took."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1e3


def percentiles(times: Sequence[float]) -> dict[str, float]:
    """Return the middle and the 95th of a hundred."""
    return {"p50": statistics.median(times), "p95": float(np.percentile(times, 95))}


def _cold_and_warm(matcher: Matcher, embedder: Made, needs: list[Need]) -> tuple[float, float]:
    embedder.embed([evidence.text for need in needs for evidence in need.evidence])  # said once, kept
    admits = customer().admits
    match = partial(matcher.candidates, needs, admits)
    return milliseconds(match), milliseconds(match)


def measure(size: int, most_loaded: int) -> Mapping[str, Any]:
    """Measure one size."""
    row: dict[str, Any] = {"offers": size, "needs": n_needs(size)}
    if size <= most_loaded:
        text = as_yaml(size)
        row["megabytes"] = len(text) / 1e6
        began = time.process_time()
        catalog = load_catalog(text, "made.yaml")
        row["load_s"] = time.process_time() - began
        row["load_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    else:
        catalog = without_file(size)
    embedder = Made()
    began = time.process_time()
    matcher = Matcher(catalog, embedder)
    row["index_s"] = time.process_time() - began
    row["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    turns = [believed(catalog, turn) for turn in range(TURNS)]
    pairs = [_cold_and_warm(matcher, embedder, needs) for needs in turns]
    row |= {"cold_ms": percentiles([pair[0] for pair in pairs])}
    row |= {"warm_ms": percentiles([pair[1] for pair in pairs])}
    every = EveryOffer(catalog, embedder)
    slow = [
        milliseconds(partial(every.candidates, needs, customer().admits)) for needs in turns[:BASELINE_TURNS]
    ]
    row["every_offer_ms"] = percentiles(slow)
    return row


def main() -> None:
    """Measure, print the table, write the JSON."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[10, 1_000, 100_000])
    arguments.add_argument("--most-loaded", type=int, default=10_000)
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    print(f"{'offers':>9}{'load s':>8}{'index s':>9}{'peak MB':>9}", end="")
    print(f"{'cold p50':>10}{'p95':>8}{'warm p50':>10}{'p95':>8}{'every offer p50':>17}  (ms)")
    rows = [_told(measure(size, chosen.most_loaded)) for size in chosen.sizes]
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1))


def _told(row: Mapping[str, Any]) -> Mapping[str, Any]:
    load = f"{row['load_s']:.2f}" if "load_s" in row else "-"
    cold, warm, every = row["cold_ms"], row["warm_ms"], row["every_offer_ms"]
    print(f"{row['offers']:>9,}{load:>8}{row['index_s']:>9.2f}{row['peak_mb']:>9.0f}", end="")
    print(f"{cold['p50']:>10.2f}{cold['p95']:>8.2f}{warm['p50']:>10.2f}{warm['p95']:>8.2f}", end="")
    print(f"{every['p50']:>17.1f}", flush=True)
    return row


if __name__ == "__main__":
    main()
