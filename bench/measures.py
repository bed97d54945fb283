"""What is measured of a run, and how sure the figure is.

Every rate is a ratio of sums over conversations: each conversation gives a numerator and a denominator, or
nothing where the row does not concern it. Intervals are bootstrap ones over conversations.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.corpora import Case
from nlu.understanding import Evidence, ResolutionState, Understanding
from offers.decisions import Suggestion

RESAMPLES = 500
_SEED = 20261122

_DONE = {ResolutionState.PROPOSED, ResolutionState.CONFIRMED}
_REOPENING_TURNS = 2
"""Turns within which a reopening has to be noticed."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What the product made of one conversation.

    Attributes:
        seen: What was believed after each turn.
        sales: The turns after which a sale was suggested, in order.
        ready: Turns after which a sale was at hand, whether the gate let it through or not; only those
            from which a sale is called for.
        suggested: Every suggestion with the turn after which it came; empty for systems that only time them.
        held: After each turn, the ids of the gate's reasons to stay silent; empty for systems without a gate.
    """

    seen: tuple[Understanding, ...]
    sales: tuple[int, ...]
    ready: frozenset[int]
    suggested: tuple[tuple[int, Suggestion], ...] = ()
    held: tuple[tuple[str, ...], ...] = ()

    def confirmed(self, since: int = 0) -> int | None:
        """Return the first turn from ``since`` on after which the request counted as confirmed."""
        turns = range(max(since, 0), len(self.seen))
        return next((turn for turn in turns if self.state(turn) is ResolutionState.CONFIRMED), None)

    def state(self, turn: int) -> ResolutionState:
        """Return the resolution's state after a turn, or after the last one."""
        return self.seen[min(turn, len(self.seen) - 1)].resolution.state


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure with its 95 % interval.

    Attributes:
        n: The denominator: conversations, needs, quotes or turns.
    """

    row: str
    value: float
    low: float
    high: float
    n: int


Share = tuple[float, float] | None


def _reason(case: Case, trace: Trace) -> Share:
    if case.answers.reasons is None:
        return None
    found = trace.seen[-1].reason
    return float(found is not None and found.id in case.answers.reasons), 1


def _reaches(case: Case, trace: Trace) -> Share:
    if not case.answers.resolved:
        return None
    return float(trace.confirmed(max(case.answers.reopened or (-1,))) is not None), 1


def _premature_confirmed(case: Case, trace: Trace) -> Share:
    if not case.answers.resolved or case.answers.resolved_turn is None:
        return None
    first = trace.confirmed(max(case.answers.reopened or (-1,)))
    return float(first is not None and first < case.answers.resolved_turn), 1


def _false_confirmed(case: Case, trace: Trace) -> Share:
    if case.answers.resolved is not False or case.answers.partly:
        return None
    return float(trace.confirmed() is not None), 1


def _reopened_left(case: Case, trace: Trace) -> Share:
    turns = case.answers.reopened
    if not turns:
        return None
    return float(sum(trace.state(turn + _REOPENING_TURNS) not in _DONE for turn in turns)), len(turns)


def _reopened_false(case: Case, trace: Trace) -> Share:
    if case.answers.reopened != ():
        return None
    return float(any(seen.resolution.state is ResolutionState.REOPENED for seen in trace.seen)), 1


def _is_premature(case: Case, trace: Trace) -> bool:
    start = case.answers.sales_from
    return any(start is None or turn < start for turn in trace.sales)


def _premature(case: Case, trace: Trace) -> Share:
    return (float(_is_premature(case, trace)), 1) if case.answers.timed else None


def _premature_clear(case: Case, trace: Trace) -> Share:
    return _premature(case, trace) if case.answers.sales_clear else None


def _last_agent_turn(case: Case) -> int:
    return max((n for n, turn in enumerate(case.turns) if turn.speaker == "agent"), default=-1)


def _capture_clean(case: Case, trace: Trace) -> Share:
    start, last = case.answers.capture_from, _last_agent_turn(case)
    if start is None or last <= start:
        return None
    in_time = any(start <= turn < last for turn in trace.sales)
    return float(in_time and not _is_premature(case, trace)), 1


def _candidate_ready(case: Case, trace: Trace) -> Share:
    start, last = case.answers.capture_from, _last_agent_turn(case)
    if start is None or last <= start:
        return None
    return float(bool(trace.ready & set(range(start, last)))), 1


def _needs(kind: str | None) -> Callable[[Case, Trace], Share]:
    """F1 as a ratio of sums: twice the hits over what was wanted and what was found."""

    def share(case: Case, trace: Trace) -> Share:
        if case.answers.needs is None:
            return None
        believed = {need.id: need.kind.value for seen in trace.seen for need in seen.needs}
        wanted = {need.id for need in case.answers.needs if kind in (None, need.kind)}
        found = {need for need, its_kind in believed.items() if kind in (None, its_kind)}
        return 2.0 * len(wanted & found), len(wanted) + len(found)

    return share


def _verbatim(case: Case, trace: Trace) -> Share:
    quotes = [(turn, quote) for turn, seen in enumerate(trace.seen) for quote in _quotes(seen)]
    quotes += [(turn, quote) for turn, offer in trace.suggested for quote in offer.evidence]
    right = sum(
        quote.turn <= turn and case.turns[quote.turn].text[quote.start : quote.end] == quote.text != ""
        for turn, quote in quotes
    )
    return float(right), len(quotes)


def _quotes(seen: Understanding) -> list[Evidence]:
    beliefs = (*seen.needs, *seen.flags)
    return [*seen.resolution.evidence, *(quote for each in beliefs for quote in each.evidence)]


ROWS: dict[str, Callable[[Case, Trace], Share]] = {
    "reason final_any": _reason,
    "reaches_confirmed": _reaches,
    "premature_confirmed": _premature_confirmed,
    "false_confirmed": _false_confirmed,
    "reopened_left": _reopened_left,
    "reopened_false": _reopened_false,
    "premature_sales": _premature,
    "premature_sales_clear": _premature_clear,
    "capture_clean": _capture_clean,
    "candidate_ready": _candidate_ready,
    "needs f1": _needs(None),
    "needs f1 stated": _needs("stated"),
    "needs f1 unstated": _needs("unstated"),
    "evidence verbatim": _verbatim,
}
"""Row to what one conversation adds to it."""


def measure(cases: Sequence[Case], traces: Sequence[Trace]) -> list[Figure]:
    """Return every row that concerns any of the conversations."""
    draws = np.random.default_rng(_SEED).integers(len(cases), size=(RESAMPLES, len(cases)))
    pairs = list(zip(cases, traces, strict=True))
    figures = [_ratio(row, [share(*pair) for pair in pairs], draws) for row, share in ROWS.items()]
    figures.append(_auc("auc_negative", [_unhappy_turns(*pair) for pair in pairs], draws))
    figures.append(_auc("auc_annoyed_mean", [_annoyed(*pair) for pair in pairs], draws))
    return [figure for figure in figures if figure is not None]


def _ratio(row: str, shares: Sequence[Share], draws: NDArray[np.int64]) -> Figure | None:
    parts = np.array([share or (0.0, 0.0) for share in shares], float)
    total = parts.sum(axis=0)
    if not total[1]:
        return None
    sums = parts[draws].sum(axis=1)
    low, high = _interval(sums[:, 0] / np.maximum(sums[:, 1], 1))
    if total[0] in (0.0, total[1]):
        low, high = _wilson(total[0] / total[1], total[1])
    return Figure(row, float(total[0] / total[1]), low, high, int(total[1]))


def _interval(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))


def _wilson(rate: float, n: float) -> tuple[float, float]:
    """Where all resamples agree the bootstrap would claim certainty. Source: Wilson 1927."""
    z2 = 1.96**2
    middle = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = (z2 * (rate * (1 - rate) / n + z2 / (4 * n * n))) ** 0.5 / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


Scored = list[tuple[float, bool]]
"""Scores, greater for the class sought, each with whether it is of that class."""


def _unhappy_turns(case: Case, trace: Trace) -> Scored:
    turns = case.answers.sentiment.items()
    return [(-trace.seen[turn].sentiment.value, value < 0) for turn, value in turns]


def _annoyed(case: Case, trace: Trace) -> Scored:
    if case.answers.annoyed is None:
        return []
    said = [n for n, turn in enumerate(case.turns) if turn.speaker == "customer"]
    values = [trace.seen[turn].sentiment.value for turn in said]
    return [(-sum(values) / max(len(values), 1), case.answers.annoyed)]


def _auc(row: str, scored: Sequence[Scored], draws: NDArray[np.int64]) -> Figure | None:
    whole = [pair for group in scored for pair in group]
    value = _area(whole)
    if value is None:
        return None
    samples = [[scored[int(case)] for case in draw] for draw in draws[: RESAMPLES // 5]]
    areas = [_area([pair for group in sample for pair in group]) for sample in samples]
    low, high = _interval(np.array([area for area in areas if area is not None]))
    return Figure(row, value, low, high, len(whole))


def _area(scored: Scored) -> float | None:
    """Area under the ROC curve, ties counting half. Source: the rank-sum identity of Mann and Whitney."""
    scores = np.array([score for score, _ in scored], float)
    sought = np.array([label for _, label in scored], bool)
    if not sought.any() or sought.all():
        return None
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(count) - (count - 1) / 2
    hits = sought.sum()
    return float((ranks[place][sought].sum() - hits * (hits + 1) / 2) / (hits * (~sought).sum()))
