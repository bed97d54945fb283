"""Train and judge the dialogue model: ``python -m bench.train_heads --help``.

Judged by leaving out: each fold keeps three businesses and a quarter of the other conversations away from the
training, and is then run through the resolution machine. A sale is taken to be suggested the moment the
request counts as confirmed, so the timing rows show what the resolution alone would do.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.corpora import Case, load
from bench.endings import read_phrases
from bench.lessons import load_lessons
from bench.measures import Figure, Trace, measure
from bench.noise import as_heard
from bench.records import DataMissingError
from bench.variation import Chances, Variation
from listener.events import Turn
from nlu.act_cues import cue_flags
from nlu.acts import HEAD_NAME, DialogueHead
from nlu.embedder import load_minilm
from nlu.head_files import Arrays
from nlu.reading import Reading
from nlu.redaction import mask
from nlu.resolution import ResolutionReader
from nlu.training import Lesson, Recipe, fit
from nlu.understanding import ResolutionState, Understanding

FOLDS = 4
NETWORKS = 2
"""Trained from as many seeds; their mean is what ships and what is judged."""
_HEADS = Path(__file__).parent.parent / "nlu" / "heads"


class Vectors:
    """Embeddings of texts, kept in a file between runs.

    Args:
        path: Where they are kept; None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._vectors: dict[str, NDArray[np.float16]] = {}
        if path and path.exists():
            with np.load(path, allow_pickle=False) as arrays:
                self._vectors = dict(zip(arrays["texts"].tolist(), arrays["vectors"], strict=True))

    def learn(self, texts: Iterable[str]) -> None:
        """Embed what is not known yet; takes about 4 ms a text."""
        missing = sorted({text for text in texts if text not in self._vectors})
        embedder = load_minilm() if missing else None
        for number, text in enumerate(missing):
            if embedder:
                self._vectors[text] = embedder.embed([text])[0].astype(np.float16)
            if number % 1000 == 0:
                print(f"\rembedding {number} of {len(missing)}", end="", file=sys.stderr)
        if missing and self._path:
            np.savez(
                self._path,
                texts=np.array(list(self._vectors)),
                vectors=np.stack(list(self._vectors.values())),
            )

    def __call__(self, text: str) -> NDArray[np.float32]:
        """Return a known text's vector."""
        return self._vectors[text].astype(np.float32)


def featurizer(vectors: Vectors) -> Callable[[str], NDArray[np.float32]]:
    """Return the function from a text to what the network sees of it."""
    known: dict[str, NDArray[np.float32]] = {}

    def features(text: str) -> NDArray[np.float32]:
        if text not in known:
            known[text] = np.concatenate([vectors(text), cue_flags(text)])
        return known[text]

    return features


_FOLD_OF_BUSINESS = {
    name: number % FOLDS
    for number, name in enumerate(
        (
            "credit_union", "fitness", "groceries", "health_plan", "home_security", "mobile",
            "motors", "parcels", "retail", "software", "travel", "water_solar",
        )
    )
}  # fmt: skip
"""Business of our own to its fold: three each, left out together."""


def fold_of(source: str, group: str, name: str) -> int | None:
    """Return the fold of a conversation: authored by business, composed none, of the others by id."""
    if source == "composed":
        return None
    if source == "authored":
        return _FOLD_OF_BUSINESS[group]
    return hashlib.sha256(name.encode()).digest()[0] % FOLDS


def train(lessons: Sequence[Lesson], vectors: Vectors, seed: int) -> Arrays:
    """Train the networks on these lessons with the recipe that ships; the first axis is the network."""
    vary = Variation(lessons, read_phrases(), Chances())
    seeds = range(seed * NETWORKS, (seed + 1) * NETWORKS)
    fitted = [fit(lessons, vary, featurizer(vectors), Recipe(), each, _tell) for each in seeds]
    return {name: np.stack([arrays[name] for arrays in fitted]) for name in fitted[0]}


