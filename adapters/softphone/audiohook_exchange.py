"""The numbered messages of one AudioHook session, both ways."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.door import (
    FIRST_MESSAGE_WITHIN_S,
    TOO_LATE,
    TRY_AGAIN,
    UNAUTHORIZED,
    RefusedError,
    parse,
    receive,
)
from adapters.softphone.audiohook_messages import ClientMessage, Close, Open, Opened, messages

MOST_WAITING = 1_000
"""Messages that may wait for a client that does not read; a whole call makes some 500."""

_SILENT_FOR_S = 30.0  # Genesys sends a ping every 5 s
_CLOSE_WITHIN_S = 10.0
_HUNG_UP_WITHIN_S = 3.0
_LOST = 1006


class Exchange:
    """What is said on one connection. Messages wait in a queue, so that telling one never waits.

    Args:
        websocket: The connection.
        id: The session's id, as the request's header says.
    """

    def __init__(self, websocket: WebSocket, id: UUID) -> None:
        self._websocket = websocket
        self._id = id
        self._seq = 0
        self._clientseq = 0
        self._messages: asyncio.Queue[bytes] = asyncio.Queue()
        self._is_over = False
        self._is_too_slow = False

    @property
    def waiting(self) -> int:
        """How many messages wait to be sent."""
        return self._messages.qsize()

    def send(self, type: str, **parameters: object) -> None:
        """Put a message behind those that wait; after the last one, nothing happens."""
        if self.waiting >= MOST_WAITING:
            self._is_too_slow = True
        else:
            self._put(type, parameters)

    def send_closed(self) -> None:
        """Confirm the end; this is the last message."""
        self._put("closed", {})
        self._is_over = True

    def send_disconnect(self, refused: RefusedError) -> None:
        """Ask Genesys to end the session, and say why; to a stranger, as little as possible."""
        if refused.close_code == UNAUTHORIZED:
            reason, info = "unauthorized", "the API key or the signature is not right"
        else:
            reason, info = "error", f"{refused.code}: {refused}"
        self._put("disconnect", {"reason": reason, "info": info})

    def _put(self, type: str, parameters: Mapping[str, object]) -> None:
        if self._is_over:
            return
        self._seq += 1
        message = {
            "version": "2",
            "type": type,
            "id": self._id,
            "seq": self._seq,
            "clientseq": self._clientseq,
            "parameters": parameters,
        }
        self._messages.put_nowait(msgspec.json.encode(message))

    async def write(self) -> None:
        """Send what waits, as long as Genesys reads."""
        try:
            while True:
                await self._websocket.send_text((await self._messages.get()).decode())
        except (WebSocketDisconnect, RuntimeError):
            return  # it is gone; who reads finds out

    async def receive_open(self) -> Opened:
        """Return what the first message says.

        Raises:
            RefusedError: It did not come in time, or is another one.
            WebSocketDisconnect: Genesys is gone.
        """
        try:
            async with asyncio.timeout(FIRST_MESSAGE_WITHIN_S):
                message = await self.receive()
        except TimeoutError:
            problem = f"no message came within {FIRST_MESSAGE_WITHIN_S:g} s"
            raise RefusedError("too_late", problem, TOO_LATE) from None
        if not isinstance(message, Open):
            raise RefusedError("open_expected", "the first message has to be 'open'")
        return message.parameters

    async def receive(self) -> ClientMessage | bytes:
        """Return the next message, or audio.

        Raises:
            RefusedError: It is no such message, or not the next one; or too much waits to be read.
            WebSocketDisconnect: Genesys is gone, or has been silent for too long.
        """
        try:
            async with asyncio.timeout(_SILENT_FOR_S):
                content = await receive(self._websocket)
        except TimeoutError:
            raise WebSocketDisconnect(_LOST) from None
        if self._is_too_slow:
            raise RefusedError("too_slow", "too many messages wait for you", TRY_AGAIN)
        if isinstance(content, bytes):
            return content
        message = parse(content, messages)
        if message.id != self._id:
            raise RefusedError("bad_message", "the id is not that of the request's header")
        if message.seq != self._clientseq + 1:
            raise RefusedError("bad_seq", f"seq has to be {self._clientseq + 1}")
        if message.serverseq > self._seq:
            raise RefusedError("bad_seq", f"serverseq is above {self._seq}, the last we sent")
        self._clientseq = message.seq
        return message

    async def receive_close(self) -> bool:
        """Wait until Genesys ends the session, whatever else it still says; return whether it did."""
        try:
            async with asyncio.timeout(_CLOSE_WITHIN_S):
                while True:
                    try:
                        message = parse(await receive(self._websocket), messages)
                    except RefusedError:
                        continue
                    self._clientseq = max(self._clientseq, message.seq)
                    if isinstance(message, Close):
                        return True
        except TimeoutError:
            return False

    async def hang_up(self) -> None:
        """Give Genesys, whose part it is, a moment to hang up; then do it ourselves."""
        with suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(_HUNG_UP_WITHIN_S):
                while True:
                    await self._websocket.receive()
        with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(_HUNG_UP_WITHIN_S):
                await self._websocket.close()
