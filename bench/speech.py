"""Word error, cost and delay of the listener, beside plain faster-whisper, on recorded speech.

    python -m bench.speech [--json FILE] [--prompts 48]

Speech: prompts of Debian's ``asterisk-core-sounds-en-wav``, with transcripts in
``$RIGHTSELL_DATA/asr/core-sounds-en.txt``; and a real two-sided call, ``$RIGHTSELL_DATA/dev/audio``.
Both hear the same samples with the same weights and one thread: ours through voice activity,
endpointing and the cropped recogniser; plain faster-whisper padded to 30 s, with its defaults.
"""

import argparse
import json
import os
import platform
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import faster_whisper  # pyright: ignore[reportMissingTypeStubs]  # it ships none
import numpy as np
from numpy.typing import NDArray

from adapters.weights import Ears, bundled_whisper, load_ears
from listener.events import SAMPLE_RATE_HZ, AudioChunk, Speaker, Utterance
from listener.recording import in_time_order, read_recording
from listener.stream import SpeechStream
from listener.transcriber import Segment

SOUNDS = Path("/usr/share/asterisk/sounds/en")
CALL = "Auto_Repairs_49_UTC"
CHUNK = SAMPLE_RATE_HZ // 50
AFTER_S = 1.0  # of silence after a prompt, so that its end is found as in a call
NOISE_DB = 10.0  # speech above white noise
SHORT_WORDS = 3  # prompts of up to so many words are counted apart

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A recorded prompt and what is said in it."""

    name: str
    words: list[str]
    path: Path


@dataclass(slots=True)
class Tally:
    """What one recogniser did on one set.

    Attributes:
        settle_s: For each stretch of speech, seconds from its end to its words: silence waited for and
            recognition, by the clock.
    """

    system: str
    on: str
    prompts: int = 0
    words: int = 0
    errors: int | None = 0
    audio_s: float = 0.0
    cpu_s: float = 0.0
    settle_s: tuple[float, ...] = ()

    @property
    def row(self) -> str:
        """The figures as a line of the table."""
        error = "     –" if self.errors is None else f"{100 * self.errors / self.words:6.1f}"
        settled = [f"{np.percentile(self.settle_s, rank):7.2f}" for rank in (50, 95) if self.settle_s]
        cost = self.cpu_s / self.audio_s
        return " ".join(
            (f"{self.on:28} {self.system:15} {self.prompts:5} {self.words:6} {error} {cost:8.3f}", *settled)
        )


HEADER = f"{'speech':28} {'by':15} files  words  WER %  CPU s/s settled s  p95"


class Ours:
    """The listener as it runs in the product."""

    name = "rightsell"

    def __init__(self, ears: Ears) -> None:
        self._ears = ears

    def hear(self, chunks: Iterable[AudioChunk]) -> Iterator[tuple[Segment, Utterance | None, float]]:
        """Yield each segment, its words, and the seconds that recognition took."""
        stream = SpeechStream(self._ears.voice_activity.track)
        for chunk in chunks:
            yield from map(self._recognise, stream.feed(chunk))
        yield from map(self._recognise, stream.finish())

    def _recognise(self, segment: Segment) -> tuple[Segment, Utterance | None, float]:
        began = time.perf_counter()
        utterance = self._ears.transcriber.transcribe(segment)
        return segment, utterance, time.perf_counter() - began

    def words(self, sound: Sound) -> tuple[str, list[float]]:
        """Return a prompt's words, and for each stretch of speech the seconds until they were settled."""
        heard = list(self.hear(chunks_of(np.concatenate([sound, silence(AFTER_S)]))))
        text = " ".join(utterance.text for _, utterance, _ in heard if utterance)
        return text, [segment.closed_s - segment.end_s + took for segment, _, took in heard]


class Plain:
    """faster-whisper by itself, as its documentation calls it."""

    name = "faster-whisper"

    def __init__(self) -> None:
        load = cast(Any, faster_whisper.WhisperModel)
        self.model = load(str(bundled_whisper()), device="cpu", compute_type="int8", cpu_threads=1)

    def words(self, sound: Sound) -> tuple[str, list[float]]:
        """Return a sound's words; it is given whole, so there is no end of speech to wait for."""
        segments, _ = self.model.transcribe(sound, language="en")
        return " ".join(segment.text for segment in segments), []


