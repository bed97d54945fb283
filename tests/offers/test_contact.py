"""Contact policy: what rests, for how long, and what "maybe later" is worth."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.events import Channel
from offers.catalog import Offer
from offers.contact import Contact, ContactHistory
from offers.contact_rules import ContactPolicy, ContactRule, LaterPolicy, Suppresses
from offers.decisions import OfferKind, OutcomeKind

CARD = Offer("card", "Card", OfferKind.CROSS_SELL, group="cards")
GOLD = Offer("gold", "Gold card", OfferKind.UPSELL, group="cards")
LOAN = Offer("loan", "Loan", OfferKind.CROSS_SELL)


def happened(
    outcome: OutcomeKind, *days_ago: float, offer: Offer = CARD, channel: Channel = Channel.VOICE
) -> list[Contact]:
    return [Contact(offer.id, offer.group_id, outcome, each, channel) for each in days_ago]


def rests(
    rule: ContactRule, contacts: list[Contact], offer: Offer = CARD, channel: Channel = Channel.VOICE
) -> bool:
    return bool(ContactHistory(contacts, ContactPolicy(suppress=(rule,)), channel).suppression(offer))


THIRTY_REJECTS = ContactRule(of=Suppresses.OFFER, after=OutcomeKind.DECLINED, times=30, for_days=5)
THREE_VIEWS = ContactRule(of=Suppresses.OFFER, after=OutcomeKind.SHOWN, times=3, within_days=7, for_days=10)
FIVE_CLICKS = ContactRule(
    of=Suppresses.GROUP, after=OutcomeKind.ACCEPTED, times=5, within_days=7, for_days=10
)


class TestPublishedExamples:
    """The worked examples of the engine whose rules these are."""

    def test_thirty_rejects_suppress_for_five_days(self) -> None:
        thirty = happened(OutcomeKind.DECLINED, *(float(day) for day in range(1, 31)))
        assert rests(THIRTY_REJECTS, thirty)
        assert not rests(THIRTY_REJECTS, thirty[1:])
        assert not rests(THIRTY_REJECTS, [replace(each, days_ago=each.days_ago + 4) for each in thirty])

    def test_three_views_in_seven_days_suppress_for_ten_days(self) -> None:
        assert rests(THREE_VIEWS, happened(OutcomeKind.SHOWN, 0.5, 3, 7))
        assert not rests(THREE_VIEWS, happened(OutcomeKind.SHOWN, 0.5, 3, 8))
        assert rests(THREE_VIEWS, happened(OutcomeKind.SHOWN, 9.5, 12, 16))
        assert not rests(THREE_VIEWS, happened(OutcomeKind.SHOWN, 10, 12, 16))
        assert not rests(THREE_VIEWS, happened(OutcomeKind.SHOWN, 1, 2, 3), offer=GOLD)

    def test_five_clicks_in_seven_days_suppress_the_whole_group_for_ten_days(self) -> None:
        clicks = happened(OutcomeKind.ACCEPTED, 1, 2, 3) + happened(OutcomeKind.ACCEPTED, 4, 5, offer=GOLD)
        assert rests(FIVE_CLICKS, clicks)
        assert rests(FIVE_CLICKS, clicks, offer=GOLD)
        assert not rests(FIVE_CLICKS, clicks, offer=LOAN)
        assert not rests(FIVE_CLICKS, clicks[1:])


def test_a_customer_rule_rests_every_offer_but_only_of_its_kinds() -> None:
    rule = ContactRule(
        of=Suppresses.CUSTOMER,
        after=OutcomeKind.DECLINED,
        times=2,
        for_days=30,
        kinds=frozenset({OfferKind.UPSELL}),
    )
    refused = happened(OutcomeKind.DECLINED, 1) + happened(OutcomeKind.DECLINED, 2, offer=LOAN)
    assert rests(rule, refused, offer=GOLD)
    assert not rests(rule, refused, offer=LOAN)


def test_a_rule_for_calls_neither_counts_nor_silences_chats() -> None:
    rule = ContactRule(
        of=Suppresses.OFFER, after=OutcomeKind.SHOWN, for_days=10, channels=frozenset({Channel.VOICE})
    )
    assert rests(rule, happened(OutcomeKind.SHOWN, 1))
    assert not rests(rule, happened(OutcomeKind.SHOWN, 1, channel=Channel.CHAT))
    assert not rests(rule, happened(OutcomeKind.SHOWN, 1), channel=Channel.CHAT)


def test_why_an_offer_rests_is_said_in_words() -> None:
    history = ContactHistory(
        happened(OutcomeKind.SHOWN, 1, 2, 3), ContactPolicy(suppress=(THREE_VIEWS,)), Channel.VOICE
    )
    assert history.suppression(CARD) == "This offer was shown 3 times within 7 days: rests for 9 days more."


def test_maybe_later_lifts_and_the_lift_decays() -> None:
    policy = ContactPolicy(suppress=(), later=LaterPolicy(points=40, half_life_days=10))
    lifts = [
        ContactHistory(happened(OutcomeKind.POSTPONED, day), policy, Channel.CHAT).lift(CARD)
        for day in (0.0, 10.0, 20.0)
    ]
    assert lifts == pytest.approx([40, 20, 10])


def test_who_declines_after_all_is_lifted_no_more() -> None:
    said = happened(OutcomeKind.POSTPONED, 5) + happened(OutcomeKind.DECLINED, 2)
    assert ContactHistory(said, ContactPolicy(suppress=()), Channel.VOICE).lift(CARD) == 0


def test_a_customer_without_a_past_hears_everything() -> None:
    history = ContactHistory((), ContactPolicy(), Channel.VOICE)
    assert all(not history.suppression(offer) and not history.lift(offer) for offer in (CARD, GOLD, LOAN))


contacts = st.lists(
    st.builds(
        Contact,
        offer=st.sampled_from(["card", "gold", "loan"]),
        group=st.sampled_from(["cards", "cross_sell"]),
        outcome=st.sampled_from(OutcomeKind),
        days_ago=st.floats(0, 400),
        channel=st.sampled_from(Channel),
    ),
    max_size=12,
)


@given(contacts, contacts, st.sampled_from([CARD, GOLD, LOAN]), st.sampled_from(Channel))
def test_more_of_a_past_never_wakes_what_rests(
    past: list[Contact], more: list[Contact], offer: Offer, channel: Channel
) -> None:
    rested = ContactHistory(past, ContactPolicy(), channel).suppression(offer)
    assert not rested or ContactHistory(past + more, ContactPolicy(), channel).suppression(offer)


@given(contacts, st.sampled_from([CARD, GOLD, LOAN]), st.sampled_from(Channel))
def test_everything_wakes_in_the_end(past: list[Contact], offer: Offer, channel: Channel) -> None:
    aged = [replace(contact, days_ago=contact.days_ago + 90) for contact in past]
    assert not ContactHistory(aged, ContactPolicy(), channel).suppression(offer)
