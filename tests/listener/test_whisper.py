"""The recogniser returns what was said, and nothing where nothing was."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.weights import Ears
from listener.events import AudioChunk, Speaker, Utterance
from listener.stream import SpeechStream
from listener.transcriber import Segment

Sound = NDArray[np.float32]


def segment(samples: Sound, activity: float = 0.9) -> Segment:
    end_s = 10.0 + len(samples) / 16_000
    return Segment(Speaker.AGENT, 10.0, end_s, end_s + 0.5, samples, activity)


def noise(seconds: float, strength: float) -> Sound:
    return np.random.default_rng(2).normal(0, strength, round(seconds * 16_000)).astype(np.float32)


def words(utterance: Utterance | None) -> str:
    assert utterance is not None
    return plain(utterance.text)


def plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter == " ")


@pytest.fixture(scope="module")
def utterances(ears: Ears, call: list[AudioChunk]) -> list[Utterance]:
    stream = SpeechStream(ears.voice_activity.track)
    found = [one for chunk in call for one in stream.feed(chunk)] + stream.finish()
    heard = (ears.transcriber.transcribe(one) for one in found)
    return [utterance for utterance in heard if utterance]


def test_a_call_comes_out_in_words_with_each_speaker_told_apart(utterances: list[Utterance]) -> None:
    said = {who: " ".join(words(one) for one in utterances if one.speaker is who) for who in Speaker}
    assert "change the date my bill is paid" in said[Speaker.CUSTOMER]
    assert "does not reach this room" in said[Speaker.CUSTOMER]
    assert "thank you so much" in said[Speaker.CUSTOMER]
    assert "i have changed your payment date to the 20th" in said[Speaker.AGENT]
    assert "anything else i can do for you" in said[Speaker.AGENT]
    assert "bill is paid" not in said[Speaker.AGENT]


def test_words_come_with_their_times_and_a_confidence(utterances: list[Utterance]) -> None:
    for one in utterances:
        assert 0 <= one.start_s < one.end_s < 110
        assert 0 < one.confidence <= 1


def test_who_says_a_thing_three_times_over_is_heard(ears: Ears, call: list[AudioChunk]) -> None:
    customer = np.concatenate([one.samples for one in call if one.speaker is Speaker.CUSTOMER])
    okay = customer[round(84.5 * 16_000) : round(85.4 * 16_000)]
    heard = words(ears.transcriber.transcribe(segment(np.tile(okay, 3))))
    assert heard.split() == ["okay"] * 3


def test_less_voice_activity_means_less_confidence(ears: Ears, greeting: Sound) -> None:
    sure, unsure = (ears.transcriber.transcribe(segment(greeting, activity)) for activity in (0.9, 0.5))
    assert sure and unsure and sure.confidence > unsure.confidence


def test_unfinished_speech_is_followed_and_settled_words_are_not_told_again(
    ears: Ears, greeting: Sound
) -> None:
    begun = segment(greeting[: round(3.5 * 16_000)])
    first = ears.transcriber.look(begun, "")
    assert first is not None
    settled = " ".join(first.split()[:3])
    rest = ears.transcriber.look(segment(greeting[: 5 * 16_000]), settled)
    whole = ears.transcriber.transcribe(segment(greeting))
    assert rest and whole
    assert plain(whole.text).startswith(plain(f"{settled} {rest}")[:40])
    assert not plain(rest).startswith(plain(settled))


def test_nothing_is_made_of_noise_while_it_lasts(ears: Ears) -> None:
    for strength in (0.01, 0.1):
        assert not ears.transcriber.look(segment(noise(3, strength), activity=0.35), "")


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0, np.float32),
        np.zeros(1, np.float32),
        np.zeros(80_000, np.float32),
        noise(0.05, 0.1),
        noise(0.3, 0.1),
        noise(3, 0.1),
        noise(8, 0.01),
    ],
    ids=["nothing", "one sample", "silence", "a click", "a burst", "noise", "soft noise"],
)
def test_no_words_are_made_of_silence_and_noise(ears: Ears, samples: Sound) -> None:
    assert ears.transcriber.transcribe(segment(samples, activity=0.35)) is None


def test_the_words_do_not_depend_on_what_was_recognised_before_or_beside_them(
    ears: Ears, greeting: Sound
) -> None:
    alone = ears.transcriber.transcribe(segment(greeting))
    with ThreadPoolExecutor(2) as threads:
        beside = list(
            threads.map(ears.transcriber.transcribe, [segment(greeting), segment(greeting[::2].copy())])
        )
    assert beside[0] == alone


def test_a_segment_as_long_as_the_model_hears_is_taken(ears: Ears, greeting: Sound) -> None:
    heard = ears.transcriber.transcribe(segment(np.tile(greeting, 5)[: 30 * 16_000]))
    assert heard is None or "robert" in words(heard)