def silence(seconds: float) -> Sound:
    """Return so much silence."""
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.float32)


def chunks_of(sound: Sound, speaker: Speaker = Speaker.CUSTOMER) -> Iterator[AudioChunk]:
    """Cut a sound as a softphone does."""
    for start in range(0, len(sound), CHUNK):
        yield AudioChunk(speaker, start / SAMPLE_RATE_HZ, sound[start : start + CHUNK])


def noisy(sound: Sound, seed: int) -> Sound:
    """Add white noise, always the same for the same seed."""
    speech = np.sqrt(np.mean(np.square(sound[np.abs(sound) > 0.01]))) if np.any(np.abs(sound) > 0.01) else 0.0
    noise = np.random.default_rng(seed).normal(0.0, speech / 10 ** (NOISE_DB / 20), len(sound))
    return np.clip(sound + noise, -1, 1).astype(np.float32)


# fmt: off
_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
          "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# fmt: on


def plain_words(text: str) -> list[str]:
    """Lower-case words without punctuation; numbers below a hundred spelled out, others digit by digit."""
    text = re.sub(r"\[.*?\]|[^\w\s'.]|(?<!\d)\.|\.(?!\d)", " ", text.lower())
    text = re.sub(r"\d+", lambda digits: f" {_spelled(digits[0])} ", text.replace(".", " point "))
    return [word.strip("'") for word in text.split() if word.strip("'")]


