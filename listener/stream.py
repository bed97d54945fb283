"""A conversation's audio into closed segments, in time order across its tracks.

Segmenting is cheap and must see each track in order; recognising is slow and may run elsewhere. Feed
the stream, hand its segments to a ``Transcriber`` one after the other, and the utterances come out in
the order in which they were settled.
"""

from collections import deque
from collections.abc import Callable
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from listener.endpointing import FRAME_S, Endpointer, Span
from listener.events import SAMPLE_RATE_HZ, AudioChunk, ChatMessage, Speaker, Utterance
from listener.overhearing import Overhearing, Past
from listener.transcriber import Segment
from listener.voice_activity import FRAME_SAMPLES

VoiceActivity = Callable[[NDArray[np.float32]], float]
"""One track's state: called with its next 512 samples (32 ms), it gives the probability of speech."""

MAX_SKEW_S = 1.0
"""How far one track may lag behind the other and still be waited for, so that segments keep time order."""

FIRST_LOOK_S = 1.5
"""How much has to be said before it is worth recognising although it goes on; of less, nobody is sure."""

LOOK_EVERY_S = 1.0
"""How much has to be added before it is worth recognising again."""

_STOPPED_S = 3.0  # a track so far behind sends no more, and what was being said on it is closed
_JITTER_S = 0.06  # time stamps of packets are not that exact: three packets of 20 ms
_LONGEST_FILL_S = 1.0  # a longer gap ends what was being said, and the track begins anew


class SpeechStream:
    """The tracks of one conversation, each with its own state.

    The segments do not depend on how the audio was cut into chunks, nor, as long as the tracks stay
    within ``MAX_SKEW_S`` of each other, on how the chunks of one track came between those of the other.

    Args:
        voice_activity: Makes the state of a new track: ``SileroVoiceActivity.track``.
    """

    def __init__(self, voice_activity: Callable[[], VoiceActivity]) -> None:
        self._overhearing = Overhearing()
        self._tracks = {
            speaker: _Track(speaker, voice_activity, self._overhearing.past(speaker)) for speaker in Speaker
        }
        self._waiting: list[Segment] = []

    @property
    def same_sound(self) -> bool:
        """Whether both tracks carry the same sound, so that nobody can tell who speaks."""
        return self._overhearing.same_sound

    def feed(self, chunk: AudioChunk) -> list[Segment]:
        """Take a track's next audio; return the segments whose turn has come, oldest first.

        Gaps in the time stamps count as silence; what was heard before is not heard again, nor what is only
        the echo of the other track.
        """
        self._waiting += self._tracks[chunk.speaker].feed(chunk)
        lead_s = max(track.heard_s for track in self._tracks.values())
        for track in self._tracks.values():
            if lead_s - track.heard_s > _STOPPED_S:
                self._waiting += track.finish()
        heard = [track.heard_s for track in self._tracks.values()]
        return self._release(min(seconds for seconds in heard if lead_s - seconds <= MAX_SKEW_S))

    def unfinished(self) -> list[Segment]:
        """Return what is being said and worth recognising before it ends, as far as it has been heard.

        The same words are returned again once there are ``LOOK_EVERY_S`` more of them.
        """
        looks = [look for track in self._tracks.values() if (look := track.look()) is not None]
        return [own for look in looks if (own := self._overhearing.own(look)) is not None]

    def finish(self) -> list[Segment]:
        """Return what is still open or waiting when the conversation ends, oldest first."""
        for track in self._tracks.values():
            self._waiting += track.finish()
        return self._release(float("inf"))

    def _release(self, until_s: float) -> list[Segment]:
        """Return what closed up to a time before which no track that is waited for can close another."""
        self._waiting.sort(key=lambda segment: (segment.closed_s, segment.speaker))
        ready = [segment for segment in self._waiting if segment.closed_s <= until_s]
        self._waiting = self._waiting[len(ready) :]
        return [own for segment in ready if (own := self._overhearing.settle(segment)) is not None]


