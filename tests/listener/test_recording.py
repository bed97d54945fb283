"""Recordings of every usual kind come out as a track per speaker, and others are refused by name."""

from io import BytesIO
from typing import Any, cast

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from listener.events import Speaker
from listener.recording import RecordingError, in_time_order, read_recording

BOTH = (Speaker.CUSTOMER, Speaker.AGENT)
KINDS = [
    ("wav", "pcm_s16le", 16_000),
    ("wav", "pcm_s16le", 8_000),
    ("wav", "pcm_mulaw", 8_000),
    ("wav", "pcm_alaw", 8_000),
    ("flac", "flac", 8_000),
    ("mp3", "libmp3lame", 16_000),
    ("ogg", "libopus", 48_000),
    ("webm", "libopus", 48_000),
]


def tone(hertz: int, rate_hz: int, seconds: float = 1.0) -> NDArray[np.float32]:
    return (0.4 * np.sin(2 * np.pi * hertz * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(
        np.float32
    )


def recorded(container: str, codec: str, rate_hz: int, *channels: NDArray[np.float32]) -> bytes:
    file = BytesIO()
    layout = "stereo" if len(channels) > 1 else "mono"
    with av.open(file, "w", format=container) as output:
        stream = cast(Any, output).add_stream(codec, rate=rate_hz, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.stack(channels), format="fltp", layout=layout)
        frame.sample_rate = rate_hz
        cast(Any, output).mux(stream.encode(frame))
        cast(Any, output).mux(stream.encode(None))
    return file.getvalue()


def tracks(data: bytes, speakers: tuple[Speaker, ...] = BOTH) -> dict[Speaker, NDArray[np.float32]]:
    chunks = list(read_recording(BytesIO(data), "call", speakers))
    return {
        who: np.concatenate([chunk.samples for chunk in chunks if chunk.speaker is who]) for who in speakers
    }


def pitch(samples: NDArray[np.float32]) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * 16_000 / len(samples))


@pytest.mark.parametrize(("container", "codec", "rate_hz"), KINDS)
def test_both_sides_of_a_call_come_out_apart(container: str, codec: str, rate_hz: int) -> None:
    heard = tracks(recorded(container, codec, rate_hz, tone(440, rate_hz), tone(1_000, rate_hz)))
    assert pitch(heard[Speaker.CUSTOMER]) == pytest.approx(440, abs=5)
    assert pitch(heard[Speaker.AGENT]) == pytest.approx(1_000, abs=5)
    assert len(heard[Speaker.AGENT]) / 16_000 == pytest.approx(1.0, abs=0.12)


@pytest.mark.parametrize(("container", "codec", "rate_hz"), KINDS)
def test_a_mono_recording_is_one_track_of_its_own_strength(container: str, codec: str, rate_hz: int) -> None:
    heard = tracks(recorded(container, codec, rate_hz, tone(440, rate_hz)), (Speaker.AGENT,))
    middle = heard[Speaker.AGENT][4_000:12_000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.4 / np.sqrt(2), rel=0.1)


def test_speakers_take_turns_in_chunks_of_20_ms_that_share_their_times() -> None:
    chunks = list(
        read_recording(
            BytesIO(recorded("flac", "flac", 8_000, tone(300, 8_000), tone(500, 8_000))), "c", BOTH
        )
    )
    assert [chunk.speaker for chunk in chunks[:4]] == [*BOTH, *BOTH]
    assert [chunk.start_s for chunk in chunks[:4]] == [0, 0, 0.02, 0.02]
    assert {len(chunk.samples) for chunk in chunks} == {320}


def test_two_mono_files_make_one_call_in_time_order() -> None:
    sides = [
        read_recording(BytesIO(recorded("flac", "flac", 8_000, tone(300, 8_000, length))), "side", (who,))
        for who, length in ((Speaker.CUSTOMER, 1.0), (Speaker.AGENT, 0.5))
    ]
    times = [chunk.start_s for chunk in in_time_order(*sides)]
    assert len(times) == 75
    assert times == sorted(times)


@pytest.mark.parametrize(("speakers", "channels"), [(BOTH, 1), ((Speaker.AGENT,), 2)])
def test_a_recording_is_neither_split_nor_mixed_to_fit_the_speakers(
    speakers: tuple[Speaker, ...], channels: int
) -> None:
    data = recorded("flac", "flac", 8_000, *[tone(300 + 200 * number, 8_000) for number in range(channels)])
    with pytest.raises(RecordingError, match=rf"call: {channels} channel.*--channel-map.*--customer"):
        tracks(data, speakers)


def test_a_mono_recording_dressed_up_as_stereo_is_refused() -> None:
    with pytest.raises(RecordingError, match="same sound"):
        tracks(recorded("mp3", "libmp3lame", 16_000, tone(440, 16_000), tone(440, 16_000)))


def test_a_call_in_which_one_side_is_silent_is_taken() -> None:
    heard = tracks(recorded("flac", "flac", 8_000, tone(440, 8_000), np.zeros(8_000, np.float32)))
    assert not heard[Speaker.AGENT].any()


@pytest.mark.parametrize(
    "data",
    [b"", b"not audio at all" * 100, b"RIFF\x24\x00\x00\x00WAVE", bytes(5_000)],
    ids=["empty", "text", "a header alone", "zeroes"],
)
def test_what_is_not_a_recording_is_refused_by_its_name(data: bytes) -> None:
    with pytest.raises(RecordingError, match=r"^call: "):
        tracks(data)


def test_a_recording_without_a_sample_is_refused() -> None:
    empty = recorded("wav", "pcm_s16le", 8_000, np.zeros(1, np.float32))[:-2]
    with pytest.raises(RecordingError, match=r"^call: "):
        tracks(empty, (Speaker.AGENT,))


@pytest.mark.parametrize(("container", "codec", "rate_hz"), KINDS)
def test_a_recording_cut_off_in_the_middle_gives_what_it_has(
    container: str, codec: str, rate_hz: int
) -> None:
    data = recorded(container, codec, rate_hz, tone(440, rate_hz, 4.0), tone(1_000, rate_hz, 4.0))
    heard = tracks(data[: len(data) * 6 // 10])
    assert 1.0 < len(heard[Speaker.CUSTOMER]) / 16_000 < 4.0
    assert pitch(heard[Speaker.CUSTOMER][:16_000]) == pytest.approx(440, abs=5)


def test_a_float_recording_with_values_that_are_no_numbers_is_heard_as_silence_there() -> None:
    sound = tone(440, 16_000)
    sound[100:200] = np.nan
    sound[300] = np.inf
    heard = tracks(recorded("wav", "pcm_f32le", 16_000, sound), (Speaker.AGENT,))[Speaker.AGENT]
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() <= 1.0