def _spelled(digits: str) -> str:
    number = int(digits)
    if number < len(_UNITS):
        return _UNITS[number]
    if number < 100:
        tens = _TENS[number // 10 - 2]
        return f"{tens} {_UNITS[number % 10]}" if number % 10 else tens
    return " ".join(_UNITS[int(digit)] for digit in digits)


def word_errors(said: list[str], heard: list[str]) -> int:
    """Count the words to insert, delete or replace (Levenshtein distance)."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        diagonal, row[0] = row[0], number
        for place, other in enumerate(heard, 1):
            cost = min(row[place] + 1, row[place - 1] + 1, diagonal + (word != other))
            diagonal, row[place] = row[place], cost
    return row[-1]


def load_prompts(transcripts: Path, wanted: int) -> tuple[list[Prompt], list[Prompt]]:
    """Sentences, and a quarter as many short prompts: of each, every n-th in the order of the transcripts.

    Only those with a recording, and a transcript of nothing but what is said.
    """
    lines = (line.split(":", 1) for line in transcripts.read_text().splitlines() if ": " in line)
    said = {name: plain_words(text) for name, text in lines if "[" not in text and "silence" not in name}
    found = [Prompt(name, words, SOUNDS / f"{name}.wav") for name, words in said.items() if words]
    found = [prompt for prompt in found if prompt.path.is_file()]
    sentences = [prompt for prompt in found if len(prompt.words) > SHORT_WORDS]
    short = [prompt for prompt in found if len(prompt.words) <= SHORT_WORDS]
    return every_nth(sentences, wanted), every_nth(short, wanted // 4)


def every_nth(prompts: list[Prompt], wanted: int) -> list[Prompt]:
    """Choose about so many, evenly."""
    return prompts[:: max(1, len(prompts) // wanted)][:wanted]


def sound_of(path: Path) -> Sound:
    """Return a mono recording's samples."""
    with path.open("rb") as file:
        return np.concatenate(
            [chunk.samples for chunk in read_recording(file, path.name, (Speaker.CUSTOMER,))]
        )


def measure(
    system: Ours | Plain, on: str, prompts: list[Prompt], change: Callable[[Sound, int], Sound]
) -> Tally:
    """Let a recogniser hear a set of prompts."""
    tally, errors = Tally(system.name, on), 0
    for number, prompt in enumerate(prompts):
        sound = change(sound_of(prompt.path), number)
        began = time.process_time()
        text, settle_s = system.words(sound)
        tally.cpu_s += time.process_time() - began
        tally.audio_s += len(sound) / SAMPLE_RATE_HZ
        tally.prompts += 1
        tally.words += len(prompt.words)
        errors += word_errors(prompt.words, plain_words(text))
        tally.settle_s += tuple(settle_s)
    tally.errors = errors
    return tally


def measure_prompts(systems: list[Ours | Plain], sentences: list[Prompt], short: list[Prompt]) -> list[Tally]:
    """Clean and in noise, sentences and short prompts, every recogniser."""
    sets: list[tuple[str, list[Prompt], Callable[[Sound, int], Sound]]] = [
        ("prompts, 8 kHz", sentences, lambda sound, _: sound),
        (f"the same, noise at {NOISE_DB:.0f} dB", sentences, noisy),
        (f"prompts of 1–{SHORT_WORDS} words", short, lambda sound, _: sound),
    ]
    return [measure(system, on, some, change) for on, some, change in sets for system in systems]


def measure_call(ours: Ours, plain: Plain, folder: Path) -> list[Tally]:
    """The real call, a file a side. No human wrote down what is said, so words are counted, not errors."""
    sides = {Speaker.CUSTOMER: folder / f"{CALL}_caller.flac", Speaker.AGENT: folder / f"{CALL}_agent.flac"}
    both, padded = (Tally(system.name, "real call, both sides", 2, errors=None) for system in (ours, plain))
    began = time.process_time()
    with ExitStack() as files:
        opened = {speaker: files.enter_context(path.open("rb")) for speaker, path in sides.items()}
        tracks = (read_recording(file, CALL, (speaker,)) for speaker, file in opened.items())
        for segment, utterance, took in ours.hear(in_time_order(*tracks)):
            both.words += len(utterance.text.split()) if utterance else 0
            both.settle_s += (segment.closed_s - segment.end_s + took,)
    both.cpu_s = time.process_time() - began
    sounds = [sound_of(path) for path in sides.values()]
    began = time.process_time()
    padded.words = sum(len(plain.words(sound)[0].split()) for sound in sounds)
    padded.cpu_s = time.process_time() - began
    both.audio_s = padded.audio_s = sum(map(len, sounds)) / SAMPLE_RATE_HZ
    return [both, padded]


def measure_all(data: Path, wanted: int) -> list[Tally]:
    """Measure on whatever speech is here; say what is not."""
    transcripts, call = data / "asr" / "core-sounds-en.txt", data / "dev" / "audio"
    ours, plain = Ours(load_ears()), Plain()
    tallies: list[Tally] = []
    if transcripts.is_file() and SOUNDS.is_dir():
        tallies += measure_prompts([ours, plain], *load_prompts(transcripts, wanted))
    else:
        print(f"no prompts: {transcripts} and Debian's asterisk-core-sounds-en-wav are needed")
    if (call / f"{CALL}_agent.flac").is_file():
        tallies += measure_call(ours, plain, call)
    else:
        print(f"no real call: {call} is needed")
    return tallies


def machine() -> str:
    """Name the machine."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*:\s*(.+)", info)
    processor = model[1] if model else platform.processor()
    return f"{os.cpu_count()} × {processor}, Python {platform.python_version()}"


def main() -> None:
    """Measure, print, and keep the figures if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument(
        "--prompts", type=int, default=48, help="so many sentences, and a quarter as many short prompts"
    )
    arguments = parser.parse_args()
    if not (data := os.environ.get("RIGHTSELL_DATA")):
        raise SystemExit("RIGHTSELL_DATA is not set: it names the folder with the benchmarks' data")
    tallies = measure_all(Path(data), arguments.prompts)
    if arguments.json:
        figures = {"machine": machine(), "results": [asdict(tally) for tally in tallies]}
        arguments.json.write_text(json.dumps(figures, indent=1))
    print(machine(), HEADER, *(tally.row for tally in tallies), sep="\n")


if __name__ == "__main__":
    main()
