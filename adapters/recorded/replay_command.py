"""The command ``rightsell replay``: files in, the decision stream or its readable form out."""

import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import BinaryIO

from adapters.conversations import RecordedConversation
from adapters.files import create
from adapters.journal import Journal
from adapters.loading import load_desk
from adapters.recorded.inputs import Input, read_inputs
from adapters.recorded.recordings import RecordedCall
from adapters.recorded.replay import Replay, decide, default_day, of_conversation, of_recording
from adapters.settings import Settings, read_settings
from adapters.terminal import Terminal
from adapters.weights import load_ears
from adapters.wire import encode
from listener.events import Speaker, Utterance
from offers.conversation import Desk
from offers.decisions import Decision
from offers.events import Event

Show = Callable[[Decision], None]


class ReplayError(ValueError):
    """Something that a replay needs was not given; the message says what."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line.

    Attributes:
        events: Where the decision stream goes, ``-`` for standard output; None prints its readable form.
        speed: Factor of speaking speed; None for as fast as it goes.
    """

    files: tuple[Path, ...]
    channel_map: tuple[str, ...]
    customer: Path | None
    agent: Path | None
    catalog: Path | None
    policy: Path | None
    fitted: Path | None
    propensity: Path | None
    day: date | None
    events: str | None
    speed: float | None


def run(request: Request) -> None:
    """Replay everything that was asked for, one conversation after the other.

    Raises:
        ValueError: Of the part whose input is wrong, before anything runs.
    """
    settings = read_settings(
        catalog=request.catalog,
        policy=request.policy,
        fitted=request.fitted,
        propensity=request.propensity,
    )
    speakers = tuple(map(Speaker, request.channel_map))
    inputs = read_inputs(request.files, speakers, request.customer, request.agent)
    desk = desk_of(settings)
    with _output(request.events) as show:
        for replayed in replays_of(inputs, default_day(request.day, desk.catalog.version), settings):
            paced = replayed if request.speed is None else _paced(replayed, request.speed)
            for decision in decide(paced, desk):
                show(decision)


def desk_of(settings: Settings) -> Desk:
    """Load the business to judge by.

    Raises:
        ReplayError: No catalog was named.
        ValueError: The catalog, the policy or what was fitted is wrong.
    """
    if settings.catalog is None:
        raise ReplayError("say which catalog to judge by: --catalog FILE, or RIGHTSELL_CATALOG")
    return load_desk(settings.catalog, settings.policy, settings.fitted, settings.propensity)


def replays_of(inputs: Iterable[Input], day: date | None, settings: Settings) -> list[Replay]:
    """Return what was given as replays; ``day`` is used where a conversation names none."""
    ears = cache(lambda: load_ears(settings.whisper))
    replays: list[Replay] = []
    for one in inputs:
        match one:
            case RecordedConversation():
                replays.append(of_conversation(one, day))
            case Journal():
                replays.append(Replay(one.opening, one.events))
            case RecordedCall():
                replays.append(of_recording(one, ears(), day))
    return replays


def _paced(replayed: Replay, speed: float) -> Replay:
    return replace(replayed, events=_in_time(replayed.events, speed))


def _in_time(events: Iterable[Event], speed: float) -> Iterator[Event]:
    """Hold each event back until its time has come."""
    began = time.monotonic()
    for event in events:
        at_s = event.end_s if isinstance(event, Utterance) else event.at_s
        time.sleep(max(0.0, began + at_s / speed - time.monotonic()))
        yield event


@contextmanager
def _output(events: str | None) -> Generator[Show]:
    if events is None:
        yield Terminal().print
    elif events == "-":
        yield _writer(sys.stdout.buffer)
    else:
        with create(Path(events)) as file:
            yield _writer(file)


def _writer(stream: BinaryIO) -> Show:
    def write(decision: Decision) -> None:
        stream.write(encode(decision) + b"\n")
        stream.flush()

    return write
