"""Judge the product on the hard conversations: ``python -m bench.hard --help``.

Prints what was expected and what was believed, and how often what went wrong. It is a measure, not a check:
it always ends well. Nothing may be trained or tuned on these conversations.
"""

import argparse
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from bench.hard.judge import FAULTS, Finding, corpora, judge, read_hard
from bench.records import Record
from bench.systems import Ours
from nlu.pipeline import load_models


def follow_all() -> dict[str, list[Finding]]:
    """Run every conversation through the core; return the findings by conversation id."""
    models = load_models()
    labels = {record["id"]: record["labels"] for record in read_hard()}
    found: dict[str, list[Finding]] = {}
    for corpus in corpora().values():
        ours = Ours(corpus, models)
        for case in corpus.cases:
            found[case.id] = judge(labels[case.id], case, ours.run(case))
    return dict(sorted(found.items()))


def print_conversation(record: Record, findings: list[Finding]) -> None:
    """Print what was expected and believed of one conversation, faults marked."""
    labels = record["labels"]
    print(f"\n{record['id']}  {record['business']}, {labels['kind']}: {labels['trap'].replace('_', ' ')}")
    for each in findings:
        mark = f"  ✗ {each.fault}" if each.fault else ""
        print(f"    {each.about:11} expected {each.expected:34} believed {each.believed}{mark}")


def print_totals(records: list[Record], found: dict[str, list[Finding]]) -> None:
    """Print in how many conversations of each kind each fault occurred."""
    kinds = Counter(record["labels"]["kind"] for record in records)
    hit = Counter(
        (record["labels"]["kind"], fault)
        for record in records
        for fault in {each.fault for each in found[record["id"]]}
    )
    print(f"\n{'conversations with a':22}" + "".join(f"{kind:>12}" for kind in kinds) + f"{'all':>8}")
    print(
        f"{'':22}" + "".join(f"{'of ' + str(n):>12}" for n in kinds.values()) + f"{f'of {len(records)}':>8}"
    )
    for fault in FAULTS:
        counts = [hit[kind, fault] for kind in kinds]
        print(f"{fault:22}" + "".join(f"{n:>12}" for n in counts) + f"{sum(counts):>8}")
    chances = sum(bool(record["labels"]["best_offers"]) for record in records)
    print(f"\nan offer was called for in {chances}; any need was to be seen in {_with_needs(records)}")


def _with_needs(records: list[Record]) -> int:
    return sum(bool(record["labels"]["needs"]) for record in records)


def main() -> None:
    """Judge all conversations, print them and the totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--totals", action="store_true", help="print the totals alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all findings there")
    chosen = parser.parse_args()
    records, found = read_hard(), follow_all()
    for record in records if not chosen.totals else []:
        print_conversation(record, found[record["id"]])
    print_totals(records, found)
    if chosen.json:
        plain = {name: [asdict(each) for each in findings] for name, findings in found.items()}
        chosen.json.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
