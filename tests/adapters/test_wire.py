"""The decision stream's bytes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.wire import FACTS, WireError, decode, encode, type_of
from listener.events import Partial, Speaker, Utterance
from nlu.understanding import Evidence
from offers.decisions import Decision, OfferKind
from tests.adapters.samples import family_data

finite = st.floats(allow_nan=False, allow_infinity=False)
text = st.text(st.characters(exclude_categories=["Cs"]))
st.register_type_strategy(float, finite)
st.register_type_strategy(str, text)
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))

decisions = st.builds(Decision, data=st.one_of(*(st.from_type(fact) for fact in FACTS.values())))


@settings(max_examples=200)
@given(decisions)
def test_every_kind_of_decision_survives_the_wire(decision: Decision) -> None:
    assert decode(encode(decision)) == decision


@settings(max_examples=50)
@given(decisions)
def test_the_bytes_are_one_line_and_stable(decision: Decision) -> None:
    line = encode(decision)
    assert b"\n" not in line
    assert encode(decode(line)) == line
    assert json.loads(line)["type"] == type_of(decision)


def test_a_suggestion_has_the_documented_keys_in_the_documented_order() -> None:
    suggestion = family_data(OfferKind.UPSELL, Evidence(7, 4, 11, "it slows"))
    event = json.loads(encode(Decision(41, "c-17", 93.4, 18, suggestion)))
    assert list(event) == ["seq", "conversation", "type", "at", "turn", "data"]
    keys = "id offer rank need need_kind confidence score evidence talk title kind price"
    assert list(event["data"]) == keys.split()
    assert event["data"]["score"] == {
        "propensity": 0.12,
        "context": 0.9,
        "value": 9.0,
        "lever": 1.0,
        "priority": 0.97,
    }
    assert event["data"]["evidence"] == [{"turn": 7, "start": 4, "end": 11, "text": "it slows"}]
    assert event["data"]["talk"]["objections"] == [{"when": "too expensive", "say": "It is less."}]


def test_a_partial_belongs_to_no_turn_and_an_utterance_to_its_own() -> None:
    partial = json.loads(encode(Decision(2, "c", 1.5, None, Partial(Speaker.AGENT, "hello th", 1.5))))
    assert partial["turn"] is None
    assert partial["data"]["speaker"] == "agent"
    said = Decision(3, "c", 2.0, 0, Utterance(Speaker.AGENT, "hello there", 0.0, 2.0))
    assert json.loads(encode(said))["data"] == {
        "speaker": "agent",
        "text": "hello there",
        "start_s": 0.0,
        "end_s": 2.0,
        "confidence": 1.0,
    }


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"seq":1,"conversation":"c","type":"dance","at":0,"turn":null,"data":{}}',
        b'{"seq":1,"conversation":"c","type":"ended","at":0,"turn":null,"data":{}}',
    ],
)
def test_anything_else_is_refused_by_name(line: bytes) -> None:
    with pytest.raises(WireError):
        decode(line)
