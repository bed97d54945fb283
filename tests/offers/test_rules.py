"""Eligibility rules: what is not known is not eligible, and no rule harms the conversation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offers.rules import Judge, RuleError, Verdict, compile_rule

FACTS: dict[str, object] = {
    "customer": {
        "products": ["mobile-10gb", "sim"],
        "tenure_months": 31,
        "balance": 2500.0,
        "plan": "basic",
        "autopay": False,
        "orders": [{"id": "o-1", "age_days": 3}],
        "nothing": None,
    },
    "context": {"date": "2026-11-01", "queue": "care"},
    "channel": "voice",
    "conversation": {"id": "c-1", "channel": "voice"},
}
YES, NO, UNKNOWN = Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE, Verdict.UNKNOWN


def verdict(rule: str, facts: dict[str, object] = FACTS) -> Verdict:
    return Judge(facts).judge(compile_rule(rule)).verdict


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('"mobile-10gb" in customer.products && customer.tenure_months >= 6', YES),
        ('!("sim" in customer.products)', NO),
        ("customer.age >= 18", UNKNOWN),
        ("customer.age >= 18 && false", NO),
        ("false && customer.age >= 18", NO),
        ("customer.age >= 18 || true", YES),
        ("true || customer.age >= 18", YES),
        ("customer.age >= 18 && true", UNKNOWN),
        ("!customer.student", UNKNOWN),
        ("has(customer.age)", NO),
        ("has(customer.age) ? customer.age > 18 : true", YES),
        ("!customer.autopay", YES),
        ("customer.tenure_months >= 30.5", YES),
        ("customer.tenure_months == 31.0", YES),
        ("customer.balance >= 2500", YES),
        ("customer.plan == 3", NO),
        ("customer.plan < 3", UNKNOWN),
        ("customer.nothing > 3", UNKNOWN),
        ("customer.plan", UNKNOWN),
        ('customer.plan in ["basic", "plus"]', YES),
        ('customer.plan.startsWith("ba") && customer.plan.matches("^b.*c$")', YES),
        ('size(customer.products) == 2 && customer.products.exists(p, p == "sim")', YES),
        ("customer.orders.exists(o, o.age_days <= 30)", YES),
        ('context.date >= "2026-10-01" && context.queue == "care"', YES),
        ('channel == "voice" && conversation.channel == "voice" && conversation.id == "c-1"', YES),
        ("customer.tenure_months / 0 == 1", UNKNOWN),
        ("customer.products[9] == 'sim'", UNKNOWN),
        ('customer.plan.matches("(")', UNKNOWN),
    ],
)
def test_a_rule_says_yes_no_or_unknown_as_cel_prescribes(rule: str, expected: Verdict) -> None:
    assert verdict(rule) is expected


def test_the_missing_field_is_named_in_full() -> None:
    assert Judge(FACTS).judge(compile_rule("true && customer.age >= 18")).missing == "customer.age"


def test_without_a_rule_everyone_is_eligible() -> None:
    assert Judge({}).judge(None).verdict is YES


def test_facts_that_are_no_json_or_nested_beyond_reason_make_every_rule_unknown() -> None:
    deep: object = 1
    for _ in range(5_000):
        deep = [deep]
    for odd in (object(), "\ud800", deep):
        assert verdict("true", {"customer": {"odd": odd}}) is UNKNOWN


@pytest.mark.parametrize(
    "rule",
    [
        "customer.ids.all(a, customer.ids.all(b, a + b >= 0))",
        "customer.ids.map(a, a + 1).size() > 0",
        "customer.ids.filter(a, customer.ids.exists(b, a == b)).size() > 0",
    ],
)
def test_a_rule_that_would_take_long_over_a_huge_record_is_not_tried(rule: str) -> None:
    assert verdict(rule, {"customer": {"ids": list(range(20))}}) is YES
    assert verdict(rule, {"customer": {"ids": list(range(20_000))}}) is UNKNOWN


def test_a_plain_loop_over_a_long_list_is_no_trouble() -> None:
    assert verdict("customer.ids.exists(a, a == 19999)", {"customer": {"ids": list(range(20_000))}}) is YES


@pytest.mark.parametrize(
    ("rule", "column", "said"),
    [
        ("", 1, "the end"),
        ("customer.tenure => 6", 17, "did you mean '>='?"),
        ('customer.plan = "x"', 15, "did you mean '=='?"),
        ('channel == "a" or channel == "b"', 16, "did you mean '||'?"),
        ("customer.age >", 15, "the end"),
        ("true &&\n  false or true", 17, "did you mean '||'?"),
        ("true && custmer.age > 3", 9, "did you mean 'customer'?"),
        ("customer.plan.lower() == 'x'", 15, "unknown function 'lower'"),
        ('"custmer" == channel && nosuch(1)', 25, "unknown function 'nosuch'"),
        ("(" * 200 + "true" + ")" * 200, 97, "Recursion limit"),
        ("true " + "&& true " * 500, 2001, "longer"),
        ("[1].all(a, [1].all(b, [1].all(c, true)))", 1, "loops"),
    ],
)
def test_a_malformed_rule_is_refused_with_its_column(rule: str, column: int, said: str) -> None:
    with pytest.raises(RuleError, match=r".") as refused:
        compile_rule(rule)
    assert refused.value.column == column
    assert said in str(refused.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
RULE = compile_rule('"a" in customer.products && (customer.age >= 18 || customer.plan.contains("x"))')


@settings(max_examples=150, deadline=None)
@given(json_values, json_values, json_values)
def test_whatever_a_record_holds_a_rule_gives_a_verdict(products: object, age: object, plan: object) -> None:
    facts: dict[str, object] = {"customer": {"products": products, "age": age, "plan": plan}}
    assert Judge(facts).judge(RULE).verdict in Verdict
