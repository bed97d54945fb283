"""What each turn does, by the weights that ship."""

import sys
from collections.abc import Sequence
from subprocess import run

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.events import Speaker, Turn, Utterance
from nlu.act_cues import CUES, cue_flags
from nlu.acts import ACTS, HEAD_NAME, STAGES, ActReading, DialogueHead, load_dialogue_head
from nlu.embedder import Embedder
from nlu.head_files import HeadError, read_head
from nlu.reading import Reading

AGENT, CUSTOMER = Speaker


def reading(speaker: Speaker, text: str, embedder: Embedder, index: int = 0) -> Reading:
    turn = Turn(index, Utterance(speaker, text, float(index), float(index)))
    return Reading(turn, text, embedder.embed([text])[0], ())


def read_all(head: DialogueHead, readings: Sequence[Reading]) -> list[ActReading]:
    memory = head.begin()
    seen: list[ActReading] = []
    for each in readings:
        memory, act = head.read(memory, each)
        seen.append(act)
    return seen


@pytest.fixture(scope="module")
def head() -> DialogueHead:
    return load_dialogue_head()


@pytest.mark.parametrize(
    ("speaker", "text", "act"),
    [
        (AGENT, "hello brightwater gas this is tom speaking how can i help", "greets"),
        (AGENT, "is there anything else i can help you with today", "offers_more"),
        (AGENT, "bear with me a moment while i check", "holds"),
        (AGENT, "and what is your postcode please", "asks"),
        (AGENT, "thank you for calling goodbye", "closes"),
    ],
)
def test_plain_acts_are_told(
    head: DialogueHead, embedder: Embedder, speaker: Speaker, text: str, act: str
) -> None:
    """A greeting, a question, a hold, an offer of more and a farewell are told apart."""
    before = reading(CUSTOMER, "my boiler has no pressure since last night", embedder)
    seen = read_all(head, [before, reading(speaker, text, embedder, 1)])[-1]
    assert max(seen.acts, key=seen.acts.__getitem__) == act


def test_probabilities_sum_to_one(head: DialogueHead, embedder: Embedder) -> None:
    """Acts and stages are each a distribution over all of their names."""
    seen = read_all(head, [reading(CUSTOMER, "hi i need help with my bill", embedder)])[0]
    assert tuple(seen.acts) == ACTS
    assert tuple(seen.stages) == STAGES
    assert sum(seen.acts.values()) == pytest.approx(1, abs=1e-5)
    assert sum(seen.stages.values()) == pytest.approx(1, abs=1e-5)


def test_it_never_looks_ahead(head: DialogueHead, embedder: Embedder) -> None:
    """What was made of a turn does not depend on the turns behind it."""
    texts = ["my card was declined", "i have unblocked it", "great it works", "anything else", "no bye"]
    whole = [reading(Speaker(s), t, embedder) for s, t in zip([CUSTOMER, AGENT] * 3, texts, strict=False)]
    assert read_all(head, whole)[:3] == read_all(head, whole[:3])


def test_one_head_serves_many_conversations(head: DialogueHead, embedder: Embedder) -> None:
    """Two conversations read in turns come out as each alone: the memory is theirs, not the head's."""
    first = [reading(CUSTOMER, t, embedder) for t in ("i lost my key", "thanks")]
    second = [reading(CUSTOMER, t, embedder) for t in ("where is my parcel", "no it is not here")]
    one, other = head.begin(), head.begin()
    mixed: list[ActReading] = []
    for a, b in zip(first, second, strict=True):
        one, seen_a = head.read(one, a)
        other, seen_b = head.read(other, b)
        mixed += [seen_a, seen_b]
    assert mixed[::2] == read_all(head, first)
    assert mixed[1::2] == read_all(head, second)


def test_other_weights_are_refused() -> None:
    """A file with another sum is refused, and the message names the file and both sums."""
    with pytest.raises(HeadError, match=rf"{HEAD_NAME}\.npz has sha256 [0-9a-f]{{64}}, not 0000"):
        read_head(f"{HEAD_NAME}.npz", "0000")


def test_the_weights_fit_the_names() -> None:
    """The weights know as many acts, stages and cues as the code does."""
    weights = read_head(f"{HEAD_NAME}.npz", load_dialogue_head().sha256)
    assert weights["act_weight"].shape[1] == len(ACTS)
    assert weights["stage_weight"].shape[1] == len(STAGES)
    assert weights["agent_weight"].shape[2] == 384 + len(cue_flags(""))


def test_reading_needs_no_torch() -> None:
    """The dialogue model runs where torch is not even imported."""
    code = "import sys, nlu.acts as a; a.load_dialogue_head(); sys.exit('torch' in sys.modules)"
    assert run([sys.executable, "-c", code], check=False).returncode == 0


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_has_cues(text: str) -> None:
    """Whatever is said gives flags of 0 or 1 and a length in [0, 1]."""
    flags = cue_flags(text)
    assert flags.shape == (len(CUES) + 1,)
    assert set(flags[:-1].tolist()) <= {0.0, 1.0}
    assert 0 <= flags[-1] <= 1


def test_curly_and_straight_apostrophes_are_one() -> None:
    """A phone's curly apostrophe changes no cue."""
    assert np.array_equal(cue_flags("it’s done"), cue_flags("it's done"))
