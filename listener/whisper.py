"""The faster-whisper recogniser: int8 on the CPU, its encoder cropped to what was said, and guarded.

Whisper pads whatever it hears to 30 s, and so a short segment pays for 30 s of encoder: ten times too
much. Here the encoder sees the segment and a margin. That is unusual input, on which the model now and
then loops or falls silent; such a hearing is told by its own figures and repeated at the full 30 s,
once. What is still doubtful then is not passed on as words.

Source of every figure below: measured, docs/benchmarks.md, "Speech"; those of whisper's own fallback
(Radford et al. 2022, section 4.5) where it says so.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import ctranslate2  # pyright: ignore[reportMissingTypeStubs]  # it ships none
import faster_whisper  # pyright: ignore[reportMissingTypeStubs]  # as above
import numpy as np
from faster_whisper.tokenizer import Tokenizer  # pyright: ignore[reportMissingTypeStubs]  # as above
from numpy.typing import NDArray

from listener.events import SAMPLE_RATE_HZ, Utterance
from listener.transcriber import Segment

_FRAMES_PER_S = 100
_FULL_FRAMES = 30 * _FRAMES_PER_S
_MARGIN_FRAMES = 2 * _FRAMES_PER_S

_TOKENS_AT_LEAST = 14
_TOKENS_PER_S = 7
_MOST_TOKENS = 224  # the model's own

_LOWEST_MEAN_LOG_PROBABILITY = -1.0  # whisper's own
_HIGHEST_COMPRESSION = 2.2  # whisper's own is 2.4, for 30 s
_REPEATS = 3

_NO_SPEECH_PROBABILITY = 0.6  # whisper's own
_LEAST_ACTIVITY = 0.5
_LEAST_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Hearing:
    """What the decoder made of a segment.

    Attributes:
        mean_log_probability: Of its tokens, natural logarithm.
        no_speech: In [0, 1]: probability that nobody speaks, by the recogniser.
        cut_short: Whether it ran into the limit of tokens.
    """

    text: str
    mean_log_probability: float
    no_speech: float
    cut_short: bool

    @property
    def is_doubtful(self) -> bool:
        return (
            not any(map(str.isalnum, self.text))
            or self.cut_short
            or self.mean_log_probability < _LOWEST_MEAN_LOG_PROBABILITY
            or _compression(self.text) > _HIGHEST_COMPRESSION
            or _tail_repeats(self.text.lower().split())
        )


class WhisperTranscriber:
    """A whisper model in CTranslate2's format, shared by all conversations; any thread may call it.

    Args:
        folder: model.bin, config.json, tokenizer.json and vocabulary beside each other.
        name: What the `started` event calls the model.
        sha256: Of model.bin, in hexadecimal.
        threads: CPU threads per recognition.
    """

    def __init__(self, folder: Path, name: str, sha256: str, threads: int = 1) -> None:
        self.name, self.sha256 = name, sha256
        # faster-whisper is only partly typed
        model = cast(Any, faster_whisper.WhisperModel)(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads
        )
        self._features, self._whisper = model.feature_extractor, model.model
        multilingual = model.model.is_multilingual
        self._tokens = cast(Any, Tokenizer)(model.hf_tokenizer, multilingual, "transcribe", "en")

    def transcribe(self, segment: Segment) -> Utterance | None:
        """Return the words of a segment of at most 30 s, or None when it holds none worth believing."""
        seconds = len(segment.samples) / SAMPLE_RATE_HZ
        if seconds < _LEAST_SECONDS:
            return None
        features = self._features(segment.samples)[:, : round(seconds * _FRAMES_PER_S)]
        limit = min(round(_TOKENS_AT_LEAST + _TOKENS_PER_S * seconds), _MOST_TOKENS)
        hearing = self._hear(features, features.shape[1] + _MARGIN_FRAMES, limit)
        if hearing.is_doubtful:
            hearing = self._hear(features, _FULL_FRAMES, limit)
        if hearing.is_doubtful or _nobody_spoke(hearing, segment.activity):
            return None
        confidence = _confidence(hearing, segment.activity)
        return Utterance(segment.speaker, hearing.text, segment.start_s, segment.end_s, confidence)

    def _hear(self, features: NDArray[np.float32], frames: int, limit: int) -> _Hearing:
        """Decode features, padded or cut to so many frames of 10 ms, in at most ``limit`` tokens."""
        padded = np.zeros((1, features.shape[0], min(frames, _FULL_FRAMES)), np.float32)
        padded[0, :, : features.shape[1]] = features[:, : padded.shape[2]]
        encoded = self._whisper.encode(_storage(padded))
        prompt = self._tokens.sot_sequence
        [result] = self._whisper.generate(
            encoded,
            [prompt],
            max_length=2 * limit,  # CTranslate2 allows itself half of it
            return_scores=True,
            return_no_speech_prob=True,
        )
        tokens = result.sequences_ids[0]
        return _Hearing(
            text=self._tokens.decode(tokens).strip(),
            mean_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech=result.no_speech_prob,
            cut_short=len(tokens) >= limit,
        )


def _storage(features: NDArray[np.float32]) -> object:
    return cast(Any, ctranslate2).StorageView.from_array(features)


def _nobody_spoke(hearing: _Hearing, activity: float) -> bool:
    return hearing.no_speech > _NO_SPEECH_PROBABILITY and activity < _LEAST_ACTIVITY


def _confidence(hearing: _Hearing, activity: float) -> float:
    """The geometric mean of both: neither sure words of a silence nor unsure words of speech count much."""
    return math.sqrt(min(1.0, math.exp(hearing.mean_log_probability)) * activity)


def _compression(text: str) -> float:
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def _tail_repeats(words: Sequence[str]) -> bool:
    """Whether the text ends in the same words three times over."""
    return any(
        words[-size:] == words[-2 * size : -size] == words[-_REPEATS * size : -2 * size]
        for size in range(1, len(words) // _REPEATS + 1)
    )
