"""Bytes off a line become a track per speaker, however they are cut."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.audio import RATES_HZ, AudioDecoder, AudioFormat, AudioFormatError, Encoding
from listener.events import AudioChunk, Speaker

BOTH = (Speaker.CUSTOMER, Speaker.AGENT)
formats = st.builds(
    AudioFormat,
    st.sampled_from(Encoding),
    st.sampled_from(RATES_HZ),
    st.sampled_from([(Speaker.CUSTOMER,), BOTH, BOTH[::-1]]),
)


def decoded(audio_format: AudioFormat, *pieces: bytes) -> dict[Speaker, np.ndarray]:
    decoder = AudioDecoder(audio_format)
    chunks = [chunk for piece in pieces for chunk in decoder.decode(piece)] + decoder.flush()
    return {speaker: joined(chunks, speaker) for speaker in audio_format.speakers}


def joined(chunks: list[AudioChunk], speaker: Speaker) -> np.ndarray:
    mine = [chunk.samples for chunk in chunks if chunk.speaker is speaker]
    return np.concatenate([np.empty(0, np.float32), *mine])


@given(formats, st.binary(max_size=4_000), st.lists(st.integers(0, 4_000), max_size=6))
@settings(max_examples=60, deadline=None)
def test_the_samples_do_not_depend_on_how_the_bytes_were_cut(
    audio_format: AudioFormat, data: bytes, cuts: list[int]
) -> None:
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges)]
    whole, cut = decoded(audio_format, data), decoded(audio_format, *pieces)
    assert all(np.array_equal(whole[speaker], cut[speaker]) for speaker in audio_format.speakers)


@given(formats, st.binary(min_size=2_400, max_size=9_600))
@settings(max_examples=40, deadline=None)
def test_a_second_of_audio_stays_a_second(audio_format: AudioFormat, data: bytes) -> None:
    seconds = len(data) // audio_format.frame_bytes / audio_format.rate_hz
    for samples in decoded(audio_format, data).values():
        assert len(samples) / 16_000 == pytest.approx(seconds, abs=0.003)
        assert samples.dtype == np.float32


def test_each_channel_of_an_interleaved_stream_goes_to_its_own_speaker() -> None:
    frames = np.array([[1_000, -2_000]] * 400, "<i2").tobytes()
    tracks = decoded(AudioFormat(Encoding.PCM, 16_000, BOTH), frames)
    assert np.allclose(tracks[Speaker.CUSTOMER], 1_000 / 32_768)
    assert np.allclose(tracks[Speaker.AGENT], -2_000 / 32_768)


@pytest.mark.parametrize(
    ("encoding", "code", "sample"),
    [
        (Encoding.MULAW, 0xFF, 0),
        (Encoding.MULAW, 0x7F, 0),
        (Encoding.MULAW, 0x80, 32_124),
        (Encoding.MULAW, 0x00, -32_124),
        (Encoding.MULAW, 0xC5, 1_564),
        (Encoding.ALAW, 0xD5, 8),
        (Encoding.ALAW, 0x55, -8),
        (Encoding.ALAW, 0xAA, 32_256),
        (Encoding.ALAW, 0x2A, -32_256),
        (Encoding.ALAW, 0x80, 5_504),
    ],
)
def test_companded_codes_decode_as_g711_says(encoding: Encoding, code: int, sample: int) -> None:
    tracks = decoded(AudioFormat(encoding, 16_000, (Speaker.AGENT,)), bytes([code] * 8))
    assert tracks[Speaker.AGENT].tolist() == [sample / 32_768] * 8


@pytest.mark.parametrize(("encoding", "reader"), [(Encoding.MULAW, "ulaw2lin"), (Encoding.ALAW, "alaw2lin")])
def test_every_companded_code_decodes_as_the_standard_library_did(encoding: Encoding, reader: str) -> None:
    audioop = pytest.importorskip("audioop", reason="left the standard library with Python 3.13")
    codes = bytes(range(256))
    expected = np.frombuffer(getattr(audioop, reader)(codes, 2), "<i2") / 32_768
    tracks = decoded(AudioFormat(encoding, 16_000, (Speaker.AGENT,)), codes)
    assert tracks[Speaker.AGENT].tolist() == expected.tolist()


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_tone_keeps_its_pitch_and_strength_at_every_rate(rate_hz: int) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 1_000 * np.arange(rate_hz) / rate_hz)
    data = (tone * 32_767).astype("<i2").tobytes()
    heard = decoded(AudioFormat(Encoding.PCM, rate_hz, (Speaker.AGENT,)), data)[Speaker.AGENT]
    spectrum = np.abs(np.fft.rfft(heard[:16_000]))
    assert np.argmax(spectrum) == 1_000
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_chunks_follow_one_another_in_time_from_where_the_source_began() -> None:
    decoder = AudioDecoder(AudioFormat(Encoding.MULAW, 8_000, (Speaker.AGENT,)), start_s=12.5)
    chunks = [chunk for _ in range(50) for chunk in decoder.decode(b"\xff" * 160)] + decoder.flush()
    ends = [chunk.start_s + len(chunk.samples) / 16_000 for chunk in chunks]
    assert chunks[0].start_s == 12.5
    assert [chunk.start_s for chunk in chunks[1:]] == pytest.approx(ends[:-1])
    assert ends[-1] == pytest.approx(13.5)


@pytest.mark.parametrize(
    ("encoding", "rate_hz", "speakers", "named"),
    [
        ("opus", 8_000, BOTH, "s16le, mulaw, alaw"),
        (Encoding.PCM, 11_025, BOTH, "11025 Hz"),
        (Encoding.PCM, 8_000, (), "name each channel's speaker"),
        (Encoding.PCM, 8_000, (Speaker.AGENT, Speaker.AGENT), "none twice"),
    ],
)
def test_a_format_we_cannot_take_is_refused_with_what_to_send(
    encoding: Encoding, rate_hz: int, speakers: tuple[Speaker, ...], named: str
) -> None:
    with pytest.raises(AudioFormatError, match=named):
        AudioFormat(encoding, rate_hz, speakers)
