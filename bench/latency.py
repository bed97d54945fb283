"""What an utterance costs, and whether it grows with the conversation: ``python -m bench.latency --help``.

Time of one core by the process's own CPU clock, so that other work on the machine does not count. The
turns are those of the hard conversations, understood by the sample catalog for telecom. Every conversation
gets an encoder of its own, which has seen none of the turns: nothing comes from its cache unless a customer
repeats themselves. The conversations are one and the same ring of turns, each begun further along: what
comes first in one comes late in the others, and early and late are compared on the same words.
"""

import argparse
import json
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.hard.judge import CATALOGS, read_hard
from listener.events import Channel, Speaker, Turn, Utterance
from nlu.embedder import load_minilm
from nlu.pipeline import Models, Understander, load_models
from nlu.reader import Reader
from offers.catalog import Catalog, load_catalog
from offers.conversation import Conversation, Desk
from offers.events import Opening
from offers.matching import Matcher
from offers.policy import Policy

LENGTH = 200
"""Turns of a conversation."""
EARLY, LATE = slice(0, 10), slice(100, LENGTH)
"""The turns compared."""

Step = Callable[[Turn], object]
"""Takes the next turn of a conversation."""
Opened = Callable[[Models, Catalog], Step]
"""Opens a conversation."""


def ring_of_turns() -> list[Utterance]:
    """Return the first turns with words of the hard conversations, a second apart."""
    turns = [turn for record in read_hard() for turn in record["turns"] if turn["text"]]
    return [
        Utterance(Speaker(turn["speaker"]), turn["text"], float(at), float(at))
        for at, turn in enumerate(turns[:LENGTH])
    ]


def reading_only(models: Models, catalog: Catalog) -> Step:
    """Mask, embed and cut into clauses: the encoder and spaCy."""
    del catalog
    return Reader(models.embedder, models.language).read


def understanding(models: Models, catalog: Catalog) -> Step:
    """Read, and let every reader update its belief."""
    understander = Understander(models, catalog.business)
    mind = understander.begin({}, {})

    def step(turn: Turn) -> None:
        nonlocal mind
        mind = understander.read(mind, turn)

    return step


def whole_core(models: Models, catalog: Catalog) -> Step:
    """Understand, match, judge and act."""
    understander = Understander(models, catalog.business)
    desk = Desk(catalog, Policy(), understander, Matcher(catalog, models.embedder))
    core = Conversation(Opening("timed", Channel.CHAT, {}, {}, None), desk)
    core.begin()
    return lambda turn: core.receive(turn.utterance)


def milliseconds(opened: Opened, turns: list[Utterance], models: Models, catalog: Catalog) -> list[float]:
    """Return what each turn of one conversation costs, in order."""
    step = opened(replace(models, embedder=load_minilm()), catalog)
    times: list[float] = []
    for index, utterance in enumerate(turns):
        turn = Turn(index, replace(utterance, start_s=float(index), end_s=float(index)))
        began = time.process_time()
        step(turn)
        times.append((time.process_time() - began) * 1000)
    return times


def measure(opened: Opened, n: int, models: Models, catalog: Catalog) -> list[list[float]]:
    """Return the times of ``n`` conversations that begin evenly spaced along the ring."""
    ring = ring_of_turns()
    starts = [round(each * len(ring) / n) for each in range(n)]
    return [milliseconds(opened, ring[start:] + ring[:start], models, catalog) for start in starts]


def _row(times: list[float]) -> dict[str, float]:
    median, high = np.quantile(times, [0.5, 0.95])
    return {"median": float(median), "p95": float(high), "n": len(times)}


def main() -> None:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n", type=int, default=20, help="conversations for early against late turns")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    chosen = parser.parse_args()
    models = load_models()
    path = CATALOGS["telecom"]
    catalog = load_catalog(path.read_text(encoding="utf-8"), path.name)
    rows: dict[str, dict[str, float]] = {}
    for name, opened in (("reading: encoder and spaCy", reading_only), ("whole core", whole_core)):
        few = measure(opened, 2, models, catalog)
        rows[name] = _row([each for times in few for each in times])
    grown = measure(understanding, chosen.n, models, catalog)
    rows["understanding: reading and all heads"] = _row([each for times in grown for each in times])
    rows["  its first 10 turns"] = _row([each for times in grown for each in times[EARLY]])
    rows["  its turns 100 to 200"] = _row([each for times in grown for each in times[LATE]])
    print(f"CPU ms an utterance; {platform.machine()}, Python {platform.python_version()}, one thread\n")
    print(f"{'':38}{'median':>8}{'95 %':>8}{'turns':>8}")
    for name, row in rows.items():
        print(f"{name:38}{row['median']:>8.1f}{row['p95']:>8.1f}{row['n']:>8.0f}")
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
