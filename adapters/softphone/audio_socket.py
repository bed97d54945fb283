"""The generic audio socket: one call a connection, binary messages of audio, text messages about it."""

import secrets
from collections.abc import Mapping

from starlette.websockets import WebSocket

from adapters.door import Door, RefusedError, parse, receive, receive_first
from adapters.session import today_or
from adapters.softphone.call import Line, LiveCall
from adapters.softphone.calls import Calls
from adapters.softphone.messages import Pause, Resume, Start, Stop, controls, start_of_query, starts
from listener.events import Channel
from offers.events import Opening

SUBPROTOCOLS = ("rightsell.audio.v1", "audio.jambonz.org", "audio.drachtio.org", "media")
"""Ours, and those of call servers that put their start into the URL."""


class AudioSocket:
    """Takes calls in.

    Args:
        calls: Where the calls go.
        door: Who may call.
        models: Names and sums of the speech models.
    """

    def __init__(self, calls: Calls, door: Door, models: Mapping[str, str]) -> None:
        self._calls = calls
        self._door = door
        self._models = models

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one connection of a call from its start to its stop."""
        start = start_of_query(websocket.query_params)
        is_ours = start is None
        start = start or await _first_start(websocket)
        self._door.admit(websocket.headers, start.token)
        id = start.call_id or f"call-{secrets.token_hex(8)}"
        found = self._calls.find(id)
        if found is not None and not start.resume:
            raise RefusedError(
                "conversation_exists", f"call {id!r} is going on already; resume it, or choose another id"
            )
        audio = start.audio
        async with self._calls.connected(lambda: self._opening(start, id), id, start.agent_id) as call:
            begins_s = _begins_s(call, start) if found else 0.0
            line = call.line(audio, begins_s)
            started = {"type": "started", "session_id": id, "resumed": found is call, "received_s": begins_s}
            try:
                await websocket.send_json(started)
                await _relay(websocket, call, line, is_ours=is_ours)
            finally:
                await call.hang_up(line)
        await websocket.send_json({"type": "ended", "session_id": id})
        await websocket.close()

    def _opening(self, start: Start, id: str) -> Opening:
        return Opening(
            id=id,
            channel=Channel.VOICE,
            customer=start.customer,
            context=start.context,
            day=today_or(start.context),
            models=self._models,
        )


def _begins_s(call: LiveCall, start: Start) -> float:
    """Return where a resumed call's audio goes on, in seconds since the call began."""
    return call.received_s(start.audio.speakers) if start.resume == "rewind" else call.live_s()


async def _first_start(websocket: WebSocket) -> Start:
    message = await receive_first(websocket)
    if isinstance(message, bytes):
        raise RefusedError("start_expected", "audio came before the start message")
    return parse(message, starts)


async def _relay(websocket: WebSocket, call: LiveCall, line: Line, *, is_ours: bool) -> None:
    """Bring the call what comes, until it is stopped.

    Args:
        websocket: The call's connection.
        call: The call.
        line: Where its audio goes.
        is_ours: Whether the client speaks our protocol. A call server that put its start into the URL
            sends text of its own, which is passed over, and hangs up instead of saying stop.
    """
    while True:
        message = await receive(websocket)
        if isinstance(message, bytes):
            await line.take(message)
            continue
        try:
            control = parse(message, controls)
        except RefusedError:
            if is_ours:
                raise
            continue
        match control:
            case Pause():
                await call.pause()
            case Resume():
                call.resume()
            case Stop():
                return
            case _:
                pass
