"""Channels that are connected the wrong way round are noticed by what is said on them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.events import Speaker, Turn, Utterance
from nlu.embedder import Embedder
from nlu.reading import Reading
from nlu.roles import MOST, SWAPPED, Roles, RolesHead, load_roles_head

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER
CALL = (
    (AGENT, "thank you for calling millpond broadband this is jo how can i help you today"),
    (CUSTOMER, "hi yeah my internet's been dropping out every evening since monday"),
    (AGENT, "i'm sorry to hear that could i take your account number please"),
    (CUSTOMER, "sure it's on my letter somewhere hang on"),
    (AGENT, "thank you let me just run a test on your line bear with me"),
    (CUSTOMER, "okay my kids are going mad here"),
    (AGENT, "right i've reset the port on our side could you check whether it's back"),
    (CUSTOMER, "oh yes it's working now thank you so much"),
    (AGENT, "great is there anything else i can help you with"),
    (CUSTOMER, "no that's all bye"),
)


@pytest.fixture(scope="module")
def head() -> RolesHead:
    return load_roles_head()


def heard(said: list[tuple[Speaker, str]], head: RolesHead, embedder: Embedder) -> list[Roles]:
    roles, after = Roles(), list[Roles]()
    for index, (speaker, text) in enumerate(said):
        turn = Turn(index, Utterance(speaker, text, float(index), float(index)))
        roles = roles.hear(head.evidence(Reading(turn, text, embedder.embed([text])[0], ())))
        after.append(roles)
    return after


def test_a_call_as_it_should_be_is_never_doubted(head: RolesHead, embedder: Embedder) -> None:
    after = heard(list(CALL), head, embedder)
    assert not any(roles.swapped for roles in after)
    assert after[-1].score > -SWAPPED


def test_swapped_channels_are_noticed_before_the_request_is_done(head: RolesHead, embedder: Embedder) -> None:
    other = {AGENT: CUSTOMER, CUSTOMER: AGENT}
    after = heard([(other[speaker], text) for speaker, text in CALL], head, embedder)
    assert after[5].swapped
    assert after[-1].swapped


def test_it_holds_until_they_talk_as_they_should() -> None:
    roles = Roles()
    for _ in range(3):
        roles = roles.hear(-MOST)
    assert roles.swapped
    assert roles.hear(MOST).hear(MOST).swapped
    assert not roles.hear(MOST).hear(MOST).hear(MOST).hear(MOST).swapped


@given(st.lists(st.floats(-MOST, MOST), max_size=1))
def test_one_turn_swaps_nobody(evidence: list[float]) -> None:
    roles = Roles()
    for each in evidence:
        roles = roles.hear(each)
    assert not roles.swapped


@given(st.text(), st.sampled_from(Speaker))
def test_no_turn_says_more_than_it_may(text: str, speaker: Speaker) -> None:
    head = load_roles_head()
    vector = np.zeros(384, np.float32)
    reading = Reading(Turn(0, Utterance(speaker, text, 0.0, 0.0)), text, vector, ())
    assert abs(head.evidence(reading)) <= MOST
