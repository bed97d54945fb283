"""One hard conversation: what was expected of it, what was believed, and which of it was wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.answers import authored_answers
from bench.corpora import Case, Corpus, read_case
from bench.measures import Trace
from bench.records import Record, read_records
from nlu.understanding import ResolutionState
from offers.catalog import load_catalog

HERE = Path(__file__).parent
CATALOGS = {
    "vet": HERE / "catalog_vet.yaml",
    "trains": HERE / "catalog_trains.yaml",
    "telecom": HERE.parents[1] / "seeds" / "telecom" / "catalog.yaml",
    "banking": HERE.parents[1] / "seeds" / "banking" / "catalog.yaml",
}
"""Business to its catalog."""

FAULTS = (
    "premature sale",
    "premature service",
    "premature confirmed",
    "never confirmed",
    "missed opportunity",
    "wrong offer",
    "flag missed",
    "flag invented",
    "need missed",
    "need invented",
    "mood reversed",
    "reason wrong",
)
"""What can be wrong, the most harmful first."""

_TOLD = 0.2
"""How far from 0 a mood must be to have a sign."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was expected, beside what was believed.

    Attributes:
        fault: One of ``FAULTS``, or None where both agree.
    """

    about: str
    expected: str
    believed: str
    fault: str | None = None


def read_hard() -> list[Record]:
    """Return the hard conversations, as formats of conversation files have them, with ``labels``."""
    return read_records(HERE / "conversations.jsonl")


def corpora() -> dict[str, Corpus]:
    """Return each business's catalog and its hard conversations."""
    return {name: _corpus(name, path) for name, path in CATALOGS.items()}


def _corpus(name: str, path: Path) -> Corpus:
    text = path.read_text(encoding="utf-8")
    kinds = {offer.id: offer.kind.value for offer in load_catalog(text, path.name).offers.values()}
    records = [record for record in read_hard() if record["business"] == name]
    cases = tuple(read_case(record, authored_answers(record["labels"], kinds)) for record in records)
    return Corpus("hard", name, text, cases)


def judge(labels: Record, case: Case, trace: Trace) -> list[Finding]:
    """Return all findings of a conversation, right ones and faults."""
    return [
        _resolution(labels, trace),
        *_early(labels, trace),
        *_offers(labels, case, trace),
        *_sets("flag", set(labels["flags"]), {flag.id.value for flag in trace.seen[-1].flags}),
        *_needs(labels, trace),
        *_moods(labels["sentiment"], trace),
        _reason(labels, trace),
    ]


def _turn(number: int | None) -> str:
    return "never" if number is None else f"turn {number}"


def _resolution(labels: Record, trace: Trace) -> Finding:
    """Judge the last request only, as of the turn in which it was made."""
    found = trace.confirmed(max(labels["reopened_turns"], default=0))
    start: int | None = labels["resolved_turn"]
    fault = None
    if found is not None and (start is None or found < start):
        fault = "premature confirmed"
    elif found is None and start is not None:
        fault = "never confirmed"
    last = trace.seen[-1].resolution.state
    state = "" if last is ResolutionState.CONFIRMED or found is None else f", then {last}"
    return Finding("confirmed", _turn(labels["confirmed_turn"]), _turn(found) + state, fault)


def _early(labels: Record, trace: Trace) -> list[Finding]:
    """Judge the first suggestion that came too soon, of sales and of free help."""
    free = [turn for turn, offer in trace.suggested if not offer.kind.is_sale]
    kinds = (("sale", labels["offer_ok_from"], trace.sales), ("service", labels["service_ok_from"], free))
    found: list[Finding] = []
    for about, start, turns in kinds:
        early = [turn for turn in turns if start is None or turn < start]
        early = [turn for turn in early if turn not in labels["provisional_ok"]]
        expected = "never" if start is None else f"from turn {start}"
        found += [Finding(about, expected, _turn(turn), f"premature {about}") for turn in early[:1]]
    return found


def _offers(labels: Record, case: Case, trace: Trace) -> list[Finding]:
    """Judge what was suggested; in time is while the agent still has a turn left to say it."""
    fitting = {*labels["best_offers"], *labels["acceptable_offers"]}
    said = [(turn, offer.offer) for turn, offer in trace.suggested]
    found = [
        Finding("offer", "anything else", offer, "wrong offer")
        for offer in dict.fromkeys(offer for _, offer in said)
        if offer in labels["wrong_offers"]
    ]
    if fitting:
        start: int = labels["service_ok_from"]
        last = max(number for number, turn in enumerate(case.turns) if turn.speaker == "agent")
        in_time = [offer for turn, offer in said if start <= turn < last]
        missed = None if fitting & set(in_time) else "missed opportunity"
        believed = " ".join(in_time) or f"none: {_silence(trace, range(start, last))}"
        found.append(Finding("offer", " or ".join(sorted(fitting)), believed, missed))
    return found


def _silence(trace: Trace, turns: range) -> str:
    """Tell why nothing came: the gate's reasons at the latest moment, or that no offer was at hand."""
    return (
        "held by " + ", ".join(trace.held[turns[-1]])
        if trace.held[turns[-1]]
        else "gate open, nothing to offer"
    )


def _sets(about: str, wanted: set[str], found: set[str]) -> list[Finding]:
    both = [Finding(about, each, each) for each in sorted(wanted & found)]
    missed = [Finding(about, each, "none", f"{about} missed") for each in sorted(wanted - found)]
    return both + missed + [Finding(about, "none", x, f"{about} invented") for x in sorted(found - wanted)]


def _needs(labels: Record, trace: Trace) -> list[Finding]:
    """Compare needs believed at any time with needs labelled; one taken back may not stand at the end."""
    found = {need.id for seen in trace.seen for need in seen.needs}
    standing = {need.id for need in trace.seen[-1].needs}
    gone = {need["id"] for need in labels["needs"] if need["active_until"] is not None}
    stale = [
        Finding("need", f"{each}, taken back", each, "need invented") for each in sorted(gone & standing)
    ]
    return _sets("need", {need["id"] for need in labels["needs"]}, found) + stale


def _moods(sentiment: Mapping[str, int], trace: Trace) -> list[Finding]:
    """Compare the sign of each customer turn that tells a mood; doubt is no fault, the contrary is."""
    told = {int(turn): value for turn, value in sentiment.items() if value}
    felt = {turn: trace.seen[turn].sentiment.value for turn in told}
    return [
        Finding(
            f"mood at {turn}",
            "happy" if value > 0 else "unhappy",
            f"{felt[turn]:+.2f}",
            "mood reversed" if felt[turn] * value < -_TOLD else None,
        )
        for turn, value in told.items()
    ]


def _reason(labels: Record, trace: Trace) -> Finding:
    found = trace.seen[-1].reason
    right = found is not None and found.id in (labels["reason"], *labels["other_reasons"])
    return Finding(
        "reason", labels["reason"], found.id if found else "none", None if right else "reason wrong"
    )
