"""Records as a conversation would make them."""

from dataclasses import replace

from adapters.ledger.moments import later, start_of
from adapters.ledger.personal import Kind, seal
from adapters.ledger.records import Became, Begun, Made
from nlu.understanding import Evidence
from offers.decisions import (
    CatalogMark,
    Considered,
    GateState,
    OfferKind,
    OutcomeBy,
    OutcomeKind,
    Scope,
    Score,
    Started,
)
from tests.adapters.samples import family_data

SAID = "it always slows down near the end of the month"
QUOTE = Evidence(0, 0, len(SAID), SAID)
OPEN = GateState("open", Scope.ALL, ())


def begun(conversation: str = "c-1", customer: str | None = "cu-9", days_ago: float = 0.0) -> Begun:
    mark = CatalogMark("lakeside", "1", "0" * 64)
    return Begun(
        seal(Kind.CONVERSATION, conversation),
        None if customer is None else seal(Kind.CUSTOMER, customer),
        later(start_of(None), -days_ago * 86_400),
        Started("voice", customer, mark, "default", {"minilm": "1" * 64}),
    )


def made(talk: Begun, number: int = 1, offer: str = "family-data-60") -> Made:
    card = replace(family_data(OfferKind.UPSELL, QUOTE), offer=offer)
    score = Score(0.2, 1.0, 1.0, 1.0, 0.2)
    considered = Considered(offer, "data", OfferKind.UPSELL, card.need, card.need_kind, 0.81, score)
    words = seal(Kind.EVIDENCE, [QUOTE])
    return Made(talk.name.key, number, card, (considered,), "slow_data", OPEN, 93.4, 18, words)


def became(talk: Begun, outcome: OutcomeKind = OutcomeKind.DECLINED, number: int = 1) -> Became:
    return Became(talk.name.key, number, outcome, OutcomeBy.AGENT, later(talk.started_at, 120.0))
