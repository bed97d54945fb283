"""How likely it is that somebody speaks: Silero's model, driven frame by frame.

Source: Silero VAD v6 (MIT), the ONNX file bundled with faster-whisper.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

import numpy as np
import onnxruntime  # pyright: ignore[reportMissingTypeStubs]  # it ships none
from numpy.typing import NDArray

FRAME_SAMPLES = 512
"""The model's own frame: 32 ms at 16 kHz."""

_CONTEXT_SAMPLES = 64
_STATE_SHAPE = (1, 1, 128)

# Loud and clipped speech, and speech after a long silence, escape the model: of the louder frames of a
# real caller it missed 66 % as it is, 30 % turned down and with its memory cleared after a second of
# quiet, and no more than before elsewhere. Source: docs/benchmarks.md, "Speech".
_GAIN = np.float32(0.2)
_FORGET_FRAMES = 31  # 1 s
_QUIET_PROBABILITY = 0.35

_Floats = NDArray[np.float32]


class SileroVoiceActivity:
    """The model, shared by all tracks of all conversations; each track has its own state.

    Args:
        weights: The ONNX file.
        sha256: Of the file, in hexadecimal.
    """

    name = "silero-vad-v6"

    def __init__(self, weights: bytes, sha256: str) -> None:
        self.sha256 = sha256
        self._session = _session(weights)

    def track(self) -> Callable[[_Floats], float]:
        """Return a new track's state: called with each frame in turn, it gives the probability of speech."""
        return _Track(self._session)


class _Session(Protocol):
    def run(self, output_names: None, input_feed: Mapping[str, _Floats]) -> Sequence[_Floats]: ...


def _session(weights: bytes) -> _Session:
    options = cast(Any, onnxruntime).SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # it warns of the file's unused initialisers at each start
    providers = ["CPUExecutionProvider"]
    return cast(_Session, onnxruntime.InferenceSession(weights, options, providers))


class _Track:
    def __init__(self, session: _Session) -> None:
        self._session = session
        self._forget()

    def __call__(self, frame: _Floats) -> float:
        heard = np.concatenate([self._context, frame * _GAIN])
        feeds = {"input": heard[None], "h": self._hidden, "c": self._cell}
        found, self._hidden, self._cell = self._session.run(None, feeds)
        self._context = heard[-_CONTEXT_SAMPLES:]
        probability = float(found[0])
        self._quiet_frames = self._quiet_frames + 1 if probability < _QUIET_PROBABILITY else 0
        if self._quiet_frames == _FORGET_FRAMES:
            self._forget()
        return probability

    def _forget(self) -> None:
        self._hidden: _Floats = np.zeros(_STATE_SHAPE, np.float32)
        self._cell: _Floats = self._hidden
        self._context: _Floats = np.zeros(_CONTEXT_SAMPLES, np.float32)
        self._quiet_frames = 0
