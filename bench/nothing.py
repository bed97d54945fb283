"""What a telephone line carries when nobody speaks, synthesised: always the same, and free of words."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from listener.events import SAMPLE_RATE_HZ

Sound = NDArray[np.float32]

_KEYS_HZ: list[tuple[int, int]] = [(low, high) for low in (697, 770, 852, 941) for high in (1209, 1336, 1477)]
_CHORDS_HZ = [(262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294)]


def _chance() -> np.random.Generator:
    return np.random.default_rng(4)


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def _tones(seconds: float, *pitches_hz: float) -> NDArray[np.float64]:
    time = _time(seconds)
    return np.sum([np.sin(2 * np.pi * pitch * time) for pitch in pitches_hz], axis=0) / len(pitches_hz)


def _again(piece: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    return np.resize(piece, round(seconds * SAMPLE_RATE_HZ))


def silence(seconds: float) -> Sound:
    """Digital silence."""
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.float32)


def hold_music(seconds: float) -> Sound:
    """Chords with overtones and a plucked melody over them, two seconds each, as in a waiting loop."""
    chance, bars = _chance(), list[NDArray[np.float64]]()
    for number in range(32):
        chord = _CHORDS_HZ[number % len(_CHORDS_HZ)]
        pad = _tones(2, *chord, *(2 * pitch for pitch in chord)) * (0.6 + 0.4 * np.sin(np.pi * _time(2) / 2))
        plucks = [
            _tones(0.25, 2 * pitch, 4 * pitch) * np.exp(-9 * _time(0.25)) for pitch in chance.choice(chord, 8)
        ]
        bars.append(0.2 * pad + 0.3 * np.concatenate(plucks))
    return _again(np.concatenate(bars), seconds).astype(np.float32)


def keys(seconds: float) -> Sound:
    """A number dialled, its keys 0.15 s each with 0.1 s between, then a pause. Source: ITU-T Q.23."""
    chance = _chance()
    pressed = [_KEYS_HZ[int(chance.integers(len(_KEYS_HZ)))] for _ in range(11)]
    gap = np.zeros(SAMPLE_RATE_HZ // 10)
    number = np.concatenate([part for key in pressed for part in (0.4 * _tones(0.15, *key), gap)])
    return _again(np.concatenate([number, np.zeros(3 * SAMPLE_RATE_HZ)]), seconds).astype(np.float32)


def ring_back(seconds: float) -> Sound:
    """It rings at the other end: 440 and 480 Hz, two seconds in six. Source: ITU-T E.180."""
    ring = np.concatenate([0.3 * _tones(2, 440, 480), np.zeros(4 * SAMPLE_RATE_HZ)])
    return _again(ring, seconds).astype(np.float32)


def white_noise(seconds: float) -> Sound:
    """A bad line, at -30 dB of full scale."""
    return _chance().normal(0, 0.03, round(seconds * SAMPLE_RATE_HZ)).astype(np.float32)


def room_noise(seconds: float) -> Sound:
    """A fan or a street: noise that falls by 6 dB an octave, and swells."""
    noise = np.cumsum(_chance().normal(0, 1, round(seconds * SAMPLE_RATE_HZ)))
    noise -= np.convolve(noise, np.full(1_600, 1 / 1_600), "same")
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * _time(seconds) / 7)
    return (0.05 * swell * noise / noise.std()).astype(np.float32)


def breathing(seconds: float) -> Sound:
    """Into the microphone: noise of the pitch of a breath, in and out every four seconds."""
    noise = _chance().normal(0, 1, round(seconds * SAMPLE_RATE_HZ))
    band = np.convolve(
        noise, np.hanning(24) * np.cos(2 * np.pi * 900 * np.arange(24) / SAMPLE_RATE_HZ), "same"
    )
    breath = np.clip(np.sin(2 * np.pi * _time(seconds) / 4), 0, None) ** 2
    return (0.08 * breath * band / band.std()).astype(np.float32)


NOTHINGS: dict[str, Callable[[float], Sound]] = {
    "silence": silence,
    "hold music": hold_music,
    "keys": keys,
    "ring-back": ring_back,
    "white noise": white_noise,
    "room noise": room_noise,
    "breathing": breathing,
}
"""Each takes seconds and returns so much of it, float32 mono 16 kHz."""
