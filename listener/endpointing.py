"""Probabilities of speech into stretches of speech: where they start and where they stop.

One machine per track, driven frame by frame (32 ms). What it does is written in ``TRANSITIONS``.
"""

from dataclasses import dataclass
from enum import Enum, auto

FRAME_S = 0.032

# Source of all figures here unless another is named: docs/benchmarks.md, "Speech".

# Speech above the first, silence below the second; what lies between leaves things as they are. Lower
# than Silero's own 0.5 and 0.35, which missed half as much again of a real caller: words that nobody
# said are the recogniser's to refuse, words that it never gets are lost.
SPEECH_PROBABILITY = 0.3
SILENCE_PROBABILITY = 0.2

CLOSING_SILENCE_S = 0.5
MAX_SEGMENT_S = 12.0
LEAST_SPEECH_S = 0.2  # less is a click or a breath
LEAD_S = 0.3  # soft first sounds come before the model is sure; lead and tail share one silence
TAIL_S = 0.2

# What grows too long is cut where speech was least likely in its last part.
# Source: the min-cut of WhisperX (Bain et al. 2023, section 2.2).
CUT_WITHIN_S = 5.0


class Phase(Enum):
    """What a track is doing."""

    QUIET = auto()
    SPEAKING = auto()
    PAUSING = auto()


class Heard(Enum):
    """What a frame amounts to."""

    SPEECH = auto()
    UNSURE = auto()
    SILENCE = auto()
    LASTING_SILENCE = auto()
    TOO_MUCH_SPEECH = auto()


class Action(Enum):
    """What to do about it."""

    NOTHING = auto()
    OPEN = auto()
    MARK_PAUSE = auto()
    CLOSE = auto()
    CUT = auto()


TRANSITIONS: dict[tuple[Phase, Heard], tuple[Phase, Action]] = {
    (Phase.QUIET, Heard.SPEECH): (Phase.SPEAKING, Action.OPEN),
    (Phase.QUIET, Heard.UNSURE): (Phase.QUIET, Action.NOTHING),
    (Phase.QUIET, Heard.SILENCE): (Phase.QUIET, Action.NOTHING),
    (Phase.SPEAKING, Heard.SPEECH): (Phase.SPEAKING, Action.NOTHING),
    (Phase.SPEAKING, Heard.UNSURE): (Phase.SPEAKING, Action.NOTHING),
    (Phase.SPEAKING, Heard.SILENCE): (Phase.PAUSING, Action.MARK_PAUSE),
    (Phase.SPEAKING, Heard.TOO_MUCH_SPEECH): (Phase.SPEAKING, Action.CUT),
    (Phase.PAUSING, Heard.SPEECH): (Phase.SPEAKING, Action.NOTHING),
    (Phase.PAUSING, Heard.SILENCE): (Phase.PAUSING, Action.NOTHING),
    (Phase.PAUSING, Heard.LASTING_SILENCE): (Phase.QUIET, Action.CLOSE),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of speech, in frames from the beginning of the track; ends are exclusive.

    Attributes:
        start: Where speech was first heard.
        end: Where it was last heard.
        audio_start: Where to cut the audio, a little before ``start``; never inside the span before.
        audio_end: Where to cut the audio, a little after ``end``.
        activity: In [0, 1]: mean probability of speech from ``start`` to ``end``.
    """

    start: int
    end: int
    audio_start: int
    audio_end: int
    activity: float


def _frames(seconds: float) -> int:
    return round(seconds / FRAME_S)


class Endpointer:
    """The machine of one track."""

    def __init__(self) -> None:
        self._phase = Phase.QUIET
        self._now = 0
        self._start = 0
        self._pause = 0
        self._given_to = 0
        self._probabilities: list[float] = []

    @property
    def needed_from(self) -> int:
        """The first frame that a span still to come may reach back to."""
        return self._reach_back(self._now if self._phase is Phase.QUIET else self._start)

    def hear(self, probability: float) -> Span | None:
        """Take the next frame's probability of speech; return the span that it closes, if any."""
        self._phase, action = TRANSITIONS[self._phase, self._amounts_to(probability)]
        if action is Action.OPEN:
            self._start, self._probabilities = self._now, []
        if action is Action.MARK_PAUSE:
            self._pause = self._now
        self._probabilities.append(probability)
        self._now += 1
        if action is Action.CUT:
            return self._cut()
        return self._close() if action is Action.CLOSE else None

    def so_far(self) -> Span | None:
        """Return the span that is open, as it would be if it ended here; None when none is."""
        if self._phase is Phase.QUIET:
            return None
        return self._with_tail(self._now if self._phase is Phase.SPEAKING else self._pause)

    def finish(self) -> Span | None:
        """Return the span that is open at the end of the track, if any."""
        span, self._phase = self.so_far(), Phase.QUIET
        if span is not None:
            self._given_to = span.audio_end
        return span

    def _amounts_to(self, probability: float) -> Heard:
        if self._phase is Phase.PAUSING and probability < SPEECH_PROBABILITY:
            lasting = self._now + 1 - self._pause >= _frames(CLOSING_SILENCE_S)
            return Heard.LASTING_SILENCE if lasting else Heard.SILENCE
        if probability < SILENCE_PROBABILITY:
            return Heard.SILENCE
        if self._phase is Phase.SPEAKING and self._now + 1 - self._start >= _frames(MAX_SEGMENT_S):
            return Heard.TOO_MUCH_SPEECH
        return Heard.SPEECH if probability >= SPEECH_PROBABILITY else Heard.UNSURE

    def _reach_back(self, start: int) -> int:
        return max(self._given_to, start - _frames(LEAD_S))

    def _close(self) -> Span | None:
        span = self._with_tail(self._pause)
        self._given_to = min(self._now, self._pause + _frames(TAIL_S))
        return span

    def _cut(self) -> Span | None:
        recent = self._probabilities[-_frames(CUT_WITHIN_S) :]
        quietest = self._now - len(recent) + recent.index(min(recent))
        span = self._span(quietest, quietest)
        self._given_to = quietest
        self._probabilities = self._probabilities[quietest - self._start :]
        self._start = quietest
        return span

    def _with_tail(self, end: int) -> Span | None:
        return self._span(end, min(self._now, end + _frames(TAIL_S)))

    def _span(self, end: int, audio_end: int) -> Span | None:
        heard = self._probabilities[: end - self._start]
        if sum(probability >= SPEECH_PROBABILITY for probability in heard) < _frames(LEAST_SPEECH_S):
            return None
        activity = sum(heard) / len(heard)
        return Span(self._start, end, self._reach_back(self._start), audio_end, activity)
