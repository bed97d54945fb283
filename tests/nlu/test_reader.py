"""A turn as the readers see it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.events import Speaker, Turn, Utterance
from nlu.reader import Reader
from nlu.redaction import mask


def _turn(text: str, speaker: Speaker = Speaker.CUSTOMER) -> Turn:
    return Turn(0, Utterance(speaker, text, 0.0, 1.0))


@given(st.text(max_size=80), st.sampled_from(Speaker))
@settings(max_examples=50, deadline=None)
def test_anything_at_all_is_read_and_every_clause_quotes_the_masked_text(
    reader: Reader, text: str, speaker: Speaker
) -> None:
    reading = reader.read(_turn(text, speaker))
    assert reading.text == mask(text)
    assert bool(reading.clauses) == bool(text.strip())
    for clause in reading.clauses:
        assert clause.text == reading.text[clause.start : clause.end]
        assert np.linalg.norm(clause.vector) == pytest.approx(1.0, abs=1e-4)


def test_a_masked_record_is_read_like_the_words_as_heard(reader: Reader) -> None:
    heard = "yeah my card is 4111 1111 1111 1111 and i want to cancel it because the fee is too high"
    live, replayed = reader.read(_turn(heard)), reader.read(_turn(mask(heard)))
    assert live.text == replayed.text
    assert np.array_equal(live.vector, replayed.vector)
    assert [(c.start, c.end) for c in live.clauses] == [(c.start, c.end) for c in replayed.clauses]


def test_reading_does_not_depend_on_what_was_read_before(reader: Reader) -> None:
    first = reader.read(_turn("my bill went up and i want to know why"))
    reader.read(_turn("something else entirely, thanks 👍"))
    again = reader.read(_turn("my bill went up and i want to know why"))
    assert np.array_equal(first.vector, again.vector)
    assert [c.text for c in first.clauses] == [c.text for c in again.clauses]


def test_an_agents_turn_stays_in_one_piece(reader: Reader) -> None:
    (clause,) = reader.read(_turn("That is done. Anything else?", Speaker.AGENT)).clauses
    assert clause.text == "That is done. Anything else?"


@pytest.mark.parametrize("text", ["x" * 5_000, "my bill is wrong " * 300, "1 " * 2_500])
def test_five_thousand_characters_are_read(reader: Reader, text: str) -> None:
    assert reader.read(_turn(text)).clauses
