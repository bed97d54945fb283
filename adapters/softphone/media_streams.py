"""Media streams of telephone platforms, Twilio's and its dialects': forks of calls, only listened to."""

from collections.abc import Mapping

from starlette.websockets import WebSocket, WebSocketDisconnect

from adapters.door import Door, RefusedError, parse, receive, receive_first
from adapters.session import today_or
from adapters.softphone.call import Line, LiveCall
from adapters.softphone.calls import Calls
from adapters.softphone.dialects import Media, Start, messages, start_of
from adapters.softphone.reordering import DEPTH_MS, Reordering
from adapters.softphone.signature import TwilioSignature
from listener.events import Channel
from offers.events import Opening

_FURTHEST_MS = 3_600_000  # a time stamp further ahead than this is nonsense


class MediaStreams:
    """Takes forks of calls in. Nothing is ever sent to the platform.

    Args:
        calls: Where the calls go.
        door: Who may call.
        models: Names and sums of the speech models.
        signature: What Twilio's requests have to show as well; None does not ask.
    """

    def __init__(
        self, calls: Calls, door: Door, models: Mapping[str, str], signature: TwilioSignature | None
    ) -> None:
        self._calls = calls
        self._door = door
        self._models = models
        self._signature = signature

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one stream from its start to its stop.

        A stream of a call that is going on continues it, with what is being said now: the call came back
        after its stream was lost, or its tracks come in streams of their own.
        """
        if self._signature is not None:
            self._signature.check(websocket)
        start = await _first_start(websocket)
        known = start.parameters
        self._door.admit(websocket.headers, known.token)
        is_found = self._calls.find(start.call) is not None
        async with self._calls.connected(lambda: self._opening(start), start.call, known.agent_id) as call:
            stream = _Stream(call, start, call.live_s() if is_found else 0.0)
            try:
                await _relay(websocket, stream)
            finally:
                await stream.hang_up()
        try:
            await websocket.close()
        except (WebSocketDisconnect, RuntimeError):
            return  # it had hung up

    def _opening(self, start: Start) -> Opening:
        known = start.parameters
        return Opening(
            id=start.call,
            channel=Channel.VOICE,
            customer=known.customer,
            context=known.context,
            day=today_or(known.context),
            models=self._models,
        )


class _Stream:
    """One connection's tracks, each a line of the call, on one clock."""

    def __init__(self, call: LiveCall, start: Start, begins_s: float) -> None:
        self._call = call
        self._start = start
        self._begins_s = begins_s
        self._origin_ms: int | None = None
        self._newest_ms = 0
        self._tracks: dict[str, tuple[Line, Reordering]] = {}

    async def take(self, media: Media) -> None:
        if media.track not in self._tracks:
            audio = self._start.audio(media.track)
            self._tracks[media.track] = self._call.line(audio, self._begins_s), Reordering(audio)
        line, order = self._tracks[media.track]
        if media.timestamp is None:
            await line.take(media.payload)
            return
        for at_ms, data in order.put(self._since_origin(media.timestamp), media.payload):
            await line.take(data, self._begins_s + at_ms / 1_000)

    async def hang_up(self) -> None:
        for line, order in self._tracks.values():
            for at_ms, data in order.flush():
                await line.take(data, self._begins_s + at_ms / 1_000)
            await self._call.hang_up(line)

    def _since_origin(self, timestamp: int) -> int:
        """Count from the stream's beginning; some platforms count from 1970."""
        if self._origin_ms is None:
            self._origin_ms = max(0, timestamp - DEPTH_MS)
        at_ms = timestamp - self._origin_ms
        if at_ms - self._newest_ms > _FURTHEST_MS:
            raise RefusedError("bad_message", "a time stamp more than an hour ahead of the one before")
        self._newest_ms = max(self._newest_ms, at_ms)
        return at_ms


async def _first_start(websocket: WebSocket) -> Start:
    message = parse(await receive_first(websocket), messages)
    if message.event == "connected":
        message = parse(await receive_first(websocket), messages)
    if message.event != "start":
        raise RefusedError("start_expected", "the first message but 'connected' has to be 'start'")
    return start_of(message)


async def _relay(websocket: WebSocket, stream: _Stream) -> None:
    """Bring the call what comes, until it is stopped."""
    while True:
        message = parse(await receive(websocket), messages)
        match message.event:
            case "media" if message.media is not None:
                await stream.take(message.media)
            case "media" | "start":
                raise RefusedError("bad_message", "media without media, or a second start")
            case "stop":
                return
            case _:
                pass  # keys, marks and what platforms may add
