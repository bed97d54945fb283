"""A storm of events through the core, beside a plain model of when it must be silent.

    python -m bench.storm [--events 1000000] [--seed 917] [--json FILE]

Beliefs and events are dealt at random: late, revised, reordered, duplicated, with the speakers swapped,
lagging, reopened, with outcomes, switches and queues. The model knows nothing of the core: it says of every
suggestion whether any hold applied, whether a cap was passed and whether the customer could have the offer.
The baseline beside it suggests whenever a need is believed, to show that the storm has teeth. Needs no data.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bench.core import DAY, SEED, Dealt
from listener.events import Channel, Partial, Speaker, Tick, Utterance
from nlu.pipeline import Understander
from nlu.understanding import (
    Evidence,
    Flag,
    FlagId,
    Need,
    NeedKind,
    Reason,
    Resolution,
    ResolutionState,
    Sentiment,
    Understanding,
)
from offers.catalog import Catalog, load_catalog
from offers.conversation import Conversation, Desk
from offers.decisions import Decision, OutcomeBy, OutcomeKind, Suggestion, Withdrawn
from offers.eligibility import Eligibility, Facts
from offers.events import Behind, End, Event, Opening, OutcomeReported, QueueLoad, Switched
from offers.gate import OffersRule
from offers.matching import Matcher
from offers.policy import GatePolicy, Policy

EVENTS_PER_CALL = 60
POLICY = Policy(gate=GatePolicy(most_waiting=20, handling_s=240))
_LEAVES = {
    OutcomeKind.ACCEPTED,
    OutcomeKind.DECLINED,
    OutcomeKind.POSTPONED,
    OutcomeKind.DISMISSED,
    OutcomeKind.IGNORED,
}


class Alike:
    """An embedder to which all texts are alike: what is promised holds for any."""

    name, sha256, dim = "alike", "0", 4

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the same vector for every text, shape ``(n_texts, 4)``."""
        return np.full((len(texts), self.dim), 0.5, np.float32)


def belief(dice: random.Random, catalog: Catalog) -> Understanding:
    """Deal what is believed after a turn; four times in ten the request is settled."""
    settled = dice.random() < 0.4
    state = ResolutionState.CONFIRMED if settled else dice.choice(list(ResolutionState))
    quote = (Evidence(0, 0, 4, "said"),)
    needs = dice.sample(list(catalog.needs), dice.randint(0, 3))
    flags = dice.sample(list(FlagId), dice.choice([0, 0, 0, 0, 0, 1, 2]))
    return Understanding(
        reason=Reason(dice.choice(list(catalog.reasons)), 0.9) if dice.random() < 0.7 else None,
        resolution=Resolution(state, dice.choice([0.2, 0.7, 0.9])),
        sentiment=Sentiment(mood=dice.choice([-0.9, -0.3, 0.0, 0.2, 0.8])),
        needs=tuple(Need(n, dice.choice(list(NeedKind)), dice.choice([0.2, 0.6, 0.9]), quote) for n in needs),
        flags=tuple(Flag(flag, dice.choice([0.3, 0.8])) for flag in flags),
    )


def events(dice: random.Random, conversation: str) -> Iterator[Event]:
    """Deal one call's events; time mostly goes on, and some come late, twice, or out of order."""
    at_s = 0.0
    last: Event | None = None
    for _ in range(EVENTS_PER_CALL):
        at_s += dice.expovariate(1 / 5)
        when = at_s if dice.random() < 0.9 else max(0.0, at_s - dice.uniform(0, 60))
        if last is not None and dice.random() < 0.05:
            yield last
            continue
        last = _event(dice, conversation, when)
        yield last
    yield End(at_s)


def _event(dice: random.Random, conversation: str, at_s: float) -> Event:
    suggestion = f"{conversation}:{dice.randint(1, 8)}"
    speaker = dice.choice(list(Speaker))
    kinds: list[tuple[int, Event]] = [
        (70, Utterance(speaker, "said", at_s, at_s, dice.choice([0.3, 0.9, 1.0]))),
        (5, Partial(speaker, "sai", at_s)),
        (5, Tick(at_s)),
        (4, Behind(dice.choice([0.0, 0.0, 3.0, 9.0]), at_s)),
        (2, Switched(dice.random() < 0.7, at_s)),
        (2, QueueLoad(dice.choice([0, 5, 50]), at_s)),
        (12, OutcomeReported(suggestion, dice.choice(list(OutcomeKind)), OutcomeBy.AGENT, at_s)),
    ]
    return dice.choices([event for _, event in kinds], [share for share, _ in kinds])[0]


