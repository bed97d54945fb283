"""From a ledger to what is learned, and to what another policy would have earned."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from adapters.__main__ import main
from adapters.learning import artefact
from adapters.ledger.ledger import Ledger
from adapters.ledger.records import Record
from nlu.understanding import NeedKind
from offers.decisions import Considered, OfferKind, OutcomeKind, Score
from offers.exploration import features_of
from offers.matching import Candidate
from offers.policy import Policy
from tests.adapters.ledger.records import became, begun, made
from tests.offers.corner_shop import CATALOG

CATALOG_TEXT = """
catalog: corner-shop
version: "2026-11-01"
currency: USD
vertical: retail
reasons:
  - {id: order, title: An order, examples: [where is my order, my order is late, order status]}
needs:
  - {id: bags, title: Bags, stated: [i need a bag], unstated: [my hands are full]}
offers:
  - {id: tote, title: Tote bag, kind: cross_sell, needs: [bags], price: {amount: 5, per: once}, value: 10}
  - {id: trolley, title: Trolley, kind: cross_sell, needs: [bags], price: {amount: 40, per: once}, value: 10}
"""
TAKEN = {"tote": 0.1, "trolley": 0.4}
FIRST = {"tote": 0.7, "trolley": 0.3}
CALLS = 1_500


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of a policy that mostly showed the tote, and a catalog."""
    folder = tmp_path_factory.mktemp("learning")
    (folder / "catalog.yaml").write_text(CATALOG_TEXT)
    dice = np.random.default_rng(4)
    records: list[Record] = []
    for number in range(CALLS):
        talk = begun(f"c-{number}", f"cu-{number}")
        offer = str(dice.choice(list(FIRST), p=list(FIRST.values())))
        taken = dice.random() < TAKEN[offer]
        options = tuple(option(name) for name in FIRST)
        records += [talk, replace(made(talk, offer=offer), considered=options)]
        records.append(became(talk, OutcomeKind.ACCEPTED if taken else OutcomeKind.DECLINED))
    ledger = Ledger(str(folder / "ledger.db"))
    ledger.write(records)
    ledger.close()
    return folder


def option(name: str) -> Considered:
    score = Score(0.18, 1.0, 1.0, 1.0, 0.18)
    return Considered(
        name, "cross_sell", OfferKind.CROSS_SELL, "bags", NeedKind.UNSTATED, 0.9, score, FIRST[name]
    )


def run(folder: Path, command: str, *more: str) -> Result:
    places = ("--ledger", str(folder / "ledger.db"), "--catalog", str(folder / "catalog.yaml"))
    done = CliRunner().invoke(main, [command, *places, *more])
    assert done.exit_code == 0, done.output
    return done


def numbers(output: str, row: str) -> float:
    line = next(line for line in output.splitlines() if line.strip().startswith(row))
    return float(line.strip().removeprefix(row).split()[0])


def test_what_customers_took_is_learned_and_told(folder: Path) -> None:
    told = run(folder, "learn", "--out", str(folder / "learned.json")).output
    assert "1,500 answered suggestions" in told
    model = artefact.read(folder / "learned.json", "corner-shop")
    chances = {
        name: model.chance(features_of(shown(name), ("channel:voice", "reason:slow_data")), 0.18)
        for name in TAKEN
    }
    assert chances == pytest.approx(TAKEN, abs=0.05)


def shown(name: str) -> Candidate:
    offer = replace(CATALOG.offers["tote"], id=name)
    return Candidate(offer, "bags", NeedKind.UNSTATED, 0.9)


def test_the_same_ledger_teaches_the_same(folder: Path) -> None:
    for name in ("one.json", "two.json"):
        run(folder, "learn", "--out", str(folder / name))
    assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes()


def test_another_policy_is_told_what_it_would_have_earned(folder: Path) -> None:
    run(folder, "learn", "--out", str(folder / "learned.json"))
    told = run(folder, "evaluate", "--propensity", str(folder / "learned.json")).output
    assert numbers(told, "shown") == pytest.approx(10 * (0.7 * 0.1 + 0.3 * 0.4), abs=0.35)
    for name in ("ips", "snips", "doubly robust"):
        assert numbers(told, name) == pytest.approx(10 * TAKEN["trolley"], abs=0.5)


def test_a_model_of_another_business_is_refused(folder: Path) -> None:
    run(folder, "learn", "--out", str(folder / "learned.json"))
    with pytest.raises(artefact.ArtefactError, match="not for 'another'"):
        artefact.read(folder / "learned.json", "another")


def test_without_a_single_outcome_the_policy_s_chances_hold(tmp_path: Path) -> None:
    (tmp_path / "catalog.yaml").write_text(CATALOG_TEXT)
    Ledger(str(tmp_path / "ledger.db")).close()
    assert "0 answered suggestions" in run(tmp_path, "learn", "--out", str(tmp_path / "learned.json")).output
    model = artefact.read(tmp_path / "learned.json", "corner-shop")
    prior = Policy().arbitration.propensity_unstated
    assert model.chance(features_of(shown("tote"), ()), prior) == prior
