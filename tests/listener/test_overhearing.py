"""Nothing is heard twice: echoes, cross-talk, and one sound on both tracks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from adapters.weights import Ears
from listener.events import AudioChunk, Speaker
from listener.overhearing import Past
from listener.recording import in_time_order
from listener.stream import SpeechStream
from listener.transcriber import Segment

RATE = 16_000
BLOCK = 1_600
HEARD_S = 30.0
Sound = NDArray[np.float32]


def tracks(call: list[AudioChunk]) -> tuple[Sound, Sound]:
    """The customer's and the agent's first half minute."""
    sides = (Speaker.CUSTOMER, Speaker.AGENT)
    customer, agent = (np.concatenate([one.samples for one in call if one.speaker is side]) for side in sides)
    return customer[: round(HEARD_S * RATE)], agent[: round(HEARD_S * RATE)]


def listened(customer: Sound, agent: Sound, ears: Ears) -> tuple[list[Segment], SpeechStream]:
    stream = SpeechStream(ears.voice_activity.track)
    sides = [
        [
            AudioChunk(speaker, at / RATE, track[at : at + BLOCK].astype(np.float32))
            for at in range(0, len(track), BLOCK)
        ]
        for speaker, track in ((Speaker.CUSTOMER, customer), (Speaker.AGENT, agent))
    ]
    found = [segment for chunk in in_time_order(*sides) for segment in stream.feed(chunk)]
    return found + stream.finish(), stream


def starts(segments: list[Segment], speaker: Speaker) -> list[float]:
    return [one.start_s for one in segments if one.speaker is speaker]


def quieter(track: Sound, by_db: float, delay_s: float = 0.0) -> Sound:
    late = round(delay_s * RATE)
    echo = np.concatenate([np.zeros(late), track])[: len(track)] * 10 ** (-by_db / 20)
    return echo.astype(np.float32)


def test_two_people_on_two_tracks_are_both_heard(call: list[AudioChunk], ears: Ears) -> None:
    customer, agent = tracks(call)
    alone = [
        listened(customer, np.zeros_like(agent), ears)[0],
        listened(np.zeros_like(customer), agent, ears)[0],
    ]
    both, stream = listened(customer, agent, ears)
    assert sorted(one.start_s for one in both) == sorted(one.start_s for side in alone for one in side)
    assert not stream.same_sound


def test_two_people_who_talk_at_once_are_both_heard(call: list[AudioChunk], ears: Ears) -> None:
    customer, agent = tracks(call)
    first = round(starts(listened(customer, np.zeros_like(agent), ears)[0], Speaker.CUSTOMER)[0] * RATE)
    early = np.concatenate([customer[first - RATE :], np.zeros(first - RATE, np.float32)])
    apart = listened(early, np.zeros_like(agent), ears)[0]
    together = listened(early, agent, ears)[0]
    assert starts(together, Speaker.CUSTOMER) == starts(apart, Speaker.CUSTOMER)
    assert starts(together, Speaker.AGENT) == starts(listened(customer, agent, ears)[0], Speaker.AGENT)


@pytest.mark.parametrize("by_db", [0.0, 3.0])
def test_one_sound_on_both_tracks_is_noticed_and_heard_once(
    by_db: float, call: list[AudioChunk], ears: Ears
) -> None:
    customer, agent = tracks(call)
    mixed = customer + agent
    found, stream = listened(quieter(mixed, by_db), mixed, ears)
    assert stream.same_sound
    once = listened(np.zeros_like(mixed), mixed, ears)[0]
    assert starts(found, Speaker.AGENT) == starts(once, Speaker.AGENT)
    assert not starts(found, Speaker.CUSTOMER)


def test_tracks_that_part_again_are_believed_again(call: list[AudioChunk], ears: Ears) -> None:
    customer, agent = tracks(call)
    mixed = customer + agent
    found, stream = listened(np.concatenate([mixed, customer]), np.concatenate([mixed, agent]), ears)
    assert starts(found, Speaker.CUSTOMER)
    assert not stream.same_sound


@pytest.mark.parametrize(("by_db", "delay_s"), [(6, 0.02), (6, 0.22), (12, 0.1), (20, 0.3)])
def test_an_echo_of_the_agent_is_not_the_customer(
    by_db: float, delay_s: float, call: list[AudioChunk], ears: Ears
) -> None:
    customer, agent = tracks(call)
    spoken = [one for one in listened(customer, agent, ears)[0] if one.speaker is Speaker.CUSTOMER]
    found, stream = listened(customer + quieter(agent, by_db, delay_s), agent, ears)
    heard = [one for one in found if one.speaker is Speaker.CUSTOMER]
    for said in spoken:
        assert any(one.start_s < said.start_s + 0.5 and said.end_s - 0.3 < one.end_s for one in heard)
    assert sum(map(lasts, heard)) < sum(map(lasts, spoken)) + 1.5
    assert not stream.same_sound


def lasts(segment: Segment) -> float:
    return segment.end_s - segment.start_s


def test_an_answer_right_after_an_echo_is_heard_without_it(call: list[AudioChunk], ears: Ears) -> None:
    customer, agent = tracks(call)
    question, answer = (listened(customer, agent, ears)[0][number] for number in (0, 1))
    said = {Speaker.CUSTOMER: customer, Speaker.AGENT: agent}
    cut = said[question.speaker][round(question.start_s * RATE) : round(question.end_s * RATE)]
    reply = said[answer.speaker][round(answer.start_s * RATE) : round(answer.end_s * RATE)]
    gap = round(0.2 * RATE)
    silence = np.zeros(len(reply) + 2 * RATE, np.float32)
    asked = np.concatenate([np.zeros(RATE, np.float32), cut, silence])
    line = quieter(asked, 12, 0.1)
    at = RATE + len(cut) + gap + round(0.1 * RATE)
    line[at : at + len(reply)] += reply
    [heard] = [one for one in listened(line, asked, ears)[0] if one.speaker is Speaker.CUSTOMER]
    assert lasts(heard) == pytest.approx(lasts(answer), abs=1)


@given(st.lists(st.integers(1, 50), max_size=8), st.integers(0, 100), st.integers(1, 100))
def test_the_past_is_what_was_heard_and_silent_elsewhere(sizes: list[int], start: int, length: int) -> None:
    track = np.arange(1, 1 + sum(sizes), dtype=np.float32)
    past, at = Past(), 0
    for size in sizes:
        past.add(at / RATE, track[at : at + size])
        at += size
    wanted = np.pad(track, (0, 300))[start : start + length]
    assert np.array_equal(past.between(start / RATE, (start + length) / RATE), wanted)
