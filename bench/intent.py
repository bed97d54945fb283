"""How well call reasons are told from few examples: ``python -m bench.intent --help``.

Two public yardsticks under ``$RIGHTSELL_DATA/intent``: Banking77 (77 reasons of one bank) and CLINC150 (150
reasons, and 1,000 questions that belong to none). Every system is given the same texts: so many examples of
each reason, drawn by chance, and its label as title.
"""

import argparse
import csv
import gzip
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn import feature_extraction, linear_model  # pyright: ignore[reportMissingTypeStubs]

from adapters.fit.encoder_export import export
from bench.records import DataMissingError, data_folder
from nlu.business import ReasonExamples
from nlu.embedder import Embedder, load_minilm, open_minilm
from nlu.examples import ReasonModel, fit_examples
from nlu.tuning import tune

_IN_SCOPE = 0.92
"""Share of questions with a reason that have to be taken for one."""

_RESAMPLES = 1_000
_SEED = 20261122

Scores = NDArray[np.float64]
Labelled = tuple[list[str], list[str]]
System = Callable[[Sequence[ReasonExamples], Sequence[str]], Scores]
"""Reasons and texts in; how much each text speaks for each reason out, shape ``(texts, reasons)``."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A public set: texts and labels to learn from and to judge by, and texts that have no label."""

    train: Labelled
    test: Labelled
    foreign: list[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one system on one set, over ``draws`` draws."""

    set: str
    system: str
    figure: str
    value: float
    low: float
    high: float
    draws: int
    n: int


def _banking77(folder: Path) -> Yardstick:
    def read(name: str) -> Labelled:
        with gzip.open(folder / f"banking77_{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [row["text"] for row in rows], [row["category"] for row in rows]

    return Yardstick(read("train"), read("test"), [])


def _clinc150(folder: Path) -> Yardstick:
    parts: dict[str, list[tuple[str, str]]] = json.loads(
        gzip.decompress((folder / "clinc150_full.json.gz").read_bytes())
    )

    def read(name: str) -> Labelled:
        return [text for text, _ in parts[name]], [label for _, label in parts[name]]

    return Yardstick(read("train"), read("test"), read("oos_test")[0])


_SETS = {"banking77": _banking77, "clinc150": _clinc150}


def _draw(train: Labelled, examples: int, seed: int) -> tuple[ReasonExamples, ...]:
    chance = np.random.default_rng(seed)
    texts, labels = np.asarray(train[0], object), np.asarray(train[1])
    return tuple(
        ReasonExamples(
            label,
            label.replace("_", " ").lower(),
            tuple(texts[chance.choice(np.flatnonzero(labels == label), examples, replace=False)]),
        )
        for label in sorted(set(train[1]))
    )


def _shown(reasons: Sequence[ReasonExamples]) -> tuple[list[str], list[int]]:
    told = [(text, number) for number, each in enumerate(reasons) for text in (*each.examples, each.title)]
    return [text for text, _ in told], [number for _, number in told]


def _tfidf(reasons: Sequence[ReasonExamples], texts: Sequence[str]) -> Scores:
    examples, owners = _shown(reasons)
    # Parts of words: .74 on Banking77, against .70 by words and pairs of words.
    parts = cast(Any, feature_extraction).text.TfidfVectorizer(
        sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5)
    )
    model = cast(Any, linear_model).LogisticRegression(C=20.0, max_iter=1_000)
    return model.fit(parts.fit_transform(examples), owners).predict_proba(parts.transform(texts))


class _Systems:
    """The systems that are compared; the encoder as it comes reads each text once."""

    def __init__(self) -> None:
        self._minilm = _Remembering(load_minilm())

    def prototypes(self, reasons: Sequence[ReasonExamples], texts: Sequence[str]) -> Scores:
        """Tell each text by the nearest mean of a reason's examples."""
        examples, owners = _shown(reasons)
        vectors, numbers = self._minilm.embed(examples), np.asarray(owners)
        means = np.stack([vectors[numbers == each].mean(axis=0) for each in range(len(reasons))])
        return (self._minilm.embed(texts) @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T).astype(
            float
        )

    def rightsell(self, reasons: Sequence[ReasonExamples], texts: Sequence[str]) -> Scores:
        """Tell them as the product does with a catalog alone."""
        return _read(reasons, texts, self._minilm)

    def fitted(self, reasons: Sequence[ReasonExamples], texts: Sequence[str]) -> Scores:
        """Tell them as the product does after ``rightsell fit``."""
        return _read(reasons, texts, open_minilm(export(tune(reasons, lambda _: None))))

    def all(self) -> dict[str, System]:
        """Return them by name, the cheapest first."""
        return {
            "TF-IDF + logistic": _tfidf,
            "prototypes": self.prototypes,
            "rightsell": self.rightsell,
            "rightsell fit": self.fitted,
        }


class _Remembering:
    """An embedder that reads no text twice."""

    def __init__(self, inner: Embedder) -> None:
        self.name, self.sha256, self.dim = inner.name, inner.sha256, inner.dim
        self._inner = inner
        self._known: dict[str, NDArray[np.float32]] = {}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length vector a text."""
        for text in texts:
            if text not in self._known:
                self._known[text] = self._inner.embed([text])[0]
        return np.stack([self._known[text] for text in texts])


def _read(reasons: Sequence[ReasonExamples], texts: Sequence[str], embedder: Embedder) -> Scores:
    model = ReasonModel(embedder, fit_examples(reasons, embedder))
    return np.stack([model.read(text) for text in texts])


def _figures(scores: Scores, truth: NDArray[np.int64]) -> dict[str, Scores]:
    """Return what each text adds to each figure; foreign texts stand last and have truth -1."""
    known = truth >= 0
    figures = {"accuracy": (scores.argmax(axis=1) == truth)[known].astype(float)}
    best = scores.max(axis=1)
    if not known.all():
        line = np.quantile(best[known], 1.0 - _IN_SCOPE)
        figures["foreign refused at 92 % in scope"] = (best[~known] < line).astype(float)
        # The area under the curve is how often a text in scope stands above a foreign one; ties count half.
        ranked, foreign = np.sort(best[known]), best[~known]
        at_most = sum(cast(Scores, np.searchsorted(ranked, foreign, side)) for side in ("left", "right"))
        figures["AUROC in scope / foreign"] = 1.0 - at_most / (2.0 * len(ranked))
    return figures


def _measure(
    name: str, yardstick: Yardstick, chosen: argparse.Namespace, systems: dict[str, System]
) -> Iterator[Row]:
    texts = [*yardstick.test[0], *yardstick.foreign]
    for system, run in systems.items():
        draws: list[dict[str, Scores]] = []
        for seed in range(chosen.fit_draws if system == "rightsell fit" else chosen.draws):
            reasons = _draw(yardstick.train, chosen.examples, seed)
            ids = [reason.id for reason in reasons]
            truth = np.asarray(
                [ids.index(label) for label in yardstick.test[1]] + [-1] * len(yardstick.foreign)
            )
            draws.append(_figures(run(reasons, texts), truth))
            print(f"  {name}, {system}, draw {seed}: {draws[-1]['accuracy'].mean():.4f}", file=sys.stderr)
        for figure in draws[0] if draws else ():
            yield _row(name, system, figure, np.stack([draw[figure] for draw in draws]))


def _row(name: str, system: str, figure: str, each: Scores) -> Row:
    """Return the mean with its interval: bootstrap over draws and texts alike, shape ``(draws, texts)``."""
    chance = np.random.default_rng(_SEED)
    draws, texts = each.shape
    means = [
        each[chance.integers(draws, size=draws)].mean(axis=0)[chance.integers(texts, size=texts)].mean()
        for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(means, [0.025, 0.975])
    return Row(name, system, figure, float(each.mean()), float(low), float(high), draws, texts)


def main() -> int:
    """Measure what was asked for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=list(_SETS), default=list(_SETS))
    parser.add_argument("--examples", type=int, default=10, help="a reason")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--fit-draws", type=int, default=5, help="minutes each, and the extra [neural]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    chosen = parser.parse_args()
    try:
        folder = data_folder().parent / "intent"
    except DataMissingError as missing:
        print(f"not measured, {missing}", file=sys.stderr)
        return 1
    systems = _Systems().all()
    rows = [row for name in chosen.sets for row in _measure(name, _SETS[name](folder), chosen, systems)]
    for row in rows:
        print(
            f"{row.set:10} {row.system:18} {row.figure:34} {row.value:.3f} ({row.low:.3f}–{row.high:.3f}) "
            f"draws {row.draws}, n {row.n}"
        )
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
