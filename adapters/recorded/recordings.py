"""Recorded calls on disk: two channels in one file, or one mono file a side.

A file of the same name that ends in ``.json`` says what was known of the call: a conversation without turns,
as in a conversation file. Of two files, it lies beside the customer's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from adapters.conversations import Background, read_background
from adapters.files import FileError, read_text
from listener.events import AudioChunk, Speaker
from listener.recording import in_time_order, read_recording


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call's recording.

    Attributes:
        background: What was known of the call before it began.
        tracks: Each file, with whose channel is whose, first channel first.
    """

    tracks: tuple[tuple[Path, tuple[Speaker, ...]], ...]
    background: Background

    @property
    def id(self) -> str:
        """What to call the conversation: unless its background says, its first file's name."""
        return self.background.id or self.tracks[0][0].stem

    @property
    def speakers(self) -> tuple[Speaker, ...]:
        """Who is heard, in the order of the tracks."""
        return tuple(speaker for _, speakers in self.tracks for speaker in speakers)

    def checked(self) -> Self:
        """Return the call, if it can be played.

        Raises:
            FileError: A file cannot be read.
            RecordingError: A file is not such a recording.
        """
        next(self.chunks())
        return self

    def chunks(self) -> Iterator[AudioChunk]:
        """Check the recording, then yield it in chunks of 20 ms, in time order.

        Raises:
            FileError: A file cannot be read.
            RecordingError: A file is not such a recording.
        """
        return in_time_order(*[_read(path, speakers) for path, speakers in self.tracks])


def two_channels(path: Path, channel_map: Sequence[Speaker]) -> RecordedCall:
    """Return a call of which one file holds both sides."""
    return RecordedCall(((path, tuple(channel_map)),), _background(path))


def two_files(customer: Path, agent: Path) -> RecordedCall:
    """Return a call of which each side has a mono file of its own."""
    return RecordedCall(((customer, (Speaker.CUSTOMER,)), (agent, (Speaker.AGENT,))), _background(customer))


def _background(recording: Path) -> Background:
    path = recording.with_suffix(".json")
    return read_background(read_text(path), str(path)) if path.exists() else Background()


def _read(path: Path, speakers: tuple[Speaker, ...]) -> Iterator[AudioChunk]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from None
    return _until_read(file, read_recording(file, str(path), speakers))


def _until_read(file: BinaryIO, chunks: Iterator[AudioChunk]) -> Iterator[AudioChunk]:
    with file:
        yield from chunks
