"""A conversation's audio into closed segments, in time order across its tracks.

Segmenting is cheap (some 3 ms of CPU time for a second of audio) and must see the audio in order; recognising is slow and
may run elsewhere: feed the stream, hand each segment to a ``Transcriber`` in the order given, and
take the utterances in that order.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from listener.events import AudioChunk, ChatMessage, Speaker, Utterance
from listener.transcriber import Segment

VoiceActivity = Callable[[NDArray[np.float32]], float]
"""Takes a track's next 512 samples (32 ms) at 16 kHz; returns the probability of speech in [0, 1]."""

MAX_SKEW_S = 1.0


class SpeechStream:
    """The tracks of one conversation, each with its own state.

    Args:
        voice_activity: Makes the state of a new track; ``SileroVoiceActivity.track`` does.
        speakers: The tracks to wait for; a speaker who is not named may still be heard.
    """

    def __init__(self, voice_activity: Callable[[], VoiceActivity], speakers: Sequence[Speaker] = tuple(Speaker)) -> None:
        raise NotImplementedError("being written")

    def feed(self, chunk: AudioChunk) -> list[Segment]:
        """Take the next audio of a track; return the segments that are now in order, oldest first."""
        raise NotImplementedError("being written")

    def finish(self) -> list[Segment]:
        """Return what is still open or waiting at the end of the conversation, oldest first."""
        raise NotImplementedError("being written")


def utterance_of(message: ChatMessage) -> Utterance | None:
    """Return a chat message as settled words, or None when it holds none."""
    text = message.text.strip()
    return Utterance(message.speaker, text, message.at_s, message.at_s) if text else None
