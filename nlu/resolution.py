"""How far the customer's current request has come: a table of states over signs from both speakers.

The dialogue model says what each turn does; the table decides what follows. Words alone never
confirm: only an acceptance that answers a claim does, or the customer's own report that it works,
and only when it was heard well.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from listener.events import Speaker, Turn
from nlu.act_cues import reads_back
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
    SUCCESS = "success"
    DOUBT = "doubt"
    FAILURE = "failure"


_UNKNOWN, _OPEN, _IN_PROGRESS, _PROPOSED, _CONFIRMED, _REOPENED, _FAILED = ResolutionState

TRANSITIONS: dict[tuple[ResolutionState, Sign], ResolutionState] = {
    (_UNKNOWN, Sign.REQUEST): _OPEN,
    (_UNKNOWN, Sign.CLAIM): _PROPOSED,
    (_UNKNOWN, Sign.FAILURE): _FAILED,
    (_OPEN, Sign.WORK): _IN_PROGRESS,
    (_OPEN, Sign.CLAIM): _PROPOSED,
    (_OPEN, Sign.SUCCESS): _CONFIRMED,
    (_OPEN, Sign.FAILURE): _FAILED,
    (_IN_PROGRESS, Sign.CLAIM): _PROPOSED,
    (_IN_PROGRESS, Sign.SUCCESS): _CONFIRMED,
    (_IN_PROGRESS, Sign.FAILURE): _FAILED,
    (_PROPOSED, Sign.ACCEPTANCE): _CONFIRMED,
    (_PROPOSED, Sign.SUCCESS): _CONFIRMED,
    (_PROPOSED, Sign.DOUBT): _IN_PROGRESS,
    (_PROPOSED, Sign.REQUEST): _IN_PROGRESS,
    (_PROPOSED, Sign.FAILURE): _FAILED,
    (_CONFIRMED, Sign.DOUBT): _IN_PROGRESS,
    (_CONFIRMED, Sign.REQUEST): _REOPENED,
    (_CONFIRMED, Sign.FAILURE): _FAILED,
    (_REOPENED, Sign.WORK): _IN_PROGRESS,
    (_REOPENED, Sign.CLAIM): _PROPOSED,
    (_REOPENED, Sign.SUCCESS): _CONFIRMED,
    (_REOPENED, Sign.FAILURE): _FAILED,
    (_FAILED, Sign.REQUEST): _OPEN,
    (_FAILED, Sign.WORK): _IN_PROGRESS,
    (_FAILED, Sign.CLAIM): _PROPOSED,
    (_FAILED, Sign.SUCCESS): _CONFIRMED,
}
"""What follows from a sign in a state; where there is no entry the state stays."""

LIKELY = 0.5
"""Probability from which a claim, a doubt or a failure counts."""
FEW_WORDS = 3
"""As many ("good to know") seldom mean to undo what was confirmed. Source: back-channels of service calls."""
AGREED = 0.3
"""Probability of accepted from which a customer's words answer a claim."""
CLEAR = 0.9
"""Confidence of a claim so plain that less will do for an answer."""
WELCOMED = 0.15
"""Probability of accepted from which a customer's words answer such a claim."""
SURE = 0.6
"""Probability of accepted from which a customer's words count as success though nobody claimed it."""
SHOWN = 0.6
"""Probability of accepted from which the agent's going on shows that the customer was content."""
NEW = 0.9
"""Probability of open from which a request is a new one and reopens what was settled."""
HEARD_WELL = 0.6
"""Recogniser's confidence below which words confirm nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """What the reader carries from turn to turn.

    Attributes:
        claim: The agent's words that say it is done, or their last ones before anybody said so.
        answer: What the customer said since, as far as it was heard well; empty before they answer.
    """

    memory: Memory
    belief: Resolution
    claim: tuple[Evidence, ...] = ()
    answer: tuple[Evidence, ...] = ()


class ResolutionReader:
    """Follows the current request from turn to turn.

    Args:
        head: The dialogue model, shared by all conversations.
    """

    def __init__(self, head: DialogueHead) -> None:
        self._head = head

    def begin(self) -> Progress:
        """Return what is known before anything was said."""
        return Progress(self._head.begin(), Resolution())

    def read(self, progress: Progress, reading: Reading) -> Progress:
        """Take the next turn; return what is known after it."""
        memory, seen = self._head.read(progress.memory, reading)
        return follow(replace(progress, memory=memory), reading.turn, seen)


def follow(progress: Progress, turn: Turn, seen: ActReading) -> Progress:
    """Take the next turn as the model understood it; return what is known after it."""
    progress = _remember(progress, turn)
    before = progress.belief
    state = TRANSITIONS.get((before.state, sign_of(progress, turn, seen)), before.state)
    evidence = before.evidence if state is before.state else _evidence(state, progress, turn)
    if state is ResolutionState.PROPOSED and state is not before.state:
        progress = replace(progress, claim=_quote(turn), answer=())
    return replace(progress, belief=Resolution(state, _confidence(state, seen), evidence))


def _remember(progress: Progress, turn: Turn) -> Progress:
    utterance = turn.utterance
    if utterance.speaker is Speaker.CUSTOMER:
        return replace(progress, answer=_quote(turn)) if utterance.confidence >= HEARD_WELL else progress
    return progress if _is_settling(progress.belief.state) else replace(progress, claim=_quote(turn))


def _is_settling(state: ResolutionState) -> bool:
    return state in (ResolutionState.PROPOSED, ResolutionState.CONFIRMED)


def _evidence(state: ResolutionState, progress: Progress, turn: Turn) -> tuple[Evidence, ...]:
    return progress.claim + progress.answer if state is ResolutionState.CONFIRMED else _quote(turn)


def _quote(turn: Turn) -> tuple[Evidence, ...]:
    text = turn.utterance.text
    return (Evidence(turn.index, 0, len(text), text),) if text else ()


def sign_of(progress: Progress, turn: Turn, seen: ActReading) -> Sign:
    """Tell what a turn shows of the current request."""
    if turn.utterance.speaker is Speaker.CUSTOMER:
        sign = _customer_sign(seen, agreed=_agreed_from(progress.belief), doubt=_doubt_from(progress, turn))
        settles = sign in (Sign.ACCEPTANCE, Sign.SUCCESS)
        return Sign.NOTHING if settles and turn.utterance.confidence < HEARD_WELL else sign
    may_claim = not reads_back(turn.utterance.text)
    return _agent_sign(seen, answered=bool(progress.answer), may_claim=may_claim)


def _agreed_from(belief: Resolution) -> float:
    """Return the probability from which the customer's turn is an acceptance."""
    if belief.state is not ResolutionState.PROPOSED:
        return SURE
    return WELCOMED if belief.confidence >= CLEAR else AGREED


