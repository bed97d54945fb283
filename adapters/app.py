"""The composition root: every part of the server is made and joined here."""

import os
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters import weights
from adapters.chat import ingress
from adapters.desk import socket as agent_socket
from adapters.door import Door, Socket
from adapters.ledger.erasure import Keep
from adapters.ledger.ingress import Outcomes
from adapters.ledger.ledger import Ledger
from adapters.ledger.recorder import Recorder
from adapters.profiles import Profiles
from adapters.reloading import Reloading
from adapters.softphone import audio_socket
from adapters.softphone.announced import Announced
from adapters.softphone.asterisk import AudioSocketServer
from adapters.softphone.audiohook import AudioHook
from adapters.softphone.audiohook_signature import AudioHookSignature
from adapters.softphone.call import Listening
from adapters.softphone.calls import Calls
from adapters.softphone.media_streams import MediaStreams
from adapters.softphone.signature import TwilioSignature
from adapters.switchboard import Follower, Switchboard
from offers.conversation import Desk

_WEB = Path(__file__).parent / "web"
_LOAD_OUR_OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)

MOST_CALLS = 8 * (os.cpu_count() or 1)
"""Telephone calls at once, unless told otherwise. Source: docs/benchmarks.md, Listening."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a server is made of.

    Attributes:
        desk: The business's catalog, policy and language models.
        ears: The speech models.
        token: What clients must show.
        origins: Pages of other origins that may connect.
        open_house: Whether only this machine can connect, so that an agent without a name sees all.
        journals: Folder for the journals; None keeps none.
        ledger: The lasting record; None remembers nothing from one conversation to the next.
        keep: For how long it keeps personal data.
        profiles: What is known of customers besides what calls bring; None is nothing.
        followers: Who is told every decision from the beginning, such as the terminal.
        resume_within_s: Seconds for which a call is kept whose connection was lost.
        most_calls: Telephone calls at once; one more is refused.
        signature: What Twilio's requests have to show beside the token; None does not ask.
        audiosocket: Where Asterisk connects; None takes no calls from it.
        audiohook: What Genesys's requests have to show; None takes no calls from it.
        reload: Loads the desk anew; raises a ``ValueError`` when it cannot. None has no way to.
    """

    desk: Desk
    ears: weights.Ears
    token: str
    origins: tuple[str, ...] = ()
    open_house: bool = True
    journals: Path | None = None
    ledger: Ledger | None = None
    keep: Keep = field(default_factory=Keep)
    profiles: Profiles | None = None
    followers: tuple[Follower, ...] = ()
    resume_within_s: float = 30.0
    most_calls: int = MOST_CALLS
    signature: TwilioSignature | None = None
    audiosocket: socket.socket | None = None
    audiohook: AudioHookSignature | None = None
    reload: Callable[[], Desk] | None = None


