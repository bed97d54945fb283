"""Calls in over the generic audio socket, on a real server with the real recogniser."""

import json
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import pytest

from adapters.app import Parts
from adapters.journal import read_journal
from adapters.recorded.feed import Sending, encode_frames
from adapters.recorded.recordings import RecordedCall
from adapters.recorded.replay import Replay, decide
from adapters.wire import encode
from listener.events import AudioChunk, Utterance
from listener.transcriber import Segment
from offers.conversation import Desk
from offers.events import Behind
from offers.policy import GatePolicy
from tests.adapters.conftest import TOKEN, Client, Message, Running, running

SUBPROTOCOL = "rightsell.audio.v1"
BEGINNING_S = 12
PCM = {"type": "start", "token": TOKEN, "format": "s16le", "rate": 16_000, "channels": 2}


def beginning(call: RecordedCall) -> list[AudioChunk]:
    """The call's first seconds: the agent's greeting, the customer's request."""
    return list(islice(call.chunks(), BEGINNING_S * 50 * len(call.speakers)))


def sound(call: RecordedCall, sending: Sending) -> bytes:
    return b"".join(encode_frames(beginning(call), call.speakers, sending))


def utterances(agent: Client) -> list[Message]:
    """The words of a conversation, until it ends."""
    found: list[Message] = []
    while (event := agent.until("event")["event"])["type"] != "ended":
        if event["type"] == "utterance":
            found.append(event["data"])
    return found


def start(client: Client, conversation: str, **changes: object) -> None:
    client.send(**PCM | {"call_id": conversation} | changes)
    assert client.receive() == {
        "type": "started",
        "session_id": conversation,
        "resumed": False,
        "received_s": 0.0,
    }


@pytest.mark.parametrize("frame_bytes", [640, 3_201])
def test_a_call_is_heard_with_its_speakers_apart_however_its_bytes_are_cut(
    server: Running, conversation: str, call: RecordedCall, desk: Desk, frame_bytes: int
) -> None:
    audio = sound(call, Sending.PCM)
    with server.agent(f"conversation:{conversation}") as agent:
        with server.connect("/v1/audio", SUBPROTOCOL) as client:
            start(client, conversation)
            for begin in range(0, len(audio), frame_bytes):
                client.socket.send(audio[begin : begin + frame_bytes])
            client.send(type="stop")
            assert client.until("ended") == {"type": "ended", "session_id": conversation}
            assert client.closed() == 1000
        heard = utterances(agent)
    assert [one["speaker"] for one in heard] == ["agent", "customer"]
    assert "thank you for calling" in heard[0]["text"].lower()
    assert "change the date" in heard[1]["text"].lower()
    journal = read_journal((server.journals / f"{conversation}.jsonl").read_text(), conversation)
    replayed = [encode(decision) for decision in decide(Replay(journal.opening, journal.events), desk)]
    lines = (server.journals / f"{conversation}.jsonl").read_bytes().splitlines()
    assert replayed == [line for line in lines if line.startswith(b'{"seq":')]


def test_a_telephone_line_s_mulaw_is_heard_too(
    server: Running, conversation: str, call: RecordedCall
) -> None:
    audio = sound(call, Sending.MULAW)
    with server.agent(f"conversation:{conversation}") as agent:
        with server.connect("/v1/audio", SUBPROTOCOL) as client:
            start(client, conversation, format="mulaw", rate=8_000, roles=["customer", "agent"])
            for begin in range(0, len(audio), 320):
                client.socket.send(audio[begin : begin + 320])
            client.send(type="stop")
            client.until("ended")
        heard = utterances(agent)
    assert [one["speaker"] for one in heard] == ["agent", "customer"]
    assert "thank you for calling" in heard[0]["text"].lower()


def test_two_calls_at_once_do_not_hear_each_other(
    server: Running, conversation: str, call: RecordedCall
) -> None:
    audio = sound(call, Sending.PCM)
    silence = bytes(len(audio))
    speaking, silent = f"{conversation}-a", f"{conversation}-b"
    with server.agent(f"conversation:{speaking}") as one, server.agent(f"conversation:{silent}") as other:
        with (
            server.connect("/v1/audio", SUBPROTOCOL) as first,
            server.connect("/v1/audio", SUBPROTOCOL) as second,
        ):
            start(first, speaking)
            start(second, silent)
            for begin in range(0, len(audio), 6_400):
                first.socket.send(audio[begin : begin + 6_400])
                second.socket.send(silence[begin : begin + 6_400])
            for client in (first, second):
                client.send(type="stop")
                client.until("ended")
        assert len(utterances(one)) == 2
        assert utterances(other) == []


