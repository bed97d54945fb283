"""Running the server: its socket, its life, its end."""

import asyncio
import errno
import signal
import socket
import sys
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
import structlog
import uvicorn
from starlette.applications import Starlette

from adapters.app import MOST_CALLS, Parts, build_app
from adapters.files import make_folder, read_text
from adapters.ledger.erasure import Keep
from adapters.ledger.opening import open_ledger
from adapters.loading import load_desk
from adapters.profiles import Profiles, open_profiles
from adapters.recorded.feed import Destination, Sending, feed
from adapters.recorded.recordings import RecordedCall, two_channels
from adapters.reloading import Reloading
from adapters.settings import Settings, audiohook_of, token_of
from adapters.softphone.audiohook_signature import AudioHookSignature
from adapters.softphone.signature import TwilioSignature
from adapters.switchboard import Follower
from adapters.terminal import Terminal
from adapters.weights import load_ears
from listener.events import Speaker

_GOODBYE_S = 5  # what clients are given to go; then their connections are cut


class ServingError(ValueError):
    """The server cannot start; the message says why."""


def serve(settings: Settings, *, play: Path | None, show: bool) -> None:
    """Serve until interrupted.

    Args:
        settings: How to run; a catalog is needed.
        play: A two-channel recording to play into the server, over its own audio socket.
        show: Whether to print the decisions here.

    Raises:
        ServingError: No catalog, the port is taken, or the address is not ours.
        ValueError: Of the file that cannot be used, before anything is served.
    """
    if settings.catalog is None:
        raise ServingError("say which catalog to sell from: --catalog FILE, or RIGHTSELL_CATALOG")
    _log_to_stderr()
    call = play and two_channels(play, (Speaker.CUSTOMER, Speaker.AGENT)).checked()
    with ExitStack() as sockets:
        listening = sockets.enter_context(_listen(settings.host, settings.port, "--port"))
        asterisk = _listen_for_asterisk(settings)
        if asterisk is not None:
            sockets.enter_context(asterisk)
        address, token = _address(settings.host, listening), token_of(settings)
        parts = _parts(settings, settings.catalog, token, (Terminal(),) if show else ())
        app = build_app(replace(parts, audiosocket=asterisk))
        to = Destination(address.replace("http", "ws", 1) + "/v1/audio", token)
        _announce(settings, address, token)
        if asterisk is not None:
            click.echo("Asterisk's AudioSocket: {}:{}".format(*asterisk.getsockname()[:2]))
        with suppress(KeyboardInterrupt):
            asyncio.run(_run(app, listening, call, to))
    click.echo("Stopped.")


def _parts(settings: Settings, catalog: Path, token: str, followers: tuple[Follower, ...]) -> Parts:
    if settings.journal is not None:
        make_folder(settings.journal)
    audiohook = audiohook_of(settings)  # before anything slow is loaded
    load = partial(load_desk, catalog, settings.policy, settings.fitted, settings.propensity)
    return Parts(
        desk=load(),
        reload=load,
        ears=load_ears(settings.whisper),
        token=token,
        origins=settings.origins,
        open_house=settings.is_loopback,
        journals=settings.journal,
        ledger=open_ledger(settings),
        keep=Keep(settings.ledger_keep_words_days, settings.ledger_keep_names_days),
        profiles=_profiles(settings),
        followers=followers,
        signature=_signature(settings),
        audiohook=audiohook and AudioHookSignature(*audiohook, settings.public_url),
        most_calls=settings.most_calls or MOST_CALLS,
    )


def _profiles(settings: Settings) -> Profiles | None:
    if settings.profiles is None:
        return None
    return open_profiles(settings.profiles, settings.profiles_within_s, settings.profiles_token)


def _signature(settings: Settings) -> TwilioSignature | None:
    if not settings.signs_twilio:
        return None
    file = settings.twilio_auth_token_file
    auth_token = settings.twilio_auth_token if file is None else read_text(file).strip()
    return TwilioSignature(auth_token, settings.public_url)


def _announce(settings: Settings, address: str, token: str) -> None:
    """Print where the agent's page is; a token that was made up for this start, too."""
    if settings.token:
        click.echo(f"The agent's page: {address}/")
        return
    # What follows the # stays in the browser: it is never sent to a server.
    click.echo(f"The agent's page: {address}/#token={token}")
    click.echo(f"Token for this start: {token}")


def make_server(app: Starlette) -> uvicorn.Server:
    """Return the server of an application, which is not yet serving."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            ws="websockets-sansio",
            ws_max_size=1_048_576,
            ws_per_message_deflate=False,
            ws_ping_timeout=60.0,  # behind 30 s of audio that waits, an answer is late
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_GOODBYE_S,
        )
    )


async def _run(app: Starlette, listening: socket.socket, call: RecordedCall | None, to: Destination) -> None:
    server = make_server(app)
    _reload_on_hangup(app.state.reloading)
    playing = call and asyncio.create_task(_play(call, to, server))
    await server.serve([listening])
    if playing is not None:
        playing.cancel()


def _reload_on_hangup(reloading: Reloading) -> None:
    """Load catalog and policy anew whenever the process gets SIGHUP."""
    under_way: set[asyncio.Task[None]] = set()

    def begin() -> None:
        under_way.add(task := asyncio.create_task(reloading.on_signal()))
        task.add_done_callback(under_way.discard)

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, begin)


async def _play(call: RecordedCall, to: Destination, server: uvicorn.Server) -> None:
    """Play the call; the server stays up whatever becomes of it."""
    try:
        await feed(call, to, sending=Sending.PCM, speed=1.0, progress=lambda _: None)
        click.echo("The call is over. The server stays up; Ctrl-C stops it.")
    except ValueError as error:
        if not server.should_exit:
            click.echo(f"The call was not played to its end: {error}", err=True)


def _listen_for_asterisk(settings: Settings) -> socket.socket | None:
    if settings.audiosocket_port is None:
        return None
    return _listen(settings.audiosocket_host, settings.audiosocket_port, "--audiosocket-port")


def _listen(host: str, port: int, option: str) -> socket.socket:
    """Take the port before anything slow is loaded."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            problem = f"port {port} is taken: stop what listens there, or choose another with {option}"
        else:
            problem = f"cannot listen on {host}: {error.strerror}"
        raise ServingError(problem) from None
    return listening


def _address(host: str, listening: socket.socket) -> str:
    port: int = listening.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _log_to_stderr() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
