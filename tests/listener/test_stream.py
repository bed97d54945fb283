"""Segments come out in time order, whatever way the audio came in."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from adapters.weights import Ears
from listener.events import AudioChunk, ChatMessage, Speaker, Utterance
from listener.recording import in_time_order
from listener.stream import MAX_SKEW_S, SpeechStream, VoiceActivity, utterance_of
from listener.transcriber import Segment, joined

RATE = 16_000
Sound = NDArray[np.float32]


def by_loudness() -> VoiceActivity:
    """Voice activity that costs nothing: what is loud is speech."""
    return lambda frame: 0.9 if float(np.abs(frame).mean()) > 0.1 else 0.0


def sound(*stretches: tuple[float, float]) -> Sound:
    """Alternate so many seconds of silence with so many of something loud that never repeats."""
    pieces: list[Sound] = []
    for quiet_s, loud_s in stretches:
        pieces += [
            np.zeros(round(quiet_s * RATE), np.float32),
            np.full(round(loud_s * RATE), 0.5, np.float32),
        ]
    whole = np.concatenate([np.empty(0, np.float32), *pieces])
    return (whole + np.arange(len(whole)) * 1e-7).astype(np.float32)


def chunks(track: Sound, speaker: Speaker, sizes: list[int], start_s: float = 0.0) -> list[AudioChunk]:
    made: list[AudioChunk] = []
    at = 0
    while at < len(track):
        size = sizes[len(made) % len(sizes)]
        made.append(AudioChunk(speaker, start_s + at / RATE, track[at : at + size]))
        at += size
    return made


def segments(audio: list[AudioChunk], voice_activity: object = by_loudness) -> list[Segment]:
    stream = SpeechStream(voice_activity)  # pyright: ignore[reportArgumentType]  # one of two makers
    return [segment for chunk in audio for segment in stream.feed(chunk)] + stream.finish()


def essence(found: list[Segment]) -> list[tuple[object, ...]]:
    return [
        (one.speaker, one.start_s, one.end_s, one.closed_s, one.activity, one.samples.tobytes())
        for one in found
    ]


sounds = st.lists(st.tuples(st.floats(0, 1.5), st.floats(0.1, 2.0)), max_size=4).map(
    lambda stretches: sound(*stretches)
)


def of_one_length(first: Sound, second: Sound) -> tuple[Sound, Sound]:
    length = max(len(first), len(second))
    first, second = (np.pad(track, (0, length - len(track))) for track in (first, second))
    return first, second


calls = st.builds(of_one_length, sounds, sounds)
sizes = st.lists(st.integers(1, 8_000), min_size=1, max_size=5)


@given(calls, sizes, sizes)
@settings(max_examples=40, deadline=None)
def test_the_segments_do_not_depend_on_how_the_audio_was_cut_into_chunks(
    call: tuple[Sound, Sound], customer_sizes: list[int], agent_sizes: list[int]
) -> None:
    customer, agent = call
    cut = in_time_order(
        chunks(customer, Speaker.CUSTOMER, customer_sizes), chunks(agent, Speaker.AGENT, agent_sizes)
    )
    plain = in_time_order(chunks(customer, Speaker.CUSTOMER, [320]), chunks(agent, Speaker.AGENT, [320]))
    assert essence(segments(list(cut))) == essence(segments(list(plain)))


@given(calls)
@settings(max_examples=40, deadline=None)
def test_segments_of_both_tracks_come_in_the_order_in_which_they_closed(call: tuple[Sound, Sound]) -> None:
    customer, agent = call
    found = segments(
        list(in_time_order(chunks(customer, Speaker.CUSTOMER, [320]), chunks(agent, Speaker.AGENT, [320])))
    )
    assert [one.closed_s for one in found] == sorted(one.closed_s for one in found)


@given(sounds, st.lists(st.floats(-3, 30), max_size=8), sizes)
@settings(max_examples=50, deadline=None)
def test_gaps_and_overlapping_time_stamps_break_nothing(
    track: Sound, jumps: list[float], some_sizes: list[int]
) -> None:
    audio = chunks(track, Speaker.AGENT, some_sizes)
    moved = [
        AudioChunk(chunk.speaker, chunk.start_s + (jumps[number % len(jumps)] if jumps else 0), chunk.samples)
        for number, chunk in enumerate(audio)
    ]
    found = segments(moved)
    assert all(one.start_s < one.end_s <= one.closed_s and len(one.samples) for one in found)
    assert all(before.end_s <= after.start_s for before, after in pairwise(found))


def test_a_segment_is_placed_where_it_was_said() -> None:
    [segment] = segments(chunks(sound((2.0, 1.0), (1.0, 0.0)), Speaker.CUSTOMER, [320], start_s=60.0))
    assert segment.speaker is Speaker.CUSTOMER
    assert segment.start_s == pytest.approx(62.0, abs=0.04)
    assert segment.end_s == pytest.approx(63.0, abs=0.04)


def test_a_gap_counts_as_silence_and_so_closes_what_was_said() -> None:
    loud = chunks(sound((0.0, 1.0)), Speaker.AGENT, [320])
    again = chunks(sound((0.0, 1.0)), Speaker.AGENT, [320], start_s=1.8)
    long_after = chunks(sound((0.0, 1.0)), Speaker.AGENT, [320], start_s=3_600.0)
    starts = [segment.start_s for segment in segments(loud + again + long_after)]
    assert starts == pytest.approx([0.0, 1.8, 3_600.0], abs=0.04)


def test_a_chunk_that_comes_twice_is_heard_once() -> None:
    audio = chunks(sound((0.0, 1.0), (1.0, 0.0)), Speaker.AGENT, [3_200])
    [once] = segments(audio)
    [twice] = segments([chunk for chunk in audio for _ in range(2)])
    assert essence([once]) == essence([twice])


def test_a_track_that_stays_away_holds_the_other_up_for_the_stated_skew_at_most() -> None:
    stream = SpeechStream(by_loudness)
    for chunk in chunks(sound((0.0, 0.3), (5.0, 0.0)), Speaker.CUSTOMER, [320]):
        if found := stream.feed(chunk):
            assert chunk.start_s - found[0].closed_s <= MAX_SKEW_S
            return
    pytest.fail("the segment never came")


def test_what_was_being_said_on_a_track_that_stops_is_closed_without_waiting_for_the_end() -> None:
    stream = SpeechStream(by_loudness)
    audio = in_time_order(
        chunks(sound((0.0, 1.0)), Speaker.CUSTOMER, [320]), chunks(sound((5.0, 0.0)), Speaker.AGENT, [320])
    )
    [segment] = [segment for chunk in audio for segment in stream.feed(chunk)]
    assert segment.end_s == pytest.approx(1.0, abs=0.04)
    assert stream.finish() == []


def test_a_track_within_the_skew_is_waited_for() -> None:
    stream = SpeechStream(by_loudness)
    agent = chunks(sound((0.0, 1.0), (1.0, 0.0)), Speaker.AGENT, [320])
    customer = chunks(sound((0.0, 0.5), (1.5, 0.0)), Speaker.CUSTOMER, [320])
    behind = round(0.9 * RATE / 320)
    ahead = [segment for chunk in agent[:behind] for segment in stream.feed(chunk)]
    both = [
        segment
        for pair in zip(agent[behind:], customer, strict=False)
        for c in pair
        for segment in stream.feed(c)
    ]
    assert [one.speaker for one in [*ahead, *both, *stream.finish()]] == [Speaker.CUSTOMER, Speaker.AGENT]


def test_what_is_being_said_is_worth_a_look_once_a_second_and_grows_until_it_ends() -> None:
    stream = SpeechStream(by_loudness)
    looks: list[Segment] = []
    settled: list[Segment] = []
    for chunk in chunks(sound((1.0, 5.0), (1.0, 0.0)), Speaker.AGENT, [1_600]):
        settled += stream.feed(chunk)
        looks += stream.unfinished()
    assert [look.end_s for look in looks] == pytest.approx([2.5, 3.5, 4.5, 5.5], abs=0.1)
    assert {look.start_s for look in looks} == {settled[0].start_s}
    whole = settled[0].samples
    assert all(np.array_equal(look.samples, whole[: len(look.samples)]) for look in looks)


def test_looking_at_what_is_being_said_changes_nothing_of_its_segments() -> None:
    audio = chunks(sound((1.0, 14.0), (0.3, 2.0), (1.0, 0.0)), Speaker.AGENT, [1_600])
    watched = SpeechStream(by_loudness)
    seen = [
        segment for chunk in audio for segment in (*watched.feed(chunk), *(watched.unfinished() and ()))
    ] + watched.finish()
    assert essence(seen) == essence(segments(audio))


def test_short_words_and_silence_are_worth_no_look() -> None:
    stream = SpeechStream(by_loudness)
    for chunk in chunks(sound((1.0, 1.0), (2.0, 1.2), (1.0, 0.0)), Speaker.AGENT, [1_600]):
        stream.feed(chunk)
        assert stream.unfinished() == []


def test_segments_of_one_speaker_are_joined_without_the_silence_between_them() -> None:
    first, second = segments(chunks(sound((1.0, 2.0), (1.0, 4.0)), Speaker.AGENT, [1_600]))
    both = joined([first, second])
    assert (both.start_s, both.end_s, both.closed_s) == (first.start_s, second.end_s, second.closed_s)
    assert np.array_equal(both.samples, np.concatenate([first.samples, second.samples]))
    assert both.activity == pytest.approx(0.9)


def test_a_message_is_an_utterance_that_counts_as_certain() -> None:
    message = ChatMessage(Speaker.CUSTOMER, "  my bill is wrong \n", 4.5)
    assert utterance_of(message) == Utterance(Speaker.CUSTOMER, "my bill is wrong", 4.5, 4.5, 1.0)


@pytest.mark.parametrize("text", ["", " \n\t", "\u2003"])
def test_a_message_without_words_is_none(text: str) -> None:
    assert utterance_of(ChatMessage(Speaker.AGENT, text, 0.0)) is None


def test_a_real_call_gives_the_same_segments_in_chunks_of_20_ms_and_of_half_a_second(
    ears: Ears, call: list[AudioChunk]
) -> None:
    tracks = {who: np.concatenate([one.samples for one in call if one.speaker is who]) for who in Speaker}
    first_half = {who: track[: len(track) // 2] for who, track in tracks.items()}
    cuts = [
        segments(
            list(in_time_order(*(chunks(track, who, [size]) for who, track in first_half.items()))),
            ears.voice_activity.track,
        )
        for size in (320, 7_999)
    ]
    assert essence(cuts[0]) == essence(cuts[1])
    assert {one.speaker for one in cuts[0]} == set(Speaker)