def utterance_of(message: ChatMessage) -> Utterance | None:
    """Return a chat message as settled words, or None when it holds none."""
    text = message.text.strip()
    return Utterance(message.speaker, text, message.at_s, message.at_s) if text else None


class _Track:
    """One speaker's audio: placed in time, cut into frames, kept as long as a segment may need it."""

    def __init__(self, speaker: Speaker, voice_activity: Callable[[], VoiceActivity], past: Past) -> None:
        self._speaker = speaker
        self._voice_activity = voice_activity
        self._past = past
        self._begin(0.0)

    def _begin(self, start_s: float) -> None:
        self._start_s = start_s
        self._probability = self._voice_activity()
        self._endpointer = Endpointer()
        self._heard = 0
        self._next_look = 0
        self._frames: deque[NDArray[np.float32]] = deque()
        self._rest = np.empty(0, np.float32)

    @property
    def heard_s(self) -> float:
        """Seconds since the conversation began, up to where voice activity has been judged."""
        return self._at_s(self._heard)

    @property
    def _end_s(self) -> float:
        return self.heard_s + len(self._rest) / SAMPLE_RATE_HZ

    def feed(self, chunk: AudioChunk) -> list[Segment]:
        ended: list[Segment] = []
        if chunk.start_s - self._end_s > _LONGEST_FILL_S:
            ended = self.finish()
            self._begin(chunk.start_s)
        return ended + self._hear(_placed(chunk.samples, chunk.start_s - self._end_s))

    def finish(self) -> list[Segment]:
        padding = np.zeros(-len(self._rest) % FRAME_SAMPLES, np.float32)
        return self._hear(padding) + self._segments(self._endpointer.finish())

    def look(self) -> Segment | None:
        """Return what is being said now if there is enough of it that is new."""
        span = self._endpointer.so_far()
        if span is None or span.end < max(self._next_look, span.start + round(FIRST_LOOK_S / FRAME_S)):
            return None
        self._next_look = span.end + round(LOOK_EVERY_S / FRAME_S)
        return self._segment(span)

    def _hear(self, samples: NDArray[np.float32]) -> list[Segment]:
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) - len(samples) % FRAME_SAMPLES
        self._rest = samples[whole:]
        frames = samples[:whole].reshape(-1, FRAME_SAMPLES)
        return [segment for frame in frames for segment in self._hear_frame(frame)]

    def _hear_frame(self, frame: NDArray[np.float32]) -> list[Segment]:
        self._frames.append(frame)
        self._past.add(self.heard_s, frame)
        self._heard += 1
        segments = self._segments(self._endpointer.hear(self._probability(frame)))
        while self._heard - len(self._frames) < self._endpointer.needed_from:
            self._frames.popleft()
        return segments

    def _segments(self, span: Span | None) -> list[Segment]:
        return [] if span is None else [self._segment(span)]

    def _segment(self, span: Span) -> Segment:
        oldest = self._heard - len(self._frames)
        frames = islice(self._frames, span.audio_start - oldest, span.audio_end - oldest)
        return Segment(
            self._speaker,
            start_s=self._at_s(span.start),
            end_s=self._at_s(span.end),
            closed_s=self.heard_s,
            samples=np.concatenate(list(frames)),
            activity=span.activity,
        )

    def _at_s(self, frame: int) -> float:
        return self._start_s + frame * FRAME_S


def _placed(samples: NDArray[np.float32], gap_s: float) -> NDArray[np.float32]:
    """Put samples where their time stamp says: fill a gap with silence, drop what was heard before."""
    if abs(gap_s) <= _JITTER_S:
        return samples
    shift = round(gap_s * SAMPLE_RATE_HZ)
    return samples[-shift:] if shift < 0 else np.concatenate([np.zeros(shift, np.float32), samples])
