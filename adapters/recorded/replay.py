"""Conversations that are over, decided again: from a conversation file, a journal or a recording.

Nothing is carried from one conversation to the next, and nothing depends on the day or the machine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from adapters.conversations import RecordedConversation
from adapters.recorded.recordings import RecordedCall
from adapters.weights import Ears
from listener.events import SAMPLE_RATE_HZ, AudioChunk, Channel, Utterance
from listener.stream import SpeechStream
from listener.transcriber import Segment
from offers.conversation import Conversation, Desk
from offers.decisions import Decision, NoticeId
from offers.events import End, Event, Noticed, Opening


@dataclass(frozen=True, slots=True)
class Replay:
    """One conversation to decide again.

    Attributes:
        events: What came in, in order; may be made as it is asked for.
    """

    opening: Opening
    events: Iterable[Event]


def decide(replay: Replay, desk: Desk) -> Iterator[Decision]:
    """Yield the decision stream of one conversation, from ``started`` to ``ended``."""
    core = Conversation(replay.opening, desk)
    yield from core.begin()
    for event in replay.events:
        yield from core.receive(event)


def of_conversation(recorded: RecordedConversation, day: date | None) -> Replay:
    """Return the replay of a conversation file's conversation; ``day`` is used when it names none itself."""
    opening = Opening(
        id=recorded.id,
        channel=recorded.channel,
        customer=recorded.customer,
        context=recorded.context,
        day=recorded.day or day,
    )
    end_s = max((turn.end_s for turn in recorded.turns), default=0.0)
    return Replay(opening, [*recorded.turns, End(end_s)])


def of_recording(call: RecordedCall, ears: Ears, day: date | None) -> Replay:
    """Return the replay of a recorded call, recognised as it is asked for."""
    opening = Opening(
        id=call.id,
        channel=Channel.VOICE,
        customer=call.background.customer,
        context=call.background.context,
        day=call.background.day or day,
        models=ears.models,
    )
    return Replay(opening, _heard(call.chunks(), ears))


def default_day(stated: date | None, version: str) -> date | None:
    """Return the day of conversations that name none.

    Args:
        stated: What the user said.
        version: The catalog's version, which counts where it is a date.
    """
    if stated is not None:
        return stated
    try:
        return date.fromisoformat(version)
    except ValueError:
        return None


def _heard(chunks: Iterable[AudioChunk], ears: Ears) -> Iterator[Event]:
    stream = SpeechStream(ears.voice_activity.track)
    end_s, is_one_sound = 0.0, False
    for chunk in chunks:
        end_s = chunk.start_s + len(chunk.samples) / SAMPLE_RATE_HZ
        segments = stream.feed(chunk)
        if stream.same_sound != is_one_sound:
            is_one_sound = stream.same_sound
            yield Noticed(NoticeId.SAME_SOUND, is_one_sound, end_s)
        yield from _words(segments, ears)
    yield from _words(stream.finish(), ears)
    yield End(end_s)


def _words(segments: list[Segment], ears: Ears) -> Iterator[Utterance]:
    utterances = map(ears.transcriber.transcribe, segments)
    return (utterance for utterance in utterances if utterance is not None)
