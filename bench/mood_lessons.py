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

from listener.events import Speaker, Turn, Utterance
from nlu.feelings import word_rows
from nlu.reader import Reader
from nlu.reading import Reading
from nlu.sentiment import turn_features

MOODS = Path(__file__).parent / "moods.yaml"
UNLABELLED, CALM = 9, 8
CALM_SOURCES = (("multidogo_customer_side", 6), ("tm4", 3), ("natcs_utterances", 4))
"""Files of everyday requests, of which every n-th conversation teaches that such talk is not unhappy."""
OWN_WEIGHT, CALM_WEIGHT = 0.5, 0.1


@dataclass(frozen=True, slots=True)
class Felt:
    """A conversation as the trainer sees it: one row, label and reading a customer turn.

    Attributes:
        business: What is left out together.
        features: What ``turn_features`` gave, one row a turn.
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
    words: list[tuple[NDArray[np.int64], NDArray[np.float32]]]
    labels: NDArray[np.int64]
    weight: float
    annoyed: bool | None
    turns: list[int]
    readings: Sequence[Reading]
    answers: dict[str, Any]


def conversations(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield business and conversation: the authored ones, then STAR's."""
    for path in sorted(folder.glob("dev/authored/*/conversations.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield path.parent.name, json.loads(line)
    for found in unpack(folder / "dev" / "star.dev.jsonl.gz"):
        yield f"star {found['domain']}", found


def unpack(path: Path) -> list[dict[str, Any]]:
    """Return the conversations of a packed file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_turns(reader: Reader, turns: Sequence[dict[str, Any]]) -> list[Reading]:
    """Return the turns of a conversation file as the readers of ``nlu`` see them."""
    spoken = [Utterance(Speaker(turn["speaker"]), turn["text"], 0.0, 0.0) for turn in turns]
    return [reader.read(Turn(index, each)) for index, each in enumerate(spoken)]


def feel(business: str, labels: dict[str, Any], readings: Sequence[Reading], weight: float = 1.0) -> Felt:
    """Return the conversation's features and answers."""
    agent: Reading | None = None
    said = labels.get("sentiment")
    given = cast("dict[str, int]", said) if isinstance(said, dict) else {}
    seen: list[tuple[int, Reading, Reading | None]] = []
    for index, reading in enumerate(readings):
        if reading.turn.utterance.speaker is Speaker.AGENT:
            agent = reading
        elif reading.text.strip():
            seen.append((index, reading, agent))
    answers = [given.get(str(index), labels.get("every", UNLABELLED)) for index, _, _ in seen]
    return Felt(
        business,
        np.array([turn_features(reading, before) for _, reading, before in seen], np.float32),
        [word_rows(reading.text, before.text if before else "") for _, reading, before in seen],
        np.array(answers, np.int64),
        weight,
        said.startswith("annoyed") if isinstance(said, str) else None,
        [index for index, _, _ in seen],
        readings,
        labels,
    )


def moods(reader: Reader) -> list[Felt]:
    """Return our own sentences, each after each of the agent's lines, as conversations of one exchange."""
    lists: dict[str, list[str]] = yaml.safe_load(MOODS.read_text("utf-8"))
    return [
        feel("own", {"sentiment": {"1": label}}, read_turns(reader, _exchange(line, sentence)), OWN_WEIGHT)
        for label, name in ((-1, "unhappy"), (0, "neutral"), (1, "happy"))
        for sentence in lists[name]
        for line in lists["agent"]
    ]


def _exchange(agent: str, customer: str) -> list[dict[str, Any]]:
    return [{"speaker": "agent", "text": agent}, {"speaker": "customer", "text": customer}]


def calm_talk(reader: Reader, folder: Path) -> list[Felt]:
    """Return everyday requests of which nobody said how the customer felt."""
    return [
        feel("calm", {"every": CALM}, read_turns(reader, each["turns"]), CALM_WEIGHT)
        for name, step in CALM_SOURCES
        for each in unpack(folder / "dev" / f"{name}.dev.jsonl.gz")[::step]
    ]
