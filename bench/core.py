"""How many events a second the core takes, models apart.

Beliefs are given instead of read from words, so that only the gate, matching, arbitration and the screen are
timed, on the telecom sample catalog. The baseline beside it only numbers and stamps the events: what is
left of the core when it decides nothing.

    python -m bench.core [--events 20000] [--runs 7] [--json FILE]
"""

import argparse
import itertools
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from listener.events import Channel, Speaker, Turn, Utterance
from nlu.embedder import load_minilm
from nlu.pipeline import Mind, Understander
from nlu.understanding import Evidence, Need, NeedKind, Resolution, ResolutionState, Sentiment, Understanding
from offers.catalog import Catalog, load_catalog
from offers.conversation import Conversation, Desk
from offers.decisions import Decision, Suggestion
from offers.events import Opening
from offers.matching import Matcher
from offers.policy import Policy

SEED = Path(__file__).parents[1] / "seeds" / "telecom"
TURNS_PER_CALL = 40
DAY = date(2026, 11, 1)


@dataclass(frozen=True)
class Given:
    """What the benchmark says is believed after a turn."""

    understanding: Understanding


class Dealt:
    """Stands where understanding would: deals beliefs, so that no model is timed."""

    models: Mapping[str, str] = {}

    def __init__(self, beliefs: list[Understanding]) -> None:
        """Take the beliefs to deal, one a turn, over and over."""
        self._minds = [cast(Mind, Given(belief)) for belief in beliefs]

    def begin(self, customer: Mapping[str, object], context: Mapping[str, object]) -> Mind:
        """Return the first belief."""
        del customer, context
        return cast(Mind, Given(Understanding()))

    def read(self, mind: Mind, turn: Turn) -> Mind:
        """Return the belief of this turn."""
        del mind
        return self._minds[turn.index % len(self._minds)]


def beliefs(catalog: Catalog) -> list[Understanding]:
    """A call's worth of beliefs: needs come up, the request is solved, reopened and solved again."""
    quote = (Evidence(0, 0, 4, "said"),)
    needs = [Need(need, NeedKind.UNSTATED, 0.9, quote) for need in catalog.needs]
    states = [ResolutionState.OPEN] * 8 + [ResolutionState.PROPOSED, ResolutionState.CONFIRMED] * 2
    dealt: list[Understanding] = []
    for turn, state in zip(range(TURNS_PER_CALL), itertools.cycle(states), strict=False):
        believed = tuple(needs[: 1 + turn % 4])
        mood = Sentiment(mood=0.1 * (turn % 5))
        dealt.append(Understanding(resolution=Resolution(state, 0.9), sentiment=mood, needs=believed))
    return dealt


def calls(n_events: int) -> Iterator[tuple[str, list[Utterance]]]:
    """Yield calls of utterances until there were ``n_events``."""
    for call in range(n_events // TURNS_PER_CALL):
        turns = range(TURNS_PER_CALL)
        yield f"c-{call}", [Utterance(Speaker.CUSTOMER, "said", 2.0 * t, 2.0 * t + 1) for t in turns]


def through_core(desk: Desk, n_events: int) -> int:
    """Send events through; return how many suggestions came out."""
    first_line = (SEED / "conversations.jsonl").read_text(encoding="utf-8").partition("\n")[0]
    customer: dict[str, object] = json.loads(first_line)["customer"]
    made = 0
    for name, utterances in calls(n_events):
        core = Conversation(Opening(name, Channel.VOICE, customer, day=DAY), desk)
        core.begin()
        for utterance in utterances:
            made += sum(isinstance(decision.data, Suggestion) for decision in core.receive(utterance))
    return made


def stamped_only(n_events: int) -> int:
    """Turn each event into one numbered decision and nothing else."""
    made = 0
    for name, utterances in calls(n_events):
        for seq, utterance in enumerate(utterances, start=1):
            made += Decision(seq, name, utterance.end_s, seq - 1, utterance).seq > 0
    return made


def microseconds_an_event(work: Callable[[], int], n_events: int, runs: int) -> list[float]:
    """Return the time of each run, shared among its events."""
    times: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) / n_events * 1e6)
    return times


def main() -> None:
    """Measure, print the table, write the JSON."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--events", type=int, default=20_000)
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    catalog = load_catalog((SEED / "catalog.yaml").read_text(encoding="utf-8"), "catalog.yaml")
    understander = cast(Understander, Dealt(beliefs(catalog)))
    desk = Desk(catalog, Policy(), understander, Matcher(catalog, load_minilm()))
    made = through_core(desk, chosen.events)
    rows = {
        "core": microseconds_an_event(lambda: through_core(desk, chosen.events), chosen.events, chosen.runs),
        "stamped only": microseconds_an_event(
            lambda: stamped_only(chosen.events), chosen.events, chosen.runs
        ),
    }
    print(f"{chosen.events} events a run, {chosen.runs} runs, catalog {catalog.id}, {made} suggestions a run")
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, one thread\n")
    print(f"{'':14}{'min':>10}{'median':>10}{'max':>10}   µs an event{'events/s':>12}")
    for name, times in rows.items():
        middle = statistics.median(times)
        print(f"{name:14}{min(times):>10.1f}{middle:>10.1f}{max(times):>10.1f}{'':14}{1e6 / middle:>12,.0f}")
    if chosen.json:
        chosen.json.write_text(json.dumps({"events": chosen.events, "us_per_event": rows}, indent=1))


if __name__ == "__main__":
    main()
