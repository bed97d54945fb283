"""Catalogs begun from product offerings and tables."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from adapters.__main__ import main
from offers.catalog import load_catalog

OFFERING = {
    "id": "FIB-200",
    "name": "Fibre 200",
    "description": "200 megabits\nup and down.",
    "lifecycleStatus": "Active",
    "validFor": {"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"},
    "productOfferingPrice": [{"id": "p1", "name": "by the month", "@referredType": "ProductOfferingPrice"}],
    "productOfferingRelationship": [
        {"id": "LINE", "relationshipType": "dependency"},
        {"id": "dsl-50", "relationshipType": "exclusivity"},
    ],
    "@type": "ProductOffering",
}
DSL = {"id": "dsl-50", "name": "DSL 50", "lifecycleStatus": "Launched"}
MONTHLY = {
    "id": "p1",
    "priceType": "recurring",
    "recurringChargePeriodType": "month",
    "price": {"taxIncludedAmount": {"unit": "EUR", "value": 39.5}},
}
TABLE = """id,title,kind,needs,amount,per,value,eligible,from,pitch
tea,"Tea, green",cross_sell,warmth calm,4.50,once,1.5,customer.age >= 18,2026-11-01,A tea would help.
walk,A walk,service,calm,,,,,,
"""


def imported(folder: Path, name: str, content: str, *options: str) -> Result:
    (folder / name).write_text(content)
    return CliRunner().invoke(main, ["import", str(folder / name), *options])


def settled(text: str) -> str:
    """The catalog as an author would have finished it."""
    lines: list[str] = []
    for line in text.splitlines():
        key = line.partition(":")[0]
        fill = {"vertical": " shop", "reasons": " []", "currency": " EUR", "    stated": " [i need it]"}
        fill |= {"needs": " []", "    kind": " upsell"}
        if "# TODO" not in line:
            lines.append(line)
        elif key in fill:
            lines.append(f"{key}:{fill[key]}")
    return "\n".join(lines)


def test_product_offerings_become_offers_with_price_days_and_rules(tmp_path: Path) -> None:
    done = imported(tmp_path, "Our Products.json", json.dumps([OFFERING, DSL, MONTHLY]))
    assert done.exit_code == 0, done.stderr
    catalog = load_catalog(settled(done.stdout), "finished.yaml")
    fibre = catalog.offers["fib-200"]
    assert (catalog.id, fibre.title, str(fibre.price)) == ("our-products", "Fibre 200", "39.50 EUR per month")
    assert fibre.summary == "200 megabits up and down."
    assert fibre.valid is not None
    assert str(fibre.valid.until) == "2026-12-31"  # an end at midnight: the day before is the last
    assert fibre.excludes == {"dsl-50"}
    assert '"line\\" in customer.products' in done.stdout
    assert "'FIB-200': customer.products must have 'fib-200'" in done.stdout
    assert catalog.offers["dsl-50"].price is None


def test_the_checker_names_every_line_that_is_left_open(tmp_path: Path) -> None:
    done = imported(tmp_path, "two.json", json.dumps([OFFERING, DSL]), "--out", str(tmp_path / "two.yaml"))
    assert (done.exit_code, done.stdout) == (0, "")
    text = (tmp_path / "two.yaml").read_text()
    checked = CliRunner().invoke(main, ["check", str(tmp_path / "two.yaml")])
    todo = [number for number, line in enumerate(text.splitlines(), 1) if ":  # TODO" in line]
    named = [int(line.split("yaml:")[1].split(":")[0]) for line in checked.stderr.splitlines()]
    assert named == todo
    assert "price:  # TODO: there by the month" in text  # its price is in another system


def test_what_is_not_sold_is_left_out_and_said(tmp_path: Path) -> None:
    others = [DSL | {"id": "old", "lifecycleStatus": "Retired"}, DSL | {"id": "part", "isSellable": False}]
    done = imported(tmp_path, "all.json", json.dumps([DSL, *others, DSL]))
    assert yaml.safe_load(done.stdout)["offers"][0]["id"] == "dsl-50"
    assert len(yaml.safe_load(done.stdout)["offers"]) == 1
    for said in ("is Retired", "is not sold by itself", "comes twice"):
        assert said in done.stderr


def test_a_table_becomes_offers_and_its_needs_are_begun(tmp_path: Path) -> None:
    done = imported(tmp_path, "shop.csv", TABLE)
    assert done.exit_code == 0, done.stderr
    catalog = load_catalog(settled(done.stdout), "finished.yaml")
    tea = catalog.offers["tea"]
    assert (tea.title, tea.needs, tea.value, tea.talk.pitch) == (
        "Tea, green", ("warmth", "calm"), 1.5, "A tea would help.",
    )  # fmt: skip
    assert list(catalog.needs) == ["warmth", "calm"]
    assert catalog.offers["walk"].price is None


def test_kind_and_currency_can_be_said_once_for_all(tmp_path: Path) -> None:
    done = imported(tmp_path, "a.csv", "id,title\nx,X\n", "--kind", "upsell", "--currency", "USD")
    read: dict[str, Any] = yaml.safe_load(done.stdout)
    assert (read["currency"], read["offers"][0]["kind"]) == ("USD", "upsell")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "id,title,prise\nx,X,1\n", "line 1: 'prise': unknown column"),
        ("a.csv", "id,kind\nx,upsell\n", "line 1: title: is missing"),
        ("a.csv", "id,title\nx,X\ny,\n", "line 3, title: is empty"),
        ("a.csv", "id,title\nx,X\nx,Y\n", "line 3, id: duplicate id 'x'"),
        ("a.csv", "id,title,kind\nx,X,gift\n", "line 2, kind: must be 'upsell'"),
        ("a.csv", "id,title,amount,per\nx,X,four,once\n", "line 2, price.amount: must be a number"),
        ("a.csv", "id,title,eligible\nx,X,customer.age >\n", "line 2, eligible: malformed rule, column"),
        ("a.csv", "id,title,excludes\nx,X,z\n", "line 2, excludes.0: no 'z' among offers"),
        ("a.json", '[{"id": "1",\n}]', "line 2, column 1: not JSON"),
        ("a.json", '[{"id": "1"}]', "[0], name: is missing"),
        ("a.json", '{"id": "1", "name": "A", "validFor": {"endDateTime": "soon"}}', "validFor.endDateTime: "),
        ("a.json", "[]", "holds no product offering"),
        ("a.txt", "x", "must be product offerings, .json, or a table, .csv"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, name: str, content: str, said: str) -> None:
    done = imported(tmp_path, name, content)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert said in done.stderr
