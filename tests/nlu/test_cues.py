"""Where clauses are cut, and how each was meant."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from nlu.cues import MAX_CHARACTERS, Cut, cut


def _clauses(text: str, nlp: Language) -> list[str]:
    return [text[found.start : found.end] for found in cut(text, nlp)]


def _only(text: str, nlp: Language) -> Cut:
    (found,) = cut(text, nlp)
    return found


@given(st.text(max_size=120))
@settings(max_examples=150, deadline=None)
def test_clauses_lie_in_order_inside_the_text_and_only_a_blank_text_has_none(
    nlp: Language, text: str
) -> None:
    cuts = cut(text, nlp)
    edges = [edge for found in cuts for edge in (found.start, found.end)]
    assert edges == sorted(edges)
    assert all(found.start < found.end <= len(text) for found in cuts)
    assert bool(cuts) == bool(text.strip())


@pytest.mark.parametrize(
    "text",
    [
        "My bill is too high, and I want to cancel. Can you help me?",
        "my bill is too high and i want to cancel can you help me",
    ],
)
def test_clauses_are_found_with_and_without_punctuation(nlp: Language, text: str) -> None:
    clauses = [clause.lower() for clause in _clauses(text, nlp)]
    assert clauses == ["my bill is too high", "i want to cancel", "can you help me"]


def test_fillers_at_the_edges_are_left_out_of_a_clause(nlp: Language) -> None:
    assert _clauses("um so yeah my data ran out again...", nlp) == ["my data ran out again"]


def test_a_turn_of_fillers_alone_is_still_one_clause(nlp: Language) -> None:
    assert len(_clauses("yeah, okay", nlp)) == 1
    assert len(_clauses("😀😀", nlp)) == 1


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("i don't need more data", "negated"),
        ("i have no use for a second line", "negated"),
        ("if i had a bigger plan", "hypothetical"),
        ("maybe some day a bigger house", "hypothetical"),
        ("we used to have the sports package", "past"),
        ("my neighbour has solar panels on his roof", "someone_else"),
        ("a friend of mine got a refund", "someone_else"),
        ("can i get a bigger allowance", "question"),
        ("how much is the family plan", "question"),
        ("the family plan?", "question"),
    ],
)
def test_how_a_clause_was_meant_is_noticed(nlp: Language, text: str, meant: str) -> None:
    assert getattr(_only(text, nlp), meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("no i need more data", "negated"),
        ("i would like more data", "hypothetical"),
        ("could you check if it arrived", "hypothetical"),
        ("my card was stolen yesterday", "past"),
        ("i share my line with my neighbour", "someone_else"),
        ("what i need is more data", "question"),
    ],
)
def test_plain_statements_are_not_taken_for_more_than_they_are(nlp: Language, text: str, meant: str) -> None:
    assert not getattr(_only(text, nlp), meant)


def test_he_is_the_neighbour_just_spoken_of(nlp: Language) -> None:
    cuts = cut("my neighbour switched to solar last month and he pays nothing now but i pay a fortune", nlp)
    assert [found.someone_else for found in cuts] == [True, True, False]


@pytest.mark.parametrize(
    "text", ["la factura está mal y quiero cancelar", "我的账单太高了", "🔥" * 300, "?!" * 500]
)
def test_other_languages_and_signs_are_cut_without_complaint(nlp: Language, text: str) -> None:
    assert cut(text, nlp)


def test_a_pasted_document_is_read_to_its_end(nlp: Language) -> None:
    text = "my bill is wrong and i want it fixed. " * 400
    cuts = cut(text, nlp)
    assert cuts[-1].end == len(text.rstrip(". "))
    assert cuts[-1].start == MAX_CHARACTERS or cuts[-1].end - cuts[-1].start > MAX_CHARACTERS
