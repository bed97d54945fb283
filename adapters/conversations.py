"""Reading conversation files: JSON Lines, one conversation a line.

``labels`` are a benchmark's answers: they are never looked at, in a conversation or a turn. Other
unknown keys are passed over too, since published corpora carry their own.
"""

import math
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from listener.events import Channel, Speaker, Utterance

_MENDS = {
    "speaker": "write agent or customer",
    "channel": "write voice or chat, or leave it out",
    "text": "write what was said, as a string",
    "start_s": "write seconds since the conversation began, as a number from 0",
    "end_s": "write seconds since the conversation began, as a number not before start_s",
    "turns": "write a list of turns, each with speaker and text",
    "id": "write the conversation's id, as a string",
    "customer": "write an object, such as {}",
    "context": "write an object, such as {}",
    "date": "write the day it took place as YYYY-MM-DD, or leave it out",
}
_WHOLE_LINE = "each line must hold one JSON object with id and turns"


class ConversationError(ValueError):
    """A conversation file that we cannot read; says file, line, field and how to mend it."""


class FieldError(ConversationError):
    """A field with a value that makes no sense."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}; {_mend(field, problem)}")


@dataclass(frozen=True, slots=True)
class RecordedConversation:
    """A conversation that is over, as its file tells it.

    Attributes:
        customer: What the business's own records know of the customer.
        context: What was known before the first word.
        day: When it took place, by ``context.date``; None when the file does not say.
        turns: In the order settled, which need not be the order of their starts.
    """

    id: str
    channel: Channel
    customer: dict[str, Any]
    context: dict[str, Any]
    day: date | None
    turns: tuple[Utterance, ...]


@dataclass(frozen=True, slots=True)
class Background:
    """What was known of a conversation before its first word, as a file beside its recording tells it.

    Attributes:
        id: The conversation's id; None when the file does not say.
        customer: What the business's own records know of the customer.
        context: What was known of the contact, such as its ``date``.
    """

    id: str | None = None
    customer: dict[str, Any] = field(default_factory=dict[str, Any])
    context: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def day(self) -> date | None:
        """When it took place; None when the context does not say."""
        return day_of(self.context)


class _Turn(msgspec.Struct):
    speaker: Speaker
    text: str
    start_s: float | None = None
    end_s: float | None = None


class _Line(msgspec.Struct):
    id: str
    turns: list[_Turn]
    channel: Channel | None = None
    customer: dict[str, Any] | None = None
    context: dict[str, Any] | None = None


_lines = msgspec.json.Decoder(_Line)
_backgrounds = msgspec.json.Decoder(Background)


def read_conversations(text: str, name: str) -> list[RecordedConversation]:
    """Read all conversations of one file; blank lines are passed over.

    A turn without times is taken to be said at its index, in seconds. A conversation without a
    channel is voice when any of its turns has a time, else chat.

    Args:
        text: What the file holds.
        name: The file's name, for messages.

    Raises:
        ConversationError: At the first line that is no conversation.
    """
    lines = enumerate(text.removeprefix("\ufeff").split("\n"), start=1)
    found = [_read(line, f"{name}, line {number}") for number, line in lines if line.strip()]
    if not found:
        raise ConversationError(f"{name}: holds no conversation; {_WHOLE_LINE}")
    return found


def read_background(text: str, name: str) -> Background:
    """Read what was known of a recorded call: a conversation without its turns, all of it optional.

    Raises:
        ConversationError: It is not such a file.
    """
    with _located(name):
        background = _backgrounds.decode(text.removeprefix("\ufeff"))
        day_of(background.context)
        return background


def day_of(context: Mapping[str, object]) -> date | None:
    """Return the day that a conversation's context names, if any.

    Raises:
        FieldError: When ``date`` is there and is no ISO date.
    """
    written = context.get("date")
    if written is None:
        return None
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        raise FieldError("context.date", f"{written!r} is not a date") from None


def _read(line: str, where: str) -> RecordedConversation:
    with _located(where):
        raw = _lines.decode(line)
        context = raw.context or {}
        turns = tuple(_utterances(raw.turns))
        return RecordedConversation(
            raw.id, _channel(raw), raw.customer or {}, context, day_of(context), turns
        )


@contextmanager
def _located(where: str) -> Generator[None]:
    """Say where and how to mend it, whatever is wrong."""
    try:
        yield
    except FieldError as error:
        raise ConversationError(f"{where}, {error}") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        problem, _, path = str(error).partition(" - at `$")
        name = path.rstrip("`").lstrip(".")
        spot = f"{where}, {name}" if name else where
        raise ConversationError(f"{spot}: {problem}; {_mend(name, problem)}") from None


def _mend(field: str, problem: str) -> str:
    missing = problem.rpartition("field `")[2].rstrip("`")
    return _MENDS.get(missing) or _MENDS.get(field.rpartition(".")[2]) or _WHOLE_LINE


def _channel(raw: _Line) -> Channel:
    timed = any(turn.start_s is not None or turn.end_s is not None for turn in raw.turns)
    return raw.channel or (Channel.VOICE if timed else Channel.CHAT)


def _utterances(turns: list[_Turn]) -> Iterator[Utterance]:
    for index, turn in enumerate(turns):
        known = [time for time in (turn.start_s, turn.end_s) if time is not None] or [float(index)]
        start_s, end_s = known[0], known[-1]
        if not (0 <= start_s <= end_s and math.isfinite(end_s)):
            field = "start_s" if start_s < 0 else "end_s"
            raise FieldError(f"turns[{index}].{field}", f"{start_s} to {end_s} is no stretch of time")
        yield Utterance(turn.speaker, turn.text, start_s, end_s)
