"""Words settle once two hypotheses in a row agree on them, and then they stay."""

from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from listener.agreement import Agreement

words = st.sampled_from(["my", "bill", "is", "Bill,", "wrong", "My", "–"])
hypotheses = st.lists(st.lists(words, max_size=6), max_size=8)


def heard(*hypotheses: str) -> Agreement:
    agreement = Agreement()
    for hypothesis in hypotheses:
        agreement = agreement.hear(hypothesis.split())
    return agreement


def test_a_first_hypothesis_settles_nothing_and_is_shown_all_the_same() -> None:
    assert heard("my bill") == Agreement((), ("my", "bill"))
    assert heard("my bill").text == "my bill"


def test_what_two_hypotheses_begin_with_is_settled() -> None:
    assert heard("my bill is", "my bill was wrong") == Agreement(("my", "bill"), ("was", "wrong"))


def test_a_word_that_gets_its_capital_or_its_comma_is_the_same_word_as_heard_last() -> None:
    assert heard("well my", "Well, my bill").settled == ("Well,", "my")


def test_what_follows_the_settled_words_is_all_that_a_later_hypothesis_has_to_tell() -> None:
    agreement = heard("my bill is", "my bill was", "was twice", "twice what it was")
    assert agreement.text == "my bill was twice what it was"
    assert agreement.settled == ("my", "bill", "was", "twice")


@given(hypotheses)
def test_settled_words_are_never_taken_back(hypotheses: list[list[str]]) -> None:
    beliefs = accumulate(hypotheses, lambda agreement, words: agreement.hear(words), initial=Agreement())
    for before, after in pairwise(beliefs):
        assert after.settled[: len(before.settled)] == before.settled


@given(hypotheses)
def test_the_newest_hypothesis_is_always_shown_whole(hypotheses: list[list[str]]) -> None:
    agreement = Agreement()
    for hypothesis in hypotheses:
        before, agreement = agreement, agreement.hear(hypothesis)
        assert agreement.text.split() == [*before.settled, *hypothesis]