def _tell(epoch: int) -> None:
    print(f"\repoch {epoch + 1} ", end="", file=sys.stderr)


def follow(head: DialogueHead, case: Case, vectors: Vectors, hear: Callable[[str], str]) -> Trace:
    """Run the resolution machine alone over a conversation."""
    reader = ResolutionReader(head)
    progress = reader.begin()
    seen: list[Understanding] = []
    for number, utterance in enumerate(case.turns):
        text = hear(mask(utterance.text))
        turn = Turn(number, replace(utterance, text=text))
        progress = reader.read(progress, Reading(turn, text, vectors(text), ()))
        seen.append(Understanding(resolution=progress.belief))
    settled = [each.resolution.state is ResolutionState.CONFIRMED for each in seen]
    opened = tuple(n for n, now in enumerate(settled) if now and not (n and settled[n - 1]))
    return Trace(tuple(seen), opened, frozenset())


def judge(lessons: Sequence[Lesson], vectors: Vectors, folds: Sequence[int], seed: int) -> None:
    """Print the rows of every set, each conversation followed by a model that never saw its fold."""
    sets = {
        name: [(corpus.name, case) for corpus in load(name) for case in corpus.cases]
        for name in ("authored", "star", "sgd", "hvb")
    }
    heads = {fold: _held_out(lessons, vectors, fold, seed) for fold in folds}
    for heard, hear in (("as written", str), ("as heard", as_heard)):
        for name, cases in sets.items():
            here = [(fold_of(name, group, case.id), case) for group, case in cases]
            here = [(fold, case) for fold, case in here if fold in heads]
            vectors.learn(hear(mask(turn.text)) for _, case in here for turn in case.turns)
            traces = [follow(heads[fold], case, vectors, hear) for fold, case in here]
            _print(f"{name}, {heard}", measure([case for _, case in here], traces))


def _held_out(lessons: Sequence[Lesson], vectors: Vectors, fold: int, seed: int) -> DialogueHead:
    kept = [each for each in lessons if fold_of(each.source, each.group, each.id) != fold]
    return DialogueHead(train(kept, vectors, seed), "not kept")


_NOT_OURS = ("reason final_any", "candidate_ready", "evidence verbatim")
"""Rows that say nothing of the resolution alone."""


def _print(title: str, figures: Sequence[Figure]) -> None:
    print(f"\n{title}")
    for figure in figures:
        if not figure.row.startswith(("needs", "auc", *_NOT_OURS)):
            print(f"{figure.row:24} {figure.value:.3f}  {figure.low:.3f}–{figure.high:.3f}  n {figure.n}")


def main() -> int:
    """Do what was asked for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--judge",
        type=int,
        nargs="*",
        metavar="FOLD",
        help="judge on these folds, or all",
    )
    parser.add_argument("--write", action="store_true", help="train on everything and write the weights")
    parser.add_argument("--vectors", type=Path, metavar="FILE.npz", help="keep embeddings there")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        lessons = load_lessons()
    except DataMissingError as missing:
        print(missing, file=sys.stderr)
        return 1
    vectors = Vectors(chosen.vectors)
    said = {line.text for lesson in lessons for line in lesson.lines}
    said |= {phrase for phrases in read_phrases().values() for phrase in phrases}
    vectors.learn([*said, *map(as_heard, said), "", as_heard("")])
    if chosen.judge is not None:
        judge(lessons, vectors, chosen.judge or range(FOLDS), chosen.seed)
    if chosen.write:
        path = _HEADS / f"{HEAD_NAME}.npz"
        arrays = train(lessons, vectors, chosen.seed)
        np.savez(
            path,
            allow_pickle=False,
            **{name: array.astype(np.float16) for name, array in arrays.items()},
        )
        print(f"{path}: sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}; pin it in nlu/acts.py")
    return 0


if __name__ == "__main__":
    sys.exit(main())
