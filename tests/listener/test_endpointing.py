"""Where speech starts and stops, by the probabilities of speech alone."""

from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.endpointing import (
    CLOSING_SILENCE_S,
    FRAME_S,
    MAX_SEGMENT_S,
    TRANSITIONS,
    Endpointer,
    Heard,
    Phase,
    Span,
)

SPEECH, UNSURE, SILENCE = 0.9, 0.25, 0.01
stretches = st.lists(st.tuples(st.sampled_from([SPEECH, UNSURE, SILENCE]), st.integers(1, 120)), max_size=12)


def spans(probabilities: list[float]) -> list[Span]:
    endpointer = Endpointer()
    found = [endpointer.hear(probability) for probability in probabilities]
    return [span for span in (*found, endpointer.finish()) if span]


def frames(seconds: float) -> int:
    return round(seconds / FRAME_S)


def test_speech_is_one_span_from_its_first_frame_to_its_last() -> None:
    [span] = spans([SILENCE] * 50 + [SPEECH] * 40 + [SILENCE] * 50)
    assert (span.start, span.end) == (50, 90)
    assert span.activity == pytest.approx(SPEECH)


def test_a_span_takes_a_little_of_the_silence_on_both_sides_along() -> None:
    [span] = spans([SILENCE] * 50 + [SPEECH] * 40 + [SILENCE] * 50)
    assert 35 < span.audio_start < 50
    assert 90 < span.audio_end < 105


def test_a_pause_shorter_than_the_closing_silence_is_part_of_what_is_said() -> None:
    pause = frames(CLOSING_SILENCE_S) - 1
    assert len(spans([SPEECH] * 30 + [SILENCE] * pause + [SPEECH] * 30)) == 1


def test_a_span_closes_as_soon_as_the_silence_has_lasted() -> None:
    endpointer = Endpointer()
    heard = [endpointer.hear(p) for p in [SPEECH] * 30 + [SILENCE] * frames(CLOSING_SILENCE_S)]
    assert [span is not None for span in heard] == [False] * (len(heard) - 1) + [True]


@pytest.mark.parametrize("heard", [[SPEECH] * 3, [UNSURE] * 200, []])
def test_a_click_and_a_murmur_are_no_speech(heard: list[float]) -> None:
    assert spans([SILENCE] * 20 + heard + [SILENCE] * 40) == []


def test_speech_without_a_pause_is_cut_where_it_was_least_likely() -> None:
    most = frames(MAX_SEGMENT_S)
    probabilities = [SPEECH] * (most * 2)
    probabilities[most - 60] = 0.4
    first, second = spans(probabilities)[:2]
    assert first.end == first.audio_end == second.start == second.audio_start == most - 60


def test_what_is_being_said_when_the_track_ends_is_closed() -> None:
    [span] = spans([SPEECH] * 30)
    assert span.end == span.audio_end == 30


@given(stretches)
@settings(max_examples=150, deadline=None)
def test_spans_follow_one_another_and_share_no_audio(heard: list[tuple[float, int]]) -> None:
    probabilities = [probability for probability, count in heard for _ in range(count)]
    found = spans(probabilities)
    for before, after in pairwise(found):
        assert before.audio_end <= after.audio_start
    for span in found:
        assert 0 <= span.audio_start <= span.start < span.end <= span.audio_end <= len(probabilities)
        assert span.end - span.start <= frames(MAX_SEGMENT_S) + frames(CLOSING_SILENCE_S)


@given(stretches)
@settings(max_examples=100, deadline=None)
def test_no_span_reaches_back_before_what_was_said_to_be_needed(heard: list[tuple[float, int]]) -> None:
    endpointer = Endpointer()
    for probability in [probability for probability, count in heard for _ in range(count)]:
        needed = endpointer.needed_from
        span = endpointer.hear(probability)
        assert span is None or span.audio_start >= needed


@given(stretches)
@settings(max_examples=100, deadline=None)
def test_every_lasting_stretch_of_speech_is_in_some_span(heard: list[tuple[float, int]]) -> None:
    probabilities = [probability for probability, count in heard for _ in range(count)]
    covered = {frame for span in spans(probabilities) for frame in range(span.start, span.end)}
    said = [frame for frame, probability in enumerate(probabilities) if probability == SPEECH]
    lasting = {frame for frame in said if set(range(frame, frame + 10)) <= set(said)}
    assert lasting <= covered


def test_the_table_says_what_to_do_in_every_phase_with_every_kind_of_frame_that_occurs_there() -> None:
    kinds = (Heard.SPEECH, Heard.SILENCE)
    assert set(product(Phase, kinds)) <= set(TRANSITIONS)
