"""A recorded call into a track per speaker.

Decoded by PyAV: WAV (PCM, µ-law, A-law), FLAC, MP3, Opus in Ogg or WebM, and whatever else it knows.
"""

import heapq
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError
from numpy.typing import NDArray

from listener.events import SAMPLE_RATE_HZ, AudioChunk, Speaker

CHUNK_SAMPLES = 320
"""20 ms: what a softphone sends at a time."""

_COMPARED_CHUNKS = 3_000  # the first minute tells whether two channels are one
_SAME_SOUND = 0.98  # correlation; two sides of a call recorded apart stay below 0.1, through lossy codecs too

_Block = NDArray[np.float32]  # (channels, samples) at 16 kHz


class RecordingError(ValueError):
    """A recording we cannot take; the message says which, why, and how to mend it."""


def read_recording(file: BinaryIO, name: str, speakers: Sequence[Speaker]) -> Iterator[AudioChunk]:
    """Check a recording, then yield it in chunks of 20 ms, in time order, the speakers' chunks side by side.

    A truncated recording yields what it holds; the last chunk may be shorter.

    Args:
        file: The recording, open for reading bytes; seekable.
        name: What to call it in errors.
        speakers: Whose channel is whose, first channel first: ``(CUSTOMER, AGENT)`` for the default
            channel map, one speaker for a mono file.

    Raises:
        RecordingError: Not audio, empty, or not as many channels as speakers (a mono file is never split
            in two, a stereo one never mixed down), or two channels that carry the same sound.
    """
    head = list(islice(_cut(_blocks(file, name, len(speakers))), _COMPARED_CHUNKS))
    if not head:
        raise RecordingError(f"{name}: holds no sound; was the recording stopped before it began?")
    if len(speakers) > 1:
        _refuse_one_sound_twice(np.concatenate(head, axis=1), name)
    return _chunks(_cut(_blocks(file, name, len(speakers))), speakers)


def in_time_order(*recordings: Iterable[AudioChunk]) -> Iterator[AudioChunk]:
    """Merge recordings of one call, made a file a side, into one."""
    return heapq.merge(*recordings, key=lambda chunk: chunk.start_s)


def _chunks(blocks: Iterator[_Block], speakers: Sequence[Speaker]) -> Iterator[AudioChunk]:
    for number, block in enumerate(blocks):
        start_s = number * CHUNK_SAMPLES / SAMPLE_RATE_HZ
        for speaker, samples in zip(speakers, block, strict=True):
            yield AudioChunk(speaker, start_s, samples)


def _cut(blocks: Iterator[_Block]) -> Iterator[_Block]:
    """Cut blocks of any length to ``CHUNK_SAMPLES``; the last may be shorter."""
    held: _Block | None = None
    for block in blocks:
        held = block if held is None else np.concatenate([held, block], axis=1)
        whole = held.shape[1] - held.shape[1] % CHUNK_SAMPLES
        yield from (held[:, start : start + CHUNK_SAMPLES] for start in range(0, whole, CHUNK_SAMPLES))
        held = held[:, whole:]
    if held is not None and held.shape[1]:
        yield held


def _blocks(file: BinaryIO, name: str, channels: int) -> Iterator[_Block]:
    """Decode a recording from its beginning, at 16 kHz, all channels kept apart."""
    file.seek(0)
    with _blamed_on(name), av.open(file, "r") as container:
        _check_channels(container, name, channels)
        resampler = av.AudioResampler(format="fltp", rate=SAMPLE_RATE_HZ)
        for frame in _frames(container):
            frame.pts = None  # a codec's priming would be counted as a gap
            yield from map(_block, resampler.resample(frame))
        yield from map(_block, resampler.resample(None))


def _frames(container: InputContainer) -> Iterator[av.AudioFrame]:
    """Yield the frames that can be decoded; a truncated file ends in one that cannot."""
    for packet in container.demux(audio=0):
        try:
            yield from packet.decode()
        except InvalidDataError:
            continue


def _block(frame: av.AudioFrame) -> _Block:
    """Float recordings may hold anything, even what is not a number."""
    return np.clip(np.nan_to_num(frame.to_ndarray()), -1, 1).astype(np.float32, copy=False)


@contextmanager
def _blamed_on(name: str) -> Generator[None]:
    try:
        yield
    except FFmpegError as error:
        raise RecordingError(f"{name}: not a recording that can be decoded ({error.strerror})") from error


def _check_channels(container: InputContainer, name: str, channels: int) -> None:
    if not container.streams.audio:
        raise RecordingError(f"{name}: holds no audio track")
    found = container.streams.audio[0].codec_context.channels
    if found != channels:
        raise RecordingError(
            f"{name}: {found} channel(s) where {channels} were expected. Give a two-channel call with "
            "--channel-map, naming the speaker of each channel, or one mono file a side "
            "with --customer and --agent."
        )


def _refuse_one_sound_twice(head: _Block, name: str) -> None:
    first, second = head[0], head[1]
    power = float(np.linalg.norm(first) * np.linalg.norm(second))
    if power and float(first @ second) / power > _SAME_SOUND:
        raise RecordingError(
            f"{name}: both channels carry the same sound, so the speakers cannot be told apart. "
            "It is a mono recording saved as stereo: record each side on its own channel."
        )
