"""What one track heard of the other: echoes, cross-talk, and one sound on both tracks.

An echo is the other side's speech over again: later, quieter, coloured by a room or a codec. Samples no
longer agree then, but the pattern of loudness over time and pitch does, as it never does between two people
who talk at once. So the two are compared as spectrograms, at the delay at which they are most alike.

Source of every figure below: measured, docs/listening.md.
"""

from collections import deque
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from listener.endpointing import LEAD_S, TAIL_S
from listener.events import SAMPLE_RATE_HZ, Speaker
from listener.transcriber import Segment

_HOP_S = 0.01
_HOP = round(_HOP_S * SAMPLE_RATE_HZ)
_WINDOW = 512
_BAND_EDGES_HZ = np.geomspace(200, 3_600, 17)
_RANGE_DB = 45.0  # what is quieter than the loudest by more is noise
_SILENT_DB = -60.0  # full scale being 0: nothing to be heard through

_DELAY_S = 0.5
_PAST_S = 16.0  # the longest segment, a delay to either side, and how far one track may lag

_STRETCH = 80  # hops
_CHANCE = 0.5  # correlation of a stretch that may be chance
_ALIKE = 0.75  # correlation: echoes reach .83 and more, two people at once at most .45
_ALIKE_AT_LEAST = 0.85  # where there is less than a stretch to compare: two people reach .69
_OWN_SHARE = 0.25  # of the energy that no echo explains
_ABOVE_ECHO = 4.0  # times the echo's energy: what is louder is not the echo
_LEAST_OWN_S = 0.3

_SAME_LEVEL_DB = 4.5  # no line returns an echo as loud as that; copies on both channels are within 3 dB
_AT_ONCE_S = 0.03
_SAME_SOUND_S = 3.0  # of speech, both tracks counted, and nothing that was on one of them alone

_Floats = NDArray[np.float32]


class Past:
    """The last seconds of one track, wherever they lie in time."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, _Floats]] = deque()

    def add(self, start_s: float, samples: _Floats) -> None:
        """Take what was heard next.

        Args:
            start_s: Seconds since the conversation began, of the first sample.
            samples: float32 mono 16 kHz.
        """
        self._frames.append((start_s, samples))
        while self._frames[0][0] < start_s - _PAST_S:
            self._frames.popleft()

    def between(self, start_s: float, end_s: float) -> _Floats:
        """Return what was heard in between; what was not, or is forgotten, is silent."""
        found = np.zeros(round((end_s - start_s) * SAMPLE_RATE_HZ), np.float32)
        for at_s, samples in self._frames:
            at = round((at_s - start_s) * SAMPLE_RATE_HZ)
            here = samples[max(0, -at) : max(0, len(found) - at)]
            found[max(0, at) : max(0, at) + len(here)] = here
        return found


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How a segment compares with what the other track held, at the delay that fits best.

    Attributes:
        correlation: In [-1, 1], of the two spectrograms.
        enough: What it has to be at least.
        delay_s: By which the segment comes after the other track; negative when it comes before.
        gain_db: By which it is louder.
        own: Share of its energy that the other track does not explain.
        echoes: For each hop whether it is the other side's; shape ``(n_hops,)``.
    """

    correlation: float
    enough: float
    delay_s: float
    gain_db: float
    own: float
    echoes: NDArray[np.bool_]

    @property
    def is_copy(self) -> bool:
        return self.correlation >= self.enough and self.own <= _OWN_SHARE

    @property
    def is_same_sound(self) -> bool:
        return self.is_copy and abs(self.gain_db) < _SAME_LEVEL_DB

    def comes_second(self, speaker: Speaker) -> bool:
        """Whether the segment is the copy and the other track the original.

        Of two that are in every way the same, the agent's is taken for the original: an agent's words show
        no need and confirm nothing.
        """
        if self.delay_s < -_AT_ONCE_S:
            return False
        if abs(self.gain_db) < _SAME_LEVEL_DB and self.delay_s <= _AT_ONCE_S:
            return speaker is Speaker.CUSTOMER
        return self.gain_db < _SAME_LEVEL_DB


class Overhearing:
    """Both tracks of one conversation, compared segment by segment."""

    def __init__(self) -> None:
        self._past = {speaker: Past() for speaker in Speaker}
        self._same_s = 0.0

    @property
    def same_sound(self) -> bool:
        """Whether both tracks carry the same sound, so that nobody can tell who speaks."""
        return self._same_s >= _SAME_SOUND_S

    def past(self, speaker: Speaker) -> Past:
        """Return where to put what a track hears."""
        return self._past[speaker]

    def settle(self, segment: Segment) -> Segment | None:
        """Return what a closed segment holds of its own speaker, None when that is nothing; learn from it."""
        likeness = self._compare(segment)
        if likeness is not None and likeness.is_same_sound:
            self._same_s += segment.end_s - segment.start_s
        elif likeness is None or not likeness.is_copy:
            self._same_s = 0.0
        return self._own(segment, likeness)

    def own(self, segment: Segment) -> Segment | None:
        """Return what a segment holds of its own speaker, None when that is nothing."""
        return self._own(segment, self._compare(segment))

    def _compare(self, segment: Segment) -> _Likeness | None:
        other = next(speaker for speaker in Speaker if speaker is not segment.speaker)
        start_s, end_s = segment.start_s, segment.end_s
        heard = self._past[segment.speaker].between(start_s, end_s)
        through = self._past[other].between(start_s - _DELAY_S, end_s + _DELAY_S)
        return _likeness(_bands(heard), _bands(through))

    def _own(self, segment: Segment, likeness: _Likeness | None) -> Segment | None:
        if likeness is None or not likeness.comes_second(segment.speaker):
            return segment
        if likeness.is_copy:
            return None
        return self._without(segment, likeness.echoes) if likeness.echoes.any() else segment

    def _without(self, segment: Segment, echoes: NDArray[np.bool_]) -> Segment | None:
        """Cut off what is the other side's at either end, and silence it in between."""
        own = np.flatnonzero(~echoes)
        if len(own) * _HOP_S < _LEAST_OWN_S:
            return None
        start_s = segment.start_s + int(own[0]) * _HOP_S
        end_s = min(segment.end_s, segment.start_s + int(own[-1] + 1) * _HOP_S)
        samples = self._past[segment.speaker].between(start_s - LEAD_S, end_s + TAIL_S)
        for hop in np.flatnonzero(echoes[own[0] : own[-1]]):
            at = round((LEAD_S + int(hop) * _HOP_S) * SAMPLE_RATE_HZ)
            samples[at : at + _HOP] = 0
        if echoes[0]:
            samples[: round(LEAD_S * SAMPLE_RATE_HZ)] = 0
        return replace(segment, start_s=start_s, end_s=end_s, samples=samples)


