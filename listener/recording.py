"""A recorded call into a track per speaker.

Decoded by PyAV: WAV (PCM, µ-law, A-law), FLAC, MP3, Opus in Ogg or WebM, and whatever else it knows.
"""

import heapq
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from listener.events import AudioChunk, Speaker


class RecordingError(ValueError):
    """A recording we cannot take; the message says which, why, and how to mend it."""


def read_recording(file: BinaryIO, name: str, speakers: Sequence[Speaker]) -> Iterator[AudioChunk]:
    """Yield a recording in chunks of 20 ms, in time order; every speaker's chunk of a time together.

    A truncated recording yields what it holds.

    Args:
        file: The recording, open for reading bytes; seekable.
        name: What to call it in errors.
        speakers: Whose channel is whose, first channel first: ``(CUSTOMER, AGENT)`` for the default
            channel map, one speaker for a mono file.

    Raises:
        RecordingError: Not audio, empty, or not as many channels as speakers (a mono file is never split in
            two, a stereo one never mixed down); or two channels that carry the same sound.
    """
    raise NotImplementedError("being written")


def in_time_order(*recordings: Iterator[AudioChunk]) -> Iterator[AudioChunk]:
    """Merge recordings of one call, made a file a side, into one."""
    return heapq.merge(*recordings, key=lambda chunk: chunk.start_s)
