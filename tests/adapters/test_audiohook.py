"""Calls from Genesys AudioHook: a real server, the real recogniser, and a client as strict as theirs."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from adapters.app import Parts
from adapters.recorded.feed import Sending, encode_frames
from adapters.recorded.recordings import RecordedCall
from listener.events import Speaker
from tests.adapters.conftest import Running
from tests.adapters.genesys import NULL, OFFERED, said, server_for_genesys, session, silence
from tests.adapters.test_audio_socket import BEGINNING_S, beginning

BOTH = (Speaker.CUSTOMER, Speaker.AGENT)


@pytest.fixture(scope="module")
def server(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with server_for_genesys(parts, tmp_path_factory.mktemp("audiohook")) as found:
        yield found


@pytest.fixture
def conversation() -> str:
    return str(uuid4())


def test_a_call_is_heard_with_its_sides_apart_and_its_words_come_back_on_the_same_socket(
    server: Running, conversation: str, call: RecordedCall
) -> None:
    audio = b"".join(encode_frames(beginning(call), BOTH, Sending.MULAW))
    with server.agent(f"conversation:{conversation}") as agent, session(server) as genesys:
        opened = genesys.open(conversation, supportedLanguages=True, customConfig={"agent_id": "a42"})
        assert opened["media"] == [OFFERED[0]]
        assert opened["startPaused"] is False
        assert "en-US" in opened["supportedLanguages"]
        genesys.audio(audio)
        genesys.ping()
        genesys.close()
        assert agent.until("ended")["event"]["data"]["turns"] == 2
    (agent_said, customer_said) = said(genesys)
    assert agent_said[0] == 1
    assert "thank you for calling" in agent_said[1]
    assert customer_said[0] == 0
    assert "change the date" in customer_said[1]
    settled = [data for data in genesys.entities("transcript") if data["isFinal"]]
    offsets = [float(data["offset"][2:-1]) for data in settled]
    assert 0 <= offsets[0] < 2
    assert 6 < offsets[1] < BEGINNING_S


@pytest.mark.parametrize("is_big", [True, False])
def test_linear_samples_and_one_side_alone_are_taken_where_nothing_better_is_offered(
    server: Running, conversation: str, is_big: bool
) -> None:
    offered = [
        media
        for media in OFFERED
        if (media["format"] == "L16" if is_big else media["channels"] == ["internal"])
    ]
    with server.agent(f"conversation:{conversation}") as agent, session(server) as genesys:
        (chosen,) = genesys.open(conversation, media=list(reversed(offered)))["media"]
        assert (chosen["format"], len(chosen["channels"])) == (("L16", 2) if is_big else ("PCMU", 1))
        genesys.audio(bytes(genesys.frame_bytes * 8_000))
        genesys.close()
        assert agent.until("ended")["event"]["at"] == 1.0


def test_a_probe_is_answered_and_makes_no_conversation(server: Running) -> None:
    journals = set(server.journals.iterdir())
    with session(server) as genesys:
        opened = genesys.open(NULL, supportedLanguages=True)
        assert opened["media"] == [OFFERED[0]]
        genesys.socket.send(b"")
        genesys.ping()
        genesys.close()
    assert set(server.journals.iterdir()) == journals


def test_what_is_left_out_passes_and_audio_goes_on_where_genesys_says(
    server: Running, conversation: str
) -> None:
    with server.agent(f"conversation:{conversation}") as agent, session(server) as genesys:
        genesys.open(conversation)
        genesys.audio(silence(2))
        genesys.send("discarded", start="PT2S", discarded="PT3.5S")
        genesys.position_s += 3.5
        genesys.audio(silence(1))
        genesys.pause()
        genesys.resume(discarded_s=20)
        genesys.audio(silence(1))
        genesys.socket.send(b"")
        genesys.close()
        assert agent.until("ended")["event"]["at"] == pytest.approx(27.5)


def test_another_language_pauses_the_call_and_a_known_one_resumes_it(
    server: Running, conversation: str
) -> None:
    with session(server) as genesys:
        assert genesys.open(conversation, language="fr-FR")["startPaused"] is True
        genesys.pause()
        genesys.send("update", language="en-GB")
        genesys.until("updated")
        genesys.until("resume")
        genesys.resume(discarded_s=1)
        genesys.audio(silence(1))
        genesys.send("update", language="de-DE")
        genesys.until("updated")
        genesys.until("pause")
        genesys.pause()
        genesys.send("error", code=429, message="slow down", retryAfter="PT1S")
        genesys.ping()
        genesys.close()


def test_a_call_that_comes_faster_than_it_can_be_heard_is_paused_and_resumed(
    server: Running, conversation: str
) -> None:
    with session(server) as genesys:
        genesys.open(conversation)
        for _ in range(20):
            genesys.audio(silence(4), message_s=4)
        genesys.until("pause")
        genesys.pause()
        genesys.ping()
        genesys.until("resume")
        genesys.resume(discarded_s=5)
        genesys.close()


def test_a_client_that_vanishes_ends_its_call_and_one_that_comes_back_goes_on_with_it(
    server: Running, conversation: str
) -> None:
    with server.agent(f"conversation:{conversation}") as agent:
        with session(server) as genesys:
            genesys.open(conversation)
            genesys.audio(silence(1))
            genesys.lost()
        with session(server) as genesys:
            genesys.open(conversation, continuedSessions=[])
            genesys.audio(silence(2))
            genesys.ping()
            genesys.lost()
        ended = agent.until("ended")["event"]
    assert 3 <= ended["at"] < 4
