"""Train the sentiment head, and measure it on businesses it was not trained on.

``python -m bench.train_sentiment`` reads ``$RIGHTSELL_DATA`` (authored conversations and STAR, whose licences
permit shipping what is learnt) and our own ``moods.yaml``, prints the cross-validated figures and writes
``nlu/heads/sentiment.npz``. Needs the extra ``[neural]``.
"""

# torch and scikit-learn leave parts of their own interfaces untyped; the rest of the file stays strict.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score
from torch import nn

from listener.events import Speaker, Turn, Utterance
from nlu.cues import load_language
from nlu.embedder import load_minilm
from nlu.reader import Reader
from nlu.reading import Reading
from nlu.sentiment import turn_features

MOODS = Path(__file__).parent / "moods.yaml"
HEAD = Path(__file__).parent.parent / "nlu" / "heads" / "sentiment.npz"
UNLABELLED = 9
FOLDS = 4
EPOCHS = 14
BATCH = 32
CLASS_WEIGHTS = (1.3, 0.7, 1.4)
CUT = 0.2
SEED = 917


@dataclass(frozen=True, slots=True)
class Felt:
    """A conversation as the trainer sees it.

    Attributes:
        business: What is left out together.
        features: One row a customer turn.
        labels: -1, 0 or 1 a customer turn; ``UNLABELLED`` where nobody said.
        annoyed: What the other person said of the customer; None where nobody said.
    """

    business: str
    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    annoyed: bool | None


