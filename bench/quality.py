"""How well conversations are understood and the moment is judged: ``python -m bench.quality --help``.

Runs the core itself (understanding, gate, matching) over the labelled conversations of ``$RIGHTSELL_DATA``,
beside a keyword baseline and, for reason and needs, TF-IDF with logistic regression. Prints each row with
its 95 % interval; beside each capture row the share of conversations with an offer at hand at all.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench.corpora import PUBLIC, Case, load
from bench.keyword import KeywordBaseline
from bench.measures import Figure, Trace, measure
from bench.records import DataMissingError, data_folder
from bench.systems import Ours, System
from bench.tfidf import TfidfBaseline
from nlu.pipeline import Models, load_models
from offers.catalog import load_catalog

_SETS = ("authored", *PUBLIC)


def measure_set(name: str, models: Models, limit: int | None) -> dict[str, list[Figure]]:
    """Measure all systems on a set; with ``limit`` on so many conversations of each of its businesses."""
    cases: list[Case] = []
    traces: dict[str, list[Trace]] = {"ours": [], "keyword": [], "tf-idf": []}
    for corpus in load(name):
        sample = corpus.cases[:limit]
        business = load_catalog(corpus.catalog, corpus.name).business
        systems: dict[str, System] = {
            "ours": Ours(corpus, models),
            "keyword": KeywordBaseline(business),
            "tf-idf": TfidfBaseline(business),
        }
        cases += sample
        for system, runner in systems.items():
            traces[system] += [runner.run(case) for case in sample]
    return {system: measure(cases, followed) for system, followed in traces.items()}


def _print(name: str, figures: dict[str, list[Figure]]) -> None:
    rows = {system: {figure.row: figure for figure in found} for system, found in figures.items()}
    print(f"\n{name:24} {'ours':>6} {'95 % interval':>16} {'n':>6} {'keyword':>8} {'tf-idf':>8}")
    ready = rows["ours"].pop("candidate_ready", None)
    for row, figure in rows["ours"].items():
        interval = f"{figure.low:.3f}–{figure.high:.3f}"
        floors = _floor(rows["keyword"].get(row)) + _floor(
            rows["tf-idf"].get(row) if _is_of_words(row) else None
        )
        at_hand = f"  offer at hand in {ready.value:.3f}" if ready and row.startswith("capture") else ""
        print(f"{row:24} {figure.value:6.3f} {interval:>16} {figure.n:6}{floors}{at_hand}")


def _floor(figure: Figure | None) -> str:
    return f" {figure.value:8.3f}" if figure else f" {'':8}"


def _is_of_words(row: str) -> bool:
    """Tell the rows of which TF-IDF has a say."""
    return row.startswith(("reason", "needs"))


def main() -> int:
    """Measure what was asked for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=_SETS, default=list(_SETS))
    parser.add_argument("--n", type=int, help="only so many conversations of each business or set")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    chosen = parser.parse_args()
    try:
        data_folder()
    except DataMissingError as missing:
        print(f"nothing measured, {missing}", file=sys.stderr)
        return 1
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
