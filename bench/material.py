"""Calls to play: a real one, made of prompts, and when each of their words is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adapters.recorded.feed import Sending, encode_frames
from bench.speech import CALL, Plain, Prompt, Sound, chunks_of, plain_words, silence, sound_of
from listener.audio import AudioDecoder, AudioFormat, Encoding
from listener.events import SAMPLE_RATE_HZ, Speaker
from listener.recording import in_time_order

BOTH = (Speaker.CUSTOMER, Speaker.AGENT)
FRAME_S = 0.02
AUDIO: dict[Sending, dict[str, Any]] = {
    Sending.PCM: {"format": "s16le", "rate": 16_000, "channels": 2},
    Sending.MULAW: {"format": "mulaw", "rate": 8_000, "channels": 2},
}

Words = dict[Speaker, list[tuple[str, float]]]
"""What each speaker says, word by word, and when each word is over, in seconds since the call began."""


@dataclass(frozen=True, slots=True)
class Material:
    """A two-track call to play, both tracks equally long."""

    name: str
    tracks: dict[Speaker, Sound]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.tracks[Speaker.AGENT]) / SAMPLE_RATE_HZ

    def part(self, seconds: float, begin_s: float = 0.0) -> "Material":
        """Return so much of it, from somewhere on; after its end comes its beginning."""
        begin, end = round(begin_s * SAMPLE_RATE_HZ), round(seconds * SAMPLE_RATE_HZ)
        tracks = {who: np.resize(np.roll(track, -begin), end) for who, track in self.tracks.items()}
        return Material(self.name, tracks)

    def frames(self, sending: Sending) -> list[bytes]:
        """Return it in frames of 20 ms."""
        chunks = in_time_order(*(chunks_of(self.tracks[who], who) for who in BOTH))
        return list(encode_frames(chunks, BOTH, sending))

    def spoken(self, plain: Plain) -> Words:
        """Return what is said and when, as whole-file faster-whisper hears it."""
        return {who: _word_times(plain, track) for who, track in self.tracks.items()}


def real_call(folder: Path) -> Material:
    """Return the repair shop's call."""
    files = {Speaker.CUSTOMER: folder / f"{CALL}_caller.flac", Speaker.AGENT: folder / f"{CALL}_agent.flac"}
    tracks = {who: sound_of(path) for who, path in files.items()}
    longest = max(map(len, tracks.values()))
    return Material(
        "real call", {who: np.pad(track, (0, longest - len(track))) for who, track in tracks.items()}
    )


def prompt_call(prompts: Sequence[Prompt]) -> Material:
    """Return a call in which the two sides say prompts in turn, a second apart."""
    pieces: dict[Speaker, list[Sound]] = {who: [] for who in BOTH}
    for number, prompt in enumerate(prompts):
        sound = np.concatenate([sound_of(prompt.path), silence(1.0)])
        for who in BOTH:
            pieces[who].append(sound if who is BOTH[number % 2] else np.zeros_like(sound))
    return Material("prompts in turn", {who: np.concatenate(parts) for who, parts in pieces.items()})


def telephoned(sound: Sound, sending: Sending) -> Sound:
    """Return a sound as it arrives over a line."""
    frames = encode_frames(chunks_of(sound), (Speaker.CUSTOMER,), sending)
    rate = int(AUDIO[sending]["rate"])
    decoder = AudioDecoder(AudioFormat(Encoding(sending.value), rate, (Speaker.CUSTOMER,)))
    chunks = [chunk for frame in frames for chunk in decoder.decode(frame)] + decoder.flush()
    return np.concatenate([chunk.samples for chunk in chunks])


def _word_times(plain: Plain, track: Sound) -> list[tuple[str, float]]:
    segments, _ = plain.model.transcribe(track, language="en", word_timestamps=True)
    words = [word for segment in segments for word in segment.words]
    return [(text, float(word.end)) for word in words for text in plain_words(word.word)]
