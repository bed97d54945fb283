"""The command ``rightsell feed``: a recorded call into a server, with its progress shown."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from adapters.files import read_text
from adapters.recorded.feed import Destination, FeedError, Sending, feed
from adapters.recorded.inputs import read_inputs
from adapters.recorded.recordings import RecordedCall
from adapters.settings import read_settings
from listener.events import Speaker


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line.

    Attributes:
        speed: Factor of speaking speed; None for as fast as the server takes it.
        token_file: Where the server's token is; None for ``RIGHTSELL_TOKEN``.
    """

    recording: Path | None
    channel_map: tuple[str, ...]
    customer: Path | None
    agent: Path | None
    url: str
    speed: float | None
    sending: str
    token_file: Path | None


def run(request: Request) -> None:
    """Play the call, showing on standard error how far it is.

    Raises:
        FeedError: It is not one recorded call, or the server did not take it.
        ValueError: Of the recording that is wrong.
    """
    call = _call(request)
    to = Destination(request.url, _token(request))
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        sent = bar.add_task(call.id)

        def show(seconds: float) -> None:
            bar.update(sent, description=f"{call.id}: {seconds:.0f} s sent")

        sending = Sending(request.sending)
        asyncio.run(feed(call, to, sending=sending, speed=request.speed, progress=show))


def _call(request: Request) -> RecordedCall:
    paths = () if request.recording is None else (request.recording,)
    speakers = tuple(map(Speaker, request.channel_map))
    match read_inputs(paths, speakers, request.customer, request.agent):
        case [RecordedCall() as call]:
            return call
        case _:
            raise FeedError("give one recorded call: a two-channel recording, or --customer and --agent")


def _token(request: Request) -> str:
    if request.token_file is not None:
        return read_text(request.token_file).strip()
    return read_settings().token
