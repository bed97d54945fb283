"""The hard conversations hold together: what their labels name exists, and was said."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from listener.events import Channel
from nlu.understanding import FlagId
from offers.catalog import Catalog, load_catalog
from offers.eligibility import Eligibility, Facts
from offers.gate import OffersRule
from offers.rules import Verdict

ROOT = Path(__file__).parents[2]
HARD = ROOT / "bench" / "hard"
CATALOGS = {
    "vet": HARD / "catalog_vet.yaml",
    "trains": HARD / "catalog_trains.yaml",
    "telecom": ROOT / "seeds" / "telecom" / "catalog.yaml",
    "banking": ROOT / "seeds" / "banking" / "catalog.yaml",
}


def read_conversations() -> list[dict[str, Any]]:
    lines = (HARD / "conversations.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


CONVERSATIONS = read_conversations()
LOADED = {name: load_catalog(path.read_text(encoding="utf-8"), path.name) for name, path in CATALOGS.items()}
LABELLED = [pytest.param(LOADED[each["business"]], each, id=each["id"]) for each in CONVERSATIONS]


def test_there_are_forty_of_eight_to_twenty_turns_from_four_businesses() -> None:
    assert len({each["id"] for each in CONVERSATIONS}) == 40
    assert all(8 <= len(each["turns"]) <= 20 for each in CONVERSATIONS)
    assert {each["business"] for each in CONVERSATIONS} == set(CATALOGS)


def test_none_of_them_is_a_sample_conversation() -> None:
    samples = [path.read_text(encoding="utf-8") for path in ROOT.glob("seeds/*/conversations.jsonl")]
    said = {turn["text"] for each in CONVERSATIONS for turn in each["turns"] if len(turn["text"].split()) > 7}
    assert not [text for text in said for sample in samples if text in sample]


@pytest.mark.parametrize(("catalog", "conversation"), LABELLED)
class TestLabels:
    def test_name_only_what_there_is(self, catalog: Catalog, conversation: dict[str, Any]) -> None:
        labels = conversation["labels"]
        assert {labels["reason"], *labels["other_reasons"]} <= set(catalog.reasons)
        assert {need["id"] for need in labels["needs"]} <= set(catalog.needs)
        assert set(labels["flags"]) <= {flag.value for flag in FlagId}
        named = [*labels["best_offers"], *labels["acceptable_offers"], *labels["wrong_offers"]]
        assert len(named) == len(set(named)) and set(named) <= set(catalog.offers)
        assert labels["why"] and labels["trap"]

    def test_quote_the_customer_verbatim(self, catalog: Catalog, conversation: dict[str, Any]) -> None:
        for need in conversation["labels"]["needs"]:
            turn = conversation["turns"][need["turn"]]
            assert turn["speaker"] == "customer" and need["quote"] and need["quote"] in turn["text"]
            assert need["active_until"] is None or need["active_until"] > need["turn"]

    def test_lie_in_the_conversation_and_in_order(
        self, catalog: Catalog, conversation: dict[str, Any]
    ) -> None:
        labels, last = conversation["labels"], len(conversation["turns"]) - 1
        resolved, confirmed = labels["resolved_turn"], labels["confirmed_turn"]
        assert (resolved is None) == (confirmed is None)
        assert all(0 <= turn <= last for turn in (*labels["reopened_turns"], *labels["provisional_ok"]))
        assert resolved is None or max(labels["reopened_turns"], default=0) <= resolved <= confirmed <= last
        for moment in (labels["offer_ok_from"], labels["service_ok_from"]):
            assert moment is None or moment >= confirmed

    def test_let_nothing_be_sold_where_the_business_or_the_customer_forbids_it(
        self, catalog: Catalog, conversation: dict[str, Any]
    ) -> None:
        labels = conversation["labels"]
        if catalog.reasons[labels["reason"]].offers is not OffersRule.ALLOWED or labels["flags"]:
            assert labels["offer_ok_from"] is None

    def test_call_for_offers_that_are_open_to_this_customer_and_meet_a_need(
        self, catalog: Catalog, conversation: dict[str, Any]
    ) -> None:
        labels = conversation["labels"]
        needs = {need["id"] for need in labels["needs"]}
        customer, context = conversation["customer"], conversation["context"]
        facts = Facts(Channel(conversation["channel"]), conversation["id"], customer, context)
        eligibility = Eligibility(facts, date.fromisoformat(context["date"]))
        for offer in (catalog.offers[name] for name in labels["best_offers"] + labels["acceptable_offers"]):
            assert eligibility.judge(offer).verdict is Verdict.ELIGIBLE, offer.id
            assert needs & set(offer.needs), offer.id
            assert labels["offer_ok_from" if offer.kind.is_sale else "service_ok_from"] is not None, offer.id

    def test_tell_the_feeling_of_every_customer_turn(
        self, catalog: Catalog, conversation: dict[str, Any]
    ) -> None:
        turns = enumerate(conversation["turns"])
        customers = {str(number) for number, turn in turns if turn["speaker"] == "customer"}
        assert set(conversation["labels"]["sentiment"]) == customers
        assert set(conversation["labels"]["sentiment"].values()) <= {-1, 0, 1}
