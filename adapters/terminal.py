"""The decision stream as a person reads it, in a terminal."""

from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from adapters.session import Session
from listener.events import Partial, Speaker, Utterance
from nlu.understanding import Evidence, Understanding
from offers.decisions import (
    Decision,
    Ended,
    Fact,
    GateState,
    Lagging,
    Notice,
    Outcome,
    Scope,
    Started,
    Suggestion,
    Withdrawn,
)

_LABEL_WIDTH = 11
_SPEAKER_STYLE = {Speaker.AGENT: "cyan", Speaker.CUSTOMER: "bold"}
_GATE_STYLE = {Scope.ALL: "green", Scope.SERVICE: "yellow", Scope.NONE: "red"}

Line = tuple[str, str, str]
"""Label, what it says, and the style of both."""


class Terminal:
    """Prints decisions as they come; partial words are left out, for they would only flicker."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)

    def tell(self, session: Session, decision: Decision) -> None:
        """Print a live conversation's next decision."""
        self.print(decision)

    def print(self, decision: Decision) -> None:
        """Print one decision, on as many lines as it needs; the first one bears its time."""
        time = clock(decision.at)
        for label, words, style in _lines(decision.data):
            line = Text.assemble(
                (f"{time:>7}  ", "dim"), (label.ljust(_LABEL_WIDTH), style), (_plain(words), style)
            )
            self._console.print(line, soft_wrap=True)
            time = ""


def _lines(fact: Fact) -> Iterable[Line]:
    return _READERS[type(fact)](fact)


def _started(fact: Started) -> Iterable[Line]:
    who = f" with {fact.customer}" if fact.customer else ""
    catalog = f"{fact.catalog.id} {fact.catalog.version}"
    yield "began", f"{fact.channel}{who}; catalog {catalog}, policy {fact.policy}", "dim"


def _ended(fact: Ended) -> Iterable[Line]:
    yield "ended", f"{fact.turns} turns, {fact.suggestions} suggestions", "dim"


def _utterance(fact: Utterance) -> Iterable[Line]:
    yield fact.speaker, fact.text, _SPEAKER_STYLE[fact.speaker]


def _understanding(fact: Understanding) -> Iterable[Line]:
    reason = f"{fact.reason.id} {fact.reason.confidence:.2f}" if fact.reason else "not known"
    mood = f"{fact.sentiment.mood:+.2f} {fact.sentiment.trend}"
    resolution = f"{fact.resolution.state} {fact.resolution.confidence:.2f}"
    parts = [f"reason {reason}", f"request {resolution}", f"mood {mood}"]
    parts += [f"need {need.id} {need.confidence:.2f} {need.kind}" for need in fact.needs]
    parts += [f"flag {flag.id}" for flag in fact.flags]
    yield "believes", " · ".join(parts), "dim"


def _gate(fact: GateState) -> Iterable[Line]:
    scope = {Scope.ALL: "open", Scope.SERVICE: "open for help, no sales", Scope.NONE: "held"}[fact.scope]
    reasons = " ".join(reason.text for reason in fact.reasons)
    yield "gate", f"{scope}. {reasons}" if reasons else scope, _GATE_STYLE[fact.scope]


def _suggestion(fact: Suggestion) -> Iterable[Line]:
    price = f", {fact.price}" if fact.price else ""
    yield "SUGGEST", f"{fact.rank}. {fact.title} ({fact.kind.replace('_', '-')}{price})", "bold green"
    if fact.need is not None:
        yield (
            "  because",
            f"{fact.need} ({fact.need_kind}, {fact.confidence:.2f}): {_quotes(fact.evidence)}",
            "green",
        )
    for label, words in (("bridge", fact.talk.bridge), ("pitch", fact.talk.pitch)):
        if words:
            yield f"  {label}", words, "green"
    for question in fact.talk.primer:
        yield "  ask", question, "green"
    for objection in fact.talk.objections:
        yield "  if", f"{objection.when}: {objection.say}", "green"
    if fact.talk.decline:
        yield "  easy no", fact.talk.decline, "green"


def _withdrawn(fact: Withdrawn) -> Iterable[Line]:
    yield "withdrawn", f"{fact.suggestion}: {fact.reason.text}", "yellow"


def _outcome(fact: Outcome) -> Iterable[Line]:
    yield "outcome", f"{fact.suggestion}: {fact.outcome}, says the {fact.by}", "magenta"


def _lagging(fact: Lagging) -> Iterable[Line]:
    yield "lagging", f"{fact.behind_s:.1f} s behind", "red"


def _notice(fact: Notice) -> Iterable[Line]:
    yield "NOTICE", fact.text, "bold red" if fact.active else "green"


def _nothing(_: Partial) -> Iterable[Line]:
    return ()


_READERS: dict[type[Fact], Callable[[Any], Iterable[Line]]] = {
    Started: _started,
    Ended: _ended,
    Partial: _nothing,
    Utterance: _utterance,
    Understanding: _understanding,
    GateState: _gate,
    Suggestion: _suggestion,
    Withdrawn: _withdrawn,
    Outcome: _outcome,
    Lagging: _lagging,
    Notice: _notice,
}


def _quotes(evidence: tuple[Evidence, ...]) -> str:
    return " … ".join(f"“{one.text}”" for one in evidence)


def clock(seconds: float) -> str:
    """Return a time of the conversation as people write it, such as ``1:07.4``."""
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"


def _plain(words: str) -> str:
    """What customers write must not move the cursor or colour the screen."""
    return "".join(letter if letter.isprintable() else " " for letter in words)
