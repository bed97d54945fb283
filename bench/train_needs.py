"""Train the needs head, and measure it on businesses it was not trained on.

``python -m bench.train_needs`` reads the authored conversations of ``$RIGHTSELL_DATA`` and those composed in
this repository (all ours), prints the cross-validated figures, leaving two of the twelve authored businesses
out at a time, and writes ``nlu/heads/needs.npz``. Some ten minutes of one core.
"""

# torch and scikit-learn leave parts of their own interfaces untyped; the rest of the file stays strict.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

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
from bench.records import composed_files, data_folder, read_records
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
    tells = np.concatenate([(each.kinds != "").any(axis=1) for each in lessons])
    asks = np.concatenate([(each.kinds == "stated").any(axis=1) for each in lessons])
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


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What the judge learns from: features of each clause and need of a business, and the labelled kinds."""

    features: NDArray[np.float32]
    kinds: NDArray[np.str_]


def rows_of(lessons: Sequence[Lesson], hints: Arrays) -> Rows:
    """Return a business's lessons as rows; the hints should be by others than its own conversations."""
    head = NeedsHead("", hints)
    judged = [features(each.likeness, each.manner, head.hints(each.reading, each.agent)) for each in lessons]
    answers = [each.kinds.ravel() for each in lessons]
    return Rows(np.concatenate([each.reshape(-1, each.shape[2]) for each in judged]), np.concatenate(answers))


def fit_judge(all_rows: Sequence[Rows]) -> Arrays:
    """Return the arrays that judge features."""
    rows = np.concatenate([each.features for each in all_rows])
    kinds = np.concatenate([each.kinds for each in all_rows])
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
    net = MLPClassifier((24,), alpha=1.0, max_iter=16, learning_rate_init=2e-3, random_state=seed)
    net.batch_size = 512
    return net.fit(scaled[kept], needed[kept])


def calibrated(arrays: Arrays, chances: NDArray[np.float64], right: NDArray[np.bool_]) -> Arrays:
    """Return the head with its probability of a need made that of a conversation's best sighting of it.

    Args:
        arrays: Of a head.
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
    """Every business that is judged, by a head that never saw it.

    The hints that a head learns to weigh are by others than the business they are of, as it will meet them.

    Args:
        businesses: By name.
        told: Their conversations.
        judged: Names of those that are judged; the others teach every head.
    """

    def __init__(
        self, businesses: dict[str, Business], told: Sequence[Told], judged: Sequence[str], embedder: Embedder
    ) -> None:
        self._businesses, self._told, self._embedder = businesses, told, embedder
        self.school = School(
            {
                name: lessons_of(business, Likeness(business, embedder), self._of(name))
                for name, business in businesses.items()
            },
            {name: examples(business, embedder) for name, business in businesses.items()},
        )
        others = [name for name in businesses if name not in judged]
        rows = dict[str, Rows]()
        hints: list[Arrays] = []
        groups = [[*judged[fold::FOLDS], *others[fold::FOLDS]] for fold in range(FOLDS)]
        for group in groups:
            hints.append(fit_hints(self.school.only(name for name in businesses if name not in group)))
            rows |= {name: rows_of(self.school.lessons[name], hints[-1]) for name in group}
        self._heads = dict[str, Arrays]()
        for group, known in zip(groups, hints, strict=True):
            judge = fit_judge([rows[name] for name in businesses if name not in group])
            self._heads |= {name: known | judge for name in group if name in judged}
        self._rows = rows
        self.chances: list[float] = []
        self.right: list[bool] = []

    def _of(self, name: str) -> list[Told]:
        return [each for each in self._told if each.business == name]

    def head(self) -> Arrays:
        """Return the arrays of a head trained on everything."""
        return fit_hints(self.school) | fit_judge(list(self._rows.values()))

    def run(self, finish: Callable[[Arrays], Arrays]) -> dict[str | None, NDArray[np.int64]]:
        """Return the counts of each kind; ``finish`` gets each fold's head before it is used."""
        totals: dict[str | None, NDArray[np.int64]] = {kind: np.zeros(3, np.int64) for kind in (None, *KINDS)}
        self.chances, self.right = [], []
        for name, arrays in self._heads.items():
            reader = NeedsReader(self._businesses[name], self._embedder, NeedsHead("", finish(arrays)))
            for each in self._of(name):
                found, state = follow(reader, each.readings)
                totals = {kind: total + counts(found, each.needs, kind) for kind, total in totals.items()}
                wanted = {label["id"] for label in each.needs}
                self.chances += [need.confidence for need in state.seen.values()]
                self.right += [name in wanted for name in state.seen]
        return totals


def report(
    businesses: dict[str, Business], told: Sequence[Told], judged: Sequence[str], embedder: Embedder
) -> None:
    """Print the figures and write the head trained on everything."""
    trial = Trial(businesses, told, judged, embedder)
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
    head = calibrated(trial.head(), chances, right)
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
    authored = sorted((data_folder() / "authored").glob("*/conversations.jsonl"))
    for path in (*authored, *composed_files()):
        name, catalog = path.parent.name, path.parent / "catalog.yaml"
        businesses[name] = load_catalog(catalog.read_text("utf-8"), str(catalog)).business
        for found in read_records(path):
            told.append(Told(name, read_turns(reader, found["turns"]), found["labels"]["needs"]))
    report(businesses, told, [path.parent.name for path in authored], embedder)


if __name__ == "__main__":
    main()
