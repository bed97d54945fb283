"""Which offers this customer may be made at all: rule, dates, channel, what is held, consent.

Nothing here depends on what was said. Service, goodwill and retention need no consent to offers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from listener.events import Channel
from offers.catalog import Offer
from offers.rules import Judge, Judgement, Rule, Verdict


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the customer and the conversation when it opens; it does not change after.

    Attributes:
        customer: Whatever the business's records say; plain JSON values.
        context: What came with the call, such as ``ivr_reason`` and ``queue``; plain JSON values.
    """

    channel: Channel
    conversation_id: str
    customer: Mapping[str, object]
    context: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an offer may be made to a customer, and why not.

    Attributes:
        why: In an agent's words; empty when eligible.
    """

    verdict: Verdict
    why: str = ""


class Eligibility:
    """Judges offers for one customer in one conversation; each offer once, since facts do not change."""

    def __init__(self, facts: Facts, day: date | None) -> None:
        """Take over the facts.

        Args:
            facts: Of the conversation.
            day: The day of the conversation; None when unknown, and then offers with dates are out.
        """
        self._judged: dict[str, Standing] = {}
        self._channel = facts.channel
        self._day = day
        self._held = _held(facts.customer)
        self._sales_allowed = _consents(facts.customer)
        conversation = {"id": facts.conversation_id, "channel": facts.channel.value}
        self._judge = Judge(
            {
                "customer": dict(facts.customer),
                "context": dict(facts.context),
                "channel": facts.channel.value,
                "conversation": conversation,
            }
        )

    def judge(self, offer: Offer) -> Standing:
        """Return whether the offer may be made; never raises."""
        if offer.id not in self._judged:
            self._judged[offer.id] = self._standing(offer)
        return self._judged[offer.id]

    def admits(self, offer: Offer) -> bool:
        """Whether the offer may be made; never raises."""
        return self.judge(offer).verdict is Verdict.ELIGIBLE

    def decide(self, rule: Rule | None) -> Judgement:
        """Return what a rule says of this customer; never raises."""
        return self._judge.judge(rule)

    def _standing(self, offer: Offer) -> Standing:
        why = self._barred(offer)
        if why:
            return Standing(Verdict.NOT_ELIGIBLE, why)
        judgement = self._judge.judge(offer.eligible)
        if judgement.verdict is Verdict.UNKNOWN:
            return Standing(Verdict.UNKNOWN, f"Not known: {judgement.missing or 'what its rule asks'}.")
        why = "" if judgement.verdict is Verdict.ELIGIBLE else "Its rule leaves this customer out."
        return Standing(judgement.verdict, why)

    def _barred(self, offer: Offer) -> str:
        if offer.id in self._held:
            return "The customer has it already."
        if offer.excludes & self._held:
            return (
                f"Does not go with {', '.join(sorted(offer.excludes & self._held))}, which the customer has."
            )
        if self._channel not in offer.channels:
            return f"Not offered by {self._channel.value}."
        if offer.valid is not None and (self._day is None or not offer.valid.covers(self._day)):
            return "Not valid on this day."
        if offer.kind.is_sale and not self._sales_allowed:
            return "The customer has refused offers."
        return ""


def _held(customer: Mapping[str, object]) -> frozenset[str]:
    products = customer.get("products")
    held = cast("list[object]", products) if isinstance(products, list | tuple) else []
    return frozenset(product for product in held if isinstance(product, str))


def _consents(customer: Mapping[str, object]) -> bool:
    """Whether sales are not forbidden; without a record the policy decides, at the gate.

    Anything recorded but a plain true forbids them: a refusal written oddly is still a refusal.
    """
    consent = customer.get("consent")
    if isinstance(consent, Mapping):
        consent = cast("Mapping[str, object]", consent).get("offers")
    return consent is None or consent is True
