"""Train the sentiment head, and measure it on businesses it was not trained on.

``python -m bench.train_sentiment`` reads ``$RIGHTSELL_DATA`` (authored conversations, STAR, MultiDoGO,
Taskmaster-4 and NatCS, whose licences permit shipping what is learnt) and our own ``composed/``,
``moods.yaml`` and ``star_moods.txt``, writes ``nlu/heads/sentiment.npz`` and prints the cross-validated
figures. Needs the extra ``[neural]``.
"""

# torch and scikit-learn leave parts of their own interfaces untyped; the rest of the file stays strict.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score

from bench.mood_lessons import UNLABELLED, Felt, judged, taught
from bench.mood_network import train
from listener.events import Speaker
from nlu.embedder import load_minilm
from nlu.sentiment import SentimentHead, SentimentReader

HEAD = Path(__file__).parent.parent / "nlu" / "heads" / "sentiment.npz"
FOLDS = 4
CUT = 0.2
SEEDS = (0, 1)
HELD = -0.15
"""The mood below which the default policy holds sales."""
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
"""Edges between which stated confidence is compared with how often it is right."""


def head_of(felt: Sequence[Felt], sha: str = "") -> SentimentHead:
    """Return a head trained on the conversations, with the numbers as they ship: half precision is enough."""
    networks = [train(felt, seed) for seed in SEEDS]
    stacked = {name: np.stack([each[name] for each in networks]) for name in networks[0]}
    return SentimentHead(sha, {name: array.astype(np.float32) for name, array in stacked.items()})


def follow(head: SentimentHead, felt: Felt) -> NDArray[np.float64]:
    """Return value, confidence, likeliest class (-1, 0, 1) and mood after each customer turn, as live."""
    reader = SentimentReader(head)
    state = reader.begin()
    found: list[tuple[float, float, float, float]] = []
    for reading in felt.readings:
        state = reader.read(state, reading)
        if reading.turn.utterance.speaker is Speaker.CUSTOMER and reading.text.strip():
            now, likeliest = state.belief, float(state.chances.argmax()) - 1
            found.append((now.value, now.confidence, likeliest, now.mood))
    return np.array(found)


Found = Sequence[tuple[Felt, NDArray[np.float64]]]


def measure(felt: Sequence[Felt], always: Sequence[Felt]) -> list[tuple[Felt, NDArray[np.float64]]]:
    """Return what was believed of each conversation by a head that never saw its business."""
    names = sorted({each.business for each in felt}, key=lambda name: (name.startswith("star "), name))
    found: list[tuple[Felt, NDArray[np.float64]]] = []
    for fold in range(FOLDS):
        left_out = set(names[fold::FOLDS])
        head = head_of([*always, *(each for each in felt if each.business not in left_out)])
        found += [(each, follow(head, each)) for each in felt if each.business in left_out]
    return found


def figures(found: Found) -> dict[str, float]:
    """Return the figures by name, from conversations and what was believed of them."""
    authored = [(each, seen) for each, seen in found if each.annoyed is None]
    truth, seen = labelled(authored)
    value = seen[:, 0]
    called = np.where(value < -CUT, -1, np.where(value > CUT, 1, 0))
    told = [(each.annoyed, -seen[:, 0].mean()) for each, seen in found if each.annoyed is not None]
    content = [each for each in authored if each[0].answers.get("offer_ok_from") is not None]
    unhappy = [each for each in authored if each[0].answers.get("category") == "resolved_unhappy"]
    return {
        "turns": float(len(truth)),
        "auc_negative": float(roc_auc_score(truth == -1, -value)),
        "macro_f1": float(f1_score(truth, called, average="macro")),
        "neutral_near_0": float((abs(value[truth == 0]) < -HELD).mean()),
        "content": float(len(content)),
        "content_held": float(np.mean([_held(*each, "offer_ok_from") for each in content])),
        "unhappy": float(len(unhappy)),
        "unhappy_held": float(np.mean([_held(*each, "resolved_turn") for each in unhappy])),
        "conversations": float(len(told)),
        "auc_annoyed_mean": float(roc_auc_score([a for a, _ in told], [mean for _, mean in told])),
    }


def labelled(found: Found) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the labels of all labelled turns, and what was believed after each."""
    truth = np.concatenate([each.labels for each, _ in found])
    seen = np.concatenate([seen for _, seen in found])
    return truth[truth != UNLABELLED], seen[truth != UNLABELLED]


def reliability(found: Found) -> list[tuple[float, float, int]]:
    """Return for each of ``BINS``: mean confidence, share in which the likeliest class was right, turns."""
    truth, seen = labelled([each for each in found if each[0].annoyed is None])
    rows = np.digitize(seen[:, 1], BINS) - 1
    return [
        (float(seen[rows == row, 1].mean()), float((seen[rows == row, 2] == truth[rows == row]).mean()), size)
        for row in range(len(BINS) - 1)
        if (size := int((rows == row).sum()))
    ]


def _held(felt: Felt, seen: NDArray[np.float64], since: str) -> bool:
    """Say whether the mood is below the gate's at any of the labelled turn and the two after it."""
    first = felt.answers[since] or 0
    before = [row for row, turn in enumerate(felt.turns) if turn <= first]
    within = [row for row, turn in enumerate(felt.turns) if first < turn <= first + 2]
    return bool((seen[[*before[-1:], *within], 3] < HELD).any())


def write(head: SentimentHead) -> str:
    """Write the head in half precision; return its sha256, which ``nlu/sentiment.py`` must pin."""
    halved = {name: array.astype(np.float16) for name, array in head.arrays.items()}
    # numpy's stub takes the arrays for its flag allow_pickle.
    np.savez_compressed(HEAD, **halved)  # pyright: ignore[reportArgumentType]  # stub
    return sha256(HEAD.read_bytes()).hexdigest()


def main() -> None:
    """Read, train on everything, write, measure."""
    torch.set_num_threads(1)
    folder, embedder = Path(os.environ["RIGHTSELL_DATA"]), load_minilm()
    felt = [each for each in judged(folder, embedder) if len(each.labels)]
    always = [each for each in taught(folder, embedder) if len(each.labels)]
    print("sha256", write(head_of([*always, *felt])), flush=True)
    found = measure(felt, always)
    for name, figure in figures(found).items():
        print(f"{name:18} {figure:8.3f}")
    for confidence, right, turns in reliability(found):
        print(f"confidence {confidence:.2f} right {right:.2f} turns {turns}")


if __name__ == "__main__":
    main()
