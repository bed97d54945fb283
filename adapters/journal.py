"""The record of one conversation: what came in and what was decided, so that it can be replayed.

JSON Lines: first ``{"journal": 1, "opening": …}``, then ``{"event": "utterance", "data": …}`` for
everything that came in, each followed by the decisions it led to, as they are in the decision stream. Words
are masked before they are written.
"""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec

from adapters.masking import Masker, mask_event
from adapters.wire import encode
from listener.events import Partial, Tick, Utterance
from offers.decisions import Decision
from offers.events import Behind, End, Event, Noticed, Opening, OutcomeReported, QueueLoad, Switched

_EVENTS: dict[str, type[Event]] = {
    "utterance": Utterance,
    "partial": Partial,
    "tick": Tick,
    "outcome": OutcomeReported,
    "behind": Behind,
    "switched": Switched,
    "queue_load": QueueLoad,
    "noticed": Noticed,
    "end": End,
}
_NAMES = {event: name for name, event in _EVENTS.items()}
_LONGEST_NAME = 100


class JournalError(ValueError):
    """A journal that cannot be replayed; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Journal:
    """What a journal recorded of what came in; its decisions can be made again from it."""

    opening: Opening
    events: tuple[Event, ...]


class _Head(msgspec.Struct):
    journal: Literal[1]
    opening: Opening


class _Line(msgspec.Struct):
    event: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


_encoder = msgspec.json.Encoder(order="deterministic")


class JournalWriter:
    """Writes one conversation's journal, each line before its decisions reach anybody.

    Args:
        folder: Where journals are kept.
    """

    def __init__(self, folder: Path, opening: Opening) -> None:
        self._file = _new_file(folder, opening.id)
        self._masker = Masker()
        self._write([_encoder.encode(_Head(1, opening))])

    def write(self, event: Event | None, decisions: Iterable[Decision]) -> None:
        """Record what came in, None at the beginning, and what was decided on it."""
        lines = [encode(self._masker.mask(decision)) for decision in decisions]
        self._write(lines if event is None else [_event_line(event), *lines])
        if isinstance(event, End):
            self._file.close()

    def _write(self, lines: Iterable[bytes]) -> None:
        self._file.write(b"".join(line + b"\n" for line in lines))
        self._file.flush()


def is_journal(text: str) -> bool:
    """Whether a file's text is a journal rather than conversations."""
    return text.startswith('{"journal":')


def read_journal(text: str, name: str) -> Journal:
    """Read a journal; a last line that was cut off, as by a power failure, is passed over.

    Raises:
        JournalError: When any other line is not a journal's.
    """
    head, *lines = text.split("\n")
    number = 1
    try:
        opening = msgspec.json.decode(head, type=_Head).opening
        events: list[Event] = []
        # What follows the last line end is empty, or cut off.
        for number, line in enumerate(lines[:-1], start=2):  # noqa: B007  # the message names it
            events += _events(line)
    except (msgspec.DecodeError, KeyError, RecursionError) as error:
        raise JournalError(f"{name}, line {number}: {error}; a journal cannot be mended by hand") from None
    return Journal(opening, tuple(events))


def _events(line: str) -> list[Event]:
    found = msgspec.json.decode(line, type=_Line)
    decode: Any = msgspec.json.decode
    return [] if found.event is None else [decode(found.data, type=_EVENTS[found.event])]


def _event_line(event: Event) -> bytes:
    data = msgspec.Raw(_encoder.encode(mask_event(event)))
    return _encoder.encode(_Line(_NAMES[type(event)], data))


def _new_file(folder: Path, conversation: str) -> BinaryIO:
    """Open a file nobody else has, named after the conversation and readable by its owner only."""
    name = _safe_name(conversation)
    for number in count(1):
        path = folder / (f"{name}.jsonl" if number == 1 else f"{name}.{number}.jsonl")
        with suppress(FileExistsError):
            return open(
                path, "xb", opener=lambda at, flags: os.open(at, flags, 0o600)
            )  # Path.open has no opener
    raise AssertionError("unreachable: there is always another number")


def _safe_name(conversation: str) -> str:
    """Return a file name for any id; what it had to lose is made up for by a piece of its hash."""
    safe = re.sub(r"[^A-Za-z0-9_-]", "_", conversation)[:_LONGEST_NAME]
    if safe == conversation:
        return safe
    return f"{safe}-{sha256(conversation.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
