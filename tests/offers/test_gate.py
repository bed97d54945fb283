"""The gate: every reason that holds it, and what each holds back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.understanding import (
    Flag,
    FlagId,
    Resolution,
    ResolutionState,
    Sentiment,
    Understanding,
)
from offers.decisions import Holds, NoticeId, Scope
from offers.gate import Complexity, OffersRule, Situation, judge
from offers.policy import GatePolicy

CONFIRMED = Resolution(ResolutionState.CONFIRMED, 0.9)


def situation(  # noqa: PLR0913  # what the gate looks at, by name
    seen: Understanding | None = None,
    *,
    offers: OffersRule | None = OffersRule.ALLOWED,
    complexity: Complexity | None = Complexity.SIMPLE,
    heard: float = 1.0,
    consent_known: bool = True,
    behind_s: float = 0.0,
    cooling: bool = False,
    noticed: frozenset[NoticeId] = frozenset(),
) -> Situation:
    return Situation(
        seen=seen or Understanding(resolution=CONFIRMED),
        offers=offers,
        complexity=complexity,
        heard=heard,
        consent_known=consent_known,
        behind_s=behind_s,
        cooling=cooling,
        noticed=noticed,
    )


def flagged(flag: FlagId, confidence: float = 0.9) -> Understanding:
    return Understanding(resolution=CONFIRMED, flags=(Flag(flag, confidence),))


feelings = st.floats(-1, 1)
shares = st.floats(0, 1)
understandings = st.builds(
    Understanding,
    resolution=st.builds(Resolution, st.sampled_from(ResolutionState), shares),
    sentiment=st.builds(Sentiment, value=feelings),
    flags=st.lists(st.builds(Flag, st.sampled_from(FlagId), shares), max_size=3).map(tuple),
)
situations = st.builds(
    Situation,
    seen=understandings,
    offers=st.none() | st.sampled_from(OffersRule),
    complexity=st.none() | st.sampled_from(Complexity),
    heard=shares,
    consent_known=st.booleans(),
    behind_s=st.floats(0, 60),
    cooling=st.booleans(),
    noticed=st.frozensets(st.sampled_from(NoticeId)),
)
policies = st.builds(
    GatePolicy,
    ramp=st.sampled_from(["observe", "service", "simple", "all"]),
    consent_when_unknown=st.sampled_from(["allow", "forbid"]),
)


def test_a_helped_and_content_customer_opens_it_for_everything() -> None:
    gate = judge(situation(), GatePolicy())
    assert (gate.state, gate.scope, gate.reasons) == ("open", Scope.ALL, ())


@pytest.mark.parametrize("state", set(ResolutionState) - {ResolutionState.CONFIRMED})
def test_nothing_is_said_before_the_customer_agrees_that_it_is_solved(state: ResolutionState) -> None:
    gate = judge(situation(Understanding(resolution=Resolution(state, 1.0))), GatePolicy())
    assert gate.scope is Scope.NONE


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (situation(Understanding(resolution=Resolution(ResolutionState.CONFIRMED, 0.3))), "unsure"),
        (situation(heard=0.2), "misheard"),
        (situation(behind_s=9.0), "lagging"),
        (situation(noticed=frozenset({NoticeId.SAME_SOUND})), "tracks"),
        (situation(noticed=frozenset({NoticeId.SWAPPED_ROLES})), "roles"),
        (situation(offers=OffersRule.NEVER), "reason_never"),
        (situation(flagged(FlagId.VULNERABLE)), "vulnerable"),
        (situation(flagged(FlagId.DECLINED)), "declined"),
        (situation(Understanding(resolution=CONFIRMED, sentiment=Sentiment(mood=-0.9))), "unhappy"),
    ],
)
def test_these_keep_everything_back(now: Situation, reason: str) -> None:
    gate = judge(now, GatePolicy())
    assert (gate.scope, [hold.id for hold in gate.reasons]) == (Scope.NONE, [reason])


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (situation(offers=OffersRule.SERVICE_ONLY), "reason_service_only"),
        (situation(cooling=True), "cooldown"),
        (situation(flagged(FlagId.CHURN)), "churn"),
        (situation(flagged(FlagId.NO_CONSENT)), "no_consent"),
        (situation(flagged(FlagId.COMPLAINT)), "complaint"),
        (situation(flagged(FlagId.HURRY)), "hurry"),
        (situation(Understanding(resolution=CONFIRMED, sentiment=Sentiment(mood=-0.3))), "unhappy"),
    ],
)
def test_these_keep_sales_back_and_let_service_through(now: Situation, reason: str) -> None:
    gate = judge(now, GatePolicy())
    assert (gate.state, gate.scope, [hold.id for hold in gate.reasons]) == ("open", Scope.SERVICE, [reason])


def test_early_in_the_roll_out_complex_calls_are_for_service() -> None:
    policy = GatePolicy.model_validate({"ramp": "simple"})
    assert judge(situation(complexity=Complexity.SIMPLE), policy).scope is Scope.ALL
    assert judge(situation(complexity=Complexity.COMPLEX), policy).scope is Scope.SERVICE
    assert judge(situation(complexity=None), policy).scope is Scope.SERVICE


def test_unknown_consent_forbids_sales_where_the_business_says_so() -> None:
    policy = GatePolicy.model_validate({"consent_when_unknown": "forbid"})
    assert judge(situation(consent_known=False), policy).scope is Scope.SERVICE
    assert judge(situation(consent_known=False), GatePolicy()).scope is Scope.ALL


def test_a_faint_flag_holds_nothing() -> None:
    assert judge(situation(flagged(FlagId.VULNERABLE, 0.1)), GatePolicy()).scope is Scope.ALL


@given(situations, policies)
def test_the_scope_is_what_the_reasons_leave(now: Situation, policy: GatePolicy) -> None:
    gate = judge(now, policy)
    held = {hold.holds for hold in gate.reasons}
    expected = Scope.NONE if Holds.ALL in held else Scope.SERVICE if held else Scope.ALL
    assert gate.scope is expected
    assert gate.state == ("held" if expected is Scope.NONE else "open")
    assert all(hold.text for hold in gate.reasons)


@given(situations, policies)
def test_the_same_reason_is_never_told_twice(now: Situation, policy: GatePolicy) -> None:
    told = [hold.id for hold in judge(now, policy).reasons]
    assert len(told) == len(set(told))