def _doubt_from(progress: Progress, turn: Turn) -> float:
    """Return the probability from which the customer's turn is a doubt."""
    is_settled = progress.belief.state is ResolutionState.CONFIRMED
    return NEW if is_settled and len(turn.utterance.text.split()) <= FEW_WORDS else LIKELY


def _agent_sign(seen: ActReading, *, answered: bool, may_claim: bool) -> Sign:
    """Read an agent's turn: going on to the end shows how the customer's answer was meant."""
    stages = seen.stages
    if not may_claim:
        return Sign.WORK
    if stages["failed"] >= LIKELY:
        return Sign.FAILURE
    if answered and stages["accepted"] >= SHOWN:
        return Sign.SUCCESS
    if stages["done"] + stages["accepted"] >= LIKELY:
        return Sign.CLAIM
    return Sign.WORK if stages["open"] >= LIKELY else Sign.NOTHING


def _customer_sign(seen: ActReading, *, agreed: float, doubt: float) -> Sign:
    stages = seen.stages
    if stages["accepted"] >= SURE:
        return Sign.SUCCESS
    if stages["accepted"] >= agreed:
        return Sign.ACCEPTANCE
    if stages["open"] >= NEW:
        return Sign.REQUEST
    return Sign.DOUBT if stages["open"] >= doubt else Sign.NOTHING


def _confidence(state: ResolutionState, seen: ActReading) -> float:
    stages = seen.stages
    return {
        ResolutionState.UNKNOWN: stages["idle"],
        ResolutionState.PROPOSED: stages["done"] + stages["accepted"],
        ResolutionState.CONFIRMED: 1 - stages["open"] - stages["failed"],
        ResolutionState.FAILED: stages["failed"],
    }.get(state, stages["open"])
