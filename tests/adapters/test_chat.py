"""Chats in, over the socket and by plain HTTP, on a real server."""

import json
from typing import Any

import pytest

from adapters.journal import read_journal
from adapters.masking import Masker
from adapters.recorded.replay import Replay, decide
from adapters.wire import decode, encode
from offers.conversation import Desk
from tests.adapters.conftest import CONVERSATIONS, TOKEN, Client, Running

AUTH = {"Authorization": f"Bearer {TOKEN}"}


def chat_of_the_samples() -> dict[str, Any]:
    """The sample conversation with most to decide that is a chat."""
    found = (json.loads(line) for line in CONVERSATIONS.read_text().splitlines())
    return next(one for one in found if one["channel"] == "chat")


def test_a_live_chat_is_decided_like_its_journal_byte_for_byte_after_the_mask(
    server: Running, desk: Desk, conversation: str
) -> None:
    sample = chat_of_the_samples()
    with server.agent(f"conversation:{conversation}") as agent:
        with server.chat(conversation, customer=sample["customer"], context=sample["context"]) as chat:
            chat.send(type="message", speaker="customer", text="my card is 4111 1111 1111 1111")
            for at, turn in enumerate(sample["turns"], start=30):
                chat.send(type="message", speaker=turn["speaker"], text=turn["text"], at_s=at * 10.0)
            chat.send(type="end")
            assert chat.receive() == {"type": "ended", "conversation": conversation}
            assert chat.closed() == 1000
        live = events_until_ended(agent)
    masker = Masker()
    masked = [encode(masker.mask(decode(json.dumps(event)))) for event in live]

    text = (server.journals / f"{conversation}.jsonl").read_text()
    recorded = [line.encode() for line in text.splitlines() if line.startswith('{"seq":')]
    journal = read_journal(text, conversation)
    replayed = [encode(decision) for decision in decide(Replay(journal.opening, journal.events), desk)]
    assert masked == recorded == replayed
    assert "4111" in json.dumps(live)
    assert "4111" not in text


def events_until_ended(agent: Client) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    while not events or events[-1]["type"] != "ended":
        events.append(agent.until("event")["event"])
    return events


def test_a_message_without_a_time_was_said_now(server: Running, conversation: str) -> None:
    with server.agent(f"conversation:{conversation}") as agent, server.chat(conversation) as chat:
        chat.send(type="message", speaker="customer", text="hello")
        said = agent.until("utterance")["event"]
        assert said["data"]["start_s"] == said["data"]["end_s"] == said["at"] >= 0
        assert said["at"] < 60
        chat.send(type="message", speaker="agent", text="hi, how can I help")
        assert agent.until("utterance")["event"]["at"] >= said["at"]


def test_a_chat_that_is_lost_is_ended(server: Running, conversation: str) -> None:
    with server.agent(f"conversation:{conversation}") as agent:
        with server.chat(conversation) as chat:
            chat.send(type="message", speaker="customer", text="hello")
            agent.until("utterance")
            chat.socket.socket.close()
        assert agent.until("ended")["event"]["data"] == {"turns": 1, "suggestions": 0}


def test_an_id_that_is_going_on_is_refused_and_the_first_chat_goes_on(
    server: Running, conversation: str
) -> None:
    with server.agent(f"conversation:{conversation}") as agent, server.chat(conversation) as chat:
        with server.connect("/v1/chat", "rightsell.chat.v1") as other:
            other.send(type="start", conversation=conversation, token=TOKEN)
            assert other.receive()["code"] == "conversation_exists"
            assert other.closed() == 4400
        chat.send(type="message", speaker="customer", text="still here")
        assert agent.until("utterance")["event"]["data"]["text"] == "still here"


