"""The command ``rightsell explain``: where in a conversation an offer fell out, and why, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from adapters.recorded.inputs import read_inputs
from adapters.recorded.replay import Replay, default_day
from adapters.recorded.replay_command import desk_of, replays_of
from adapters.settings import read_settings
from adapters.terminal import clock
from listener.events import Speaker, Utterance
from offers.conversation import Conversation, Desk
from offers.funnel import Fall

_SHOWN = "on the screen"


class UnknownOfferError(ValueError):
    """The catalog has no such offer; the message says which it has."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line.

    Attributes:
        offer: Id of the offer; None explains every offer, as it was at the end.
    """

    file: Path
    offer: str | None
    catalog: Path | None
    policy: Path | None
    fitted: Path | None
    propensity: Path | None
    day: date | None


def run(request: Request) -> Iterator[str]:
    """Yield the explanation line by line, one conversation after the other.

    Raises:
        ValueError: Of the part whose input is wrong, before anything runs.
    """
    settings = read_settings(
        catalog=request.catalog,
        policy=request.policy,
        fitted=request.fitted,
        propensity=request.propensity,
    )
    inputs = read_inputs((request.file,), (Speaker.CUSTOMER, Speaker.AGENT), None, None)
    desk = desk_of(settings)
    offers = desk.catalog.offers
    if request.offer is not None and request.offer not in offers:
        raise UnknownOfferError(f"no offer {request.offer!r} in the catalog; it has {', '.join(offers)}")
    for replayed in replays_of(inputs, default_day(request.day, desk.catalog.version), settings):
        yield f"{replayed.opening.id}"
        yield from _story(replayed, desk, request.offer) if request.offer else _end(replayed, desk)


def _story(replayed: Replay, desk: Desk, offer: str) -> Iterator[str]:
    """Tell each change of where the offer falls, with the turn that changed it."""
    core = Conversation(replayed.opening, desk)
    core.begin()
    before = _told(core.explain(offer))
    yield f"  at the beginning  {before}"
    number = -1
    for event in replayed.events:
        core.receive(event)
        number += isinstance(event, Utterance)
        now = _told(core.explain(offer))
        if now != before:
            said = f", turn {number}" if isinstance(event, Utterance) else ""
            at_s = event.end_s if isinstance(event, Utterance) else event.at_s
            yield f"  {clock(at_s)}{said}  {now}"
            before = now


def _end(replayed: Replay, desk: Desk) -> Iterator[str]:
    core = Conversation(replayed.opening, desk)
    core.begin()
    for event in replayed.events:
        core.receive(event)
    width = max(map(len, desk.catalog.offers), default=0)
    yield from (f"  {offer:{width}}  {_told(core.explain(offer))}" for offer in desk.catalog.offers)


def _told(fall: Fall | None) -> str:
    return _SHOWN if fall is None else f"{fall.stage.value}: {fall.why}"
