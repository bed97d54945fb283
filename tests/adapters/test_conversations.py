"""Reading conversation files."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.conversations import ConversationError, read_conversations
from listener.events import Channel, Speaker, Utterance


def line(**fields: object) -> str:
    turns = [{"speaker": "agent", "text": "hello"}]
    return json.dumps({"id": "c-1", "turns": turns} | fields)


def test_only_id_and_turns_are_required_and_missing_times_are_a_second_apart() -> None:
    turns = [{"speaker": "agent", "text": "hello"}, {"speaker": "customer", "text": "hi"}]
    (found,) = read_conversations(line(turns=turns), "x")
    assert found.id == "c-1"
    assert found.channel is Channel.CHAT
    assert found.customer == {} == found.context
    assert found.day is None
    assert found.turns == (
        Utterance(Speaker.AGENT, "hello", 0.0, 0.0),
        Utterance(Speaker.CUSTOMER, "hi", 1.0, 1.0),
    )


def test_times_are_kept_and_one_of_the_two_is_enough() -> None:
    turns = [
        {"speaker": "agent", "text": "a", "start_s": 5, "end_s": 6.5},
        {"speaker": "customer", "text": "b", "start_s": 4},
        {"speaker": "customer", "text": "c", "end_s": 9},
    ]
    (found,) = read_conversations(line(turns=turns), "x")
    assert [(turn.start_s, turn.end_s) for turn in found.turns] == [(5, 6.5), (4, 4), (9, 9)]
    assert found.channel is Channel.VOICE


def test_answers_are_not_even_kept_and_other_keys_are_passed_over() -> None:
    turns = [{"speaker": "agent", "text": "hello", "labels": {"act": "greet"}, "mood": 3}]
    plain = read_conversations(line(), "x")
    assert read_conversations(line(turns=turns, labels={"reason": "bill"}, source="corpus"), "x") == plain


def test_a_blank_text_is_still_a_turn() -> None:
    (found,) = read_conversations(line(turns=[{"speaker": "agent", "text": " "}]), "x")
    assert [turn.text for turn in found.turns] == [" "]


def test_the_day_is_the_context_s() -> None:
    (found,) = read_conversations(line(context={"date": "2026-11-02"}), "x")
    assert found.day == date(2026, 11, 2)


def test_blank_lines_and_a_byte_order_mark_do_no_harm() -> None:
    text = f"\ufeff{line(id='a')}\r\n\r\n{line(id='b')}\r\n"
    assert [found.id for found in read_conversations(text, "x")] == ["a", "b"]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("{", ["line 2", "one JSON object"]),
        ("[]", ["line 2", "one JSON object"]),
        ('{"turns": []}', ["line 2", "`id`", "write the conversation's id"]),
        ('{"id": "c"}', ["line 2", "`turns`", "list of turns"]),
        (line(channel="fax"), ["line 2, channel", "'fax'", "voice or chat"]),
        (line(customer=[]), ["line 2, customer", "write an object"]),
        (line(context={"date": "soon"}), ["line 2, context.date", "'soon'", "YYYY-MM-DD"]),
        (line(turns=[{"speaker": "bot", "text": ""}]), ["turns[0].speaker", "'bot'", "agent or customer"]),
        (line(turns=[{"speaker": "agent"}]), ["line 2, turns[0]", "`text`", "what was said"]),
        (line(turns=[{"speaker": "agent", "text": "a", "start_s": -1}]), ["turns[0].start_s", "from 0"]),
        (
            line(turns=[{"speaker": "agent", "text": "a", "start_s": 2, "end_s": 1}]),
            ["turns[0].end_s", "2.0 to 1.0", "not before start_s"],
        ),
        (line().replace('"hello"', "1e999"), ["turns[0].text"]),
        (line().replace("hello", "\\ud800"), ["line 2"]),
    ],
)
def test_a_bad_line_is_refused_with_file_line_field_and_mend(broken: str, says: list[str]) -> None:
    with pytest.raises(ConversationError) as refused:
        read_conversations(f"{line()}\n{broken}\n", "calls.jsonl")
    message = str(refused.value)
    assert message.startswith("calls.jsonl, line 2")
    for part in says:
        assert part in message


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff \r\n"])
def test_a_file_without_conversations_is_refused(content: str) -> None:
    with pytest.raises(ConversationError, match="holds no conversation"):
        read_conversations(content, "x")


@given(st.text())
def test_no_text_makes_the_reader_fail_in_any_other_way(text: str) -> None:
    try:
        read_conversations(text, "x")
    except ConversationError as refused:
        assert str(refused).startswith("x")
