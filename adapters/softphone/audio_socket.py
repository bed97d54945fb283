"""The generic audio socket: a line of a call, binary messages of audio, text messages about it."""

import secrets
from collections.abc import Mapping

import msgspec
import structlog
from starlette.websockets import WebSocket

from adapters.door import Door, RefusedError, parse, receive, receive_first
from adapters.session import today_or
from adapters.softphone import call_servers
from adapters.softphone.call import Line, LiveCall
from adapters.softphone.calls import Calls
from adapters.softphone.messages import Pause, Resume, Start, Stop, controls, starts
from listener.events import Channel
from offers.events import Opening

_OURS = "rightsell.audio.v1"
SUBPROTOCOLS = (_OURS, *call_servers.SUBPROTOCOLS)

_log = structlog.get_logger()


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
        """Serve one connection from its start to its stop, whoever calls."""
        try:
            stated = call_servers.stated_in(websocket.query_params)
            if "rate" in stated:
                # It need not say a word, so the header has to let it in; then its audio may take its time.
                self._door.admit(websocket.headers)
                first = await receive(websocket)
                await self._serve_call_server(websocket, first, stated)
                return
            first = await receive_first(websocket)
            if _is_ours(websocket, first):
                await self._serve_softphone(websocket, parse(first, starts))
            else:
                await self._serve_call_server(websocket, first, stated)
        except RefusedError as refused:
            if not _offers_ours(websocket):
                # Nobody may read what a call server is told; its operator reads our log.
                _log.warning("call server refused", code=refused.code, reason=str(refused))
            raise

    async def _serve_softphone(self, websocket: WebSocket, start: Start) -> None:
        """Serve a client of our own protocol, which is told what happens."""
        self._door.admit(websocket.headers, start.token)
        id = start.call_id or _new_id()
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
                await _relay(websocket, call, line, is_ours=True)
            finally:
                await call.hang_up(line)
        await websocket.send_json({"type": "ended", "session_id": id})
        await websocket.close()

    async def _serve_call_server(
        self, websocket: WebSocket, first: str | bytes, stated: Mapping[str, object]
    ) -> None:
        """Serve a call server. It is told nothing, and comes back or brings the other side as it likes."""
        start = call_servers.start_of(first, stated)
        self._door.admit(websocket.headers, start.token)
        id = start.call_id or _new_id()
        audio = start.audio
        is_found = self._calls.find(id) is not None
        async with self._calls.connected(lambda: self._opening(start, id), id, start.agent_id) as call:
            line = call.line(audio, call.live_s() if is_found else 0.0)
            try:
                if isinstance(first, bytes):
                    await line.take(first)
                await _relay(websocket, call, line, is_ours=False)
            finally:
                await call.hang_up(line)
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


def _new_id() -> str:
    return f"call-{secrets.token_hex(8)}"


def _offers_ours(websocket: WebSocket) -> bool:
    return _OURS in websocket.scope["subprotocols"]


def _is_ours(websocket: WebSocket, first: str | bytes) -> bool:
    """Whether a client speaks our protocol, in which it has to say so before it sends audio."""
    if isinstance(first, bytes):
        return False
    try:
        return _offers_ours(websocket) or msgspec.json.decode(first, type=_Typed).type == "start"
    except (msgspec.DecodeError, RecursionError):
        return False


class _Typed(msgspec.Struct):
    type: str = ""


async def _relay(websocket: WebSocket, call: LiveCall, line: Line, *, is_ours: bool) -> None:
    """Bring the call what comes, until it is stopped.

    Args:
        websocket: The call's connection.
        call: The call.
        line: Where its audio goes.
        is_ours: Whether the client speaks our protocol. A call server sends text of its own, which is
            passed over, and hangs up instead of saying stop.
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
