"""Fit the dialogue model from labelled conversations: the one part that needs torch (extra ``[neural]``).

Source of the recipe: frozen embeddings → projection → gated recurrent unit; cross-entropy on every labelled
turn plus a loss on whole conversations, which asks that the greatest score of "accepted" among the turns
where nothing is accepted yet stays below zero, and the greatest just after the acceptance above it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from listener.events import Speaker
from nlu.acts import ACTS, STAGES
from nlu.head_files import Arrays

UNLABELLED = -1
"""The act or stage of a turn that nobody labelled; it costs nothing whatever the model says of it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A turn with its answers.

    Attributes:
        act: Index into ``ACTS``, or ``UNLABELLED``.
        stage: Index into ``STAGES`` of how far the request has come after it, or ``UNLABELLED``.
        early: Whether "accepted" is wrong here beyond doubt.
        timely: Whether "accepted" is due here.
    """

    speaker: Speaker
    text: str
    act: int = UNLABELLED
    stage: int = UNLABELLED
    early: bool = False
    timely: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """A labelled conversation.

    Attributes:
        source: The set it is from.
        group: What is left out together when the model is judged: a business, a domain.
        weight: Its share in the loss; 1 is neutral.
    """

    id: str
    source: str
    group: str
    lines: tuple[Line, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """The numbers of the training, chosen by leaving businesses out.

    Attributes:
        margin: Logits by which the loss on conversations wants the scores to clear zero.
    """

    projection: int = 96
    hidden: int = 64
    dropout: float = 0.4
    epochs: int = 14
    batch: int = 24
    rate: float = 2e-3
    weight_decay: float = 1e-4
    act_share: float = 0.5
    conversation_share: float = 1.0
    margin: float = 1.0


Vary = Callable[[Lesson, np.random.Generator], Lesson]
Featurize = Callable[[str], NDArray[np.float32]]


class _Network(nn.Module):
    def __init__(self, recipe: Recipe, n_features: int) -> None:
        super().__init__()
        self.agent = nn.Linear(n_features, recipe.projection)
        self.customer = nn.Linear(n_features, recipe.projection)
        self.recurrent = nn.GRU(recipe.projection, recipe.hidden, batch_first=True)
        self.act = nn.Linear(recipe.hidden + recipe.projection, len(ACTS))
        self.stage = nn.Linear(recipe.hidden + recipe.projection, len(STAGES))
        self.drop_input = nn.Dropout(recipe.dropout / 2)
        self.drop = nn.Dropout(recipe.dropout)

    def forward(self, features: Tensor, is_agent: Tensor) -> tuple[Tensor, Tensor]:
        """Return act and stage logits, shape ``(n_conversations, n_turns, n_classes)``."""
        seen = self.drop_input(features)
        sides = torch.where(is_agent[..., None], self.agent(seen), self.customer(seen))
        projected = torch.tanh(sides)
        hidden, _ = self.recurrent(self.drop(projected))
        both = self.drop(torch.cat([hidden, projected], -1))
        return self.act(both), self.stage(both)


@dataclass(frozen=True, slots=True)
class _Batch:
    features: Tensor
    is_agent: Tensor
    acts: Tensor
    stages: Tensor
    early: Tensor
    timely: Tensor
    weights: Tensor


def fit(
    lessons: Sequence[Lesson],
    vary: Vary,
    featurize: Featurize,
    recipe: Recipe,
    seed: int = 0,
    tell: Callable[[int], None] = lambda epoch: None,
) -> Arrays:
    """Train a dialogue model.

    Args:
        lessons: What to learn from.
        vary: Returns a lesson changed by chance, as often as it is seen.
        featurize: Text to what the network sees of it, shape ``(n_features,)``.
        recipe: The numbers of the training.
        seed: The same seed and lessons give the same weights on the same machine.
        tell: Called with each epoch's number when it is over.

    Returns:
        The arrays of one network, as ``nlu.acts.DialogueHead`` takes them stacked.
    """
    torch.manual_seed(seed)  # pyright: ignore[reportUnknownMemberType]  # torch leaves it untyped
    chance = np.random.default_rng(seed)
    network = _Network(recipe, len(featurize("")))
    optimizer = torch.optim.AdamW(network.parameters(), recipe.rate, weight_decay=recipe.weight_decay)
    steps = recipe.epochs * -(-len(lessons) // recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=steps, pct_start=0.15)
    for epoch in range(recipe.epochs):
        for chosen in _batches(lessons, recipe.batch, chance):
            batch = _stack([vary(lesson, chance) for lesson in chosen], featurize)
            optimizer.zero_grad()
            _loss(network, batch, recipe).backward()  # pyright: ignore[reportUnknownMemberType]  # as above
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()  # pyright: ignore[reportUnknownMemberType]  # as above
            schedule.step()
        tell(epoch)
    return _arrays(network)


def _batches(lessons: Sequence[Lesson], size: int, chance: np.random.Generator) -> list[list[Lesson]]:
    """Cut a shuffled order into batches of like length, so that little is padding."""
    shuffled = [lessons[int(i)] for i in chance.permutation(len(lessons))]
    shuffled.sort(key=lambda lesson: len(lesson.lines) // 4)
    batches = [shuffled[at : at + size] for at in range(0, len(shuffled), size)]
    return [batches[int(i)] for i in chance.permutation(len(batches))]


def _stack(lessons: Sequence[Lesson], featurize: Featurize) -> _Batch:
    length = max(len(lesson.lines) for lesson in lessons)
    blank = Line(Speaker.AGENT, "")
    rows = [[*lesson.lines, *[blank] * (length - len(lesson.lines))] for lesson in lessons]
    features = np.stack([np.stack([featurize(line.text) for line in row]) for row in rows])
    return _Batch(
        features=torch.from_numpy(features),  # pyright: ignore[reportUnknownMemberType]  # as above
        is_agent=torch.tensor([[line.speaker is Speaker.AGENT for line in row] for row in rows]),
        acts=torch.tensor([[line.act for line in row] for row in rows]),
        stages=torch.tensor([[line.stage for line in row] for row in rows]),
        early=torch.tensor([[line.early for line in row] for row in rows]),
        timely=torch.tensor([[line.timely for line in row] for row in rows]),
        weights=torch.tensor([lesson.weight for lesson in lessons]),
    )


def _loss(network: _Network, batch: _Batch, recipe: Recipe) -> Tensor:
    acts, stages = network(batch.features, batch.is_agent)
    return (
        recipe.act_share * _cross_entropy(acts, batch.acts, batch.weights)
        + _cross_entropy(stages, batch.stages, batch.weights)
        + recipe.conversation_share * _conversation_loss(stages, batch, recipe.margin)
    )


def _cross_entropy(logits: Tensor, answers: Tensor, weights: Tensor) -> Tensor:
    each = functional.cross_entropy(
        logits.flatten(0, 1), answers.flatten(), ignore_index=UNLABELLED, reduction="none"
    )
    shares = weights[:, None] * (answers != UNLABELLED)
    return (each.view(answers.shape) * weights[:, None]).sum() / shares.sum().clamp(min=1)


def _conversation_loss(stages: Tensor, batch: _Batch, margin: float) -> Tensor:
    accepted = STAGES.index("accepted")
    others = [i for i in range(len(STAGES)) if i != accepted]
    score = stages[..., accepted] - torch.logsumexp(stages[..., others], -1)
    early = functional.softplus(_greatest(score, batch.early) + margin) * batch.early.any(1)
    timely = functional.softplus(margin - _greatest(score, batch.timely)) * batch.timely.any(1)
    return ((early + timely) * batch.weights).mean()


def _greatest(score: Tensor, where: Tensor) -> Tensor:
    return score.masked_fill(~where, -1e4).amax(1)


_NAMES = {
    "agent.weight": "agent_weight",
    "agent.bias": "agent_bias",
    "customer.weight": "customer_weight",
    "customer.bias": "customer_bias",
    "recurrent.weight_ih_l0": "input_weight",
    "recurrent.bias_ih_l0": "input_bias",
    "recurrent.weight_hh_l0": "recurrent_weight",
    "recurrent.bias_hh_l0": "recurrent_bias",
    "act.weight": "act_weight",
    "act.bias": "act_bias",
    "stage.weight": "stage_weight",
    "stage.bias": "stage_bias",
}


def _arrays(network: _Network) -> Arrays:
    """Round to half precision, which halves the file and changes no decision, and name for inference."""
    state = network.state_dict()
    halves = {name: state[key].numpy().astype(np.float16) for key, name in _NAMES.items()}
    return {name: half.astype(np.float32) for name, half in halves.items()}
