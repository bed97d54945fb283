"""Train the needs head, and measure it on businesses it was not trained on.

``python -m bench.train_needs`` reads the authored conversations of ``$RIGHTSELL_DATA`` (ours), prints the
cross-validated figures, leaving one business out at a time, and writes ``nlu/heads/needs.npz``.
"""

# torch and scikit-learn leave parts of their own interfaces untyped; the rest of the file stays strict.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

import json
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bench.train_sentiment import read_turns
from listener.events import Speaker
from nlu.business import Business
from nlu.cues import load_language
from nlu.embedder import Embedder, load_minilm
from nlu.head_files import Arrays
from nlu.likeness import FEATURES, Likeness
from nlu.needs import NeedsHead, NeedsReader, NeedsState
from nlu.reader import Reader
from nlu.reading import Reading
from offers.catalog import load_catalog

HEAD = Path(__file__).parent.parent / "nlu" / "heads" / "needs.npz"
KINDS = ("stated", "unstated")
CONFIDENCES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation with its answers: the labelled needs."""

    business: str
    readings: Sequence[Reading]
    needs: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """Pairs of clause and need: features, whether it is that need, and whether it was stated."""

    features: NDArray[np.float32]
    needed: NDArray[np.bool_]
    stated: NDArray[np.bool_]


def lesson(business: Business, likeness: Likeness, told: Iterable[Told]) -> Lesson:
    """Return all pairs of the conversations' clauses and the business's needs."""
    rows: list[NDArray[np.float32]] = []
    kinds: list[str] = []
    for each in told:
        agent: Reading | None = None
        for reading in each.readings:
            if reading.turn.utterance.speaker is Speaker.AGENT:
                agent = reading
            elif reading.clauses:
                rows.append(likeness.features(reading, agent).reshape(-1, len(FEATURES)))
                kinds += [
                    kind_of(each, reading, at, need.id)
                    for at in range(len(reading.clauses))
                    for need in business.needs
                ]
    answers = np.array(kinds)
    return Lesson(np.concatenate(rows), answers != "", answers == "stated")


def kind_of(told: Told, reading: Reading, at: int, need: str) -> str:
    """Return the labelled kind of a need whose quote overlaps the clause, or nothing."""
    clause = reading.clauses[at]
    for label in told.needs:
        start = reading.turn.utterance.text.find(label["quote"])
        if (
            label["turn"] == reading.turn.index
            and label["id"] == need
            and clause.start < start + len(label["quote"])
            and start < clause.end
        ):
            return str(label["kind"])
    return ""


def fit(lessons: Sequence[Lesson]) -> Arrays:
    """Return the arrays of a head trained on the lessons."""
    features = np.concatenate([each.features for each in lessons])
    needed = np.concatenate([each.needed for each in lessons])
    stated = np.concatenate([each.stated for each in lessons])
    mean, scale = features.mean(0), features.std(0) + 1e-6
    scaled = (features - mean) / scale
    need = LogisticRegression(max_iter=400).fit(scaled, needed)
    kind = LogisticRegression(max_iter=400, C=0.1, class_weight="balanced").fit(
        scaled[needed], stated[needed]
    )
    return {
        "mean": mean.astype(np.float32),
        "scale": scale.astype(np.float32),
        "weight": np.stack([need.coef_[0], kind.coef_[0]]).astype(np.float32),
        "bias": np.array([need.intercept_[0], kind.intercept_[0]], np.float32),
    }


def calibrated(arrays: Arrays, chances: NDArray[np.float64], right: NDArray[np.bool_]) -> Arrays:
    """Return the head with its probability of a need made that of a conversation's best sighting of it.

    Args:
        arrays: What ``fit`` returned.
        chances: Of the best sightings, by heads that never saw the business.
        right: Whether those needs were labelled.
    """
    score = np.log(chances / (1 - chances))[:, None]
    line = LogisticRegression(C=1e3).fit(score, right)
    slope, offset = np.float32(line.coef_[0, 0]), np.float32(line.intercept_[0])
    weight, bias = arrays["weight"].copy(), arrays["bias"].copy()
    weight[0] *= slope
    bias[0] = bias[0] * slope + offset
    return arrays | {"weight": weight, "bias": bias}


def follow(reader: NeedsReader, readings: Sequence[Reading]) -> tuple[dict[str, str], NeedsState]:
    """Return the needs believed at any time, with the kind believed last, and the last state."""
    state, ever = reader.begin(), dict[str, str]()
    for reading in readings:
        state = reader.read(state, reading)
        ever |= {need.id: str(need.kind) for need in state.belief}
    return ever, state


def counts(found: dict[str, str], labels: Sequence[dict[str, Any]], kind: str | None) -> NDArray[np.int64]:
    """Return hits, false alarms and misses, of one kind or of all."""
    got = {name for name, each in found.items() if kind in (None, each)}
    want = {label["id"] for label in labels if kind in (None, label["kind"])}
    return np.array([len(got & want), len(got - want), len(want - got)])


class Trial:
    """Every business judged by a head that never saw it.

    Args:
        businesses: By name.
        told: Their conversations.
    """

    def __init__(self, businesses: dict[str, Business], told: Sequence[Told], embedder: Embedder) -> None:
        self._businesses, self._told, self._embedder = businesses, told, embedder
        self.lessons = {
            name: lesson(business, Likeness(business, embedder), self._of(name))
            for name, business in businesses.items()
        }
        self.chances: list[float] = []
        self.right: list[bool] = []

    def _of(self, name: str) -> list[Told]:
        return [each for each in self._told if each.business == name]

    def run(self, finish: Callable[[Arrays], Arrays]) -> dict[str | None, NDArray[np.int64]]:
        """Return the counts of each kind; ``finish`` gets each fold's head before it is used."""
        totals: dict[str | None, NDArray[np.int64]] = {kind: np.zeros(3, np.int64) for kind in (None, *KINDS)}
        self.chances, self.right = [], []
        for name, business in self._businesses.items():
            arrays = finish(fit([each for other, each in self.lessons.items() if other != name]))
            reader = NeedsReader(business, self._embedder, NeedsHead("", arrays))
            for each in self._of(name):
                found, state = follow(reader, each.readings)
                totals = {kind: total + counts(found, each.needs, kind) for kind, total in totals.items()}
                wanted = {label["id"] for label in each.needs}
                self.chances += [need.confidence for need in state.seen.values()]
                self.right += [name in wanted for name in state.seen]
        return totals


