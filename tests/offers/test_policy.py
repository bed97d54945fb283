"""The policy: a business changes numbers, and a wrong number is named."""

import re
from pathlib import Path

import pytest

from offers.policy import Policy, PolicyError, Ramp, load_policy

SHIPPED = Path(__file__).parents[2] / "seeds" / "policy.yaml"


def test_the_shipped_file_says_the_same_as_the_defaults() -> None:
    assert load_policy(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name) == Policy()


def test_the_shipped_file_explains_every_entry() -> None:
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if re.match(r"(  )?[a-z_]+: .", line) or re.match(r"  [a-z_]+:$", line)]
    sections = Policy.model_fields.keys() - {"policy", "version"}
    fields = {name for section in sections for name in getattr(Policy(), section).__class__.model_fields}
    assert {line.split(":")[0].strip() for line in entries} == fields | {"policy", "version"}
    assert all("#" in line for line in entries)


def test_what_is_left_out_keeps_its_default() -> None:
    policy = load_policy("gate: {ramp: service}", "p.yaml")
    assert policy.gate.ramp is Ramp.SERVICE
    assert policy.suggestions == Policy().suggestions


def test_an_empty_file_is_the_default_policy() -> None:
    assert load_policy("# nothing yet\n", "p.yaml") == Policy()


def test_every_wrong_entry_is_named_at_once() -> None:
    text = "gate: {minimum_resolution: 1.5, ramps: all}\nsuggestions: {at_once: 9}"
    with pytest.raises(PolicyError) as refused:
        load_policy(text, "p.yaml")
    for place in ("gate.minimum_resolution", "gate.ramps", "suggestions.at_once"):
        assert f"p.yaml: {place}" in str(refused.value)


@pytest.mark.parametrize("text", ["- a\n- b", "gate: [", "just words"])
def test_a_file_that_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError, match=r"p\.yaml"):
        load_policy(text, "p.yaml")
