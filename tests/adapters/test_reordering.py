"""Packets of one track, however the network shuffled them."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.softphone.reordering import DEPTH_MS, Reordering
from listener.audio import AudioFormat, Encoding
from listener.events import Speaker

MULAW = AudioFormat(Encoding.MULAW, 8_000, (Speaker.CUSTOMER,))
PACKET_MS = 20
SILENT = b"\xff"

Packet = tuple[int, bytes]


def packet(number: int) -> Packet:
    return number * PACKET_MS, bytes([number % 200]) * 160


def released(packets: Iterable[Packet], audio: AudioFormat = MULAW) -> list[tuple[float, bytes]]:
    order = Reordering(audio)
    found = [one for at_ms, data in packets for one in order.put(at_ms, data)]
    return found + list(order.flush())


def timeline(found: Iterable[tuple[float, bytes]]) -> dict[float, int]:
    """What is heard in each packet's time, by its first sample."""
    return {
        at_ms + begin / 8: data[begin]
        for at_ms, data in found
        for begin in range(0, len(data), 8 * PACKET_MS)
    }


@given(
    lost=st.sets(st.integers(0, 99), max_size=30),
    delays=st.lists(st.integers(0, DEPTH_MS - 1), min_size=100, max_size=100),
    twice=st.sets(st.integers(0, 99), max_size=20),
    seed=st.integers(0, 9),
)
def test_packets_come_out_once_in_order_and_in_their_place_and_short_losses_are_silence(
    lost: set[int], delays: list[int], twice: set[int], seed: int
) -> None:
    sent = [number for number in range(100) if number not in lost]
    arriving = [(number * PACKET_MS + delays[number], number) for number in sent]
    chance = random.Random(seed)  # noqa: S311  # no secret
    arriving += [(at_ms + chance.randint(0, 5_000), number) for at_ms, number in arriving if number in twice]
    heard = timeline(released(packet(number) for _, number in sorted(arriving)))
    assert list(heard) == sorted(heard)
    assert {at_ms for at_ms, value in heard.items() if value != SILENT[0]} == {
        number * PACKET_MS for number in sent
    }
    assert all(heard[number * PACKET_MS] == number for number in sent)


def test_what_comes_in_order_waits_for_nothing_and_what_is_missing_for_the_depth_of_the_buffer() -> None:
    order = Reordering(MULAW)
    assert [len(list(order.put(*packet(number)))) for number in (0, 1, 2)] == [1, 1, 1]
    assert [len(list(order.put(*packet(number)))) for number in range(4, 14)] == [0] * 10
    assert len(list(order.put(*packet(14)))) == 11


def test_a_long_gap_is_left_to_the_call_s_clock() -> None:
    found = released([packet(0), packet(1), packet(500)])
    assert [(at_ms, len(data)) for at_ms, data in found] == [(0, 160), (20, 160), (10_000, 160)]


def test_time_stamps_that_only_nearly_fit_lose_and_add_nothing() -> None:
    wobbling = [(number * 100 + number % 3 * 15, bytes([number]) * 800) for number in range(1, 50)]
    assert b"".join(data for _, data in released([(0, bytes(800)), *wobbling])) == b"".join(
        bytes([number]) * 800 for number in range(50)
    )


@pytest.mark.parametrize(("size", "heard"), [(0, 0), (1, 0), (321, 320)])
def test_half_a_sample_is_dropped_before_it_turns_the_rest_to_noise(size: int, heard: int) -> None:
    pcm = AudioFormat(Encoding.PCM, 8_000, (Speaker.CUSTOMER,))
    assert sum(len(data) for _, data in released([(0, bytes(size))], pcm)) == heard


def test_the_same_packet_again_and_again_takes_no_memory() -> None:
    order = Reordering(MULAW)
    for _ in range(1_000):
        assert list(order.put(*packet(5))) == []
    assert [len(data) for _, data in order.flush()] == [5 * 160 + 160]
