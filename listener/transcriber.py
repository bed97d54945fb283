"""The recogniser as the rest of the product sees it: a stretch of speech in, settled words out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from listener.events import Speaker, Utterance

LONGEST_S = 28.0
"""Seconds of a segment's samples: what the recogniser hears at a time, less the silence it needs."""


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A stretch of one speaker's speech, ready to be recognised.

    Attributes:
        start_s: Seconds since the conversation began, where speech was first heard.
        end_s: The same, where it was last heard.
        closed_s: The same, how far the track had been heard when the segment closed or was looked at.
        samples: float32 mono 16 kHz, with a little of what came before and after the speech.
        activity: In [0, 1]: mean probability of speech between ``start_s`` and ``end_s``.
    """

    speaker: Speaker
    start_s: float
    end_s: float
    closed_s: float
    samples: NDArray[np.float32]
    activity: float


def joined(segments: Sequence[Segment]) -> Segment:
    """Return successive segments of one speaker as one; what was silent between them is left out."""
    first, last = segments[0], segments[-1]
    lengths = [len(segment.samples) for segment in segments]
    return Segment(
        first.speaker,
        first.start_s,
        last.end_s,
        last.closed_s,
        np.concatenate([segment.samples for segment in segments]),
        float(np.average([segment.activity for segment in segments], weights=lengths)),
    )


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

    @property
    def at_once(self) -> int:
        """How many segments it can recognise side by side."""
        ...

    def transcribe(self, segment: Segment) -> Utterance | None:
        """Return the words of a segment, or None when it holds none worth believing.

        Slow: tenths of a second of CPU time. The words depend on the segment alone.
        """
        ...

    def look(self, segment: Segment, settled: str) -> str | None:
        """Return how an unfinished segment goes on after its settled words; None when that cannot be told.

        Cheaper than ``transcribe`` and less sure.
        """
        ...
