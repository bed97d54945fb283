"""How far the customer's current request has come: a table of states over signs from both speakers.

The dialogue model says what each turn does; the table decides what follows. Words alone never
confirm: only an acceptance that answers a claim does, and only when it was heard well.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from listener.events import Speaker, Turn
from nlu.acts import ActReading, DialogueHead, Memory
from nlu.reading import Reading
from nlu.understanding import Evidence, Resolution, ResolutionState


class Sign(StrEnum):
    """What a turn shows of the current request."""

    NOTHING = "nothing"
    REQUEST = "request"
    WORK = "work"
    CLAIM = "claim"
    ACCEPTANCE = "acceptance"
    DOUBT = "doubt"
    NEW_REQUEST = "new_request"
    FAILURE = "failure"


_UNKNOWN, _OPEN, _IN_PROGRESS, _PROPOSED, _CONFIRMED, _REOPENED, _FAILED = ResolutionState

TRANSITIONS: dict[tuple[ResolutionState, Sign], ResolutionState] = {
    (_UNKNOWN, Sign.REQUEST): _OPEN,
    (_UNKNOWN, Sign.WORK): _IN_PROGRESS,
    (_UNKNOWN, Sign.CLAIM): _PROPOSED,
    (_UNKNOWN, Sign.FAILURE): _FAILED,
    (_OPEN, Sign.WORK): _IN_PROGRESS,
    (_OPEN, Sign.CLAIM): _PROPOSED,
    (_OPEN, Sign.FAILURE): _FAILED,
    (_IN_PROGRESS, Sign.CLAIM): _PROPOSED,
    (_IN_PROGRESS, Sign.FAILURE): _FAILED,
    (_PROPOSED, Sign.ACCEPTANCE): _CONFIRMED,
    (_PROPOSED, Sign.DOUBT): _IN_PROGRESS,
    (_PROPOSED, Sign.NEW_REQUEST): _IN_PROGRESS,
    (_PROPOSED, Sign.FAILURE): _FAILED,
    (_CONFIRMED, Sign.DOUBT): _REOPENED,
    (_CONFIRMED, Sign.NEW_REQUEST): _REOPENED,
    (_CONFIRMED, Sign.FAILURE): _FAILED,
    (_REOPENED, Sign.WORK): _IN_PROGRESS,
    (_REOPENED, Sign.CLAIM): _PROPOSED,
    (_REOPENED, Sign.FAILURE): _FAILED,
    (_FAILED, Sign.NEW_REQUEST): _OPEN,
    (_FAILED, Sign.CLAIM): _PROPOSED,
}
"""What follows from a sign in a state; where there is no entry the state stays."""

CLAIMED = 0.5
"""Probability of done or accepted from which an agent's turn counts as a claim."""
ACCEPTED = 0.5
"""Probability of accepted from which a customer's turn counts as an acceptance."""
CERTAIN_WORDS = 0.6
"""Recogniser confidence below which words do not confirm."""


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """What the reader carries from turn to turn."""

    memory: Memory
    belief: Resolution = Resolution()


class ResolutionReader:
    """Follows the current request from turn to turn.

    Args:
        head: The dialogue model, shared by all conversations.
    """

    def __init__(self, head: DialogueHead) -> None:
        self._head = head

    def begin(self) -> Progress:
        """Return what is known before anything was said."""
        return Progress(self._head.begin())

    def read(self, progress: Progress, reading: Reading) -> Progress:
        """Take the next turn; return what is known after it."""
        memory, seen = self._head.read(progress.memory, reading)
        sign = sign_of(progress.belief.state, reading.turn, seen)
        return Progress(memory, _advance(progress.belief, sign, reading.turn, seen))


def sign_of(state: ResolutionState, turn: Turn, seen: ActReading) -> Sign:
    """Tell what a turn shows of the current request, given how far it had come."""
    if turn.utterance.speaker is Speaker.AGENT:
        return _agent_sign(seen)
    return _customer_sign(state, turn, seen)


def _agent_sign(seen: ActReading) -> Sign:
    stages = seen.stages
    if stages["failed"] >= CLAIMED:
        return Sign.FAILURE
    if stages["done"] + stages["accepted"] >= CLAIMED:
        return Sign.CLAIM
    return Sign.WORK if stages["open"] >= CLAIMED else Sign.NOTHING


def _customer_sign(state: ResolutionState, turn: Turn, seen: ActReading) -> Sign:
    stages = seen.stages
    if stages["accepted"] >= ACCEPTED:
        return Sign.ACCEPTANCE if turn.utterance.confidence >= CERTAIN_WORDS else Sign.NOTHING
    if stages["open"] < CLAIMED:
        return Sign.NOTHING
    if state is ResolutionState.UNKNOWN:
        return Sign.REQUEST
    return Sign.NEW_REQUEST if seen.acts["adds_request"] >= seen.acts["doubts"] else Sign.DOUBT


def _advance(before: Resolution, sign: Sign, turn: Turn, seen: ActReading) -> Resolution:
    state = TRANSITIONS.get((before.state, sign), before.state)
    confidence = _confidence(state, seen)
    if state is before.state:
        return replace(before, confidence=confidence)
    quote = Evidence(turn.index, 0, len(turn.utterance.text), turn.utterance.text)
    kept = before.evidence if state is ResolutionState.CONFIRMED else ()
    return Resolution(state, confidence, (*kept, quote))


def _confidence(state: ResolutionState, seen: ActReading) -> float:
    stages = seen.stages
    return {
        ResolutionState.UNKNOWN: stages["idle"],
        ResolutionState.PROPOSED: stages["done"] + stages["accepted"],
        ResolutionState.CONFIRMED: stages["accepted"],
        ResolutionState.FAILED: stages["failed"],
    }.get(state, stages["open"])
