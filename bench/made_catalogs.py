"""Catalogs for sets that bring none: their labels as call reasons, and offers for any content customer."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from hashlib import sha256

import yaml

from bench.records import Record, slug

EXAMPLES_PER_REASON = 10
_WORDS = range(3, 31)
"""Lengths of an utterance that can be an example: shorter ones say nothing, longer ones too much."""

_OFFERS = [
    {
        "id": "any-sale",
        "title": "Something more",
        "kind": "cross_sell",
        "price": {"amount": 2.0, "per": "month"},
    },
    {"id": "any-service", "title": "Free tips", "kind": "service"},
]
"""Without needs: they fit any customer, so that the sets measure the moment and nothing else."""


def make_catalog(name: str, records: list[Record]) -> tuple[str, frozenset[str]]:
    """Return a catalog as YAML text, and the ids of its reasons.

    Args:
        name: The set.
        records: Conversations that give the examples; they must not be measured.
    """
    said: dict[str, set[str]] = defaultdict(set)
    for record in records:
        for reason, text in _SAYINGS[name](record):
            if len(text.split()) in _WORDS:
                said[slug(reason)].add(" ".join(text.split()))
    reasons = [
        {"id": reason, "title": reason.replace("_", " "), "examples": _by_lot(texts)}
        for reason, texts in sorted(said.items())
        if len(texts) >= 3
    ]
    offers = [{**offer, "value": 1.0, "summary": "To measure timing."} for offer in _OFFERS]
    catalog = {
        "catalog": f"bench-{name}",
        "version": "2026-11-01",
        "currency": "USD",
        "vertical": "bench",
        "reasons": reasons,
        "needs": [],
        "offers": offers,
    }
    return yaml.safe_dump(catalog, allow_unicode=True), frozenset(str(each["id"]) for each in reasons)


def _by_lot(texts: set[str]) -> list[str]:
    """Draw without chance: the order of the texts' hashes is as good as any."""
    return sorted(texts, key=lambda text: sha256(text.encode()).digest())[:EXAMPLES_PER_REASON]


def _first_words(record: Record) -> Iterator[tuple[str, str]]:
    """Take what opens a conversation that has one reason."""
    texts = [turn["text"] for turn in record["turns"][:6] if turn["speaker"] == "customer"]
    longest = max(texts, key=len, default="")
    if len(record["labels"]["reason"]) == 1:
        yield record["labels"]["reason"][0], longest


def _stated_intents(record: Record) -> Iterator[tuple[str, str]]:
    for turn in record["turns"]:
        for act in turn["labels"]["acts"]:
            if act["act"] == "INFORM_INTENT":
                yield act["values"][0], turn["text"]


def _marked_turns(record: Record) -> Iterator[tuple[str, str]]:
    for turn in record["turns"]:
        for intent in set(turn["labels"]["intents"]) & set(record["labels"]["reason"]):
            yield intent, turn["text"]


_SAYINGS: dict[str, Callable[[Record], Iterator[tuple[str, str]]]] = {
    "star": _first_words,
    "sgd": _stated_intents,
    "hvb": _first_words,
    "natcs": _first_words,
    "multidogo": _marked_turns,
}
