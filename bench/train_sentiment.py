"""Train the sentiment head, and measure it on businesses it was not trained on.

``python -m bench.train_sentiment`` reads ``$RIGHTSELL_DATA`` (authored conversations, STAR, MultiDoGO,
Taskmaster-4 and NatCS, whose licences permit shipping what is learnt) and our own ``moods.yaml``, writes
``nlu/heads/sentiment.npz`` and prints the cross-validated figures. Needs the extra ``[neural]``.
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
from torch import nn

from bench.mood_lessons import (
    CALM,
    UNLABELLED,
    Felt,
    calm_talk,
    conversations,
    feel,
    moods,
    read_turns,
)
from listener.events import Speaker
from nlu.cues import load_language
from nlu.embedder import load_minilm
from nlu.feelings import WORD_ROWS
from nlu.reader import Reader
from nlu.sentiment import LONG, SHORT, SentimentHead, SentimentReader

HEAD = Path(__file__).parent.parent / "nlu" / "heads" / "sentiment.npz"
FOLDS = 4
CUT = 0.2
STEPS = 60
PENALTY = 1.0
ANNOYED_WEIGHT = 1.0
HELD = -0.15
"""The policy's default below which sales are held."""


class Feeling(nn.Module):
    """The head's shape in torch, over all turns of all conversations at once."""

    def __init__(self, felt: Sequence[Felt]) -> None:
        super().__init__()
        self.features = torch.from_numpy(np.concatenate([each.features for each in felt]))
        words = [pair for each in felt for pair in each.words]
        sizes = [len(rows) for rows, _ in words]
        self.rows = torch.from_numpy(np.concatenate([rows for rows, _ in words]))
        self.shares = torch.from_numpy(np.concatenate([shares for _, shares in words]))
        self.starts = torch.tensor(np.cumsum([0, *sizes])[:-1])
        self.short, self.long = averages(felt, SHORT), averages(felt, LONG)
        self.turn = nn.Parameter(torch.zeros(9, self.features.shape[1]))
        self.words = nn.Parameter(torch.zeros(WORD_ROWS, 9))
        self.bias = nn.Parameter(torch.zeros(3))
        self.annoyance = nn.Parameter(torch.tensor([6.0, -3.0]))

    def forward(self) -> torch.Tensor:
        """Return the logarithms of the probabilities, shape ``(turns, 3)``."""
        said = nn.functional.embedding_bag(
            self.rows, self.words, self.starts, mode="sum", per_sample_weights=self.shares
        )
        now, short, long = (self.features @ self.turn.T + said).split(3, 1)
        short, long = torch.sparse.mm(self.short, short), torch.sparse.mm(self.long, long)
        return torch.log_softmax(now + short + long + self.bias, -1)


def averages(felt: Sequence[Felt], kept: float) -> torch.Tensor:
    """Return the matrix that turns rows of turns into running averages within each conversation."""
    places: list[tuple[int, int]] = []
    shares: list[float] = []
    start = 0
    for each in felt:
        for turn in range(len(each.labels)):
            places += [(start + turn, start + before) for before in range(turn + 1)]
            shares += [(1 - kept) * kept ** (turn - before) for before in range(turn + 1)]
        start += len(each.labels)
    return torch.sparse_coo_tensor(torch.tensor(places).T, torch.tensor(shares), (start, start)).coalesce()


def means(felt: Sequence[Felt]) -> torch.Tensor:
    """Return the matrix that turns rows of turns into the mean of each conversation that was judged."""
    sizes = np.cumsum([0, *(len(each.labels) for each in felt)])
    judged = [row for row, each in enumerate(felt) if each.annoyed is not None]
    places = [(at, turn) for at, row in enumerate(judged) for turn in range(sizes[row], sizes[row + 1])]
    shares = [1 / len(felt[row].labels) for row in judged for _ in felt[row].labels]
    size = (len(judged), int(sizes[-1]))
    return torch.sparse_coo_tensor(torch.tensor(places).T, torch.tensor(shares), size).coalesce()


