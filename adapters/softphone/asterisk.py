"""Asterisk's AudioSocket: one TCP connection for each side of a call.

A frame is its kind (1 byte), its length (2 bytes, big-endian) and its payload.
Source: docs.asterisk.org, "AudioSocket".
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from uuid import UUID

import structlog

from adapters.door import FIRST_MESSAGE_WITHIN_S, RefusedError
from adapters.mishaps import place_of
from adapters.softphone.announced import Announced, Side
from adapters.softphone.call import Line, LiveCall
from adapters.softphone.calls import Calls
from listener.audio import AudioFormat, Encoding

_HEADER_BYTES = 3
_UUID_BYTES = 16
_SILENT_FOR_S = 60.0  # it sends 50 frames a second, silence too: without any, it is gone

_log = structlog.get_logger()


class Kind(IntEnum):
    """What a frame is."""

    HANG_UP = 0x00
    ID = 0x01
    DTMF = 0x03
    AUDIO = 0x10
    ERROR = 0xFF


_RATES_HZ = {
    Kind.AUDIO: 8_000,
    0x11: 12_000,
    0x12: 16_000,
    0x13: 24_000,
    0x14: 32_000,
    0x15: 44_100,
    0x16: 48_000,
}


class AudioSocketServer:
    """Takes the sides of announced calls in. Nothing is ever sent to Asterisk.

    Args:
        calls: Where the calls go.
        announced: Whose audio is awaited; nobody else's is taken.
    """

    def __init__(self, calls: Calls, announced: Announced) -> None:
        self._calls = calls
        self._announced = announced
        self._connections: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self, listening: socket.socket) -> AsyncGenerator[None]:
        """Serve for as long as the context lasts."""
        server = await asyncio.start_server(self._accept, sock=listening)
        try:
            yield
        finally:
            server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, whatever it does. AudioSocket cannot be told why: the log is."""
        try:
            side = self._announced.take(await _first_id(reader))
            await self._hear(side, reader)
        except RefusedError as refused:
            _log.warning("audiosocket: connection refused", code=refused.code, reason=str(refused))
        except ConnectionError as error:
            _log.warning("audiosocket: connection lost", reason=str(error))
        except Exception as error:  # the edge of a connection: it ends, the others go on
            _log.error("audiosocket: connection failed", **place_of(error))
        finally:
            writer.close()

    async def _hear(self, side: Side, reader: asyncio.StreamReader) -> None:
        id = side.opening.id
        async with self._calls.connected(lambda: side.opening, id, side.agent) as call:
            await _relay(reader, side, call)
        if self._calls.find(id) is None:
            self._announced.forget(id)


async def _relay(reader: asyncio.StreamReader, side: Side, call: LiveCall) -> None:
    """Bring the call what comes, until the side hangs up."""
    line: Line | None = None
    line_rate_hz = 0
    try:
        async for kind, payload in _frames(reader):
            if kind not in _RATES_HZ:
                continue  # keys
            rate_hz = side.rate_hz if kind == Kind.AUDIO else _RATES_HZ[kind]
            if line is None:
                # Audio begins well after the connection, and on both sides at once.
                line_rate_hz = rate_hz
                line = call.line(AudioFormat(Encoding.PCM, rate_hz, (side.speaker,)), call.live_s())
            elif rate_hz != line_rate_hz:
                raise RefusedError(
                    "bad_message", f"the audio's rate changed from {line_rate_hz} to {rate_hz}"
                )
            await line.take(payload[: len(payload) // 2 * 2])
    finally:
        if line is not None:
            await call.hang_up(line)


async def _frames(reader: asyncio.StreamReader) -> AsyncIterator[tuple[int, bytes]]:
    """Yield frames until the side hangs up, in words or by closing the connection between two frames."""
    while True:
        try:
            async with asyncio.timeout(_SILENT_FOR_S):
                frame = await _frame(reader)
        except TimeoutError:
            raise ConnectionError(f"nothing came for {_SILENT_FOR_S:g} s") from None
        if frame is None or frame[0] == Kind.HANG_UP:
            return
        kind, payload = frame
        if kind == Kind.ERROR:
            raise ConnectionError(f"Asterisk reports error {payload[:1].hex() or 'without a code'}")
        if kind != Kind.DTMF and kind not in _RATES_HZ:
            raise RefusedError("bad_message", f"a frame of kind 0x{kind:02x}")
        yield kind, payload


async def _first_id(reader: asyncio.StreamReader) -> UUID:
    try:
        async with asyncio.timeout(FIRST_MESSAGE_WITHIN_S):
            frame = await _frame(reader)
    except TimeoutError:
        raise RefusedError("too_late", f"no UUID came within {FIRST_MESSAGE_WITHIN_S:g} s") from None
    if frame is None:
        raise ConnectionError("it closed before its UUID came")
    kind, payload = frame
    if kind != Kind.ID or len(payload) != _UUID_BYTES:
        raise RefusedError("start_expected", f"the first frame has to be a UUID of {_UUID_BYTES} bytes")
    return UUID(bytes=payload)


async def _frame(reader: asyncio.StreamReader) -> tuple[int, bytes] | None:
    """Return the next frame's kind and payload; None when the connection was closed before it.

    Raises:
        ConnectionError: It was lost, or closed within a frame.
    """
    try:
        header = await reader.readexactly(_HEADER_BYTES)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise ConnectionError("it closed within a frame") from None
        return None
    try:
        return header[0], await reader.readexactly(int.from_bytes(header[1:], "big"))
    except asyncio.IncompleteReadError:
        raise ConnectionError("it closed within a frame") from None
