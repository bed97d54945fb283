"""A catalog is read whole or refused whole, and a refusal says where, what and how to mend it."""

from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.events import Channel
from offers.catalog import CatalogError, load_catalog
from offers.catalog_file import read_yaml
from offers.decisions import OfferKind
from offers.gate import Complexity, OffersRule

GOOD = """\
catalog: lakeside
version: 2026-11-01
currency: USD
vertical: telecom
reasons:
  - id: bill
    title: Bill is higher than expected
    examples: [why is my bill so high, you charged me twice, no]
    complexity: complex
    offers: service_only
needs:
  - id: more_data
    title: Runs out of data
    stated: [i need more data]
    unstated: [it slows down near the end of the month]
    primer: [How often does it slow down?]
offers:
  - id: family
    title: Family Data
    kind: upsell
    needs: [more_data]
    price: {amount: 15, per: month}
    value: 9.0
    summary: 60 GB shared.
    eligible: '"mobile" in customer.products && customer.tenure_months >= 6'
    excludes: [gift]
    valid: {from: 2026-01-01, until: 2027-01-01}
    channels: [voice]
    talk:
      bridge: Since your lines share one allowance,
      pitch: the family plan keeps them fast.
      objections: [{when: too expensive, say: It replaces two top-ups.}]
      decline: No problem.
  - id: gift
    title: 5 GB on us
    kind: goodwill
    price: {amount: 0, per: once}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(CatalogError) as refused:
        load_catalog(text, "shop.yaml")
    return str(refused.value).splitlines()


def test_everything_in_the_file_is_in_the_catalog() -> None:
    catalog = load_catalog(GOOD, "shop.yaml")
    family, gift = catalog.offers.values()
    assert (catalog.id, catalog.version, catalog.sha256) == (
        "lakeside",
        "2026-11-01",
        sha256(GOOD.encode()).hexdigest(),
    )
    assert (catalog.reasons["bill"].complexity, catalog.reasons["bill"].offers) == (
        Complexity.COMPLEX,
        OffersRule.SERVICE_ONLY,
    )
    assert (family.kind, family.needs, family.value) == (OfferKind.UPSELL, ("more_data",), 9.0)
    assert (family.excludes, family.channels) == ({"gift"}, {Channel.VOICE})
    assert (str(family.price), gift.price) == ("15.00 USD per month", None)
    assert family.eligible is not None
    assert family.talk.objections[0].say == "It replaces two top-ups."
    assert (gift.channels, gift.eligible, gift.valid) == (frozenset(Channel), None, None)


def test_understanding_gets_the_examples_and_the_words_of_the_offers() -> None:
    business = load_catalog(GOOD, "shop.yaml").business
    assert business.reasons[0].examples[2] == "no"
    assert business.needs[0].offer_words == ("Family Data. 60 GB shared.",)


def test_the_first_and_the_last_day_of_validity_are_included() -> None:
    valid = load_catalog(GOOD, "shop.yaml").offers["family"].valid
    assert valid is not None
    assert valid.covers(date(2026, 1, 1))
    assert valid.covers(date(2027, 1, 1))
    assert not valid.covers(date(2027, 1, 2))
    assert not valid.covers(date(2025, 12, 31))


@pytest.mark.parametrize(
    ("wrong", "right", "where", "what"),
    [
        ("kind: upsell", "kind: upsel", "shop.yaml:20: offers[0] 'family', kind", "'upsell'"),
        (
            "needs: [more_data]",
            "needs: [more_dta]",
            ":21: offers[0] 'family', needs[0]",
            "did you mean 'more_data'?",
        ),
        (
            "excludes: [gift]",
            "excludes: [gfit]",
            ":26: offers[0] 'family', excludes[0]",
            "did you mean 'gift'?",
        ),
        ("    summary: 60", "    sumary: 60", ":24: offers[0] 'family', sumary", "did you mean 'summary'?"),
        ("tenure_months >= 6", "tenure_months => 6", ":25: offers[0] 'family', eligible", "column 57"),
        (
            "customer.tenure",
            "custmer.tenure",
            ":25: offers[0] 'family', eligible",
            "did you mean 'customer'?",
        ),
        ("from: 2026-01-01", "from: 2026-02-30", ":27: offers[0] 'family', valid.from", "2026-02-30"),
        ("from: 2026-01-01", "from: 1.1.2026", ":27: offers[0] 'family', valid.from", "2026-11-01"),
        ("until: 2027", "until: 2025", ":27: offers[0] 'family', valid.until", "before"),
        (
            "channels: [voice]",
            "channels: [email]",
            ":28: offers[0] 'family', channels[0]",
            "'voice' or 'chat'",
        ),
        ("say: It", "sya: It", ":32: offers[0] 'family', talk.objections[0].sya", "did you mean 'say'?"),
        ("amount: 15", "amount: -15", ":22: offers[0] 'family', price.amount", "0 or more"),
        ("amount: 0,", "amount: 3,", ":37: offers[1] 'gift', price", "costs the customer nothing"),
        ("value: 9.0", "value: lots", ":23: offers[0] 'family', value", "number"),
        ("value: 9.0", "value:", ":23: offers[0] 'family', value", "is empty"),
        ("id: gift\n", "id: family\n", ":34: offers[1] 'family', id", "duplicate id"),
        ("id: gift\n", "id: Gift Card\n", ":34: offers[1] 'Gift Card', id", "lower-case"),
        (", no]", "]", ":8: reasons[0] 'bill', examples", "at least 3"),
        (", no]", ", 12]", ":8: reasons[0] 'bill', examples[2]", "put it in quotes"),
        ("currency: USD", "currency: dollars", ":3: catalog, currency", "three capital letters"),
        ("vertical: telecom\n", "", ":1: catalog, vertical", "is missing"),
        (
            "kind: goodwill",
            "kind: goodwill\n    kind: service",
            ":37: offers[1] 'gift', kind",
            "duplicate key",
        ),
        ("  - id: gift", "  - &g\n    id: gift", ":34: catalog", "anchors"),
        ("needs:\n", "needs: [\n", ": catalog", "not YAML"),
        ("excludes: [gift]", "excludes: [family]", ":26: offers[0] 'family', excludes", "exclude itself"),
        ("title: Family Data", "title: ''", ":19: offers[0] 'family', title", "blank"),
        ("channels: [voice]", "channels: []", ":28: offers[0] 'family', channels", "name a channel"),
        ("title: Family Data", "title: !secret x", ":19: offers[0] 'family', title", "the tag !secret"),
        ("title: Family Data", "? [a]\n    : b", ":19: offers[0] 'family'", "plain word"),
        ("value: 9.0", "value: !!int x", ":23: offers[0] 'family', value", "not a number"),
        ("talk:\n", "talk: no\n    x:\n", ":29: offers[0] 'family', talk", "must be a mapping"),
        ("summary: 60", "summary: [60, 1]\n    x: 60", ":24: offers[0] 'family', summary", "found a list"),
    ],
)
def test_a_mistake_is_named_with_its_line_entry_field_and_mend(
    wrong: str, right: str, where: str, what: str
) -> None:
    assert any(where in problem and what in problem for problem in problems(GOOD.replace(wrong, right, 1)))


def test_all_mistakes_are_named_at_once() -> None:
    text = GOOD.replace("kind: upsell", "kind: upsel").replace("[gift]", "[gfit]").replace(", no]", "]")
    assert len(problems(text)) == 3


def test_a_need_takes_examples_to_be_heard_by() -> None:
    silent = GOOD.replace("    stated: [i need more data]\n", "").replace("    unstated:", "    primer:")
    assert "takes examples" in "".join(problems(silent))


def test_an_exclude_must_name_an_offer_of_the_catalog() -> None:
    assert "no 'unlimited' among offers" in problems(GOOD.replace("[gift]", "[unlimited]"))[0]


@pytest.mark.parametrize(
    "text", ["", "~", "# nothing", "- a", "hello", "a: [", "[" * 100_000, "a: \x00", "\ud800"]
)
def test_what_is_no_catalog_at_all_is_refused_with_a_reason(text: str) -> None:
    assert all("shop.yaml:" in problem for problem in problems(text))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.integers(0, len(GOOD)).map(lambda cut: GOOD[:cut]))
def test_no_text_gives_anything_but_a_catalog_or_a_located_refusal(text: str) -> None:
    try:
        load_catalog(text, "shop.yaml")
    except CatalogError as error:
        assert error.problems
        assert all(problem.line >= 1 for problem in error.problems)


def test_words_that_older_yaml_takes_for_truth_values_and_dates_stay_words() -> None:
    assert read_yaml("[no, on, yes, 2026-11-01, 12:30, Really?]").entries == [
        "no",
        "on",
        "yes",
        "2026-11-01",
        "12:30",
        "Really?",
    ]
