"""The listener live: delays, many calls at once, lost connections, memory, and nothing to hear.

    python -m bench.listening [PART …] [--seconds 120] [--calls 8 16 24] [--minutes 30] [--json FILE]

Calls are played over real sockets into a real server, which runs in a process of its own on the same
machine; the parts ``calls`` and ``many`` in real time, the others faster. Parts:

calls    one two-track call: from the end of speech to its words, from a word to its being on the screen
many     several calls at once, beginning half a second apart: the same, and what was given up for it
words    word error and cost beside whole-file faster-whisper with the same weights, as PCM and as µ-law
nothing  half an hour without a word: how many are heard
kills    a call whose connection is cut a hundred times, beside the same call in one piece
soak     memory over a long call

Speech: a real call, ``$RIGHTSELL_DATA/dev/audio``, and a call made of Debian's
``asterisk-core-sounds-en-wav``, with transcripts in ``$RIGHTSELL_DATA/asr/core-sounds-en.txt``. Intervals are
bootstrap ones (95 %).
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.recorded.feed import Sending
from adapters.weights import load_ears
from bench.calls_played import Played, Server, play, play_cut, served
from bench.material import AUDIO, BOTH, Material, Words, prompt_call, real_call, telephoned
from bench.nothing import NOTHINGS
from bench.speech import Ours, Plain, Prompt, load_prompts, machine, plain_words, sound_of, word_errors
from listener.events import SAMPLE_RATE_HZ

KILLS = 100
SOAK_SPEED = 4.0  # of speaking speed; faster, pings would wait behind minutes of audio
LINE = Sending.MULAW  # what calls are played as

Row = dict[str, Any]
Rows = Sequence[Any] | NDArray[Any]


def interval(values: Rows, figure: Callable[[Any], Any]) -> tuple[float, float, float]:
    """Return a figure with its interval."""
    found = np.asarray(values)
    chance = np.random.default_rng(1)
    again = [float(figure(found[chance.integers(0, len(found), len(found))])) for _ in range(500)]
    low, high = np.percentile(again, [2.5, 97.5])
    return float(figure(found)), float(low), float(high)


def ranks(name: str, values: Sequence[float]) -> Row:
    """Return median and 95th percentile, with intervals."""
    found: Row = {f"{name} n": len(values)}
    for rank in (50, 95) if values else ():
        figure, low, high = interval(values, lambda some, rank=rank: np.percentile(some, rank))
        found[f"{name} p{rank}"] = f"{figure:.2f} ({low:.2f}–{high:.2f})"
    return found


def on_screen_s(played: Played, said: Words) -> list[float]:
    """From the end of each word to its being on the screen for good; of words that both heard."""
    delays: list[float] = []
    for who, words in said.items():
        shown = played.words(who)
        spoken, read = ([word for word, _ in some] for some in (words, shown))
        for block in SequenceMatcher(None, spoken, read, autojunk=False).get_matching_blocks():
            places = range(block.size)
            delays += (shown[block.b + place][1] - words[block.a + place][1] for place in places)
    return delays


def summed_up(calls: Sequence[Played], cpu_s: float) -> Row:
    """What several calls came to."""
    speech_s = sum(call.speech_s for call in calls) or 1.0
    return {
        "refused": sum(bool(call.refused) for call in calls),
        **ranks("settled s", [delay for call in calls for delay in call.settle_s]),
        "partials per s of speech": round(sum(len(call.of("partial")) for call in calls) / speech_s, 2),
        "most behind s": round(max(call.most_behind_s for call in calls), 1),
        "CPU s per call s": round(cpu_s / sum(call.audio_s for call in calls), 3),
    }


async def measure_calls(materials: Sequence[Material]) -> list[Row]:
    """One call at a time, in real time."""
    plain, rows = Plain(), list[Row]()
    for material in materials:
        said = material.spoken(plain)
        with served() as server:
            cpu_s = server.cpu_s
            played = await play(server, "one", material.frames(LINE), AUDIO[LINE])
            row = summed_up([played], server.cpu_s - cpu_s)
        rows.append({"call": material.name, **row, **ranks("on screen s", on_screen_s(played, said))})
    return rows


async def measure_many(material: Material, seconds: float, numbers: Sequence[int]) -> list[Row]:
    """Many calls at once, each from another place of the material on."""
    rows: list[Row] = []
    for many in numbers:
        begins_s = [number * material.seconds / many for number in range(many)]
        sounds = [material.part(seconds, begin_s).frames(LINE) for begin_s in begins_s]
        with served() as server:
            cpu_s = server.cpu_s
            playing = (_play_later(server, number, sound) for number, sound in enumerate(sounds))
            calls = await asyncio.gather(*playing)
            row = summed_up(calls, server.cpu_s - cpu_s)
            rows.append({"calls at once": many, **row, "MB": round(server.memory_mb)})
    return rows


async def _play_later(server: Server, number: int, frames: Sequence[bytes]) -> Played:
    await asyncio.sleep(number / 2)
    return await play(server, f"call-{number}", frames, AUDIO[LINE])


def measure_words(prompts: Sequence[Prompt]) -> list[Row]:
    """Word error and cost, prompt by prompt, ours and whole-file."""
    systems: dict[str, Ours | Plain] = {"ours": Ours(load_ears()), "whole-file": Plain()}
    words = np.array([len(prompt.words) for prompt in prompts])
    rows: list[Row] = []
    for sending in Sending:
        sounds = [telephoned(sound_of(prompt.path), sending) for prompt in prompts]
        row: Row = {"as": sending.value, "prompts": len(prompts), "words": int(words.sum())}
        errors: list[list[int]] = []
        for name, system in systems.items():
            began = time.process_time()
            texts = [system.words(sound)[0] for sound in sounds]
            cpu_s = time.process_time() - began
            errors.append([word_errors(p.words, plain_words(t)) for p, t in zip(prompts, texts, strict=True)])
            row[f"{name} WER %"] = round(100 * sum(errors[-1]) / words.sum(), 2)
            row[f"{name} CPU s per s"] = round(cpu_s * SAMPLE_RATE_HZ / sum(map(len, sounds)), 3)
        pairs = np.stack([*map(np.array, errors), words], axis=1)
        more = interval(pairs, lambda some: 100 * (some[:, 0] - some[:, 1]).sum() / some[:, 2].sum())
        rows.append({**row, "more errors, points": "{:+.2f} ({:+.2f}–{:+.2f})".format(*more)})
    return rows


async def measure_nothing(minutes: float) -> list[Row]:
    """How many words are made of nothing, settled or not."""
    seconds, rows = 60 * minutes / len(NOTHINGS), list[Row]()
    with served() as server:
        for name, make in NOTHINGS.items():
            frames = Material(name, dict.fromkeys(BOTH, make(seconds))).frames(LINE)
            played = await play(server, name, frames, AUDIO[LINE], speed=None)
            texts = [data["text"] for _, data in (*played.of("utterance"), *played.of("partial"))]
            words = sum(len(text.split()) for text in texts)
            rows.append({"sound": name, "minutes": round(seconds / 60, 1), "words": words})
    return rows


async def measure_kills(material: Material) -> list[Row]:
    """Words of a call that is cut again and again, against the same in one piece."""
    frames, audio = material.frames(Sending.PCM), AUDIO[Sending.PCM]
    with served() as server:
        whole = await play(server, "whole", frames, audio, speed=None)
        cut, killed = await play_cut(server, "cut", b"".join(frames), audio, kills=KILLS)
    texts = [[data["text"] for _, data in played.of("utterance")] for played in (whole, cut)]
    said = [plain_words(" ".join(text)) for text in texts]
    row: Row = {"call": material.name, "kills": killed, "words in one piece": len(said[0])}
    return [{**row, "words": len(said[1]), "other words": word_errors(*said), "alike": texts[0] == texts[1]}]


async def measure_soak(material: Material, minutes: float) -> list[Row]:
    """How memory grows in one long call, by a line through what it held after the first third."""
    frames = material.part(60 * minutes).frames(LINE)
    with served() as server:
        playing = asyncio.create_task(play(server, "long", frames, AUDIO[LINE], speed=SOAK_SPEED))
        held: list[tuple[float, float]] = []
        while not playing.done():
            await asyncio.sleep(1)
            held.append((time.monotonic(), server.memory_mb))
        played = await playing
    later = held[len(held) // 3 :]
    hours = [(at - later[0][0]) / (held[-1][0] - held[0][0]) * minutes / 60 for at, _ in later]
    megabytes = [megabyte for _, megabyte in later]
    slope = float(np.polyfit(hours, megabytes, 1)[0])
    row: Row = {
        "minutes": minutes,
        "utterances": len(played.of("utterance")),
        "MB first": round(megabytes[0], 1),
    }
    return [{**row, "MB last": round(megabytes[-1], 1), "MB per hour": round(slope, 2)}]


def main() -> None:
    """Measure what was asked for, print it, and keep the figures if asked to."""
    arguments = _arguments()
    if not (folder := os.environ.get("RIGHTSELL_DATA")):
        raise SystemExit("RIGHTSELL_DATA is not set: it names the folder with the benchmarks' data")
    prompts, _ = load_prompts(Path(folder) / "asr" / "core-sounds-en.txt", arguments.prompts)
    call = real_call(Path(folder) / "dev" / "audio")
    seconds: float = arguments.seconds
    parts: dict[str, Callable[[], list[Row]]] = {
        "calls": lambda: asyncio.run(measure_calls([m.part(seconds) for m in (call, prompt_call(prompts))])),
        "many": lambda: asyncio.run(measure_many(call, seconds, arguments.calls)),
        "words": lambda: measure_words(prompts),
        "nothing": lambda: asyncio.run(measure_nothing(arguments.minutes)),
        "kills": lambda: asyncio.run(measure_kills(call)),
        "soak": lambda: asyncio.run(measure_soak(call, arguments.minutes)),
    }
    found: dict[str, list[Row]] = {}
    print(machine())
    for part in arguments.part or parts:
        found[part] = parts[part]()
        for row in found[part]:
            print(f"{part}: " + ", ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine(), **found}, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", nargs="*", help="which parts; all when none is named")
    parser.add_argument("--seconds", type=float, default=120, help="of each call that is played in real time")
    parser.add_argument("--calls", type=int, nargs="+", default=[8, 16, 24], help="how many at once")
    parser.add_argument("--minutes", type=float, default=30, help="of nothing, and of the long call")
    parser.add_argument("--prompts", type=int, default=48, help="how many")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
