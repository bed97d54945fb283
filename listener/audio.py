"""Bytes off a telephone line into float32 mono 16 kHz, a track per speaker."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import av
import numpy as np
from numpy.typing import NDArray

from listener.events import SAMPLE_RATE_HZ, AudioChunk, Speaker

RATES_HZ = (8_000, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000)
"""What softphones, call servers and browsers send."""


class AudioFormatError(ValueError):
    """A stream of audio was announced that we cannot take; the message says why."""


class Encoding(StrEnum):
    """How a sample is written, under the names the audio socket uses."""

    PCM = "s16le"
    MULAW = "mulaw"
    ALAW = "alaw"


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """What a source says its bytes are.

    Attributes:
        encoding: How a sample is written; PCM is signed, 16 bits, little-endian.
        rate_hz: Samples a second and speaker: one of ``RATES_HZ``.
        speakers: Whose channel is whose, in the order the channels are interleaved. A speaker
            has one channel, so a mono source names one speaker.

    Raises:
        AudioFormatError: Unknown encoding or rate, no speaker, or one named twice.
    """

    encoding: Encoding
    rate_hz: int
    speakers: tuple[Speaker, ...]

    def __post_init__(self) -> None:
        if self.encoding not in tuple(Encoding):
            raise AudioFormatError(f"encoding {self.encoding!r}: send one of {', '.join(Encoding)}")
        if self.rate_hz not in RATES_HZ:
            raise AudioFormatError(f"rate {self.rate_hz!r} Hz: send one of {', '.join(map(str, RATES_HZ))}")
        if not self.speakers or len(set(self.speakers)) < len(self.speakers):
            raise AudioFormatError(
                f"speakers {[str(name) for name in self.speakers]}: name each channel's speaker, none twice"
            )

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return len(self.speakers) * (2 if self.encoding is Encoding.PCM else 1)


class AudioDecoder:
    """Decodes one source's bytes as they arrive, cut anywhere.

    The samples do not depend on how the bytes were cut: what is left of a sample is carried over
    to the next call, and the resampler keeps its history (about 2 ms, which ``flush`` gives up).

    Args:
        audio_format: What the bytes are.
        start_s: Seconds since the conversation began, of the first sample. A source that pauses
            goes on with a new decoder, started at the time it resumed.
    """

    def __init__(self, audio_format: AudioFormat, start_s: float = 0.0) -> None:
        self._format = audio_format
        self._carried = b""
        self._tracks = [
            _Track(speaker, start_s, Resampler(audio_format.rate_hz)) for speaker in audio_format.speakers
        ]

    def decode(self, data: bytes) -> list[AudioChunk]:
        """Return what the bytes hold, a chunk for each speaker that has samples; never raises."""
        data = self._carried + data
        whole = len(data) - len(data) % self._format.frame_bytes
        self._carried = data[whole:]
        samples = _DECODE[self._format.encoding](data[:whole])
        channels = samples.reshape(-1, len(self._tracks)).T
        return _chunks(track.take(channel) for track, channel in zip(self._tracks, channels, strict=True))

    def flush(self) -> list[AudioChunk]:
        """Return the last few samples at the end of the source; the decoder is then done."""
        return _chunks(track.finish() for track in self._tracks)


class Resampler:
    """Brings one track to 16 kHz, whatever way it is cut into pieces.

    Source: libswresample's polyphase filter, through PyAV.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE_HZ)

    def resample(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take float32 samples at the track's rate, shape ``(n,)``; return those ready at 16 kHz."""
        if not len(samples):
            return samples
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples)[None], format="fltp", layout="mono")
        frame.sample_rate = self._rate_hz
        return _joined(self._resampler.resample(frame))

    def finish(self) -> NDArray[np.float32]:
        """Return the samples still inside the filter."""
        return _joined(self._resampler.resample(None))


class _Track:
    def __init__(self, speaker: Speaker, start_s: float, resampler: Resampler) -> None:
        self._speaker, self._start_s, self._resampler = speaker, start_s, resampler
        self._given = 0

    def take(self, samples: NDArray[np.float32]) -> AudioChunk:
        return self._give(self._resampler.resample(samples))

    def finish(self) -> AudioChunk:
        return self._give(self._resampler.finish())

    def _give(self, samples: NDArray[np.float32]) -> AudioChunk:
        start_s = self._start_s + self._given / SAMPLE_RATE_HZ
        self._given += len(samples)
        return AudioChunk(self._speaker, start_s, samples)


def _chunks(chunks: Iterable[AudioChunk]) -> list[AudioChunk]:
    return [chunk for chunk in chunks if len(chunk.samples)]


def _joined(frames: list[av.AudioFrame]) -> NDArray[np.float32]:
    return np.concatenate([np.empty(0, np.float32), *(frame.to_ndarray()[0] for frame in frames)])


def _mulaw_table() -> NDArray[np.float32]:
    """All 256 µ-law codes as samples. Source: ITU-T G.711, table 2a."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return (np.where(code & 0x80, -magnitude, magnitude) / 32_768).astype(np.float32)


def _alaw_table() -> NDArray[np.float32]:
    """All 256 A-law codes as samples. Source: ITU-T G.711, table 1a."""
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment = (code & 0x70) >> 4
    step = ((code & 0x0F) << 4) + np.where(segment, 0x108, 8)
    magnitude = step << np.maximum(segment - 1, 0)
    return (np.where(code & 0x80, magnitude, -magnitude) / 32_768).astype(np.float32)


def _pcm(data: bytes) -> NDArray[np.float32]:
    return (np.frombuffer(data, "<i2") / 32_768).astype(np.float32)


def _by_table(table: NDArray[np.float32]) -> Callable[[bytes], NDArray[np.float32]]:
    return lambda data: table[np.frombuffer(data, np.uint8)]


_DECODE: dict[Encoding, Callable[[bytes], NDArray[np.float32]]] = {
    Encoding.PCM: _pcm,
    Encoding.MULAW: _by_table(_mulaw_table()),
    Encoding.ALAW: _by_table(_alaw_table()),
}
