"""What ``rightsell fit`` says when it is done, for the people who write the catalog."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.fit.steps import Verdict
from nlu.business import ReasonExamples
from nlu.confusions import Collision, Judged, find_collisions

_MOST_PAIRS, _MOST_EXAMPLES = 5, 4


def accuracy(verdict: Verdict) -> dict[str, float]:
    """Return the shares of held-out examples that were told right, and how many there were."""
    judged = len(verdict.after)
    return {"examples": judged, "before": _share(verdict.before), "after": _share(verdict.after)}


def report(reasons: Sequence[ReasonExamples], verdict: Verdict, folder: Path) -> str:
    """Return what was reached, what is worth rewording, and how to use it."""
    titles = {reason.id: reason.title for reason in reasons}
    return "\n".join((*_reached(verdict), *_reword(verdict.after, titles), *_use(folder)))


def _reached(verdict: Verdict) -> Iterator[str]:
    before, after = _share(verdict.before), _share(verdict.after)
    yield f"Told right, of {len(verdict.after)} examples that were held out:"
    yield f"  as it comes {before:.1%}, fitted {after:.1%}"
    if after <= before:
        yield "  Fitting has not helped here: serve without it, or add examples and fit again."


def _reword(judged: Sequence[Judged], titles: dict[str, str]) -> Iterator[str]:
    collisions = find_collisions(judged)
    if collisions:
        yield "\nWorth rewording: reasons that were taken for each other."
    for collision in collisions[:_MOST_PAIRS]:
        yield from _collision(collision, titles)
    if len(collisions) > _MOST_PAIRS:
        yield f"  … and {len(collisions) - _MOST_PAIRS} more pairs."
    silent = [each for each in judged if each.taken_for is None]
    if silent:
        yield "\nTaken for small talk: say more plainly what it is about."
    yield from (f"  “{each.text}” ({titles[each.reason]})" for each in silent[:_MOST_EXAMPLES])


def _collision(collision: Collision, titles: dict[str, str]) -> Iterator[str]:
    first, second = (titles[each] for each in collision.reasons)
    yield f"  {first} / {second}: {len(collision.examples)}"
    for each in collision.examples[:_MOST_EXAMPLES]:
        taken_for = titles[each.taken_for or each.reason]
        yield f"    “{each.text}” stands under {titles[each.reason]}, and sounded like {taken_for}"


def _use(folder: Path) -> Iterator[str]:
    yield f"\nWritten to {folder}. Use it with: rightsell serve --fitted {folder} …"
    yield "It belongs to the catalog as it is now: after a change to the catalog, fit again."


def _share(judged: Sequence[Judged]) -> float:
    return sum(each.is_right for each in judged) / max(1, len(judged))
