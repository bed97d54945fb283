"""Train the needs head, and measure it on businesses it was not trained on.

``python -m bench.train_needs`` reads the authored conversations of ``$RIGHTSELL_DATA`` (ours), prints the
cross-validated figures, leaving two of twelve businesses out at a time, and writes ``nlu/heads/needs.npz``.
Some ten minutes of one core.
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
from sklearn.neural_network import MLPClassifier

from bench.mood_lessons import read_turns
from bench.needs_lessons import Lesson, Told, examples, lessons_of
from nlu.business import Business
from nlu.cues import load_language
from nlu.embedder import Embedder, load_minilm
from nlu.head_files import Arrays
from nlu.likeness import Likeness
from nlu.needs import NeedsHead, NeedsReader, NeedsState, features
from nlu.reader import Reader
from nlu.reading import Reading
from offers.catalog import load_catalog

HEAD = Path(__file__).parent.parent / "nlu" / "heads" / "needs.npz"
KINDS = ("stated", "unstated")
HINT_FOLDS = 5
NETS = 5
FOLDS = 6
THINNING = 3
CONFIDENCES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class School:
    """The lessons of some businesses, and their catalogs' examples with whether they ask outright."""

    lessons: dict[str, list[Lesson]]
    examples: dict[str, tuple[NDArray[np.float32], NDArray[np.bool_]]]

    def only(self, names: Iterable[str]) -> "School":
        """Return the school of these businesses alone."""
        kept = list(names)
        return School(
            {name: self.lessons[name] for name in kept},
            {name: self.examples[name] for name in kept},
        )


def fit_hints(school: School) -> Arrays:
    """Return the arrays of the hints."""
    lessons = [each for some in school.lessons.values() for each in some]
    vectors = np.concatenate([each.hinting for each in lessons])
    kinds = np.concatenate([each.kinds for each in lessons])
    tells, asks = (kinds != "").any(axis=1), (kinds == "stated").any(axis=1)
    telling = LogisticRegression(C=0.3, max_iter=60).fit(vectors, tells)
    examples = list(school.examples.values())
    dim = examples[0][0].shape[1]
    # A labelled clause counts twice: it is real speech.
    said = [examples[at][0] for at in range(len(examples))] + [vectors[tells, :dim]] * 2
    asked = [examples[at][1] for at in range(len(examples))] + [asks[tells]] * 2
    asking = LogisticRegression(max_iter=100, class_weight="balanced").fit(
        np.concatenate(said), np.concatenate(asked)
    )
    lines = {"telling": telling, "asking": asking}
    return {
        name: np.append(model.coef_[0], model.intercept_).astype(np.float32) for name, model in lines.items()
    }


def fit(school: School) -> Arrays:
    """Return the arrays of a head trained on the businesses.

    The judge learns from hints by others than the business's own conversations, as it will meet them.
    """
    names = list(school.lessons)
    rows: list[NDArray[np.float32]] = []
    answers: list[NDArray[np.str_]] = []
    for fold in range(HINT_FOLDS):
        out = names[fold::HINT_FOLDS]
        head = NeedsHead("", fit_hints(school.only(name for name in names if name not in out)))
        for each in (each for name in out for each in school.lessons[name]):
            judged = features(each.likeness, each.manner, head.hints(each.reading, each.agent))
            rows.append(judged.reshape(-1, judged.shape[2]))
            answers.append(each.kinds.ravel())
    return fit_hints(school) | fit_judge(np.concatenate(rows), np.concatenate(answers))


def fit_judge(rows: NDArray[np.float32], kinds: NDArray[np.str_]) -> Arrays:
    """Return the arrays that judge features."""
    needed = kinds != ""
    mean, scale = rows.mean(0), rows.std(0) + 1e-5
    scaled = ((rows - mean) / scale).clip(-5, 5)
    kind = LogisticRegression(max_iter=400, C=0.1, class_weight="balanced").fit(
        scaled[needed], kinds[needed] == "stated"
    )
    nets = [fit_net(scaled, needed, seed) for seed in range(NETS)]
    arrays = {
        "mean": mean,
        "scale": scale,
        # Networks side by side, their scores averaged, are one network.
        "hidden": np.concatenate([net.coefs_[0] for net in nets], axis=1),
        "hidden_bias": np.concatenate([net.intercepts_[0] for net in nets]),
        "output": np.concatenate([net.coefs_[1][:, 0] for net in nets]) / NETS,
        "output_bias": np.mean([net.intercepts_[1][0] for net in nets]) - np.log(THINNING),
        "kind": kind.coef_[0],
        "kind_bias": np.ravel(kind.intercept_)[0],
    }
    return {name: np.asarray(array, np.float32) for name, array in arrays.items()}


def fit_net(scaled: NDArray[np.float32], needed: NDArray[np.bool_], seed: int) -> MLPClassifier:
    """Return a small network trained on all needs and one in ``THINNING`` of the pairs that are none."""
    kept = needed | (np.random.default_rng(seed).random(len(needed)) < 1 / THINNING)
    net = MLPClassifier((24,), alpha=3.0, max_iter=16, learning_rate_init=2e-3, random_state=seed)
    net.batch_size = 512
    return net.fit(scaled[kept], needed[kept])


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
    scaled = {"output": arrays["output"] * slope, "output_bias": arrays["output_bias"] * slope + offset}
    return arrays | {name: np.asarray(array, np.float32) for name, array in scaled.items()}


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
        names = list(businesses)
        self.school = School(
            {
                name: lessons_of(business, Likeness(business, embedder), self._of(name))
                for name, business in businesses.items()
            },
            {name: examples(business, embedder) for name, business in businesses.items()},
        )
        self._heads = dict[str, Arrays]()
        for fold in range(FOLDS):
            out = names[fold::FOLDS]
            head = fit(self.school.only(name for name in names if name not in out))
            self._heads |= {name: head for name in out}
        self.chances: list[float] = []
        self.right: list[bool] = []

    def _of(self, name: str) -> list[Told]:
        return [each for each in self._told if each.business == name]

    def run(self, finish: Callable[[Arrays], Arrays]) -> dict[str | None, NDArray[np.int64]]:
        """Return the counts of each kind; ``finish`` gets each fold's head before it is used."""
        totals: dict[str | None, NDArray[np.int64]] = {kind: np.zeros(3, np.int64) for kind in (None, *KINDS)}
        self.chances, self.right = [], []
        for name, business in self._businesses.items():
            reader = NeedsReader(business, self._embedder, NeedsHead("", finish(self._heads[name])))
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
    head = calibrated(fit(trial.school), chances, right)
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
