"""What goes into and comes out of the listener. Everything else is built on these values."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
"""The one rate inside: every track is float32 mono at 16 kHz, in [-1, 1]."""


class Channel(StrEnum):
    """How the customer got in touch."""

    VOICE = "voice"
    CHAT = "chat"


class Speaker(StrEnum):
    """Who is speaking."""

    AGENT = "agent"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, eq=False)
class AudioChunk:
    """A stretch of one speaker's track.

    Attributes:
        speaker: Whose track it is.
        start_s: Seconds since the conversation began, of the first sample.
        samples: float32 mono 16 kHz, shape ``(n_samples,)``, in [-1, 1].
    """

    speaker: Speaker
    start_s: float
    samples: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message as it was sent.

    Attributes:
        at_s: Seconds since the conversation began.
    """

    speaker: Speaker
    text: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed and nothing was said.

    Attributes:
        at_s: Seconds since the conversation began; never wall-clock time.
    """

    at_s: float


@dataclass(frozen=True, slots=True)
class Partial:
    """Words that may still change.

    Attributes:
        at_s: Seconds since the conversation began, up to where the words were heard.
    """

    speaker: Speaker
    text: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """One settled stretch of speech, or one chat message.

    Attributes:
        start_s: Seconds since the conversation began; never wall-clock time.
        end_s: The same, of its end; not before ``start_s``.
        confidence: In [0, 1]: how sure the recogniser is of the words, and voice activity that
            somebody spoke. 1.0 for chat and for transcripts, which count as certain.
    """

    speaker: Speaker
    text: str
    start_s: float
    end_s: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Turn:
    """An utterance with its number: from 0, in the order settled, never renumbered."""

    index: int
    utterance: Utterance
