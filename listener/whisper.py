"""The faster-whisper recogniser: int8 on the CPU, its encoder cropped to what was said, and guarded.

Whisper pads whatever it hears to 30 s, and so a short segment pays for 30 s of encoder: ten times too
much. Here the encoder sees the segment and a margin of silence. That is unusual input, on which the
model now and then loops or falls silent; such a hearing is told by its own figures and repeated with more
silence, once. What is not to be believed then is not passed on as words.

Source of every figure below: measured, docs/benchmarks.md, "Speech"; those of whisper's own fallback
(Radford et al. 2022, section 4.5) where it says so.
"""

import math
import re
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

_FRAMES_PER_S = 100  # of the encoder's input
_FRAME_SAMPLES = SAMPLE_RATE_HZ // _FRAMES_PER_S
_FULL_S = 30.0
_MARGIN_S = 2.0  # of silence; less, or zeroes where silence would be, and it hears three times as much wrong
_LEAST_S = 6.0  # with less, it loops on short answers
_MARGIN_AGAIN_S, _LEAST_AGAIN_S = 6.0, 15.0  # for a second hearing; 30 s tell hardly more, at twice the cost
_BEAM = 5  # with 1, the cropped encoder's words are twice as often wrong

_TOKENS_AT_LEAST = 14
_TOKENS_PER_S = 7
_MOST_TOKENS = 224  # the model's own

_LOWEST_MEAN_LOG_PROBABILITY = -1.0  # whisper's own
_HIGHEST_COMPRESSION = 2.2  # whisper's own is 2.4, for 30 s
_REPEATS = 3

_NO_SPEECH_PROBABILITY = 0.6  # whisper's own
_LEAST_ACTIVITY = 0.5
_LEAST_CONFIDENCE = 0.45  # below are breaths and clicks that were made words


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
        """Whether to listen again. People do say a thing three times over, but loops do so more often."""
        return self.is_unbelievable or _tail_repeats(re.findall(r"[\w']+", self.text.lower()))

    @property
    def is_unbelievable(self) -> bool:
        return (
            not any(map(str.isalnum, self.text))
            or self.cut_short
            or self.mean_log_probability < _LOWEST_MEAN_LOG_PROBABILITY
            or _compression(self.text) > _HIGHEST_COMPRESSION
        )


class WhisperTranscriber:
    """A whisper model in CTranslate2's format, shared by all conversations; any thread may call it.

    Args:
        folder: model.bin, config.json, tokenizer.json and vocabulary beside each other.
        name: What the `started` event calls the model.
        sha256: Of model.bin, in hexadecimal.
        threads: CPU threads per recognition.
        at_once: Recognitions side by side; they share the weights.
    """

    def __init__(self, folder: Path, name: str, sha256: str, threads: int = 1, at_once: int = 1) -> None:
        self.name, self.sha256, self.at_once = name, sha256, at_once
        # faster-whisper is only partly typed
        model = cast(Any, faster_whisper.WhisperModel)(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads, num_workers=at_once
        )
        self._features, self._whisper = model.feature_extractor, model.model
        multilingual = model.model.is_multilingual
        self._tokens = cast(Any, Tokenizer)(model.hf_tokenizer, multilingual, "transcribe", "en")

    def transcribe(self, segment: Segment) -> Utterance | None:
        """Return the words of a segment of at most 30 s, or None when it holds none worth believing."""
        seconds, limit = _seconds(segment.samples), _limit(segment.samples)
        hearing = self._hear(segment.samples, max(seconds + _MARGIN_S, _LEAST_S), limit)
        if hearing.is_doubtful:
            hearing = self._hear(segment.samples, max(seconds + _MARGIN_AGAIN_S, _LEAST_AGAIN_S), limit)
        if hearing.is_unbelievable or _nobody_spoke(hearing, segment.activity):
            return None
        confidence = round(_confidence(hearing, segment.activity), 4)
        return Utterance(segment.speaker, hearing.text, segment.start_s, segment.end_s, confidence)

    def look(self, segment: Segment, settled: str) -> str | None:
        """Return how an unfinished segment goes on after its settled words; None when that cannot be told.

        The decoder is given the settled words, so that it cannot take them back and need not find them again.
        """
        seconds = max(_seconds(segment.samples) + _MARGIN_S, _LEAST_S)
        hearing = self._hear(segment.samples, seconds, _limit(segment.samples), settled, beam=1)
        if not any(map(str.isalnum, hearing.text)):
            return ""
        if hearing.is_doubtful or _nobody_spoke(hearing, segment.activity):
            return None
        return hearing.text

    def _hear(
        self, samples: NDArray[np.float32], seconds: float, limit: int, settled: str = "", beam: int = _BEAM
    ) -> _Hearing:
        """Decode samples, followed by silence up to so many seconds, into at most ``limit`` tokens.

        Of words that are settled already, the hearing holds only what follows.
        """
        frames = round(min(seconds, _FULL_S) * _FRAMES_PER_S)
        silence = np.zeros(max(0, frames * _FRAME_SAMPLES - len(samples)), np.float32)
        features = self._features(np.concatenate([samples, silence]))[None, :, :frames]
        prefix = self._prefix(settled)
        [result] = self._whisper.generate(
            self._whisper.encode(_storage(np.ascontiguousarray(features))),
            [[*self._tokens.sot_sequence, *prefix]],
            beam_size=beam,
            max_length=2 * limit,  # CTranslate2 allows itself half of it
            return_scores=True,
            return_no_speech_prob=True,
        )
        tokens = result.sequences_ids[0]
        return _Hearing(
            text=self._tokens.decode(tokens[len(prefix) :]).strip(),
            mean_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech=result.no_speech_prob,
            cut_short=len(tokens) >= limit,
        )

    def _prefix(self, settled: str) -> list[int]:
        return [self._tokens.timestamp_begin, *self._tokens.encode(f" {settled}")] if settled else []


def _seconds(samples: NDArray[np.float32]) -> float:
    return len(samples) / SAMPLE_RATE_HZ


def _limit(samples: NDArray[np.float32]) -> int:
    """How many tokens can be said in so many samples."""
    return min(round(_TOKENS_AT_LEAST + _TOKENS_PER_S * _seconds(samples)), _MOST_TOKENS)


def _storage(features: NDArray[np.float32]) -> object:
    return cast(Any, ctranslate2).StorageView.from_array(features)


def _nobody_spoke(hearing: _Hearing, activity: float) -> bool:
    silent = hearing.no_speech > _NO_SPEECH_PROBABILITY and activity < _LEAST_ACTIVITY
    return silent or _confidence(hearing, activity) < _LEAST_CONFIDENCE


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
