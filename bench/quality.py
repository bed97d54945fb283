"""How well conversations are understood and the moment is judged: ``python -m bench.quality --help``.

Runs the core itself (understanding, gate, matching) over the labelled conversations of ``$RIGHTSELL_DATA``,
beside a keyword baseline, and prints each row with its 95 % interval.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Protocol

from bench.corpora import PUBLIC, Case, Corpus, load
from bench.keyword import KeywordBaseline
from bench.measures import Figure, Trace, measure
from bench.records import DataMissingError
from nlu.pipeline import Models, Understander, load_models
from nlu.understanding import Understanding
from offers.catalog import load_catalog
from offers.conversation import Conversation, Desk, Opening
from offers.decisions import Decision, Suggestion
from offers.eligibility import Eligibility, Facts
from offers.matching import Matcher
from offers.policy import Policy

_SETS = ("authored", *PUBLIC)


class System(Protocol):
    """Whatever can follow a conversation."""

    def run(self, case: Case) -> Trace:
        """Follow one conversation to its end."""
        ...


class Ours:
    """The product's own core on one business's catalog."""

    def __init__(self, corpus: Corpus, models: Models) -> None:
        catalog = load_catalog(corpus.catalog, corpus.name)
        understander = Understander(models, catalog.business)
        self._desk = Desk(catalog, Policy(), understander, Matcher(catalog, models.embedder))

    def run(self, case: Case) -> Trace:
        """Follow one conversation, from its opening to its last turn."""
        conversation = Conversation(self._opening(case), self._desk)
        conversation.begin()
        seen: list[Understanding] = []
        sales: list[int] = []
        ready: set[int] = set()
        for number, turn in enumerate(case.turns):
            decisions = conversation.receive(turn)
            seen.append(_believed(decisions, seen[-1] if seen else Understanding()))
            sales += [number] * _has_sale(decisions)
            if _is_wanted(case, number) and self._has_candidate(case, seen[-1]):
                ready.add(number)
        return Trace(tuple(seen), tuple(sales), frozenset(ready))

    def _has_candidate(self, case: Case, seen: Understanding) -> bool:
        opening = self._opening(case)
        facts = Facts(opening.channel, opening.id, opening.customer, opening.context)
        candidates = self._desk.matcher.candidates(seen.needs, Eligibility(facts, opening.day))
        return any(candidate.offer.kind.is_sale for candidate in candidates)

    def _opening(self, case: Case) -> Opening:
        day = case.context.get("date") or self._desk.catalog.version
        return Opening(case.id, case.channel, case.customer, case.context, date.fromisoformat(str(day)))


def _is_wanted(case: Case, turn: int) -> bool:
    return case.answers.capture_from is not None and turn >= case.answers.capture_from


def _believed(decisions: Sequence[Decision], before: Understanding) -> Understanding:
    found = [decision.data for decision in decisions if isinstance(decision.data, Understanding)]
    return found[-1] if found else before


def _has_sale(decisions: Sequence[Decision]) -> bool:
    return any(isinstance(each.data, Suggestion) and each.data.kind.is_sale for each in decisions)


def measure_set(name: str, models: Models, limit: int | None) -> dict[str, list[Figure]]:
    """Measure both systems on a set; with ``limit`` on so many conversations of each of its businesses."""
    cases: list[Case] = []
    traces: dict[str, list[Trace]] = {"ours": [], "keyword": []}
    for corpus in load(name):
        sample = corpus.cases[:limit]
        business = load_catalog(corpus.catalog, corpus.name).business
        systems: dict[str, System] = {"ours": Ours(corpus, models), "keyword": KeywordBaseline(business)}
        cases += sample
        for system, runner in systems.items():
            traces[system] += [runner.run(case) for case in sample]
    return {system: measure(cases, followed) for system, followed in traces.items()}


def _print(name: str, figures: dict[str, list[Figure]]) -> None:
    floor = {figure.row: figure for figure in figures["keyword"]}
    print(f"\n{name:24} {'ours':>6} {'95 % interval':>16} {'n':>6} {'keyword':>8}")
    for figure in figures["ours"]:
        interval = f"{figure.low:.3f}–{figure.high:.3f}"
        base = f"{floor[figure.row].value:.3f}" if figure.row in floor else ""
        print(f"{figure.row:24} {figure.value:6.3f} {interval:>16} {figure.n:6} {base:>8}")


def main() -> int:
    """Measure what was asked for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=_SETS, default=list(_SETS))
    parser.add_argument("--n", type=int, help="only so many conversations of each business or set")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    chosen = parser.parse_args()
    models = load_models()
    results: dict[str, dict[str, list[Figure]]] = {}
    for name in chosen.sets:
        try:
            results[name] = measure_set(name, models, chosen.n)
        except DataMissingError as missing:
            print(f"{name}: not measured, {missing}", file=sys.stderr)
            continue
        _print(name, results[name])
    if chosen.json:
        plain = {n: {s: [asdict(f) for f in fs] for s, fs in both.items()} for n, both in results.items()}
        chosen.json.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main())
