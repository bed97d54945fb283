"""The sentiment head's networks in torch: trained here, run in numpy by ``nlu/sentiment.py``."""

# torch leaves parts of its own interface untyped; the rest of the file stays strict.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from bench.mood_lessons import CALM, Felt
from nlu.feelings import WORD_ROWS
from nlu.sentiment import LONG, SHORT

HIDDEN = 48
HEADS, SIZE = 4, 16
"""Of the attention over the words of each side: how many heads, and how many numbers each catches."""
MISSED = 0.1
"""Share of a turn's words that are not heard while learning."""
EPOCHS = 12
RATE = 2e-3
DECAY = 0.05
BATCH = 48
QUIET = 0.5
"""Share of STAR's conversations without labels or annoyance that each round sees."""
ANNOYED_WEIGHT = 1.0
_TINY = 1e-4


class Attention(nn.Module):
    """Heads that each listen to some words of a turn: weighted means of their states, made smaller."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(HEADS, dim) * 0.02)
        self.value = nn.Parameter(torch.randn(HEADS, SIZE, dim) * dim**-0.5)

    def forward(self, turns: Sequence[NDArray[np.float32]]) -> torch.Tensor:
        """Return what was caught of each turn's states, shape ``(turns, HEADS * SIZE)``; 0 of none."""
        sizes = torch.tensor([len(turn) for turn in turns])
        row = torch.repeat_interleave(sizes)
        states = torch.from_numpy(np.concatenate(turns))
        scores = states @ self.query.T
        most = torch.zeros(len(turns), HEADS).index_reduce(
            0, row, scores.detach(), "amax", include_self=False
        )
        odds = torch.exp(scores - most[row])
        odds = odds * (torch.rand(len(odds), 1) > MISSED) + _TINY
        shares = odds / torch.zeros(len(turns), HEADS).index_add(0, row, odds)[row]
        values = (states @ self.value.flatten(0, 1).T).unflatten(1, (HEADS, SIZE))
        caught = torch.zeros(len(turns), HEADS, SIZE).index_add(0, row, shares[..., None] * values)
        return caught.flatten(1)


class Feeling(nn.Module):
    """One network: a turn's features and words become scores of three classes, now and in two averages."""

    def __init__(self, size: int, dim: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(size, HIDDEN)
        self.customer, self.agent = Attention(dim), Attention(dim)
        self.caught = nn.Linear(2 * HEADS * SIZE, HIDDEN, bias=False)
        self.out = nn.Linear(HIDDEN, 9)
        self.skip = nn.Linear(size, 9, bias=False)
        self.words = nn.Embedding(WORD_ROWS, 9)
        nn.init.zeros_(self.skip.weight)
        nn.init.zeros_(self.words.weight)
        self.blind, self.deaf = nn.Dropout(0.2), nn.Dropout(0.4)
        self.annoyance = nn.Parameter(torch.tensor([6.0, -3.0]))

    def forward(self, felt: Sequence[Felt]) -> torch.Tensor:
        """Return the logarithms of the probabilities, shape ``(turns, 3)``."""
        features = self.blind(torch.from_numpy(np.concatenate([each.features for each in felt])))
        words = [pair for each in felt for pair in each.words]
        said = nn.functional.embedding_bag(
            torch.from_numpy(np.concatenate([rows for rows, _ in words])),
            self.words.weight,
            torch.tensor(np.cumsum([0, *(len(rows) for rows, _ in words)])[:-1]),
            mode="sum",
            per_sample_weights=torch.from_numpy(np.concatenate([shares for _, shares in words])),
        )
        tones = [pair for each in felt for pair in each.tones]
        caught = torch.cat([self.customer([c for c, _ in tones]), self.agent([a for _, a in tones])], 1)
        hidden = torch.relu(self.hidden(features) + self.caught(self.deaf(caught)))
        scores = self.out(self.deaf(hidden)) + self.skip(features) + said
        now, short, long = scores.split(3, 1)
        sizes = [len(each.labels) for each in felt]
        return torch.log_softmax(now + averaged(short, sizes, SHORT) + averaged(long, sizes, LONG), -1)

    def arrays(self) -> dict[str, NDArray[np.float16]]:
        """Return the numbers as they ship."""
        found = {
            "query": torch.stack([self.customer.query, self.agent.query]),
            "value": torch.stack([self.customer.value, self.agent.value]),
            "caught": self.caught.weight,
            "hidden": self.hidden.weight,
            "hidden_bias": self.hidden.bias,
            "out": self.out.weight,
            "out_bias": self.out.bias,
            "skip": self.skip.weight,
            "words": self.words.weight,
        }
        return {name: weight.detach().numpy().astype(np.float16) for name, weight in found.items()}


def averaged(scores: torch.Tensor, sizes: Sequence[int], kept: float) -> torch.Tensor:
    """Return running averages of the rows of turns, each conversation's by itself."""
    parts: list[torch.Tensor] = []
    for part in scores.split(list(sizes)):
        turns = torch.arange(len(part))
        ago = (turns[:, None] - turns[None]).clamp(min=0)
        parts.append(torch.tril((1 - kept) * kept ** ago.float()) @ part)
    return torch.cat(parts)


def train(felt: Sequence[Felt], seed: int) -> dict[str, NDArray[np.float16]]:
    """Return a network's arrays; the same conversations and seed give the same ones."""
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    model = Feeling(felt[0].features.shape[1], felt[0].tones[0][0].shape[1])
    search = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    quiet = [each for each in felt if each.annoyed is False and not _is_told(each)]
    rest = [each for each in felt if each.annoyed is not False or _is_told(each)]
    kept = int(len(quiet) * QUIET)
    steps = EPOCHS * -(-(len(rest) + kept) // BATCH)
    pace = torch.optim.lr_scheduler.OneCycleLR(search, RATE, total_steps=steps, pct_start=0.15)
    for _ in range(EPOCHS):
        lessons = [*rest, *(quiet[number] for number in chance.permutation(len(quiet))[:kept])]
        order = chance.permutation(len(lessons))
        for start in range(0, len(order), BATCH):
            search.zero_grad()
            loss(model, [lessons[number] for number in order[start : start + BATCH]]).backward()
            search.step()
            pace.step()
    return model.eval().arrays()


def _is_told(felt: Felt) -> bool:
    """Say whether any of its turns has a label."""
    return bool((felt.labels < CALM).any())


def loss(model: Feeling, felt: Sequence[Felt]) -> torch.Tensor:
    """Return how wrong the model is about the conversations, a turn."""
    scores = model(felt)
    chances = scores.exp()
    labels = torch.from_numpy(np.concatenate([each.labels for each in felt]))
    weight = torch.tensor([each.weight for each in felt for _ in each.labels])
    told, calm = labels < CALM, labels == CALM
    right = scores[told].gather(1, labels[told, None] + 1)[:, 0]
    wrong = -(right * weight[told]).sum() - (torch.log1p(_TINY - chances[calm, 0]) * weight[calm]).sum()
    # A happy turn weighs less than an unhappy one: courtesy hides much.
    upset = (chances[:, 0] - 0.3 * chances[:, 2]).split([len(each.labels) for each in felt])
    said = [row for row, each in enumerate(felt) if each.annoyed is not None]
    if said:
        guess = torch.stack([upset[row].mean() for row in said]) * model.annoyance[0] + model.annoyance[1]
        truth = torch.tensor([float(felt[row].annoyed or False) for row in said])
        wrong = wrong + ANNOYED_WEIGHT * nn.functional.binary_cross_entropy_with_logits(
            guess, truth, reduction="sum"
        )
    return wrong / len(labels)
