"""What each turn does in the conversation, and how far the current request has come.

Small recurrent networks of our own read the embeddings of the turns one after the other, never
ahead: turn → projection (one per speaker) → gated recurrent unit → probabilities. They differ only in
the chance of their training, and the mean of their log-odds is steadier than any of them. They run in numpy;
``bench/train_heads.py`` trains them. Its weights and model card lie in ``nlu/heads/``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from listener.events import Speaker
from nlu.act_cues import cue_flags
from nlu.head_files import Arrays, read_head
from nlu.reading import Reading

ACTS = (
    "greets",
    "asks",
    "informs",
    "holds",
    "proposes",
    "commits",
    "fulfils",
    "fails",
    "offers_more",
    "chats",
    "closes",
    "pitches",
    "requests",
    "gives",
    "accepts",
    "doubts",
    "rejects",
    "complains",
    "thanks",
    "adds_request",
    "declines_offer",
)
"""What a turn may do. Those before ``requests`` are mostly the agent's, the others the customer's."""

STAGES = ("idle", "open", "done", "accepted", "failed")
"""How far the current request has come: none yet, made, said to be done, accepted as done, refused."""

HEAD_NAME = "dialogue-1"
HEAD_SHA256 = "06521d30a29f3804920f344bd34fc6a96a9ecc2ac6981f848c40a89c9e1431e2"


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What the model carries from turn to turn: float32, shape ``(n_networks, n_hidden)``."""

    hidden: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ActReading:
    """One turn as the model understood it, given everything before.

    Attributes:
        acts: Probability of each of ``ACTS``; they sum to 1.
        stages: Probability of each of ``STAGES`` after this turn; they sum to 1.
    """

    acts: dict[str, float]
    stages: dict[str, float]


class DialogueHead:
    """The networks. Holds only weights: one instance serves any number of conversations.

    Args:
        weights: Name to float32 array as ``bench/train_heads.py`` wrote it; its first axis is the network.
        sha256: Of the file they came from, lower-case hex.
    """

    name = HEAD_NAME

    def __init__(self, weights: Arrays, sha256: str) -> None:
        self._weights = {key: array.astype(np.float32) for key, array in weights.items()}
        self.sha256 = sha256

    def begin(self) -> Memory:
        """Return the memory of a conversation in which nothing was said."""
        networks, _, width = self._weights["recurrent_weight"].shape
        return Memory(np.zeros((networks, width), np.float32))

    def read(self, memory: Memory, reading: Reading) -> tuple[Memory, ActReading]:
        """Take the next turn.

        Returns:
            The memory after it, and what the turn does.
        """
        projected = self._project(reading)
        hidden = self._recur(memory.hidden, projected)
        both = np.concatenate([hidden, projected], -1)
        acts, stages = (_softmax(self._affine(name, both).mean(0)) for name in ("act", "stage"))
        return Memory(hidden), ActReading(_named(ACTS, acts), _named(STAGES, stages))

    def _affine(self, name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
        weighted = (self._weights[f"{name}_weight"] @ values[..., None])[..., 0]
        return np.asarray(weighted + self._weights[f"{name}_bias"], np.float32)

    def _project(self, reading: Reading) -> NDArray[np.float32]:
        utterance = reading.turn.utterance
        side = "agent" if utterance.speaker is Speaker.AGENT else "customer"
        features = np.concatenate([reading.vector, cue_flags(reading.text)])
        return np.tanh(self._affine(side, features))

    def _recur(self, hidden: NDArray[np.float32], seen: NDArray[np.float32]) -> NDArray[np.float32]:
        """Advance the gated recurrent unit. Source: Cho et al. 2014, with PyTorch's order of gates."""
        new = np.split(self._affine("input", seen), 3, -1)
        old = np.split(self._affine("recurrent", hidden), 3, -1)
        reset, update = _sigmoid(new[0] + old[0]), _sigmoid(new[1] + old[1])
        candidate = np.tanh(new[2] + reset * old[2])
        return np.asarray((1 - update) * candidate + update * hidden, np.float32)


def load_dialogue_head() -> DialogueHead:
    """Load the weights that ship with this version.

    Raises:
        HeadError: The file is missing or not the one this version was measured with.
    """
    return DialogueHead(read_head(f"{HEAD_NAME}.npz", HEAD_SHA256), HEAD_SHA256)


def _sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-values)), np.float32)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), np.float32)


def _named(names: tuple[str, ...], values: NDArray[np.float32]) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}
