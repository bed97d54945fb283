"""What ships under seeds/ is sound: catalogs load, expected answers hold together, calls can be played."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import av
import pytest

from listener.events import Channel
from offers.catalog import Catalog, load_catalog
from offers.decisions import OfferKind
from offers.eligibility import Eligibility, Facts
from offers.gate import OffersRule
from offers.rules import Verdict

SEEDS = Path(__file__).parents[2] / "seeds"
TOLD_AT_LENGTH = ("telecom", "banking")
"""Ten conversations and a spoken call each."""
TOLD_IN_SHORT = ("insurance", "travel", "retail", "utility")
"""Three conversations each."""
VERTICALS = (*TOLD_AT_LENGTH, *TOLD_IN_SHORT)
CALLS = sorted(SEEDS.glob("*/calls/*.flac"))


def catalog_of(vertical: str) -> Catalog:
    path = SEEDS / vertical / "catalog.yaml"
    return load_catalog(path.read_text(encoding="utf-8"), str(path))


def conversations_of(vertical: str) -> list[dict[str, Any]]:
    lines = (SEEDS / vertical / "conversations.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def eligibility_in(conversation: dict[str, Any]) -> Eligibility:
    facts = Facts(
        Channel(conversation["channel"]),
        conversation["id"],
        conversation["customer"],
        conversation["context"],
    )
    return Eligibility(facts, date.fromisoformat(conversation["context"]["date"]))


LABELLED = [
    pytest.param(catalog, conversation, id=conversation["id"])
    for vertical in VERTICALS
    for catalog in [catalog_of(vertical)]
    for conversation in conversations_of(vertical)
]


@pytest.mark.parametrize("vertical", VERTICALS)
class TestCatalog:
    def test_has_twenty_offers_or_more_of_all_five_kinds(self, vertical: str) -> None:
        offers = catalog_of(vertical).offers.values()
        assert len(offers) >= 20
        assert {offer.kind for offer in offers} == set(OfferKind)

    def test_an_agent_gets_words_for_every_offer_and_an_easy_no(self, vertical: str) -> None:
        for offer in catalog_of(vertical).offers.values():
            assert offer.talk.bridge and offer.talk.pitch and offer.talk.decline and offer.summary, offer.id
            assert offer.talk.objections or not offer.kind.is_sale, offer.id

    def test_every_need_has_an_offer_and_a_question_that_surfaces_it(self, vertical: str) -> None:
        catalog = catalog_of(vertical)
        met = {need for offer in catalog.offers.values() for need in offer.needs}
        assert met == set(catalog.needs)
        assert all(need.primer and need.stated and need.unstated for need in catalog.needs.values())

    def test_no_phrase_is_an_example_of_two_things(self, vertical: str) -> None:
        business = catalog_of(vertical).business
        phrases = [phrase for reason in business.reasons for phrase in reason.examples]
        phrases += [phrase for need in business.needs for phrase in (*need.stated, *need.unstated)]
        assert len(phrases) == len(set(phrases))

    def test_distress_and_disputes_are_no_occasion_to_sell(self, vertical: str) -> None:
        rules = [reason.offers for reason in catalog_of(vertical).reasons.values()]
        assert OffersRule.NEVER in rules and OffersRule.SERVICE_ONLY in rules


@pytest.mark.parametrize("vertical", TOLD_AT_LENGTH)
def test_there_are_ten_conversations_by_voice_and_chat_of_every_outcome(vertical: str) -> None:
    conversations = conversations_of(vertical)
    assert len({conversation["id"] for conversation in conversations}) == 10
    assert {conversation["channel"] for conversation in conversations} == {"voice", "chat"}
    assert {
        "offer_after_resolution",
        "never_resolved",
        "resolved_unhappy",
        "vulnerable",
        "declined_or_no_consent",
        "reopened",
        "claimed_not_solved",
    } <= {conversation["labels"]["category"] for conversation in conversations}


@pytest.mark.parametrize("vertical", TOLD_IN_SHORT)
def test_there_are_three_conversations_of_which_one_is_an_occasion(vertical: str) -> None:
    answers = [conversation["labels"] for conversation in conversations_of(vertical)]
    occasions = [answer for answer in answers if answer["offer_ok_from"] is not None]
    silent = [answer for answer in answers if answer["service_ok_from"] is None]
    assert len(answers) == 3
    assert len(occasions) == 1 and occasions[0]["best_offers"]
    assert sorted(answer["confirmed_turn"] is None for answer in silent) == [False, True]


@pytest.mark.parametrize(("catalog", "conversation"), LABELLED)
class TestExpectedAnswer:
    def test_names_only_what_the_catalog_has(self, catalog: Catalog, conversation: dict[str, Any]) -> None:
        labels = conversation["labels"]
        assert {labels["reason"], *labels["other_reasons"]} <= set(catalog.reasons)
        assert {need["id"] for need in labels["needs"]} <= set(catalog.needs)
        named = [*labels["best_offers"], *labels["acceptable_offers"], *labels["wrong_offers"]]
        assert len(named) == len(set(named)) and set(named) <= set(catalog.offers)

    def test_quotes_the_customer_verbatim(self, catalog: Catalog, conversation: dict[str, Any]) -> None:
        for need in conversation["labels"]["needs"]:
            turn = conversation["turns"][need["turn"]]
            assert turn["speaker"] == "customer" and need["quote"] in turn["text"]

    def test_fitting_offers_are_open_to_this_customer_and_meet_a_need(
        self, catalog: Catalog, conversation: dict[str, Any]
    ) -> None:
        labels = conversation["labels"]
        needs = {need["id"] for need in labels["needs"]}
        eligibility = eligibility_in(conversation)
        for offer in (catalog.offers[name] for name in labels["best_offers"] + labels["acceptable_offers"]):
            assert eligibility.judge(offer).verdict is Verdict.ELIGIBLE, offer.id
            assert needs & set(offer.needs), offer.id
            assert labels["offer_ok_from"] is not None or not offer.kind.is_sale, offer.id

    def test_every_rule_of_the_catalog_can_be_decided(
        self, catalog: Catalog, conversation: dict[str, Any]
    ) -> None:
        eligibility = eligibility_in(conversation)
        verdicts = {offer.id: eligibility.judge(offer).verdict for offer in catalog.offers.values()}
        assert Verdict.UNKNOWN not in verdicts.values()

    def test_offers_wait_for_the_customer_to_be_helped(
        self, catalog: Catalog, conversation: dict[str, Any]
    ) -> None:
        labels = conversation["labels"]
        for moment in (labels["offer_ok_from"], labels["service_ok_from"]):
            assert moment is None or moment >= labels["confirmed_turn"] >= labels["resolved_turn"]
        if catalog.reasons[labels["reason"]].offers is not OffersRule.ALLOWED:
            assert labels["offer_ok_from"] is None

    def test_tells_the_feeling_of_every_customer_turn(
        self, catalog: Catalog, conversation: dict[str, Any]
    ) -> None:
        turns = enumerate(conversation["turns"])
        customers = {str(number) for number, turn in turns if turn["speaker"] == "customer"}
        assert set(conversation["labels"]["sentiment"]) == customers
        assert set(conversation["labels"]["sentiment"].values()) <= {-1, 0, 1}


def test_there_is_a_recorded_call_of_each_that_is_told_at_length() -> None:
    assert {path.parts[-3] for path in CALLS} == set(TOLD_AT_LENGTH)


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path.stem)
class TestCall:
    def test_has_two_channels_and_lasts_about_a_minute_and_a_half(self, path: Path) -> None:
        with av.open(str(path)) as recording:
            stream = recording.streams.audio[0]
            seconds = sum(frame.samples for frame in recording.decode(audio=0)) / stream.rate
            assert stream.channels == 2
        assert 70 <= seconds <= 120
        assert path.stat().st_size < 3_000_000

    def test_comes_with_its_script_and_what_is_known_of_the_customer(self, path: Path) -> None:
        assert path.with_suffix(".yaml").exists()
        opening = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        assert opening["id"] == path.stem and opening["channel"] == "voice"

    def test_every_rule_can_be_decided_for_its_customer(self, path: Path) -> None:
        opening = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        eligibility = eligibility_in(opening)
        verdicts = [eligibility.judge(offer).verdict for offer in catalog_of(path.parts[-3]).offers.values()]
        assert Verdict.UNKNOWN not in verdicts
