"""Labelled conversations, each set with a catalog to understand them by.

The businesses among them bring their own catalogs. For the public sets one is made of one half of the
conversations; the other half is measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.answers import ANSWERS, Answers, authored_answers
from bench.made_catalogs import make_catalog
from bench.records import DataMissingError, Record, data_folder, is_measured, read_records
from listener.events import Channel, Speaker, Utterance

PUBLIC = {
    "star": "star",
    "sgd": "sgd",
    "hvb": "hvb_voice_transcripts",
    "natcs": "natcs_utterances",
    "multidogo": "multidogo_customer_side",
}
"""Set to the name of its file."""


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation without its labels, and the labels."""

    id: str
    channel: Channel
    customer: Mapping[str, object]
    context: Mapping[str, object]
    turns: tuple[Utterance, ...]
    answers: Answers


@dataclass(frozen=True, slots=True)
class Corpus:
    """Conversations of one business, and its catalog as YAML text."""

    set: str
    name: str
    catalog: str
    cases: tuple[Case, ...]


def load(name: str) -> list[Corpus]:
    """Read a set: one of ``PUBLIC``, or ``authored``, which holds a corpus for each business."""
    if name == "authored":
        folders = sorted(path.parent for path in data_folder().glob("authored/*/catalog.yaml"))
        return [_authored(folder) for folder in folders]
    return [_public(name)]


def _authored(folder: Path) -> Corpus:
    records = read_records(folder / "conversations.jsonl")
    catalog = (folder / "catalog.yaml").read_text(encoding="utf-8")
    kinds = {offer["id"]: offer["kind"] for offer in yaml.safe_load(catalog)["offers"]}
    cases = tuple(read_case(record, authored_answers(record["labels"], kinds)) for record in records)
    return Corpus("authored", folder.name, catalog, cases)


def _public(name: str) -> Corpus:
    path = data_folder() / f"{PUBLIC[name]}.dev.jsonl.gz"
    if not path.is_file():
        raise DataMissingError(f"no data: {path.name} is not in $RIGHTSELL_DATA/dev")
    records = read_records(path)
    measured = [record for record in records if is_measured(record)]
    source = [record for record in records if not is_measured(record)]
    catalog, ids = make_catalog(name, source)
    cases = tuple(read_case(record, ANSWERS[name](record, ids)) for record in measured)
    return Corpus(name, name, catalog, cases)


def read_case(record: Record, answers: Answers) -> Case:
    """Read one conversation; without times its turns come a second apart."""
    turns = tuple(
        Utterance(
            Speaker(turn["speaker"]),
            turn["text"],
            float(turn.get("start_s", number)),
            float(turn.get("end_s", turn.get("start_s", number))),
        )
        for number, turn in enumerate(record["turns"])
    )
    customer = record.get("customer") or {"id": record["id"], "consent": {"offers": True}}
    channel = Channel(record.get("channel") or "chat")
    return Case(record["id"], channel, customer, record.get("context") or {}, turns, answers)
