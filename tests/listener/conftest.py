"""The real speech models, loaded once, and a call we know every word of."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.weights import Ears, load_ears
from listener.events import AudioChunk, Speaker
from listener.recording import read_recording

CALL = Path(__file__).parents[2] / "seeds" / "telecom" / "calls" / "payment-date.flac"


@pytest.fixture(scope="session")
def ears() -> Ears:
    return load_ears()


@pytest.fixture(scope="session")
def call() -> list[AudioChunk]:
    """A two-channel call: the customer's words on the first channel, the agent's on the second."""
    with CALL.open("rb") as file:
        return list(read_recording(file, CALL.name, (Speaker.CUSTOMER, Speaker.AGENT)))


@pytest.fixture(scope="session")
def greeting(call: list[AudioChunk]) -> NDArray[np.float32]:
    """The agent's first seven seconds: a greeting, and the silence after it."""
    return np.concatenate(list(_samples(call, Speaker.AGENT)))[: 7 * 16_000]


def _samples(call: list[AudioChunk], speaker: Speaker) -> Iterator[NDArray[np.float32]]:
    return (chunk.samples for chunk in call if chunk.speaker is speaker)