@pytest.mark.parametrize(
    ("first", "code", "close_code"),
    [
        ("{", "bad_message", 4400),
        ("[" * 60_000, "bad_message", 4400),
        (b"\x00\x01", "bad_message", 4400),
        ('{"type":"message","speaker":"agent","text":"hi"}', "bad_message", 4400),
        ('{"type":"start","token":"let-me-in"}', "bad_message", 4400),
        ('{"type":"start","conversation":"","token":"let-me-in"}', "bad_message", 4400),
        (
            '{"type":"start","conversation":"x","token":"let-me-in","context":{"date":"soon"}}',
            "bad_message",
            4400,
        ),
        ('{"type":"start","conversation":"x"}', "unauthorized", 4401),
        ('{"type":"start","conversation":"x","token":"wrong"}', "unauthorized", 4401),
        ('{"type":"start","conversation":"x","token":"\\u00fc"}', "unauthorized", 4401),
        (json.dumps({"type": "start", "conversation": "x", "context": {"a": "b" * 70_000}}), "too_big", 1009),
    ],
)
def test_a_bad_start_is_answered_with_the_reason_and_a_documented_code(
    server: Running, first: str | bytes, code: str, close_code: int
) -> None:
    with server.connect("/v1/chat", "rightsell.chat.v1") as chat:
        chat.socket.send(first)
        assert chat.receive()["code"] == code
        assert chat.closed() == close_code


@pytest.mark.parametrize(
    "message",
    [
        "nonsense",
        '{"type":"message","speaker":"bot","text":"hi"}',
        '{"type":"message","speaker":"agent"}',
        '{"type":"message","speaker":"agent","text":"hi","at_s":-1}',
        '{"type":"message","speaker":"agent","text":"hi","at_s":1e300}',
        '{"type":"message","speaker":"agent","text":"\\ud800"}',
        '{"type":"start","conversation":"again"}',
    ],
)
def test_a_bad_message_ends_its_own_chat_and_no_other(
    server: Running, conversation: str, message: str
) -> None:
    with server.chat(f"{conversation}-other") as other:
        with server.agent(f"conversation:{conversation}") as agent, server.chat(conversation) as chat:
            chat.socket.send(message)
            assert chat.receive()["code"] == "bad_message"
            assert chat.closed() == 4400
            agent.until("ended")
        other.send(type="end")
        assert other.receive()["type"] == "ended"


def test_posted_messages_make_a_conversation_and_delete_ends_it(server: Running, conversation: str) -> None:
    path = f"/v1/conversations/{conversation}"
    with server.agent(f"conversation:{conversation}") as agent, server.http as http:
        first = {"speaker": "customer", "text": "hello", "customer": {"id": "cu-1"}}
        assert http.post(f"{path}/messages", json=first, headers=AUTH).status_code == 202
        assert agent.until("started")["event"]["data"]["customer"] == "cu-1"
        second = {"speaker": "agent", "text": "hi there"}
        assert http.post(f"{path}/messages", json=second, headers=AUTH).status_code == 202
        assert agent.until("utterance")["event"]["data"]["text"] == "hello"
        assert agent.until("utterance")["event"]["data"]["text"] == "hi there"
        assert http.delete(path, headers=AUTH).status_code == 204
        assert agent.until("ended")["event"]["data"]["turns"] == 2
        assert http.delete(path, headers=AUTH).status_code == 404


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{}", {}, 401, "unauthorized"),
        (b"{}", {"Authorization": "Bearer wrong"}, 401, "unauthorized"),
        (b"{}", {"Authorization": TOKEN}, 401, "unauthorized"),
        (b"{", AUTH, 400, "bad_message"),
        (b"\xff\xfe", AUTH, 400, "bad_message"),
        (b'{"speaker":"bot","text":"hi"}', AUTH, 400, "bad_message"),
        (b" " * 70_000, AUTH, 413, "too_big"),
    ],
)
def test_a_bad_post_is_answered_with_the_reason(
    server: Running, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    with server.http as http:
        answer = http.post("/v1/conversations/never/messages", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
