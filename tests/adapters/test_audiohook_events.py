"""What Genesys is told of a conversation, and when that was."""

import asyncio
import json
from dataclasses import replace
from datetime import date
from typing import cast
from uuid import uuid4

import pytest
from starlette.websockets import WebSocket
from websockets.sync.client import ClientConnection

from adapters.door import RefusedError
from adapters.recorded.recordings import RecordedCall
from adapters.softphone.audiohook_events import AudioHookEvents
from adapters.softphone.audiohook_exchange import Exchange
from adapters.softphone.audiohook_messages import Stretch
from adapters.softphone.audiohook_time import StreamTime
from adapters.switchboard import Switchboard
from listener.events import Channel, Partial, Speaker, Utterance
from offers.conversation import Desk
from offers.events import Opening
from tests.adapters.conftest import Message
from tests.adapters.genesys import Genesys, identity, said
from tests.adapters.test_desk import HELPED

REOPENED = ("customer", "no wait it is not working my internet is down again")


class Replayed:
    """A connection on which these messages came."""

    def __init__(self, messages: list[Message]) -> None:
        self._messages = iter(messages)

    def recv(self, timeout: float) -> str:
        return json.dumps(next(self._messages))


class Listening:
    """A connection that keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def send_text(self, text: str) -> None:
        self.sent.append(json.loads(text))


def test_suggestions_come_as_articles_with_the_customer_s_words_and_are_taken_back_by_the_same_id(
    desk: Desk, call: RecordedCall
) -> None:
    conversation = uuid4()
    socket = Listening()

    async def scenario() -> None:
        exchange = Exchange(cast(WebSocket, socket), uuid4())
        events = AudioHookEvents(exchange, conversation, (Speaker.CUSTOMER, Speaker.AGENT), "en-US")
        switchboard = Switchboard(desk, None)
        switchboard.join(events)
        opening = Opening(str(conversation), Channel.VOICE, call.background.customer, day=date(2026, 11, 20))
        another = await switchboard.open(replace(opening, id="another"), "", lambda: 0.0)
        await another.receive(Utterance(Speaker.CUSTOMER, "somebody else's words", 0, 1))
        live = await switchboard.open(opening, "", lambda: 0.0)
        for at, (speaker, text) in enumerate((*HELPED[:7], REOPENED)):
            if at == 1:
                for words in ("i would", "i would like to", ""):
                    await live.receive(Partial(Speaker.CUSTOMER, words, at * 8.0 + 2))
            await live.receive(Utterance(Speaker(speaker), text, at * 8.0, at * 8.0 + 4, 0.9))
        await switchboard.close()
        writing = asyncio.create_task(exchange.write())
        while exchange.waiting:
            await asyncio.sleep(0)
        writing.cancel()

    asyncio.run(scenario())
    genesys = Genesys(cast(ClientConnection, Replayed(socket.sent)), identity())
    for _ in socket.sent:
        genesys.receive()
    assert [words for _, words in said(genesys)] == [text for _, text in (*HELPED[:7], REOPENED)]
    first, partial, final, *_ = genesys.entities("transcript")
    assert [first["isFinal"], partial["isFinal"], final["isFinal"]] == [True, False, True]
    assert first["id"] != partial["id"] == final["id"]
    assert (final["offset"], final["duration"]) == ("PT8.000S", "PT4.000S")
    suggested = [data["suggestions"] for data in genesys.entities("agentassist")]
    shown = [articles for articles in suggested if articles[0]["metadata"]["state"] == "suggested"]
    withdrawn = [articles for articles in suggested if articles[0]["metadata"]["state"] == "withdrawn"]
    assert "the wifi does not reach my office upstairs" in shown[0][0]["excerpts"]
    assert {one["type"] for one in shown[0]} == {"article", "faq"}
    assert {articles[0]["id"] for articles in withdrawn} == {articles[0]["id"] for articles in shown}
    assert withdrawn[0][0]["metadata"]["why"]
    assert "somebody else" not in json.dumps(socket.sent)


def test_time_goes_on_by_samples_and_by_what_genesys_says_and_never_back() -> None:
    stream = StreamTime(100.0)
    stream.advance(2)
    stream.skip(Stretch("PT2S", "PT3.5S"))
    assert stream.call_s == 105.5
    stream.skip(Stretch("PT1S", "PT1S"))
    assert stream.call_s == 105.5
    stream.catch_up(106.0)
    assert stream.call_s == 105.5
    stream.catch_up(165.5)
    stream.advance(1)
    assert stream.call_s == 166.5
    assert [stream.position_s(call_s) for call_s in (102.0, 105.5, 140.0, 165.5, 166.5)] == [
        2,
        5.5,
        5.5,
        5.5,
        6.5,
    ]
    with pytest.raises(RefusedError):
        stream.skip(Stretch("PT0S", "PT86500S"))