def test_a_softphone_that_vanishes_for_good_ends_its_call(
    parts: Parts, tmp_path: Path, conversation: str
) -> None:
    with (
        running(replace(parts, resume_within_s=0.3, journals=tmp_path)) as server,
        server.agent(f"conversation:{conversation}") as agent,
    ):
        with server.connect("/v1/audio", SUBPROTOCOL) as client:
            start(client, conversation)
            client.socket.send(bytes(6_401))
            client.socket.socket.close()
        assert agent.until("ended")["event"]["data"]["turns"] == 0


def test_a_call_whose_connection_is_lost_again_and_again_loses_no_word_and_doubles_none(
    server: Running, conversation: str, call: RecordedCall
) -> None:
    audio = sound(call, Sending.PCM)
    with server.connect("/v1/audio", SUBPROTOCOL) as client:
        start(client, f"{conversation}-whole")
        with server.agent(f"conversation:{conversation}-whole") as agent:
            for begin in range(0, len(audio), 64_000):
                client.socket.send(audio[begin : begin + 64_000])
            client.send(type="stop")
            whole = utterances(agent)
    chance = random.Random(5)  # noqa: S311  # no secret
    sent = 0
    with server.agent(f"conversation:{conversation}") as agent:
        while sent < len(audio):
            with server.connect("/v1/audio", SUBPROTOCOL) as client:
                client.send(**PCM | {"call_id": conversation, "resume": "rewind"})
                started = client.receive()
                assert started["resumed"] is (sent > 0)
                sent = round(started["received_s"] * 16_000) * 4
                for _ in range(chance.randint(1, 40)):
                    size = chance.randint(1, 9_000)
                    client.socket.send(audio[sent : sent + size])
                    sent += size
                if sent < len(audio):
                    client.socket.socket.close()
                else:
                    client.send(type="stop")
                    client.until("ended")
        again = utterances(agent)
    assert whole
    assert again == whole


def test_a_live_call_that_comes_back_goes_on_where_the_clock_is(server: Running, conversation: str) -> None:
    with server.connect("/v1/audio", SUBPROTOCOL) as client:
        start(client, conversation)
        client.socket.send(bytes(64_000))
        client.socket.socket.close()
    with server.connect("/v1/audio", SUBPROTOCOL) as client:
        client.send(**PCM | {"call_id": conversation, "resume": "live"})
        assert client.receive()["received_s"] > 0
        client.send(type="stop")
        client.until("ended")


def test_what_is_said_in_a_pause_is_not_heard_and_time_goes_on(
    server: Running, conversation: str, call: RecordedCall
) -> None:
    audio = sound(call, Sending.PCM)
    with server.agent(f"conversation:{conversation}") as agent:
        with server.connect("/v1/audio", SUBPROTOCOL) as client:
            start(client, conversation)
            client.send(type="pause")
            for begin in range(0, len(audio), 64_000):
                client.socket.send(audio[begin : begin + 64_000])
            client.send(type="resume")
            client.send(type="dtmf", digit="5")
            client.send(type="meta", anything={"goes": 1})
            client.send(type="stop")
            client.until("ended")
        ended = agent.until("ended")["event"]
    assert ended["data"]["turns"] == 0
    assert 0 < ended["at"] < BEGINNING_S


@pytest.mark.parametrize(
    ("first", "code", "close_code"),
    [
        (bytes(640), "start_expected", 4400),
        (b"", "start_expected", 4400),
        ("{", "bad_message", 4400),
        ("[" * 60_000, "bad_message", 4400),
        ('{"type":"stop"}', "bad_message", 4400),
        (json.dumps(PCM | {"token": ""}), "unauthorized", 4401),
        (json.dumps(PCM | {"token": "wrong"}), "unauthorized", 4401),
        (json.dumps(PCM | {"rate": 11_025}), "bad_message", 4400),
        (json.dumps(PCM | {"format": "opus"}), "bad_message", 4400),
        (json.dumps(PCM | {"channels": 3}), "bad_message", 4400),
        (json.dumps(PCM | {"channels": 1, "roles": ["customer", "agent"]}), "bad_message", 4400),
        (json.dumps(PCM | {"roles": ["agent", "agent"]}), "bad_message", 4400),
        (json.dumps(PCM | {"roles": ["agent", "boss"]}), "bad_message", 4400),
        (json.dumps(PCM | {"context": {"date": 7}}), "bad_message", 4400),
        ("x" * 70_000, "too_big", 1009),
    ],
)
def test_a_bad_start_is_answered_with_the_reason_and_a_documented_code(
    server: Running, first: str | bytes, code: str, close_code: int
) -> None:
    with server.connect("/v1/audio", SUBPROTOCOL) as client:
        client.socket.send(first)
        assert client.receive()["code"] == code
        assert client.closed() == close_code


