"""The agent's socket, on a real server."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from adapters.conversations import RecordedConversation, read_conversations
from adapters.desk.line import MOST_WAITING, AgentLine
from adapters.desk.messages import Subscribe
from adapters.door import RefusedError
from adapters.recorded.replay import decide, of_conversation
from adapters.switchboard import Switchboard
from listener.events import Channel, Partial, Speaker, Utterance
from offers.conversation import Desk
from offers.decisions import Decision, Lagging, Suggestion
from offers.events import Opening
from tests.adapters.conftest import CONVERSATIONS, TOKEN, Client, Message, Running

SUBPROTOCOL = "rightsell.v1"

HELPED: Sequence[tuple[str, str]] = (
    ("agent", "thank you for calling how can i help you"),
    ("customer", "i would like to change the date my bill is paid please"),
    ("agent", "of course i can do that for you what date would be best"),
    ("customer", "the twentieth please. i work from home now and the wifi does not reach my office upstairs"),
    ("agent", "one moment please i will move your payment date to the twentieth"),
    ("agent", "that is done now i have changed your payment date to the twentieth"),
    ("customer", "oh that is perfect thank you so much that was easy"),
    ("agent", "you are very welcome is there anything else i can do for you"),
    ("customer", "no that is everything thank you"),
)
"""A chat of a few lines."""


def play(chat: Client, lines: Sequence[tuple[str, str]] = HELPED) -> None:
    for at, (speaker, text) in enumerate(lines):
        chat.send(type="message", speaker=speaker, text=text, at_s=at * 8.0)


def events(agent: Client, last: str) -> list[Message]:
    """The decision stream until an event of this type, it included."""
    found = [agent.until("event")]
    while found[-1]["event"]["type"] != last:
        found.append(agent.until("event"))
    return found


def test_the_stream_is_numbered_twice_for_the_client_and_within_its_conversation(
    server: Running, conversation: str
) -> None:
    with server.agent(f"conversation:{conversation}") as agent, server.chat(conversation) as chat:
        play(chat)
        chat.send(type="end")
        seen = events(agent, "ended")
    assert [message["seq"] for message in seen] == list(range(1, len(seen) + 1))
    assert [message["event"]["seq"] for message in seen] == list(range(1, len(seen) + 1))
    assert {message["topic"] for message in seen} == {f"conversation:{conversation}"}
    assert {message["event"]["conversation"] for message in seen} == {conversation}


def test_who_comes_late_gets_the_conversation_so_far_and_then_what_follows(
    server: Running, conversation: str
) -> None:
    with server.agent(f"conversation:{conversation}") as early, server.chat(conversation) as chat:
        play(chat, HELPED[:4])
        first = [early.until("utterance") for _ in range(4)][-1]
        with server.agent(f"conversation:{conversation}") as late:
            chat.send(type="end")
            from_late = [message["event"] for message in events(late, "ended")]
        assert [event["seq"] for event in from_late] == list(range(1, len(from_late) + 1))
        assert first["event"] in from_late
    with server.agent(f"conversation:{conversation}") as after:
        assert [message["event"] for message in events(after, "ended")] == from_late


def sample_with_a_suggestion(desk: Desk) -> RecordedConversation:
    """A sample conversation in which, as a chat, something is suggested."""
    for sample in read_conversations(CONVERSATIONS.read_text(), CONVERSATIONS.name):
        as_chat = replace(sample, channel=Channel.CHAT)
        if any(
            isinstance(decision.data, Suggestion) for decision in decide(of_conversation(as_chat, None), desk)
        ):
            return as_chat
    raise AssertionError("nothing is suggested in any sample conversation")


def test_feedback_on_a_suggestion_becomes_an_outcome_that_everybody_sees(
    server: Running, conversation: str, desk: Desk
) -> None:
    sample = sample_with_a_suggestion(desk)
    topic = f"conversation:{conversation}"
    with server.agent(topic) as agent, server.agent(topic) as other:
        with server.chat(conversation, customer=sample.customer, context=sample.context) as chat:
            for turn in sample.turns:
                chat.send(type="message", speaker=turn.speaker, text=turn.text, at_s=turn.end_s)
            suggestion = agent.until("suggestion")["event"]["data"]["id"]
            agent.send(type="feedback", id=7, suggestion_id=suggestion, action="accepted")
            outcome = {"suggestion": suggestion, "outcome": "accepted", "by": "agent"}
            assert agent.until("outcome")["event"]["data"] == outcome
            assert agent.until("result") == {"type": "result", "id": 7, "ok": True}
            assert other.until("outcome")["event"]["data"] == outcome
        agent.until("ended")
        agent.send(type="feedback", id=8, suggestion_id=suggestion, action="declined")
        assert agent.until("error")["code"] == "conversation_ended"


def test_an_agent_s_own_conversations_are_those_that_name_them(
    closed_house: Running, conversation: str
) -> None:
    mine, hers = f"{conversation}-mine", f"{conversation}-hers"
    with closed_house.agent("agent:me", agent="a42") as agent, closed_house.agent("agent:me") as nobody:
        with closed_house.chat(hers, agent_id="a43"), closed_house.chat(mine, agent_id="a42"):
            assert agent.until("started")["event"]["conversation"] == mine
        agent.until("ended")
        agent.send(type="ping", t=1)
        assert agent.receive() == {"type": "pong", "t": 1}
        nobody.send(type="ping", t=2)
        assert nobody.receive() == {"type": "pong", "t": 2}


def test_on_a_development_server_an_agent_without_a_name_sees_all(server: Running, conversation: str) -> None:
    with server.agent("agent:me") as agent, server.chat(conversation, agent_id="somebody"):
        while agent.until("started")["event"]["conversation"] != conversation:
            pass


def test_after_unsubscribing_nothing_comes(server: Running, conversation: str) -> None:
    topic = f"conversation:{conversation}"
    with server.agent(topic) as agent:
        agent.send(type="unsubscribe", id=2, topic=topic)
        assert agent.receive() == {"type": "result", "id": 2, "ok": True}
        with server.chat(conversation) as chat:
            chat.send(type="end")
            chat.until("ended")
        agent.send(type="ping")
        assert agent.receive() == {"type": "pong", "t": None}


def test_requests_that_cannot_be_fulfilled_are_answered_and_the_line_stays(server: Running) -> None:
    with server.agent("conversation:nobody") as agent:
        for request, code in (
            ({"type": "subscribe", "id": 1, "topic": "weather"}, "unknown_topic"),
            ({"type": "subscribe", "id": 1, "topic": "conversation:"}, "unknown_topic"),
            ({"type": "subscribe", "id": 1, "topic": "agent:a42"}, "unknown_topic"),
            ({"type": "feedback", "id": 1, "suggestion_id": "none", "action": "shown"}, "unknown_suggestion"),
        ):
            agent.send(**request)
            answer = agent.receive()
            assert (answer["type"], answer["id"], answer["code"]) == ("error", 1, code)
            assert answer["retryable"] is False
        agent.send(type="pong", t=1)
        agent.send(type="ping", t=2.5)
        assert agent.receive() == {"type": "pong", "t": 2.5}


@pytest.mark.parametrize(
    ("first", "code", "close_code"),
    [
        ('{"type":"subscribe","topic":"agent:me"}', "bad_message", 4400),
        ("{", "bad_message", 4400),
        (b"{}", "bad_message", 4400),
        ('{"type":"auth"}', "unauthorized", 4401),
        ('{"type":"auth","token":"wrong"}', "unauthorized", 4401),
    ],
)
def test_nobody_gets_in_without_the_token(
    server: Running, first: str | bytes, code: str, close_code: int
) -> None:
    with server.connect("/v1/agent", SUBPROTOCOL) as agent:
        assert agent.receive()["type"] == "hello"
        agent.socket.send(first)
        assert agent.receive()["code"] == code
        assert agent.closed() == close_code


def test_a_program_may_show_the_token_in_a_header(server: Running) -> None:
    with server.connect("/v1/agent", SUBPROTOCOL, {"Authorization": f"bearer {TOKEN}"}) as agent:
        agent.send(type="auth")
        assert agent.until("ready")["agent"] == ""


@pytest.mark.parametrize("path", ["/v1/agent", "/v1/audio", "/v1/chat"])
def test_pages_of_other_origins_are_turned_away(server: Running, path: str) -> None:
    with server.connect(path, SUBPROTOCOL, {"Origin": "https://evil.example.com"}) as client:
        assert client.receive()["code"] == "forbidden"
        assert client.closed() == 4403


def test_our_own_page_and_allowed_ones_may_connect(server: Running) -> None:
    for origin in (f"http://{server.host}", "https://desk.example.com"):
        with server.connect("/v1/agent", SUBPROTOCOL, {"Origin": origin}) as agent:
            assert agent.receive()["type"] == "hello"


def test_who_says_nothing_is_hung_up_on(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.door.FIRST_MESSAGE_WITHIN_S", 0.05)
    for path in ("/v1/agent", "/v1/audio", "/v1/chat"):
        with server.connect(path, SUBPROTOCOL) as client:
            assert client.until("error")["code"] == "too_late"
            assert client.closed() == 4408


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    messages=st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
            st.dictionaries(
                st.sampled_from(["type", "id", "topic", "token", "speaker", "text", "format", "rate"]),
                st.one_of(st.none(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2)),
            ).map(json.dumps),
        ),
        min_size=1,
        max_size=4,
    ),
    path=st.sampled_from(["/v1/agent", "/v1/audio", "/v1/chat"]),
)
def test_whatever_is_sent_is_answered_or_hung_up_on_and_the_server_lives(
    server: Running, messages: list[str | bytes], path: str
) -> None:
    with server.connect(path, SUBPROTOCOL) as client:
        with suppress(ConnectionClosed):
            for message in messages:
                client.socket.send(message)
        assert client.until("error")["code"] in {"bad_message", "start_expected", "unauthorized"}
        assert client.closed() in {4400, 4401}
    with server.http as http:
        assert http.get("/healthz").text == "ok"


def test_who_does_not_read_misses_partials_first_and_is_then_cut_off(desk: Desk) -> None:
    async def scenario() -> None:
        switchboard = Switchboard(desk, None)
        session = await switchboard.open(Opening("slow", Channel.VOICE), "", lambda: 0.0)
        line = AgentLine(switchboard, None, "", open_house=True)
        line.subscribe(Subscribe("conversation:slow"))
        for number in range(MOST_WAITING):
            line.tell(session, Decision(number, "slow", 0.0, None, Partial(Speaker.AGENT, "hel", 0.0)))
        partials = line.waiting
        assert partials < MOST_WAITING
        line.tell(session, Decision(1, "slow", 0.0, 0, Utterance(Speaker.AGENT, "hello", 0.0, 0.0)))
        assert line.waiting == partials + 1
        for number in range(MOST_WAITING):
            line.tell(session, Decision(number, "slow", 0.0, None, Lagging(1.0)))
        with pytest.raises(RefusedError, match="connect again"):
            await line.overflow()
        await switchboard.close()

    asyncio.run(scenario())


def test_the_page_and_its_scripts_are_served_under_a_strict_policy(server: Running) -> None:
    with server.http as http:
        page, script = http.get("/"), http.get("/static/rightsell.js")
    assert page.status_code == script.status_code == 200
    assert "<rightsell-panel" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self' https://desk.example.com" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert TOKEN not in page.text


def test_files_beside_the_page_s_are_not_served(server: Running) -> None:
    with server.http as http:
        for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/nowhere"):
            assert http.get(path).status_code == 404