def report(businesses: dict[str, Business], told: Sequence[Told], embedder: Embedder) -> None:
    """Print the figures and write the head trained on everything."""
    trial = Trial(businesses, told, embedder)
    trial.run(lambda arrays: arrays)
    chances, right = np.array(trial.chances), np.array(trial.right)
    for kind, (hits, alarms, misses) in trial.run(lambda arrays: calibrated(arrays, chances, right)).items():
        precision, recall = hits / max(hits + alarms, 1), hits / max(hits + misses, 1)
        f1 = 2 * hits / max(2 * hits + alarms + misses, 1)
        name = kind or "any kind"
        print(f"{name:9} f1 {f1:.3f} precision {precision:.3f} recall {recall:.3f} n {hits + misses}")
    bins = np.digitize(trial.chances, CONFIDENCES)
    for edge, low in enumerate(CONFIDENCES, 1):
        share = np.array(trial.right)[bins == edge]
        print(f"confidence from {low:.1f}: {len(share)} needs, {share.mean() if len(share) else 0:.2f} right")
    head = calibrated(fit(list(trial.lessons.values())), chances, right)
    # numpy's stub takes the arrays for its flag allow_pickle.
    np.savez_compressed(HEAD, **head)  # pyright: ignore[reportArgumentType]  # stub
    print("sha256", sha256(HEAD.read_bytes()).hexdigest())


def main() -> None:
    """Read, measure, train on everything, write."""
    warnings.filterwarnings("ignore")
    embedder = load_minilm()
    reader = Reader(embedder, load_language())
    businesses: dict[str, Business] = {}
    told: list[Told] = []
    for folder in sorted((Path(os.environ["RIGHTSELL_DATA"]) / "dev" / "authored").iterdir()):
        if folder.is_dir():
            catalog = folder / "catalog.yaml"
            businesses[folder.name] = load_catalog(catalog.read_text("utf-8"), str(catalog)).business
            for line in (folder / "conversations.jsonl").read_text("utf-8").splitlines():
                found = json.loads(line)
                readings = read_turns(reader, found["turns"])
                told.append(Told(folder.name, readings, found["labels"]["needs"]))
    report(businesses, told, embedder)


if __name__ == "__main__":
    main()
