"""Conversations as lessons in mood: what the sentiment head is shown, and what it should make of it."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import yaml
from numpy.typing import NDArray

from bench.records import composed_files, read_records
from listener.events import Speaker, Turn, Utterance
from nlu.embedder import TonedEmbedder
from nlu.feelings import word_rows
from nlu.reader import Reader, speakable
from nlu.reading import Reading
from nlu.redaction import mask
from nlu.sentiment import turn_features, words_heard

MOODS = Path(__file__).parent / "moods.yaml"
STAR_MOODS = Path(__file__).parent / "star_moods.txt"
"""Our labels of STAR's customer turns: conversation, and a mark of ``MARKS`` for each turn in order."""
MARKS = {"-": -1, "0": 0, "+": 1}
UNLABELLED, CALM = 9, 8
CALM_SOURCES = (("multidogo_customer_side", 6), ("tm4", 3), ("natcs_utterances", 4))
"""Files of everyday requests, of which every n-th conversation teaches that such talk is not unhappy."""
OWN_WEIGHT, SENTENCE_WEIGHT, STAR_WEIGHT, CALM_WEIGHT = 1.5, 0.75, 0.7, 0.1


@dataclass(frozen=True, slots=True)
class Felt:
    """A conversation as the trainer sees it: one row, label and reading a customer turn.

    Attributes:
        business: What is left out together.
        features: What ``turn_features`` gave, one row a turn.
        tones: What ``words_heard`` gave, one pair a turn.
        words: What ``word_rows`` gave, one pair a turn.
        labels: -1, 0 or 1; ``UNLABELLED`` where nobody said, ``CALM`` where only "not unhappy" is assumed.
        weight: How much its labels count.
        annoyed: What the other person said of the customer; None where nobody said.
        turns: The turns' numbers in the conversation.
        readings: The whole conversation, both speakers.
        answers: The conversation's labels.
    """

    business: str
    features: NDArray[np.float32]
    tones: list[tuple[NDArray[np.float32], NDArray[np.float32]]]
    words: list[tuple[NDArray[np.int64], NDArray[np.float32]]]
    labels: NDArray[np.int64]
    weight: float
    annoyed: bool | None
    turns: list[int]
    readings: Sequence[Reading]
    answers: dict[str, Any]


def judged(folder: Path, embedder: TonedEmbedder) -> Iterator[Felt]:
    """Yield the conversations that are left out in turn: the authored ones, then STAR's."""
    for path in sorted(folder.glob("dev/authored/*/conversations.jsonl")):
        for record in read_records(path):
            yield feel(path.parent.name, record["labels"], hear(embedder, record["turns"]))
    lines = (line.split() for line in STAR_MOODS.read_text("utf-8").splitlines())
    marks = {name: [MARKS[mark] for mark in given] for name, given in lines}
    for record in unpack(folder / "dev" / "star.dev.jsonl.gz"):
        readings = hear(embedder, record["turns"])
        given = marks.get(record["id"])
        yield feel(f"star {record['domain']}", record["labels"], readings, STAR_WEIGHT, given)


def taught(folder: Path, embedder: TonedEmbedder) -> Iterator[Felt]:
    """Yield the conversations that always teach and are never judged."""
    for path in composed_files():
        for record in read_records(path):
            yield feel(path.parent.name, record["labels"], hear(embedder, record["turns"]))
    yield from own(embedder)
    for name, step in CALM_SOURCES:
        for record in unpack(folder / "dev" / f"{name}.dev.jsonl.gz")[::step]:
            yield feel("calm", {"every": CALM}, hear(embedder, record["turns"]), CALM_WEIGHT)


def unpack(path: Path) -> list[dict[str, Any]]:
    """Return the conversations of a packed file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def hear(embedder: TonedEmbedder, turns: Sequence[dict[str, Any]]) -> list[Reading]:
    """Return the turns of a conversation file as the sentiment reader sees them: it needs no clauses."""
    return [_heard(embedder, turn) for turn in _turns(turns)]


def _heard(embedder: TonedEmbedder, turn: Turn) -> Reading:
    text = mask(turn.utterance.text)
    return Reading(turn, text, embedder.embed([speakable(text)])[0], (), embedder.tone(speakable(text)))


def read_turns(reader: Reader, turns: Sequence[dict[str, Any]]) -> list[Reading]:
    """Return the turns of a conversation file as the readers of ``nlu`` see them."""
    return [reader.read(turn) for turn in _turns(turns)]


def _turns(turns: Sequence[dict[str, Any]]) -> list[Turn]:
    spoken = [Utterance(Speaker(turn["speaker"]), turn["text"], 0.0, 0.0) for turn in turns]
    return [Turn(index, each) for index, each in enumerate(spoken)]


def feel(
    business: str,
    labels: dict[str, Any],
    readings: Sequence[Reading],
    weight: float = 1.0,
    marks: Sequence[int] | None = None,
) -> Felt:
    """Return the conversation's features and answers; ``marks`` are its customer turns' labels, if known."""
    agent: Reading | None = None
    said = labels.get("sentiment")
    given = cast("dict[str, int]", said) if isinstance(said, dict) else {}
    seen: list[tuple[int, Reading, Reading | None]] = []
    for index, reading in enumerate(readings):
        if reading.turn.utterance.speaker is Speaker.AGENT:
            agent = reading
        elif reading.text.strip():
            seen.append((index, reading, agent))
    answers = marks or [given.get(str(index), labels.get("every", UNLABELLED)) for index, _, _ in seen]
    return Felt(
        business,
        np.array([turn_features(reading, before) for _, reading, before in seen], np.float32),
        [words_heard(reading, before) for _, reading, before in seen],
        [word_rows(reading.text, before.text if before else "") for _, reading, before in seen],
        np.array(answers, np.int64),
        weight,
        said.startswith("annoyed") if isinstance(said, str) else None,
        [index for index, _, _ in seen],
        readings,
        labels,
    )


def own(embedder: TonedEmbedder) -> Iterator[Felt]:
    """Yield what we wrote: sentences, each after each of the agent's lines, and short conversations."""
    lists: dict[str, list[str]] = yaml.safe_load(MOODS.read_text("utf-8"))
    for mark, name in (("-", "unhappy"), ("0", "neutral"), ("+", "happy")):
        for sentence in lists[name]:
            for line in lists["agent"]:
                yield _exchange(embedder, [f"A {line}", f"{mark} {sentence}"], SENTENCE_WEIGHT)
    for conversation in lists["conversations"]:
        yield _exchange(embedder, conversation.splitlines(), OWN_WEIGHT)


def _exchange(embedder: TonedEmbedder, lines: Sequence[str], weight: float) -> Felt:
    """Return a conversation of lines that begin with ``A`` for the agent or the customer's mark."""
    turns = [{"speaker": "agent" if line[0] == "A" else "customer", "text": line[2:]} for line in lines]
    labels = {str(index): MARKS[line[0]] for index, line in enumerate(lines) if line[0] != "A"}
    return feel("own", {"sentiment": labels}, hear(embedder, turns), weight)
