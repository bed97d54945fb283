"""What goes into the core of a conversation: how it opens, and what happens to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from listener.events import Channel, Partial, Tick, Utterance
from offers.contact import Contact
from offers.decisions import NoticeId, OutcomeBy, OutcomeKind


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known when a conversation begins.

    Attributes:
        customer: The customer's record, as the caller's systems know it; every field optional.
        context: What the telephone system knows: ``ivr_reason``, ``queue``, ``wait_s`` and the like.
        day: The day it takes place, for validity dates; None when nobody knows.
        models: Name to sha256 of the models that take part before the words reach us: the recogniser.
        contacts: What the customer was offered before, and what became of it.
        explores: Whether the policy's budget of exploration holds here; not in replays of conversation files.
    """

    id: str
    channel: Channel = Channel.VOICE
    customer: Mapping[str, object] = field(default_factory=dict[str, object])
    context: Mapping[str, object] = field(default_factory=dict[str, object])
    day: date | None = None
    models: Mapping[str, str] = field(default_factory=dict[str, str])
    contacts: tuple[Contact, ...] = ()
    explores: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeReported:
    """Somebody tells what became of a suggestion."""

    suggestion: str
    outcome: OutcomeKind
    by: OutcomeBy
    at_s: float


@dataclass(frozen=True, slots=True)
class Behind:
    """Understanding is so many seconds behind the live speech; 0 when it has caught up."""

    behind_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class Switched:
    """A supervisor switched suggestions on or off for this conversation's queue."""

    on: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class QueueLoad:
    """So many calls are waiting in this conversation's queue."""

    waiting: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Noticed:
    """Listening found that something is so about the tracks, or is so no more."""

    id: NoticeId
    active: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class End:
    """The conversation is over."""

    at_s: float


Event = Utterance | Partial | Tick | OutcomeReported | Behind | Switched | QueueLoad | Noticed | End