@pytest.fixture(scope="module")
def forgetful(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that gives up a lost call soon."""
    journals = tmp_path_factory.mktemp("forgetful")
    with running(replace(parts, resume_within_s=0.3, journals=journals)) as found:
        yield found


@pytest.mark.parametrize(
    ("garbage", "code", "close_code"),
    [
        ("{", "bad_message", 4400),
        ('{"type":"dance"}', "bad_message", 4400),
        (json.dumps(PCM), "bad_message", 4400),
        (bytes(65_537), "too_big", 1009),
        (bytes(2_000_000), None, 1009),
    ],
)
def test_garbage_ends_its_own_call_and_the_others_go_on(
    forgetful: Running, conversation: str, garbage: str | bytes, code: str | None, close_code: int
) -> None:
    with forgetful.connect("/v1/audio", SUBPROTOCOL) as other:
        start(other, f"{conversation}-other")
        with forgetful.agent(f"conversation:{conversation}") as agent:
            with forgetful.connect("/v1/audio", SUBPROTOCOL) as client:
                start(client, conversation)
                client.socket.send(bytes(641))
                client.socket.send(garbage)
                if code is not None:
                    assert client.receive()["code"] == code
                assert client.closed() == close_code
            agent.until("ended")
        other.socket.send(bytes(6_400))
        other.send(type="stop")
        assert other.until("ended")["type"] == "ended"


def test_who_falls_behind_says_so_and_says_when_the_words_are_up_to_date_again(
    parts: Parts, conversation: str, tmp_path: Path
) -> None:
    """With no delay allowed, two seconds of sound that come at once are already too many."""
    policy = parts.desk.policy.model_copy(update={"gate": GatePolicy(lag_s=0.0)})
    impatient = replace(parts, desk=replace(parts.desk, policy=policy), journals=tmp_path)
    with running(impatient) as server, server.agent(f"conversation:{conversation}") as agent:
        with server.connect("/v1/audio", SUBPROTOCOL) as client:
            start(client, conversation, channels=1)
            client.socket.send(bytes(64_000))
            assert agent.until("lagging")["event"]["data"]["behind_s"] == pytest.approx(2.0)
            client.send(type="stop")
            client.until("ended")
        agent.until("ended")
    journal = read_journal((tmp_path / f"{conversation}.jsonl").read_text(), conversation)
    lags = [event.behind_s for event in journal.events if isinstance(event, Behind)]
    assert lags == [pytest.approx(2.0), 0.0]


class Stuck:
    """A recogniser that does not come back until it is let go."""

    name = sha256 = "stuck"
    at_once = 1

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def transcribe(self, segment: Segment) -> Utterance | None:
        self.let_go.wait(60)
        return Utterance(segment.speaker, "here I am", segment.start_s, segment.end_s)

    def look(self, segment: Segment, settled: str) -> str | None:
        return None


def refusal(server: Running, conversation: str) -> tuple[str, int | None]:
    """Begin calls and end them, until one is refused; return with which codes."""
    for number in count():
        with server.connect("/v1/audio", SUBPROTOCOL) as client:
            client.send(**PCM | {"call_id": f"{conversation}-{number}"})
            answer = client.receive()
            if answer["type"] == "error":
                return answer["code"], client.closed()
            client.send(type="stop")
            client.until("ended")
    raise AssertionError("unreachable: counting does not end")


def test_one_more_call_is_refused_while_those_that_go_on_wait_to_be_heard(
    parts: Parts, conversation: str, tmp_path: Path, call: RecordedCall
) -> None:
    policy = parts.desk.policy.model_copy(update={"gate": GatePolicy(lag_s=0.2)})
    stuck = Stuck()
    ears = replace(parts.ears, transcriber=stuck)
    slow = replace(parts, desk=replace(parts.desk, policy=policy), ears=ears, journals=tmp_path)
    audio = sound(call, Sending.PCM)
    with (
        running(slow) as server,
        server.agent(f"conversation:{conversation}-b") as agent,
        server.connect("/v1/audio", SUBPROTOCOL) as one,
        server.connect("/v1/audio", SUBPROTOCOL) as other,
    ):
        start(one, f"{conversation}-a")
        start(other, f"{conversation}-b")
        for client in (one, other):
            for begin in range(0, len(audio), 64_000):
                client.socket.send(audio[begin : begin + 64_000])
        assert refusal(server, conversation) == ("busy", 1013)
        stuck.let_go.set()
        for client in (one, other):
            client.send(type="stop")
            client.until("ended")
        with server.connect("/v1/audio", SUBPROTOCOL) as later:
            start(later, f"{conversation}-later")
        assert [heard["text"] for heard in utterances(agent)] == ["here I am"] * 2


def test_as_many_calls_as_can_be_heard_are_taken_and_no_more(
    parts: Parts, conversation: str, tmp_path: Path
) -> None:
    with (
        running(replace(parts, most_calls=1, journals=tmp_path)) as server,
        server.connect("/v1/audio", SUBPROTOCOL) as one,
    ):
        start(one, f"{conversation}-a")
        assert refusal(server, conversation) == ("busy", 1013)
        one.send(type="stop")
        one.until("ended")
        with server.connect("/v1/audio", SUBPROTOCOL) as later:
            start(later, f"{conversation}-later")