def train(felt: Sequence[Felt]) -> Feeling:
    """Return a head trained on the conversations; the same conversations give the same head."""
    model, pool = Feeling(felt), means(felt)
    labels = torch.from_numpy(np.concatenate([each.labels for each in felt]))
    weight = torch.tensor([each.weight for each in felt for _ in each.labels])
    annoyed = torch.tensor([float(each.annoyed) for each in felt if each.annoyed is not None])
    told, calm = labels < CALM, labels == CALM
    search = torch.optim.LBFGS(
        model.parameters(), max_iter=STEPS, history_size=8, line_search_fn="strong_wolfe"
    )

    def step() -> torch.Tensor:
        search.zero_grad()
        scores = model()
        chances = scores.exp()
        right = scores[told].gather(1, labels[told, None] + 1)[:, 0]
        loss = -(right * weight[told]).sum()
        loss = loss - (torch.log1p(1e-4 - chances[calm, 0]) * weight[calm]).sum()
        # A happy turn weighs less than an unhappy one: courtesy hides much.
        upset = torch.sparse.mm(pool, chances[:, :1] - 0.3 * chances[:, 2:])[:, 0]
        guess = upset * model.annoyance[0] + model.annoyance[1]
        loss = loss + ANNOYED_WEIGHT * nn.functional.binary_cross_entropy_with_logits(
            guess, annoyed, reduction="sum"
        )
        loss = loss + PENALTY * ((model.turn**2).sum() + (model.words**2).sum())
        loss.backward()
        return loss

    search.step(step)
    return model


def head_of(model: Feeling, sha: str = "") -> SentimentHead:
    """Return the head with the numbers as they ship: half precision is enough."""
    arrays = {
        name: getattr(model, name).detach().numpy().astype(np.float16) for name in ("turn", "words", "bias")
    }
    return SentimentHead(sha, arrays)


def follow(head: SentimentHead, felt: Felt) -> NDArray[np.float64]:
    """Return value and confidence after each customer turn, as live."""
    reader = SentimentReader(head)
    state = reader.begin()
    found: list[tuple[float, float]] = []
    for reading in felt.readings:
        state = reader.read(state, reading)
        if reading.turn.utterance.speaker is Speaker.CUSTOMER and reading.text.strip():
            found.append((state.belief.value, state.belief.confidence))
    return np.array(found)


def measure(felt: Sequence[Felt], taught: Sequence[Felt]) -> dict[str, float]:
    """Return the figures, each business predicted by a head that never saw it; ``taught`` always teaches."""
    names = sorted({each.business for each in felt}, key=lambda name: (name.startswith("star "), name))
    found: list[tuple[Felt, NDArray[np.float64]]] = []
    for fold in range(FOLDS):
        left_out = set(names[fold::FOLDS])
        head = head_of(train([*taught, *(each for each in felt if each.business not in left_out)]))
        found += [(each, follow(head, each)) for each in felt if each.business in left_out]
    return figures(found)


def figures(found: Sequence[tuple[Felt, NDArray[np.float64]]]) -> dict[str, float]:
    """Return the figures by name, from conversations and their values."""
    authored = [(each, seen) for each, seen in found if each.annoyed is None]
    truth = np.concatenate([each.labels for each, _ in authored])
    value = np.concatenate([seen[:, 0] for _, seen in authored])[truth != UNLABELLED]
    truth = truth[truth != UNLABELLED]
    called = np.where(value < -CUT, -1, np.where(value > CUT, 1, 0))
    judged = [(each.annoyed, -seen[:, 0].mean()) for each, seen in found if each.annoyed is not None]
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
        "conversations": float(len(judged)),
        "auc_annoyed_mean": float(roc_auc_score([a for a, _ in judged], [mean for _, mean in judged])),
    }


def _held(felt: Felt, seen: NDArray[np.float64], since: str) -> bool:
    """Say whether the value is below the gate's at any of the labelled turn and the two after it."""
    first = felt.answers[since] or 0
    before = [row for row, turn in enumerate(felt.turns) if turn <= first]
    within = [row for row, turn in enumerate(felt.turns) if first < turn <= first + 2]
    return bool((seen[[*before[-1:], *within], 0] < HELD).any())


def write(head: SentimentHead) -> str:
    """Write the head; return its sha256, which ``nlu/sentiment.py`` must pin."""
    # numpy's stub takes the arrays for its flag allow_pickle.
    np.savez_compressed(HEAD, **head.arrays)  # pyright: ignore[reportArgumentType]  # stub
    return sha256(HEAD.read_bytes()).hexdigest()


def main() -> None:
    """Read, measure, train on everything, write."""
    torch.set_num_threads(1)
    folder = Path(os.environ["RIGHTSELL_DATA"])
    reader = Reader(load_minilm(), load_language())
    felt = [
        feel(name, each["labels"], read_turns(reader, each["turns"])) for name, each in conversations(folder)
    ]
    report(felt, [*moods(reader), *calm_talk(reader, folder)])


def report(felt: Sequence[Felt], taught: Sequence[Felt]) -> None:
    """Write the head trained on everything, and print the figures of those trained on parts."""
    felt, taught = ([each for each in group if len(each.labels)] for group in (felt, taught))
    print("sha256", write(head_of(train([*taught, *felt]))), flush=True)
    for name, figure in measure(felt, taught).items():
        print(f"{name:18} {figure:8.3f}")


if __name__ == "__main__":
    main()