def build_app(parts: Parts) -> Starlette:
    """Join the parts to one ASGI application."""
    recorder = None if parts.ledger is None else Recorder(parts.ledger, parts.keep)
    knows = [source.recall for source in (parts.profiles, recorder) if source is not None]
    switchboard = Switchboard(parts.desk, parts.journals, knows)
    for follower in (*parts.followers, *([recorder] if recorder else [])):
        switchboard.join(follower)
    door = Door(parts.token, parts.origins)
    listening = Listening(parts.ears, _workers(), parts.desk.policy.gate.lag_s)
    calls = Calls(switchboard, listening, parts.resume_within_s, parts.most_calls)
    audio = audio_socket.AudioSocket(calls, door, parts.ears.models)
    twilio = MediaStreams(calls, door, parts.ears.models, parts.signature)
    streams = MediaStreams(calls, door, parts.ears.models, None)
    announced = Announced(door, parts.ears.models)
    chats = ingress.ChatIngress(switchboard, door)
    reloading = parts.reload and Reloading(parts.reload, _takers(switchboard, listening), door)
    agents = agent_socket.AgentSocket(switchboard, door, recorder, open_house=parts.open_house)
    asterisk = AudioSocketServer(calls, announced)
    asterisk_served = nullcontext() if parts.audiosocket is None else asterisk.serving(parts.audiosocket)
    genesys = parts.audiohook and AudioHook(calls, switchboard, parts.audiohook, parts.ears.models)
    messages = "/v1/conversations/{conversation}/messages"
    app = Starlette(
        routes=[
            WebSocketRoute("/v1/audio", Socket(door, audio_socket.SUBPROTOCOLS, audio.serve)),
            WebSocketRoute("/v1/twilio", Socket(door, (), twilio.serve, answers=False)),
            WebSocketRoute("/v1/stream", Socket(door, (), streams.serve, answers=False)),
            *([WebSocketRoute("/v1/audiohook", Socket(door, (), genesys.serve))] if genesys else []),
            WebSocketRoute("/v1/chat", Socket(door, (ingress.SUBPROTOCOL,), chats.serve)),
            WebSocketRoute("/v1/agent", Socket(door, (agent_socket.SUBPROTOCOL,), agents.serve)),
            Route(messages, chats.post, methods=["POST"]),
            Route("/v1/conversations/{conversation}", chats.delete, methods=["DELETE"]),
            *([Route("/v1/calls", announced.post, methods=["POST"])] if parts.audiosocket else []),
            *([Route("/v1/outcomes", Outcomes(recorder, door).post, methods=["POST"])] if recorder else []),
            *([Route("/v1/reload", reloading.post, methods=["POST"])] if reloading else []),
            Route("/healthz", _health),
            Route("/", _page("index.html")),
            Route("/listen", _page("listen.html")),
            Mount("/static", StaticFiles(directory=_WEB)),
        ],
        middleware=[Middleware(_SafeHeaders, origins=parts.origins)],
        lifespan=lambda _: _lasting(
            _until_closed(switchboard, calls, listening, asterisk_served), recorder, parts.profiles
        ),
    )
    app.state.reloading = reloading
    return app


def _takers(switchboard: Switchboard, listening: Listening) -> Callable[[Desk], None]:
    def take(desk: Desk) -> None:
        switchboard.take(desk)
        listening.lag_s = desk.policy.gate.lag_s

    return take


def _workers() -> ThreadPoolExecutor:
    """Threads to recognise in, as many as can run, and one to decode and find speech in."""
    return ThreadPoolExecutor((os.cpu_count() or 1) + 1, thread_name_prefix="listening")


@asynccontextmanager
async def _until_closed(
    switchboard: Switchboard,
    calls: Calls,
    listening: Listening,
    asterisk: AbstractAsyncContextManager[None],
) -> AsyncGenerator[None]:
    async with asterisk:
        yield
    await calls.close()
    await switchboard.close()
    listening.workers.shutdown(cancel_futures=True)


@asynccontextmanager
async def _lasting(
    conversations: AbstractAsyncContextManager[None], recorder: Recorder | None, profiles: Profiles | None
) -> AsyncGenerator[None]:
    """Keep what conversations are remembered by for as long as there are any."""
    if recorder is not None:
        recorder.start()
    async with conversations:
        yield
    if recorder is not None:
        await recorder.close()
    if profiles is not None:
        await profiles.source.close()


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok")


def _page(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(_: Request) -> Response:
        return FileResponse(_WEB / name)

    return page


class _SafeHeaders:
    """Tells browsers to load nothing from elsewhere, guess no types, keep nothing stale, tell nobody."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        ancestors = " ".join(("'self'", *origins))
        self._app = app
        self._headers = {
            "Content-Security-Policy": f"{_LOAD_OUR_OWN}; frame-ancestors {ancestors}",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            # The panel's modules belong together: after an upgrade none of the old ones may be mixed in.
            "Cache-Control": "no-cache",
            # The panel is a script for any desktop's pages, and no secret.
            "Access-Control-Allow-Origin": "*",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
            await send(message)

        await self._app(scope, receive, send_safely)