@dataclass(slots=True)
class Model:
    """What the core must heed, kept apart from it.

    Attributes:
        cards: Suggestions that stand, by id, and the offer of each.
    """

    catalog: Catalog
    eligibility: Eligibility
    cards: dict[str, str]
    seen: Understanding
    made: int = 0
    behind_s: float = 0.0
    on: bool = True
    waiting: int = 0
    refused_at_s: float = -1e9

    def take(self, event: Event, at_s: float, seen: Understanding) -> None:
        """Take note of an event."""
        match event:
            case Utterance():
                self.seen = seen
            case Behind():
                self.behind_s = event.behind_s
            case Switched():
                self.on = event.on
            case QueueLoad():
                self.waiting = event.waiting
            case OutcomeReported() if self._knows(event.suggestion):
                if event.outcome in (OutcomeKind.DECLINED, OutcomeKind.DISMISSED):
                    self.refused_at_s = at_s
                if event.outcome in _LEAVES:
                    self.cards.pop(event.suggestion, None)
            case _:
                pass

    def _knows(self, suggestion: str) -> bool:
        return 1 <= int(suggestion.rpartition(":")[2]) <= self.made

    def faults(self, made: Suggestion, at_s: float) -> Iterator[str]:
        """Yield what is wrong with a suggestion."""
        if self.all_held():
            yield "while everything is held"
        if made.kind.is_sale and self._sales_held(at_s):
            yield "a sale while sales are held"
        if len(self.cards) >= POLICY.suggestions.at_once:
            yield "above the screen's cap"
        if self.made >= POLICY.suggestions.per_conversation:
            yield "above the conversation's cap"
        if not self.eligibility.admits(self.catalog.offers[made.offer]):
            yield "not for this customer"

    def _flagged(self, *flags: FlagId) -> bool:
        return any(flag.id in flags and flag.confidence >= 0.5 for flag in self.seen.flags)

    def _rule(self) -> OffersRule | None:
        return self.catalog.reasons[self.seen.reason.id].offers if self.seen.reason else None

    def all_held(self) -> bool:
        """Whether nothing at all may be suggested."""
        return (
            self.seen.resolution.state is not ResolutionState.CONFIRMED
            or self.seen.resolution.confidence < 0.5
            or self.behind_s > 5
            or not self.on
            or self.seen.sentiment.mood < -0.6
            or self._flagged(FlagId.VULNERABLE, FlagId.DECLINED)
            or self._rule() is OffersRule.NEVER
        )

    def _sales_held(self, at_s: float) -> bool:
        return (
            self.seen.sentiment.mood < -0.15
            or self._flagged(FlagId.COMPLAINT, FlagId.CHURN, FlagId.NO_CONSENT, FlagId.HURRY)
            or self._rule() is OffersRule.SERVICE_ONLY
            or self.waiting > 20
            or at_s >= 240
            or at_s < self.refused_at_s + 120
        )


def call(dice: random.Random, number: int, catalog: Catalog, matcher: Matcher, found: Counter[str]) -> int:
    """Send one call's events through the core and the model; return how many there were."""
    beliefs = [belief(dice, catalog) for _ in range(EVENTS_PER_CALL)]
    desk = Desk(catalog, POLICY, cast(Understander, Dealt(beliefs)), matcher)
    products = dice.sample(list(catalog.offers), 2)
    customer = {"products": products, "tenure_months": dice.randint(0, 60), "age": dice.randint(10, 90)}
    opening = Opening(f"c-{number}", dice.choice(list(Channel)), customer, day=DAY)
    core = Conversation(opening, desk)
    facts = Facts(opening.channel, opening.id, customer, {})
    model = Model(catalog, Eligibility(facts, DAY), {}, Understanding())
    core.begin()
    turns = count = 0
    at_s = 0.0
    for event in events(dice, opening.id):
        now_s = event.end_s if isinstance(event, Utterance) else event.at_s
        # What falls due before the event is judged by what held before it.
        _check(core.receive(Tick(now_s)), model, found)
        decisions = core.receive(event)
        count += 1
        at_s = max(at_s, now_s)
        seen = beliefs[turns % len(beliefs)] if isinstance(event, Utterance) else model.seen
        turns += isinstance(event, Utterance)
        model.take(event, at_s, seen)
        _check(decisions, model, found)
        found["silence broken by the baseline"] += bool(seen.needs) and model.all_held()
    return count


def _check(decisions: list[Decision], model: Model, found: Counter[str]) -> None:
    for decision in decisions:
        match decision.data:
            case Suggestion():
                found["suggestions"] += 1
                found.update(model.faults(decision.data, decision.at))
                model.cards[decision.data.id] = decision.data.offer
                model.made += 1
            case Withdrawn():
                model.cards.pop(decision.data.suggestion, None)
            case _:
                pass


FAULTS = (
    "while everything is held",
    "a sale while sales are held",
    "above the screen's cap",
    "above the conversation's cap",
    "not for this customer",
)


def main() -> None:
    """Deal, check, print the table, write the JSON."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--seed", type=int, default=917)
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    catalog = load_catalog((SEED / "catalog.yaml").read_text("utf-8"), "catalog.yaml")
    matcher = Matcher(catalog, Alike())
    dice = random.Random(chosen.seed)  # noqa: S311  # no secret
    found = Counter[str]()
    began, count, number = time.perf_counter(), 0, 0
    while count < chosen.events:
        count += call(dice, number, catalog, matcher, found)
        number += 1
    took_s = time.perf_counter() - began
    print(f"{count:,} events in {number:,} calls, seed {chosen.seed}, catalog {catalog.id}: {took_s:.0f} s")
    print(f"{found['suggestions']:>9,} suggestions")
    for fault in FAULTS:
        print(f"{found[fault]:>9,} {fault}")
    print(
        f"{found['silence broken by the baseline']:>9,} times a suggestion at every need would have been held"
    )
    if chosen.json:
        chosen.json.write_text(json.dumps({"events": count, "seed": chosen.seed, **found}, indent=1))


if __name__ == "__main__":
    main()
