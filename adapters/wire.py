"""The decision stream as JSON Lines: what replay writes, the journal keeps and the agent's socket carries.

The keys are the attribute names of the values in ``offers.decisions``, in their order, so the same
decision is always the same bytes. An event without a key that we added later still decodes.
"""

from typing import Any

import msgspec

from listener.events import Partial, Utterance
from nlu.understanding import Understanding
from offers.decisions import (
    Decision,
    Ended,
    Fact,
    GateState,
    Lagging,
    Notice,
    Outcome,
    Started,
    Suggestion,
    Withdrawn,
)

FACTS: dict[str, type[Fact]] = {
    "started": Started,
    "ended": Ended,
    "partial": Partial,
    "utterance": Utterance,
    "understanding": Understanding,
    "gate": GateState,
    "suggestion": Suggestion,
    "withdrawn": Withdrawn,
    "outcome": Outcome,
    "lagging": Lagging,
    "notice": Notice,
}
"""The ``type`` of an event, and the value that its ``data`` holds."""

_TYPES: dict[type[Fact], str] = {fact: name for name, fact in FACTS.items()}


class WireError(ValueError):
    """Bytes that are no event of the decision stream; the message says where and why."""


class _Event(msgspec.Struct):
    """One line. The order of these fields is the order of the keys."""

    seq: int
    conversation: str
    type: str
    at: float
    turn: int | None
    data: msgspec.Raw


_encoder = msgspec.json.Encoder(order="deterministic")
_events = msgspec.json.Decoder(_Event)
_facts: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(fact) for name, fact in FACTS.items()
}


def type_of(decision: Decision) -> str:
    """Return the event's ``type``, such as ``suggestion``."""
    return _TYPES[type(decision.data)]


def encode(decision: Decision) -> bytes:
    """Return one line of JSON without its line end; equal decisions give equal bytes."""
    data = msgspec.Raw(_encoder.encode(decision.data))
    event = _Event(decision.seq, decision.conversation, type_of(decision), decision.at, decision.turn, data)
    return _encoder.encode(event)


def decode(line: bytes | str) -> Decision:
    """Return the decision that ``encode`` made the line of.

    Raises:
        WireError: When the line is not an event of the decision stream.
    """
    try:
        event = _events.decode(line)
        data = _facts[event.type].decode(event.data)
    except KeyError as unknown:
        raise WireError(f"type: there is no event {unknown}; known are {', '.join(FACTS)}") from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise WireError(str(error)) from error
    return Decision(event.seq, event.conversation, event.at, event.turn, data)