class Feeling(nn.Module):
    """The head's shape in torch; the names of its parts are the names of the arrays that ship."""

    def __init__(self, width: int, seen: int = 48, hidden: int = 32) -> None:
        super().__init__()
        self.project = nn.Linear(width, seen)
        self.memory = nn.GRU(seen, hidden, batch_first=True)
        self.classes = nn.Linear(hidden + seen, 3)
        self.drop = nn.Dropout(0.3)
        self.annoyance = nn.Parameter(torch.tensor([8.0, -2.0]))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return class scores, shape ``(conversations, turns, 3)``."""
        seen = torch.tanh(self.project(self.drop(features)))
        memory = self.memory(self.drop(seen))[0]
        return self.classes(torch.cat([self.drop(memory), self.drop(seen)], -1))


def conversations(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield business and conversation: the authored ones, then STAR's."""
    for path in sorted(folder.glob("dev/authored/*/conversations.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield path.parent.name, json.loads(line)
    with gzip.open(folder / "dev" / "star.dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            yield f"star {found['domain']}", found


def read_turns(reader: Reader, turns: Sequence[dict[str, Any]]) -> list[Reading]:
    """Return the turns of a conversation file as the readers of ``nlu`` see them."""
    spoken = [Utterance(Speaker(turn["speaker"]), turn["text"], 0.0, 0.0) for turn in turns]
    return [reader.read(Turn(index, each)) for index, each in enumerate(spoken)]


def feel(business: str, labels: dict[str, Any], readings: Sequence[Reading]) -> Felt:
    """Return the conversation's features and answers."""
    agent: Reading | None = None
    rows: list[NDArray[np.float32]] = []
    answers: list[int] = []
    said = labels.get("sentiment")
    for index, reading in enumerate(readings):
        if reading.turn.utterance.speaker is Speaker.AGENT:
            agent = reading
        elif reading.text.strip():
            rows.append(turn_features(reading, agent))
            answers.append(said.get(str(index), UNLABELLED) if isinstance(said, dict) else UNLABELLED)
    annoyed = said.startswith("annoyed") if isinstance(said, str) else None
    return Felt(business, np.array(rows, np.float32), np.array(answers, np.int64), annoyed)


def moods(reader: Reader) -> list[Felt]:
    """Return our own sentences, each after each of the agent's lines, as conversations of one exchange."""
    lists: dict[str, list[str]] = yaml.safe_load(MOODS.read_text("utf-8"))
    return [
        feel("own sentences", {"sentiment": {"1": label}}, read_turns(reader, _exchange(line, sentence)))
        for label, name in ((-1, "unhappy"), (0, "neutral"), (1, "happy"))
        for sentence in lists[name]
        for line in lists["agent"]
    ]


def _exchange(agent: str, customer: str) -> list[dict[str, Any]]:
    return [{"speaker": "agent", "text": agent}, {"speaker": "customer", "text": customer}]


def padded(batch: Sequence[Felt]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return features, labels and which turns exist."""
    longest = max(len(each.labels) for each in batch)
    features = torch.zeros(len(batch), longest, batch[0].features.shape[1])
    labels = torch.full((len(batch), longest), UNLABELLED)
    exists = torch.zeros(len(batch), longest)
    for row, each in enumerate(batch):
        size = len(each.labels)
        features[row, :size] = torch.from_numpy(each.features)
        labels[row, :size] = torch.from_numpy(each.labels)
        exists[row, :size] = 1
    return features, labels, exists


def loss_of(model: Feeling, batch: Sequence[Felt]) -> torch.Tensor:
    """Return cross-entropy of the labelled turns plus that of each conversation's mean value as annoyance."""
    features, labels, exists = padded(batch)
    scores = model(features)
    loss = scores.sum() * 0
    told = labels != UNLABELLED
    if told.any():
        weight = torch.tensor(CLASS_WEIGHTS)
        loss = loss + nn.functional.cross_entropy(
            scores[told], labels[told] + 1, weight=weight, label_smoothing=0.05
        )
    judged = [row for row, each in enumerate(batch) if each.annoyed is not None]
    if judged:
        chances = torch.softmax(scores, -1)
        mean = ((chances[..., 2] - chances[..., 0]) * exists).sum(1) / exists.sum(1)
        answer = torch.tensor([float(bool(batch[row].annoyed)) for row in judged])
        guess = -mean[judged] * model.annoyance[0] + model.annoyance[1]
        loss = loss + nn.functional.binary_cross_entropy_with_logits(guess, answer)
    return loss


def train(felt: Sequence[Felt], seed: int = SEED) -> Feeling:
    """Return a head trained on the conversations."""
    torch.manual_seed(seed)
    order = np.random.default_rng(seed)
    model = Feeling(felt[0].features.shape[1])
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=1e-3)
    batches = -(-len(felt) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=EPOCHS * batches + 1)
    for _ in range(EPOCHS):
        shuffled = order.permutation(len(felt))
        for start in range(0, len(felt), BATCH):
            optimizer.zero_grad()
            loss_of(model, [felt[row] for row in shuffled[start : start + BATCH]]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model.eval()


def values(model: Feeling, felt: Sequence[Felt]) -> list[NDArray[np.float32]]:
    """Return the probabilities of each conversation's turns, shape ``(turns, 3)``."""
    with torch.no_grad():
        chances = torch.softmax(model(padded(felt)[0]), -1).numpy()
    return [row[: len(each.labels)] for row, each in zip(chances, felt, strict=True)]


def measure(felt: Sequence[Felt], taught: Sequence[Felt]) -> dict[str, float]:
    """Return the figures, each business predicted by a head that never saw it; ``taught`` always teaches."""
    names = sorted({each.business for each in felt})
    truth: list[NDArray[np.int64]] = []
    found: list[NDArray[np.float32]] = []
    means: list[tuple[bool, float]] = []
    for fold in range(FOLDS):
        left_out = set(names[fold::FOLDS])
        model = train([*taught, *(each for each in felt if each.business not in left_out)])
        tested = [each for each in felt if each.business in left_out]
        for each, chances in zip(tested, values(model, tested), strict=True):
            if each.annoyed is None:
                truth.append(each.labels)
                found.append(chances)
            else:
                means.append((each.annoyed, float((chances[:, 2] - chances[:, 0]).mean())))
    return figures(np.concatenate(truth), np.concatenate(found), means)


def figures(
    truth: NDArray[np.int64], chances: NDArray[np.float32], means: Sequence[tuple[bool, float]]
) -> dict[str, float]:
    """Return the figures by name; ``calibration_gap`` is the mean gap between confidence and accuracy."""
    told = truth != UNLABELLED
    truth, chances = truth[told], chances[told]
    value = chances[:, 2] - chances[:, 0]
    called = np.where(value < -CUT, -1, np.where(value > CUT, 1, 0))
    sure, right = chances.max(1), chances.argmax(1) - 1 == truth
    bins = np.digitize(sure, np.linspace(0.4, 0.9, 6))
    gaps = [
        abs(sure[bins == each].mean() - right[bins == each].mean()) * (bins == each).mean()
        for each in set(bins)
    ]
    return {
        "turns": float(len(truth)),
        "auc_negative": float(roc_auc_score(truth == -1, -value)),
        "macro_f1": float(f1_score(truth, called, average="macro")),
        "calibration_gap": float(sum(gaps)),
        "conversations": float(len(means)),
        "auc_annoyed_mean": float(roc_auc_score([a for a, _ in means], [-mean for _, mean in means])),
    }


def write(model: Feeling) -> str:
    """Write the head; return its sha256, which ``nlu/sentiment.py`` must pin."""
    arrays = {name: array.numpy() for name, array in model.state_dict().items() if name != "annoyance"}
    # numpy's stub takes the arrays for its flag allow_pickle.
    np.savez_compressed(HEAD, **arrays)  # pyright: ignore[reportArgumentType]  # stub
    return sha256(HEAD.read_bytes()).hexdigest()


def main() -> None:
    """Read, measure, train on everything, write."""
    torch.set_num_threads(1)
    reader = Reader(load_minilm(), load_language())
    found = conversations(Path(os.environ["RIGHTSELL_DATA"]))
    felt = [feel(name, each["labels"], read_turns(reader, each["turns"])) for name, each in found]
    report(felt, moods(reader))


def report(felt: Sequence[Felt], taught: Sequence[Felt]) -> None:
    """Print the figures and write the head trained on everything."""
    felt = [each for each in felt if len(each.labels)]
    for name, figure in measure(felt, taught).items():
        print(f"{name:18} {figure:8.3f}")
    print("sha256", write(train([*taught, *felt])))


if __name__ == "__main__":
    main()
