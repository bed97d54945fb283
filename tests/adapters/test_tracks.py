"""A call whose two tracks carry the same sound: told to the agent, and not heard twice."""

from itertools import groupby, takewhile

import numpy as np

from adapters.recorded.recordings import RecordedCall
from tests.adapters.conftest import TOKEN, Running

HEARD_S = 14.0


def mixed(call: RecordedCall) -> list[bytes]:
    """The first seconds of a call, both sides in both channels."""
    frames: list[bytes] = []
    heard = takewhile(lambda chunk: chunk.start_s < HEARD_S, call.chunks())
    for _, together in groupby(heard, key=lambda chunk: chunk.start_s):
        one = np.sum([chunk.samples for chunk in together], axis=0)
        both = np.repeat(np.clip(one * 16_384, -32_768, 32_767).astype("<i2"), 2)
        frames.append(both.tobytes())
    return frames


def test_one_sound_on_both_tracks_is_told_and_heard_once(
    server: Running, call: RecordedCall, conversation: str
) -> None:
    with server.agent(f"conversation:{conversation}") as agent:
        with server.connect("/v1/audio", "rightsell.audio.v1") as client:
            audio = {"format": "s16le", "rate": 16_000, "channels": 2}
            client.send(type="start", token=TOKEN, call_id=conversation, **audio)
            client.until("started")
            for frame in mixed(call):
                client.socket.send(frame)
            client.send(type="stop")
            client.until("ended")
        events = [agent.receive()["event"]]
        while events[-1]["type"] != "ended":
            message = agent.receive()
            events += [message["event"]] if "event" in message else []
    notices = [event["data"] for event in events if event["type"] == "notice"]
    assert [(notice["id"], notice["active"]) for notice in notices] == [("same_sound", True)]
    speakers = {event["data"]["speaker"] for event in events if event["type"] == "utterance"}
    assert speakers == {"agent"}
    last = [event["data"] for event in events if event["type"] == "gate"][-1]
    assert "tracks" in [reason["id"] for reason in last["reasons"]]