def _band_weights() -> _Floats:
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE_HZ)
    edges = pairwise(_BAND_EDGES_HZ)
    bands = np.stack([(frequencies >= low) & (frequencies < high) for low, high in edges])
    return bands[bands.any(1)].astype(np.float32)


_WEIGHTS = _band_weights()
_HANN = np.hanning(_WINDOW).astype(np.float32)


def _bands(samples: _Floats) -> _Floats:
    """Return energy by time and pitch, shape ``(n_hops, n_bands)``; 1 is that of full scale."""
    padded = np.pad(samples, (0, _WINDOW))
    frames = sliding_window_view(padded, _WINDOW)[: len(samples) : _HOP] * _HANN
    spectrum = np.abs(np.fft.rfft(frames, axis=1)) / (_WINDOW / 4)
    return np.asarray(spectrum.astype(np.float32) ** 2 @ _WEIGHTS.T, np.float32)


def _decibels(energy: _Floats) -> _Floats:
    loudness = 10 * np.log10(energy + 1e-12)
    return np.asarray(np.maximum(loudness, loudness.max() - _RANGE_DB), np.float32)


def _likeness(heard: _Floats, through: _Floats) -> _Likeness | None:
    """Compare a segment with the other track, of which there is ``_DELAY_S`` more on either side."""
    hops = len(heard)
    if not hops or 10 * np.log10(through.max() + 1e-12) < _SILENT_DB:
        return None
    loudness, others = _decibels(heard), _decibels(through)
    alike = [_alike(loudness, others[at : at + hops]) for at in range(len(others) - hops + 1)]
    best = int(np.argmax([np.maximum(0, each - _CHANCE).sum() for each in alike]))
    other = through[best : best + hops]
    enough = _ALIKE if hops >= _STRETCH else _ALIKE_AT_LEAST
    copied = _stretches(alike[best] >= enough, hops)
    gains = _band_gains(loudness, others[best : best + hops], copied if copied.any() else ~copied)
    unexplained = np.maximum(0, heard - _ABOVE_ECHO * other * gains)
    return _Likeness(
        correlation=_correlation(_centred(loudness), _centred(others[best : best + hops])),
        enough=enough,
        delay_s=round(_DELAY_S - best * _HOP_S, 3),
        gain_db=float(10 * np.log10((heard.sum() + 1e-12) / (other.sum() + 1e-12))),
        own=float(unexplained.sum() / (heard.sum() + 1e-12)),
        echoes=copied,
    )


def _alike(loudness: _Floats, other: _Floats) -> _Floats:
    """Return the correlation in each stretch, shape ``(n_stretches,)``; stretches overlap by half."""
    first, second = _windows(loudness), _windows(other)
    power = (first**2).sum((1, 2)) * (second**2).sum((1, 2))
    return np.asarray((first * second).sum((1, 2)) / np.sqrt(power + 1e-9), np.float32)


def _windows(loudness: _Floats) -> _Floats:
    size = min(_STRETCH, len(loudness))
    windows = sliding_window_view(loudness, size, axis=0)[:: _STRETCH // 2]
    return np.asarray(windows - windows.mean(-1, keepdims=True), np.float32)


def _stretches(copies: NDArray[np.bool_], hops: int) -> NDArray[np.bool_]:
    """Return for each hop whether a stretch that is a copy holds it; what follows the last goes with it."""
    held = np.zeros(hops, bool)
    for number in np.flatnonzero(copies):
        start = int(number) * _STRETCH // 2
        is_last = number == len(copies) - 1
        held[start : hops if is_last else start + _STRETCH] = True
    return held


def _centred(loudness: _Floats) -> _Floats:
    return np.asarray(loudness - loudness.mean(0), np.float32)


def _correlation(first: _Floats, second: _Floats) -> float:
    power = float(np.sum(first**2) * np.sum(second**2))
    return float(np.sum(first * second) / np.sqrt(power)) if power else 0.0


def _band_gains(loudness: _Floats, other: _Floats, copied: NDArray[np.bool_]) -> _Floats:
    """Return by how much each band comes through: the median over the copied times at which it is heard."""
    audible = (loudness > loudness.min() + 10) & copied[:, None]
    differences = [
        (band[at], level[at]) for band, level, at in zip(loudness.T, other.T, audible.T, strict=True)
    ]
    each = [np.median(band - level) if len(band) else 0.0 for band, level in differences]
    return np.asarray(10 ** (np.array(each) / 10), np.float32)
