"""How likely it is that somebody speaks: Silero's model, driven frame by frame.

Source: Silero VAD v6 (MIT), the ONNX file bundled with faster-whisper.
"""

from collections.abc import Callable

import numpy as np
import onnxruntime
from numpy.typing import NDArray

FRAME_SAMPLES = 512
"""The model's own frame: 32 ms at 16 kHz."""

_CONTEXT_SAMPLES = 64
_STATE_SHAPE = (1, 1, 128)


class SileroVoiceActivity:
    """The model, shared by all tracks of all conversations; each track has its own state.

    Args:
        weights: The ONNX file.
        sha256: Of the file, in hexadecimal.
    """

    name = "silero-vad-v6"

    def __init__(self, weights: bytes, sha256: str) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4  # it warns of unused initialisers at each start
        self.sha256 = sha256
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])

    def track(self) -> Callable[[NDArray[np.float32]], float]:
        """Return a new track's state: called with each frame in turn, it gives the probability of speech."""
        return _Track(self._session)


class _Track:
    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._hidden = self._cell = np.zeros(_STATE_SHAPE, np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)

    def __call__(self, frame: NDArray[np.float32]) -> float:
        heard = np.concatenate([self._context, frame])[None]
        feeds = {"input": heard, "h": self._hidden, "c": self._cell}
        probability, self._hidden, self._cell = self._session.run(None, feeds)
        self._context = frame[-_CONTEXT_SAMPLES:]
        return float(probability[0])
