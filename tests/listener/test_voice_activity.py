"""The bundled voice activity model tells speech from what is not, whatever came before."""

import numpy as np
from numpy.typing import NDArray

from adapters.weights import Ears
from listener.voice_activity import FRAME_SAMPLES

Sound = NDArray[np.float32]


def heard(ears: Ears, sound: Sound) -> list[float]:
    track = ears.voice_activity.track()
    whole = len(sound) - len(sound) % FRAME_SAMPLES
    return [track(frame) for frame in sound[:whole].reshape(-1, FRAME_SAMPLES)]


def seconds_of_speech(ears: Ears, sound: Sound) -> float:
    return sum(probability > 0.5 for probability in heard(ears, sound)) * FRAME_SAMPLES / 16_000


def noise(seconds: float, strength: float) -> Sound:
    return np.random.default_rng(1).normal(0, strength, round(seconds * 16_000)).astype(np.float32)


def test_speech_is_heard(ears: Ears, greeting: Sound) -> None:
    assert 3.5 < seconds_of_speech(ears, greeting) < 6.5


def test_silence_noise_and_a_tone_are_not_speech(ears: Ears) -> None:
    tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 16_000)).astype(np.float32)
    for sound in (np.zeros(48_000, np.float32), noise(3, 0.01), noise(3, 0.2), tone):
        assert seconds_of_speech(ears, sound) < 0.2


def test_loud_and_clipped_speech_is_heard_as_well(ears: Ears, greeting: Sound) -> None:
    clipped = np.clip(greeting * 20, -1, 1)
    assert seconds_of_speech(ears, clipped) > 0.8 * seconds_of_speech(ears, greeting)


def test_speech_is_heard_after_a_long_silence(ears: Ears, greeting: Sound) -> None:
    late = np.concatenate([np.zeros(60 * 16_000, np.float32), greeting])
    assert seconds_of_speech(ears, late) > 0.9 * seconds_of_speech(ears, greeting)


def test_tracks_do_not_hear_each_other(ears: Ears, greeting: Sound) -> None:
    first, second = ears.voice_activity.track(), ears.voice_activity.track()
    frames = greeting[: 100 * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    together = [(first(frame), second(frame[::-1]))[0] for frame in frames]
    assert together == heard(ears, frames.ravel())
