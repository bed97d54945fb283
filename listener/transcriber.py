"""The recogniser as the rest of the product sees it: a stretch of speech in, settled words out."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from listener.events import Speaker, Utterance


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A closed stretch of one speaker's speech, ready to be recognised.

    Attributes:
        start_s: Seconds since the conversation began, where speech was first heard.
        end_s: The same, where it was last heard.
        closed_s: The same, how far the track had been heard when the segment closed.
        samples: float32 mono 16 kHz, with a little of what came before and after the speech.
        activity: In [0, 1]: mean probability of speech between ``start_s`` and ``end_s``.
    """

    speaker: Speaker
    start_s: float
    end_s: float
    closed_s: float
    samples: NDArray[np.float32]
    activity: float


class Transcriber(Protocol):
    """A model shared by all conversations; it keeps nothing between calls, which may come from any thread."""

    @property
    def name(self) -> str:
        """What the `started` event calls the model."""
        ...

    @property
    def sha256(self) -> str:
        """Of its weights, in hexadecimal."""
        ...

    def transcribe(self, segment: Segment) -> Utterance | None:
        """Return the words of a segment, or None when it holds none worth believing.

        Slow: tenths of a second of CPU time. The words depend on the segment alone.
        """
        ...
