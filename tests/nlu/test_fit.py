"""Fitting the encoder to a business's reasons: what is held out, what collides, and that tuning helps."""

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.business import ReasonExamples
from nlu.confusions import FOLDS, Judged, find_collisions, hold_out, judge
from nlu.embedder import Embedder
from nlu.tuning import tune

_REASONS = (
    ReasonExamples(
        "late", "Parcel is late", ("where is my parcel", "it has not come", "still waiting for it")
    ),
    ReasonExamples(
        "broken", "Arrived broken", ("it came in pieces", "the glass is cracked", "it is damaged")
    ),
    ReasonExamples("change", "Change address", ("send it elsewhere", "i have moved", "wrong house number")),
)

_many = st.lists(
    st.lists(st.text(min_size=1), min_size=3, max_size=12, unique=True), min_size=2, max_size=4
).map(lambda groups: tuple(ReasonExamples(str(n), f"Title {n}", tuple(g)) for n, g in enumerate(groups)))


@settings(max_examples=30, deadline=None)
@given(_many)
def test_each_example_is_held_out_once_and_learnt_from_otherwise(reasons: tuple[ReasonExamples, ...]) -> None:
    folds = [hold_out(reasons, fold) for fold in range(FOLDS)]
    for number, reason in enumerate(reasons):
        learnt = [text for fold in folds for text in fold[number].examples]
        assert sorted(learnt) == sorted(reason.examples * (FOLDS - 1))
        assert all(fold[number].title == reason.title and fold[number].examples for fold in folds)


def test_held_out_examples_are_judged_by_what_the_others_teach(embedder: Embedder) -> None:
    judged = [
        each for fold in range(FOLDS) for each in judge(_REASONS, fold, hold_out(_REASONS, fold), embedder)
    ]
    assert sorted(each.text for each in judged) == sorted(text for each in _REASONS for text in each.examples)
    found = {each.text: each.taken_for for each in judged}
    assert found["it is damaged"] == "broken"


def test_reasons_taken_for_each_other_stand_together_the_worst_first() -> None:
    judged = [
        Judged("one", "a", "b"),
        Judged("two", "c", "b"),
        Judged("three", "b", "c"),
        Judged("right", "a", "a"),
        Judged("small talk", "a", None),
    ]
    found = [(each.reasons, [example.text for example in each.examples]) for each in find_collisions(judged)]
    assert found == [(("b", "c"), ["two", "three"]), (("a", "b"), ["one"])]


@pytest.mark.neural
@pytest.mark.skipif(find_spec("sentence_transformers") is None, reason="the extra [neural] is not installed")
def test_tuning_moves_reasons_apart_and_gives_the_same_encoder_again(embedder: Embedder) -> None:
    told: list[float] = []
    tuned = tune(_REASONS, told.append)
    assert told[-1] == 1.0
    assert told == sorted(told)
    assert _apart(tuned) > _apart(embedder) + 0.05
    text = ["my package never showed up"]
    assert np.array_equal(tune(_REASONS, told.append).embed(text), tuned.embed(text))


def _apart(embedder: Embedder) -> float:
    """Mean cosine within a reason, less that between reasons."""
    vectors = embedder.embed([text for each in _REASONS for text in each.examples])
    owners = np.repeat(np.arange(3), 3)
    same = owners[:, None] == owners
    cosines = vectors @ vectors.T
    return float(cosines[same & ~np.eye(9, dtype=bool)].mean() - cosines[~same].mean())
