"""How well a business's reasons are told apart, judged on examples held out, and which of them collide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nlu.business import ReasonExamples
from nlu.embedder import Embedder
from nlu.examples import ReasonModel, fit_examples

FOLDS = 3
"""Parts in which the examples are held out in turn; a catalog may show a reason by as few as three."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An example, and what it was taken for while it was held out.

    Attributes:
        taken_for: A reason's id; None for small talk.
    """

    text: str
    reason: str
    taken_for: str | None

    @property
    def is_right(self) -> bool:
        """Whether its own reason was found."""
        return self.taken_for == self.reason


@dataclass(frozen=True, slots=True)
class Collision:
    """Two reasons that are taken for each other, and the examples that are.

    Attributes:
        reasons: Their ids, in order of the alphabet.
    """

    reasons: tuple[str, str]
    examples: tuple[Judged, ...]


def hold_out(reasons: Sequence[ReasonExamples], fold: int) -> tuple[ReasonExamples, ...]:
    """Return the reasons without the examples of one fold; titles stay."""
    return tuple(replace(each, examples=_split(each, fold)[0]) for each in reasons)


def judge(
    reasons: Sequence[ReasonExamples], fold: int, learnt: Sequence[ReasonExamples], embedder: Embedder
) -> list[Judged]:
    """Say what the fold's examples are taken for by what ``learnt``, the others, taught."""
    model = ReasonModel(embedder, fit_examples(learnt, embedder))
    return [
        Judged(text, each.id, _taken_for(model, reasons, text))
        for each in reasons
        for text in _split(each, fold)[1]
    ]


def find_collisions(judged: Iterable[Judged]) -> list[Collision]:
    """Return the pairs of reasons that were taken for each other, those with most examples first."""
    pairs: dict[tuple[str, str], list[Judged]] = {}
    for each in judged:
        if each.taken_for is not None and not each.is_right:
            first, second = sorted((each.reason, each.taken_for))
            pairs.setdefault((first, second), []).append(each)
    found = [Collision(pair, tuple(examples)) for pair, examples in pairs.items()]
    return sorted(found, key=lambda each: (-len(each.examples), each.reasons))


def _split(reason: ReasonExamples, fold: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the examples that are learnt from and those that are held out."""
    numbered = list(enumerate(reason.examples))
    learnt = tuple(text for number, text in numbered if number % FOLDS != fold)
    return learnt, tuple(text for number, text in numbered if number % FOLDS == fold)


def _taken_for(model: ReasonModel, reasons: Sequence[ReasonExamples], text: str) -> str | None:
    said = model.read(text)
    return reasons[int(said.argmax())].id if said.any() else None
