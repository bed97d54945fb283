"""May we speak? Every reason that holds us back, all at once.

Each rule is a row of a table: a test, what it holds back, and how an agent would say it. The gate is open
for what no row holds. A row never lifts what another row holds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from nlu.understanding import FlagId, ResolutionState, Understanding
from offers.decisions import GateState, Hold, Holds, NoticeId, Scope
from offers.policy import ConsentWhenUnknown, GatePolicy, Ramp


class OffersRule(StrEnum):
    """What a call reason lets through, as its catalog says."""

    ALLOWED = "allowed"
    SERVICE_ONLY = "service_only"
    NEVER = "never"


class Complexity(StrEnum):
    """How much a call of this reason asks of the agent, as its catalog says."""

    SIMPLE = "simple"
    COMPLEX = "complex"


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the gate looks at.

    Attributes:
        seen: What is believed of the conversation.
        offers: The rule of the believed call reason; None while there is no reason.
        complexity: Of the believed call reason; None while there is no reason.
        heard: Lowest recognition confidence, in [0, 1], of the turns that show the resolution.
        consent_known: Whether the customer's record says anything of consent to offers.
        behind_s: Seconds by which understanding lags behind the live speech.
        cooling: Whether a suggestion was declined or dismissed a moment ago.
        switched_off: Whether a supervisor has switched suggestions off for this queue.
        waiting: Calls waiting in the queue, as last told.
        at_s: Seconds since the conversation began.
        noticed: What is wrong with who is heard as whom.
    """

    seen: Understanding
    offers: OffersRule | None
    complexity: Complexity | None
    heard: float
    consent_known: bool
    behind_s: float
    cooling: bool
    switched_off: bool = False
    waiting: int = 0
    at_s: float = 0.0
    noticed: frozenset[NoticeId] = frozenset()


Test = Callable[[Situation, GatePolicy], bool]

_UNCLEAR = ("unresolved", "The request is not solved yet.")
_UNRESOLVED = {
    ResolutionState.UNKNOWN: _UNCLEAR,
    ResolutionState.OPEN: _UNCLEAR,
    ResolutionState.IN_PROGRESS: _UNCLEAR,
    ResolutionState.PROPOSED: ("unconfirmed", "The customer has not agreed yet that it is solved."),
    ResolutionState.REOPENED: ("reopened", "The customer has another request."),
    ResolutionState.FAILED: ("failed", "The request could not be solved."),
}


def _flag(flag_id: FlagId) -> Test:
    def shows(now: Situation, policy: GatePolicy) -> bool:
        return any(f.id is flag_id and f.confidence >= policy.minimum_flag for f in now.seen.flags)

    return shows


def _unresolved(now: Situation, _: GatePolicy) -> bool:
    return now.seen.resolution.state is not ResolutionState.CONFIRMED


def _unsure(now: Situation, policy: GatePolicy) -> bool:
    return not _unresolved(now, policy) and now.seen.resolution.confidence < policy.minimum_resolution


def _misheard(now: Situation, policy: GatePolicy) -> bool:
    return not _unresolved(now, policy) and now.heard < policy.minimum_hearing


def _very_unhappy(now: Situation, policy: GatePolicy) -> bool:
    return now.seen.sentiment.mood < policy.unhappy_sentiment


def _unhappy(now: Situation, policy: GatePolicy) -> bool:
    return not _very_unhappy(now, policy) and now.seen.sentiment.mood < policy.minimum_sentiment


_refuses_offers = _flag(FlagId.NO_CONSENT)


def _no_consent(now: Situation, policy: GatePolicy) -> bool:
    forbidden = policy.consent_when_unknown is ConsentWhenUnknown.FORBID and not now.consent_known
    return forbidden or _refuses_offers(now, policy)


def _noticed(notice: NoticeId) -> Test:
    return lambda now, _: notice in now.noticed


def _crowded(now: Situation, policy: GatePolicy) -> bool:
    return policy.most_waiting is not None and now.waiting > policy.most_waiting


def _long(now: Situation, policy: GatePolicy) -> bool:
    return policy.handling_s is not None and now.at_s >= policy.handling_s


_ROWS: tuple[tuple[str, Holds, Test, str], ...] = (
    ("observe", Holds.ALL, lambda _, p: p.ramp is Ramp.OBSERVE, "Rightsell only observes for now."),
    ("switched_off", Holds.ALL, lambda s, _: s.switched_off, "Your supervisor has switched offers off."),
    ("unsure", Holds.ALL, _unsure, "It is not certain that the request is solved."),
    ("misheard", Holds.ALL, _misheard, "The words that settle it were hard to hear."),
    ("lagging", Holds.ALL, lambda s, p: s.behind_s > p.lag_s, "Listening lags behind the call."),
    ("tracks", Holds.ALL, _noticed(NoticeId.SAME_SOUND), "It cannot be told who speaks."),
    (
        "roles",
        Holds.ALL,
        _noticed(NoticeId.SWAPPED_ROLES),
        "You may be heard as the customer, and the customer as you.",
    ),
    ("unhappy", Holds.ALL, _very_unhappy, "The customer is upset: make good first."),
    ("vulnerable", Holds.ALL, _flag(FlagId.VULNERABLE), "The customer may be in a vulnerable situation."),
    ("declined", Holds.ALL, _flag(FlagId.DECLINED), "The customer has said no to offers."),
    (
        "reason_never",
        Holds.ALL,
        lambda s, _: s.offers is OffersRule.NEVER,
        "No offers on calls for this reason.",
    ),
    ("unhappy", Holds.SALES, _unhappy, "The customer is not content."),
    ("complaint", Holds.SALES, _flag(FlagId.COMPLAINT), "The customer has complained."),
    ("churn", Holds.SALES, _flag(FlagId.CHURN), "The customer wants to leave: keep them before selling."),
    ("no_consent", Holds.SALES, _no_consent, "The customer has not agreed to offers."),
    ("hurry", Holds.SALES, _flag(FlagId.HURRY), "The customer is in a hurry."),
    ("queue", Holds.SALES, _crowded, "Too many customers are waiting."),
    ("handling_time", Holds.SALES, _long, "The conversation has run long already."),
    ("cooldown", Holds.SALES, lambda s, _: s.cooling, "An offer was just turned down."),
    (
        "reason_service_only",
        Holds.SALES,
        lambda s, _: s.offers is OffersRule.SERVICE_ONLY,
        "Calls for this reason are for service only.",
    ),
    ("ramp", Holds.SALES, lambda _, p: p.ramp is Ramp.SERVICE, "Only service offers for now."),
    (
        "complexity",
        Holds.SALES,
        lambda s, p: p.ramp is Ramp.SIMPLE and s.complexity is not Complexity.SIMPLE,
        "Sales only on simple calls for now.",
    ),
)


def judge(now: Situation, policy: GatePolicy) -> GateState:
    """Return the gate's state with every reason that holds it, in the table's order."""
    holds = [Hold(name, held, text) for name, held, applies, text in _ROWS if applies(now, policy)]
    if _unresolved(now, policy):
        name, text = _UNRESOLVED[now.seen.resolution.state]
        holds.insert(0, Hold(name, Holds.ALL, text))
    return GateState(state=_state(holds), scope=_scope(holds), reasons=tuple(holds))


def _scope(holds: list[Hold]) -> Scope:
    if any(hold.holds is Holds.ALL for hold in holds):
        return Scope.NONE
    return Scope.SERVICE if holds else Scope.ALL


def _state(holds: list[Hold]) -> str:
    return "held" if _scope(holds) is Scope.NONE else "open"
