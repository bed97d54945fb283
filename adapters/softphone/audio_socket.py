"""The generic audio socket: one call a connection, binary messages of audio, text messages about it."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.websockets import WebSocket

from adapters.conversations import FieldError
from adapters.door import Door, RefusedError, parse, receive, receive_first
from adapters.session import Session, today_or
from adapters.softphone.call import Listening, LiveCall
from adapters.softphone.messages import Pause, Resume, Start, Stop, controls, start_of_query, starts
from adapters.switchboard import Switchboard, TakenError
from listener.events import Channel
from offers.conversation import Opening

SUBPROTOCOLS = ("rightsell.audio.v1", "audio.jambonz.org", "audio.drachtio.org", "media")
"""Ours, and those of call servers that put their start into the URL."""


class AudioSocket:
    """Takes calls in.

    Args:
        switchboard: Where the calls go.
        door: Who may call.
        listening: What all calls share.
    """

    def __init__(self, switchboard: Switchboard, door: Door, listening: Listening) -> None:
        self._switchboard = switchboard
        self._door = door
        self._listening = listening

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one call from its start to its stop; a socket that is lost ends its call."""
        start = start_of_query(websocket.query_params)
        is_ours = start is None
        start = start or await _first_start(websocket)
        self._door.admit(websocket.headers, start.token)
        async with self._call(start) as (call, session):
            await websocket.send_json({"type": "started", "session_id": session.opening.id})
            await _relay(websocket, call, is_ours=is_ours)
        await websocket.send_json({"type": "ended", "session_id": session.opening.id})
        await websocket.close()

    @asynccontextmanager
    async def _call(self, start: Start) -> AsyncGenerator[tuple[LiveCall, Session]]:
        call = LiveCall(start.audio, self._listening)
        session = await self._open(start, call)
        listening = asyncio.create_task(call.listen(session))
        try:
            yield call, session
        finally:
            await call.stop()
            await listening

    async def _open(self, start: Start, call: LiveCall) -> Session:
        try:
            opening = Opening(
                id=start.call_id or f"call-{secrets.token_hex(8)}",
                channel=Channel.VOICE,
                customer=start.customer,
                context=start.context,
                day=today_or(start.context),
                models=self._listening.ears.models,
            )
            return await self._switchboard.open(opening, start.agent_id, call.now_s)
        except FieldError as error:
            raise RefusedError("bad_message", str(error)) from None
        except TakenError as error:
            raise RefusedError("conversation_exists", str(error)) from None


async def _first_start(websocket: WebSocket) -> Start:
    message = await receive_first(websocket)
    if isinstance(message, bytes):
        raise RefusedError("start_expected", "audio came before the start message")
    return parse(message, starts)


async def _relay(websocket: WebSocket, call: LiveCall, *, is_ours: bool) -> None:
    """Bring the call what comes, until it is stopped.

    Args:
        websocket: The call's connection.
        call: The call.
        is_ours: Whether the client speaks our protocol. A call server that put its start into the URL
            sends text of its own, which is passed over, and hangs up instead of saying stop.
    """
    while True:
        message = await receive(websocket)
        if isinstance(message, bytes):
            await call.take(message)
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
