"""One track's packets of audio, back in the order in which they were spoken."""

from collections.abc import Iterator

from listener.audio import AudioFormat, Encoding

DEPTH_MS = 200
"""How long a packet that is late is waited for, in the stream's own time."""

_LONGEST_FILL_MS = 200  # what is missing longer is a gap in the call's time, not silence to be made up
_SILENCE = {Encoding.PCM: b"\x00", Encoding.MULAW: b"\xff", Encoding.ALAW: b"\xd5"}


class Reordering:
    """A small jitter buffer, on the packets' own time stamps alone.

    What comes in order passes at once. A packet that is missing is waited for until ``DEPTH_MS`` of later
    audio have come; then it counts as lost. Packets that come twice or too late are dropped.

    Args:
        audio: What the packets hold, one speaker's.
    """

    def __init__(self, audio: AudioFormat) -> None:
        self._silence = _SILENCE[audio.encoding]
        self._frame_bytes = audio.frame_bytes
        self._bytes_per_ms = audio.rate_hz * audio.frame_bytes / 1_000
        self._waiting: dict[int, bytes] = {}
        self._newest_ms = 0
        self._released_ms = -1
        self._end_ms = 0.0

    def put(self, at_ms: int, data: bytes) -> Iterator[tuple[float, bytes]]:
        """Take a packet; yield what its turn has come for.

        Args:
            at_ms: Where its first sample belongs, from the beginning of the stream, not negative.
            data: Its audio; half a sample at its end is dropped.

        Yields:
            Milliseconds of the first sample, and the audio; a short loss before it is filled with silence.
        """
        whole = data[: len(data) - len(data) % self._frame_bytes]
        if at_ms <= self._released_ms or not whole:
            return
        self._waiting.setdefault(at_ms, whole)
        self._newest_ms = max(self._newest_ms, at_ms)
        while self._waiting and self._is_due(oldest_ms := min(self._waiting)):
            yield self._release(oldest_ms)

    def flush(self) -> Iterator[tuple[float, bytes]]:
        """Yield what still waits, at the end of the stream."""
        for at_ms in sorted(self._waiting):
            yield self._release(at_ms)

    def _is_due(self, at_ms: int) -> bool:
        follows = self._missing_ms(at_ms) < self._milliseconds(self._waiting[at_ms])
        return follows or self._newest_ms - at_ms >= DEPTH_MS

    def _release(self, at_ms: int) -> tuple[float, bytes]:
        data = self._waiting.pop(at_ms)
        missing_ms = self._missing_ms(at_ms)
        self._released_ms = at_ms
        if missing_ms < self._milliseconds(data):
            # Time stamps are not that exact: less than a packet's length is not a packet lost.
            self._end_ms = max(self._end_ms, at_ms) + self._milliseconds(data)
            return at_ms, data
        self._end_ms = at_ms + self._milliseconds(data)
        if missing_ms > _LONGEST_FILL_MS:
            return at_ms, data
        samples = round(missing_ms * self._bytes_per_ms / self._frame_bytes)
        return at_ms - missing_ms, self._silence * samples * self._frame_bytes + data

    def _missing_ms(self, at_ms: int) -> float:
        return at_ms - self._end_ms

    def _milliseconds(self, data: bytes) -> float:
        return len(data) / self._bytes_per_ms
