"""What is measured: whatever can follow a conversation, and the product's own core."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from bench.corpora import Case, Corpus
from bench.measures import Trace
from nlu.pipeline import Models, Understander
from nlu.understanding import Understanding
from offers.catalog import load_catalog
from offers.conversation import Conversation, Desk
from offers.decisions import Decision, GateState, Suggestion
from offers.eligibility import Eligibility, Facts
from offers.events import Opening
from offers.matching import Matcher
from offers.policy import Policy


class System(Protocol):
    """Whatever can follow a conversation."""

    def run(self, case: Case) -> Trace:
        """Follow one conversation to its end."""
        ...


class Ours:
    """The product's own core on one business's catalog."""

    def __init__(self, corpus: Corpus, models: Models) -> None:
        catalog = load_catalog(corpus.catalog, corpus.name)
        understander = Understander(models, catalog.business)
        self._desk = Desk(catalog, Policy(), understander, Matcher(catalog, models.embedder))

    def run(self, case: Case) -> Trace:
        """Follow one conversation, from its opening to its last turn."""
        conversation = Conversation(self._opening(case), self._desk)
        conversation.begin()
        seen: list[Understanding] = []
        suggested: list[tuple[int, Suggestion]] = []
        held: list[tuple[str, ...]] = []
        ready: set[int] = set()
        for number, turn in enumerate(case.turns):
            decisions = conversation.receive(turn)
            seen.append(_believed(decisions, seen[-1] if seen else Understanding()))
            suggested += [(number, each.data) for each in decisions if isinstance(each.data, Suggestion)]
            held.append(_held(decisions, held[-1] if held else ()))
            if _is_wanted(case, number) and self._has_candidate(case, seen[-1]):
                ready.add(number)
        sales = dict.fromkeys(turn for turn, offer in suggested if offer.kind.is_sale)
        return Trace(tuple(seen), tuple(sales), frozenset(ready), tuple(suggested), tuple(held))

    def _has_candidate(self, case: Case, seen: Understanding) -> bool:
        opening = self._opening(case)
        facts = Facts(opening.channel, opening.id, opening.customer, opening.context)
        candidates = self._desk.matcher.candidates(seen.needs, Eligibility(facts, opening.day).admits)
        return any(candidate.offer.kind.is_sale for candidate in candidates)

    def _opening(self, case: Case) -> Opening:
        day = case.context.get("date") or self._desk.catalog.version
        return Opening(case.id, case.channel, case.customer, case.context, date.fromisoformat(str(day)))


def _is_wanted(case: Case, turn: int) -> bool:
    return case.answers.capture_from is not None and turn >= case.answers.capture_from


def _believed(decisions: Sequence[Decision], before: Understanding) -> Understanding:
    found = [decision.data for decision in decisions if isinstance(decision.data, Understanding)]
    return found[-1] if found else before


def _held(decisions: Sequence[Decision], before: tuple[str, ...]) -> tuple[str, ...]:
    found = [decision.data for decision in decisions if isinstance(decision.data, GateState)]
    return tuple(reason.id for reason in found[-1].reasons) if found else before
